"""`nbflow` on a real terminal: colour, a question before what cannot be undone."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from nbflow import Client
    from nbflow.entities import Run

pty = pytest.importorskip("pty", reason="no terminals here")

PROGRAM = [sys.executable, "-c", "from nbflow.cli import main; main()"]


def on_terminal(*args: str, typed: str = "") -> tuple[int, str]:
    """Run `nbflow` on a terminal; give its exit status and what it showed."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "120"}
    process = subprocess.Popen([*PROGRAM, *args], stdin=theirs, stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    os.write(ours, typed.encode())
    shown = b""
    try:
        while piece := os.read(ours, 65536):
            shown += piece
    except OSError:  # how Linux says that the other side is closed
        pass
    os.close(ours)
    return process.wait(), shown.decode()


@pytest.fixture
def run(client: Client) -> Run:
    created = client.create_run(client.create_experiment("vision"), run_name="brave-otter")
    client.log_metric(created.run_id, "loss", 0.5)
    client.set_terminated(created.run_id)
    return client.get_run(created.run_id)


@pytest.mark.usefixtures("run")
def test_a_terminal_gets_a_head_and_colour() -> None:
    status, shown = on_terminal("runs")

    assert status == 0
    assert "started (UTC)" in shown
    assert "\x1b[32m" in shown


@pytest.mark.parametrize(("typed", "status", "is_left"), [("n\n", 1, True), ("y\n", 0, False)])
def test_what_cannot_be_undone_is_asked_for(client: Client, run: Run, typed: str, status: int, is_left: bool) -> None:
    client.delete_run(run.run_id)

    found, shown = on_terminal("gc", typed=typed)

    assert found == status
    assert "Would remove 1 run" in shown
    assert "Remove it for good?" in shown
    assert bool(client.search_runs(None, run_view_type=3)) == is_left


@pytest.mark.usefixtures("run")
def test_no_bar_flickers_where_nothing_takes_long() -> None:
    # A busy machine may take long for once.
    shown = [on_terminal("doctor") for _ in range(3)]

    assert [status for status, _ in shown] == [0, 0, 0]
    assert any("Checking" not in text for _, text in shown)
