"""`runs show`: one run, whole."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

import nbflow

if TYPE_CHECKING:
    from nbflow import Client
    from nbflow.entities import Run

Verb = Callable[..., str]


def test_a_pipe_gets_names_and_values(lines: Callable[..., list[list[str]]], runs: list[Run]) -> None:
    found = dict(lines("runs", "show", "third"))

    assert found["run_id"] == runs[2].run_id
    assert found["status"] == "FAILED"
    assert found["params.lr"] == "0.01"
    assert found["metrics.loss"] == "NaN"
    assert found["tags.mlflow.runName"] == "third"


def test_a_program_gets_all_that_is_known(document: Callable[..., Any], client: Client) -> None:
    nbflow.set_tracking_uri(client.tracking_uri)
    with contextlib.suppress(ZeroDivisionError), nbflow.start_run(run_name="broken"):
        nbflow.log_metric("loss", float("-inf"), step=3)
        _ = 1 / 0

    found = document("runs", "show", "broken")

    assert found["error"]["type"] == "ZeroDivisionError"
    assert "1 / 0" in found["error"]["traceback"]
    (metric,) = found["latest_metrics"]
    assert (metric["key"], metric["value"], metric["step"]) == ("loss", "-Infinity", 3)
    assert found["inputs"] == []


@pytest.mark.usefixtures("runs")
def test_a_person_gets_a_page(drawn: Verb) -> None:
    text = drawn("runs", "show", "second")

    assert "second" in text
    assert "0.75" in text


def test_a_page_shows_markup_and_controls_as_what_they_are(
    drawn: Verb, client: Client, runs: list[Run], hostile: str
) -> None:
    client.set_tag(runs[0].run_id, "note", hostile)
    client.set_tag(runs[0].run_id, "mlflow.note.content", hostile)

    text = drawn("runs", "show", "first")

    assert "[bold red]x[/]" in text
    assert not re.search("\x1b\\[2J|\r|\u202e", text)
