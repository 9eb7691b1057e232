"""What becomes of the variables that `--log-vars` names."""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import io
import json
import pathlib
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from nbflow.errors import NbflowError
from nbflow.magics.variables import MAX_TEXT, log_variable

if TYPE_CHECKING:
    from nbflow import Client
    from nbflow.entities import Run


class Colour(enum.Enum):
    RED = 1


def logged(client: Client, value: object) -> Run:
    """Log a value as the variable `x` of a new run."""
    run_id = client.create_run(client.create_experiment("variables")).run_id
    log_variable(client, run_id, "x", value)
    return client.get_run(run_id)


def files(client: Client, run: Run) -> list[str]:
    """List all artifacts of a run."""
    folders = [info.path for info in client.list_artifacts(run.run_id)]
    return [info.path for folder in folders for info in client.list_artifacts(run.run_id, folder)]


@pytest.mark.parametrize(
    "value", [2, 2.0, np.float32(2), np.int8(2), np.array([2.0]), np.array(2), decimal.Decimal(2), pd.Series([2.0])]
)
def test_numbers_are_metrics(client: Client, value: object) -> None:
    run = logged(client, value)

    assert (run.metrics, run.params) == ({"x": 2.0}, {})


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "True"),
        (np.True_, "True"),
        ("", ""),
        ("rf", "rf"),
        ("12", "12"),
        (np.str_("12"), "12"),
        (None, "None"),
        (1 + 2j, "(1+2j)"),
        (dt.date(2026, 1, 2), "2026-01-02"),
        (np.datetime64("2026-01-02"), "2026-01-02"),
        (pathlib.PurePosixPath("a/b"), "a/b"),
        (Colour.RED, "Colour.RED"),
    ],
)
def test_other_scalars_and_short_texts_are_params(client: Client, value: object, text: str) -> None:
    run = logged(client, value)

    assert (run.metrics, run.params) == ({}, {"x": text})


@pytest.mark.parametrize("value", ["a" * (MAX_TEXT + 1), "two\nlines", "two\nlines\ud800"])
def test_longer_texts_are_files(client: Client, value: str) -> None:
    run = logged(client, value)

    assert run.params == {}
    assert client.read_artifact(run.run_id, "variables/x.txt").decode() == value.replace("\ud800", "\\ud800")


@pytest.mark.parametrize("value", [pd.DataFrame({"a": [1, 2]}), pd.Series([1, 2], name="a")])
def test_tables_are_tables(client: Client, value: object) -> None:
    run = logged(client, value)

    assert json.loads(client.read_artifact(run.run_id, "tables/x.json")) == {"columns": ["a"], "data": [[1], [2]]}


@pytest.mark.parametrize(
    ("value", "document"),
    [({"a": np.int64(1)}, {"a": 1}), ([1, "b"], [1, "b"]), ((1, 2), [1, 2]), ({"b", "a"}, ["a", "b"])],
)
def test_collections_are_documents(client: Client, value: object, document: Any) -> None:
    run = logged(client, value)

    assert json.loads(client.read_artifact(run.run_id, "variables/x.json")) == document


def test_arrays_are_files_of_numpy(client: Client) -> None:
    run = logged(client, np.arange(6).reshape(2, 3))

    found = np.load(io.BytesIO(client.read_artifact(run.run_id, "variables/x.npy")))
    assert found.tolist() == [[0, 1, 2], [3, 4, 5]]


def test_figures_and_images_are_figures(client: Client) -> None:
    import altair as alt
    from matplotlib.figure import Figure
    from PIL import Image
    from plotly.graph_objects import Figure as PlotlyFigure

    chart = alt.Chart({"values": [{"a": 1}]}).mark_point().encode(x="a:Q")
    experiment_id = client.create_experiment("figures")
    found = []
    for value in (Figure(), chart, PlotlyFigure(), Image.new("RGB", (2, 2))):
        run = client.create_run(experiment_id)
        log_variable(client, run.run_id, "x", value)
        found += files(client, run)

    assert found == ["figures/x.png", "figures/x.vl.json", "figures/x.plotly.json", "figures/x.png"]


@pytest.mark.parametrize("value", [object(), print, np.array([object(), object()]), b"bytes"])
def test_anything_else_is_told_of(client: Client, value: object) -> None:
    with pytest.raises(NbflowError, match="the variable 'x'"):
        logged(client, value)
