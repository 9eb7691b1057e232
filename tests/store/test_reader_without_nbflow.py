"""The format is open: thirty lines of plain Python read what nbflow wrote."""

from __future__ import annotations

import ast
import json
import math
import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nbflow import Client
from nbflow.entities import Metric, Param, RunTag

READER = Path(__file__).with_name("plain_reader.py")
ALLOWED = {"__future__", "json", "pathlib", "struct", "typing"}


@pytest.fixture
def store(tmp_path: Path, another: Callable[[Path], Client]) -> Client:
    """Make a store in which everything happened that a run's log can tell."""
    client, other = Client(tmp_path / "s"), another(tmp_path / "s")
    experiment_id = client.create_experiment("Versuch Ü / 1")
    for experiment in ("0", experiment_id):
        run_id = client.create_run(experiment, tags={"spaces in it": "ja\n\t\"'\\ \u2028 \x00 😀"}).info.run_id
        client.log_batch(
            run_id,
            [Metric("loss", 1 / (i + 1), 1000 + i, i) for i in range(100)] + [Metric("acc/ü", 0.5, 5, -3)],
            [Param("lr", "0.1"), Param("empty", "")],
            [RunTag("team", "a")],
        )
        other.log_batch(run_id, [Metric("loss", -1.5, 7, 2**62), Metric("nan", math.nan, 1)], [], [RunTag("team", "b")])
        other.log_batch(run_id, [Metric("inf", math.inf, 1), Metric("zero", -0.0, 1)])
        other.delete_tag(run_id, "spaces in it")
        client.set_tag(run_id, "spaces in it", "again")
        client.delete_tag(run_id, "team")
    client.set_terminated(run_id, "FAILED")
    other.update_run(run_id, "RUNNING")
    other.set_terminated(run_id)
    client.create_run(experiment_id)
    return client


def test_it_reads_what_the_client_reads(store: Client, exact: Callable[[object], object]) -> None:
    read: dict[str, dict[str, Any]] = runpy.run_path(str(READER))["read_runs"](Path(store.tracking_uri))

    runs = store.search_runs([e.experiment_id for e in store.search_experiments()], run_view_type=3)
    expected = {
        run.run_id: {"status": run.status, "params": run.params, "tags": run.tags, "metrics": run.metrics}
        for run in runs
    }
    assert len(read) == 3
    assert exact(read) == exact(expected)


def test_it_also_reads_what_a_killed_process_left(store: Client) -> None:
    (run, *_) = store.search_runs(["0"])
    log = Path(store.tracking_uri) / "0" / run.run_id / "log"
    for file in log.iterdir():
        with file.open("ab") as torn:
            torn.write(b'{"kind":"tag","key":"team","va')

    read = runpy.run_path(str(READER))["read_runs"](Path(store.tracking_uri))

    assert read[run.run_id]["tags"] == run.tags
    assert read[run.run_id]["metrics"].keys() == run.metrics.keys()


def test_it_needs_no_nbflow(store: Client) -> None:
    script = (
        "import json, pathlib, runpy, sys; runs = runpy.run_path(sys.argv[1])['read_runs'](pathlib.Path(sys.argv[2]))"
    )
    show = "; print(json.dumps([len(runs), 'nbflow' in sys.modules]))"

    run = subprocess.run(
        [sys.executable, "-I", "-S", "-c", script + show, str(READER), store.tracking_uri],
        check=True,
        capture_output=True,
    )

    assert json.loads(run.stdout) == [3, False]


def test_it_is_thirty_lines_of_the_standard_library() -> None:
    text = READER.read_text("utf-8")
    tree = ast.parse(text)

    docstring = tree.body[0].end_lineno or 0
    code = [line for line in text.splitlines()[docstring:] if line.strip() and not line.strip().startswith("#")]
    imported = {
        name.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names])
    }
    assert len(code) <= 30
    assert imported <= ALLOWED
