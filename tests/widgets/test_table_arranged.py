"""Who has no view, but a page or a terminal, sees the runs that the view shows first."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbflow.drawing.table import frame_bundle
from nbflow.errors import NbflowError
from nbflow.tracking.frame import RunFrame
from nbflow.widgets.run_table.arranged import arranged
from nbflow.widgets.run_table.data import TableData
from nbflow.widgets.run_table.widget import RunTable
from tests.widgets.conftest import connected

if TYPE_CHECKING:
    from nbflow import Client

N = 6
COLUMNS: dict[str, Any] = {
    "metrics.loss": [0.3, None, 0.1, 0.2, 0.2, float("inf")],
    "params.lr": ["0.1", "1e-2", "0.02", None, "nan", "5"],
    "params.model": ["cnn10", "cnn9", "MLP", "mlp", None, "cnn9"],
    "tags.mlflow.runName": [f"run-{i}" for i in range(N)],
    "tags.note": ["a b", "b", "a", None, "<b>", "c"],
}


def frame() -> RunFrame:
    base: dict[str, Any] = {
        "run_id": [f"{i:032x}" for i in range(N)],
        "experiment_id": ["0"] * N,
        "status": ["FINISHED"] * (N - 1) + ["FAILED"],
        "start_time": [1_700_000_000_000 + i for i in range(N)],
        "end_time": [1_700_000_001_500 + 10 * i for i in range(N)],
    }
    return RunFrame.from_columns({**base, **COLUMNS}, "nowhere")


def refuse(text: str) -> set[str]:
    raise NbflowError(text)


def rows(state: dict[str, Any], passing: Any = refuse) -> list[int]:
    found = arranged(TableData(frame(), {}), state, passing).rows
    return list(range(N)) if found is None else list(map(int, found))


def test_nothing_arranged_is_the_frame_as_it_is() -> None:
    found = arranged(TableData(frame(), {}), {"hidden": ["metrics.loss"], "sort": [], "filter": " "}, refuse)

    assert (found.rows, found.notes) == (None, ())


@pytest.mark.parametrize(
    ("column", "desc", "order"),
    [
        ("metrics.loss", False, [2, 3, 4, 0, 5, 1]),  # equal ones as they were, missing last
        ("metrics.loss", True, [5, 0, 3, 4, 2, 1]),
        ("params.lr", False, [1, 2, 0, 5, 4, 3]),  # as numbers; NaN before what is missing
        ("params.lr", True, [5, 0, 2, 1, 4, 3]),
        ("params.model", False, [1, 5, 0, 2, 3, 4]),  # 9 before 10, small and capital letters together
        ("duration", True, [5, 4, 3, 2, 1, 0]),
        ("tags.mlflow.runName", True, [5, 4, 3, 2, 1, 0]),
    ],
)
def test_runs_are_sorted_as_the_view_sorts_them(column: str, desc: bool, order: list[int]) -> None:
    assert rows({"sort": [{"id": column, "desc": desc}]}) == order


def test_the_first_of_several_keys_counts_most() -> None:
    sort = [{"id": "params.model", "desc": False}, {"id": "metrics.loss", "desc": True}]

    assert rows({"sort": sort}) == [5, 1, 0, 2, 3, 4]


@pytest.mark.parametrize(
    ("state", "left"),
    [
        ({"filter": "CNN"}, [0, 1, 5]),
        ({"filter": "cnn a"}, [0, 5]),  # failed, too, has an a
        ({"filter": "nothing"}, []),
        ({"column_filters": {"metrics.loss": {"min": 0.2, "max": 0.3}}}, [0, 3, 4]),
        ({"column_filters": {"params.model": {"text": "mlp"}}}, [2, 3]),
        ({"column_filters": {"metrics.loss": {"text": "0.3"}}}, []),
        ({"column_filters": {"gone": {"text": "0.3"}}}, list(range(N))),
        ({"filter": "cnn", "column_filters": {"metrics.loss": {"max": 1}}}, [0]),
    ],
)
def test_runs_are_filtered_as_the_view_filters_them(state: dict[str, Any], left: list[int]) -> None:
    assert rows(state) == left


def test_a_filter_of_the_grammar_is_the_stores() -> None:
    asked: list[str] = []

    def passing(text: str) -> set[str]:
        asked.append(text)
        return {f"{4:032x}", f"{1:032x}", "another's"}

    assert rows({"filter": " metrics.loss < 1 ", "sort": [{"id": "start_time", "desc": True}]}, passing) == [4, 1]
    assert asked == ["metrics.loss < 1"]


def test_what_was_done_is_said() -> None:
    state = {
        "filter": "cnn",
        "column_filters": {"metrics.loss": {"max": 1}},
        "sort": [{"id": "metrics.loss", "desc": True}, {"id": "start_time"}],
    }

    assert arranged(TableData(frame(), {}), state, refuse).notes == (
        "1 of 6 runs pass the filter cnn and the filter of loss.",
        "Sorted by loss (falling), started (rising).",
    )


def test_a_filter_that_cannot_be_applied_is_told_of() -> None:
    found = arranged(TableData(frame(), {}), {"filter": "metrics.loss <"}, refuse)

    assert found.rows is None
    assert found.notes == ("The filter metrics.loss < could not be applied; these are also runs that do not pass it.",)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5) | st.sampled_from(list(COLUMNS)),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text(max_size=3) | st.sampled_from([*COLUMNS, "id", "desc", "text", "min"]), inner, max_size=3
        )
    ),
    max_leaves=10,
)


@given(state=st.fixed_dictionaries({}, optional=dict.fromkeys(["sort", "filter", "column_filters"], ANYTHING)))
def test_a_state_of_anybodys_does_no_harm(state: dict[str, Any]) -> None:
    found = arranged(TableData(frame(), {}), state, refuse)

    assert found.rows is None or len(np.unique(found.rows)) == len(found.rows) <= N


# ---------------------------------------------------------------- in what is shown


@pytest.fixture
def many(client: Client) -> RunFrame:
    """Give 30 runs, the newest first; `loss` rises with time."""
    for i in range(30):
        run = client.create_run("0", run_name=f"run-{i}", start_time=1_700_000_000_000 + i)
        client.log_metric(run.run_id, "loss", float(i))
        client.set_terminated(run.run_id)
    return client.search_frame(["0"])


def names(bundle: dict[str, Any], kind: str = "text/html") -> list[str]:
    return re.findall(r"run-\d+", re.sub(r'title="[^"]*"', "", bundle[kind]))


def test_a_page_has_the_first_runs_of_what_the_view_shows(many: RunFrame) -> None:
    table, page = connected(RunTable(many))

    page.arrange(filter="metrics.loss < 28", sort=[{"id": "metrics.loss", "desc": True}])

    bundle, _ = table.bundle()
    for kind in ("text/html", "text/plain"):
        assert names(bundle, kind)[:20] == [f"run-{i}" for i in range(27, 7, -1)]
        assert "20 of 28 runs shown" in bundle[kind]
    assert "28 of 30 runs pass the filter metrics.loss &lt; 28." in bundle["text/html"]
    assert "28 of 30 runs pass the filter metrics.loss < 28.\nSorted by loss (falling)." in bundle["text/plain"]
    assert len(table.runs) == 30


def test_a_page_without_runs_says_which_filter_none_passes(many: RunFrame) -> None:
    table, page = connected(RunTable(many))

    page.arrange(filter='no & "such"')

    bundle, _ = table.bundle()
    assert "0 of 30 runs pass the filter no &amp; " in bundle["text/html"]
    assert bundle["text/plain"].startswith('No runs. 0 of 30 runs pass the filter no & "such". None match')


def test_a_filter_whose_store_is_gone_is_left_out(many: RunFrame, client: Client) -> None:
    table, page = connected(RunTable(many))
    shutil.rmtree(Path(client.tracking_uri))

    page.arrange(filter="metrics.loss < 3")

    bundle, _ = table.bundle()
    assert names(bundle)[0] == "run-29"
    assert "could not be applied" in bundle["text/html"]


def test_what_is_arranged_renews_the_pages_copy(many: RunFrame) -> None:
    table, page = connected(RunTable(many))
    table.bundle_of_value()

    page.arrange(selected=[])
    table._renewal.now()
    assert not page.events("saved")  # it is none of what the page says

    page.arrange(sort=[{"id": "metrics.loss", "desc": False}])
    table._renewal.now()
    (event,) = page.events("saved")
    assert names(event["bundle"])[0] == "run-0"


def test_the_drawing_says_what_it_is_told(many: RunFrame) -> None:
    bundle = frame_bundle(many, ["One thing.", "<b>another</b>"])

    assert "<div" in bundle["text/html"]
    assert "&lt;b&gt;another&lt;/b&gt;" in bundle["text/html"]
    assert bundle["text/plain"].splitlines()[1:3] == ["One thing.", "<b>another</b>"]
