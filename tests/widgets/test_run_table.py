from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import nbflow
from nbflow import Client
from nbflow.errors import InvalidInputError, UnsupportedValueError
from nbflow.tracking.frame import RunFrame
from nbflow.widgets.run_table.widget import RunTable
from tests.widgets.conftest import cells, connected, patched, saved_data


def column(data: Any, name: str) -> list[Any]:
    return next(cells(each) for each in data["columns"] if each["id"] == name)


def after(data: Any, page: Any) -> Any:
    """Give what a page makes of the data that it had and of all that came since."""
    for event in page.sent:
        data = patched(data, event["patch"]) if event["event"] == "patch" else event["data"]
    return data


def test_a_frame_shows_itself_as_text_html_and_the_data_of_a_table(runs: RunFrame) -> None:
    bundle = runs._repr_mimebundle_()

    assert "run-4" in bundle["text/plain"]
    assert "run-4" in bundle["text/html"]
    data = saved_data(bundle)
    assert column(data, "tags.mlflow.runName") == [f"run-{i}" for i in (4, 3, 2, 1, 0)]
    assert column(data, "params.model") == ["cnn", "mlp", "cnn", "mlp", "cnn"]
    assert data["reduced"] is None


def test_the_html_alone_makes_no_table(runs: RunFrame) -> None:
    assert runs._repr_html_() == runs._repr_mimebundle_()["text/html"]


@pytest.mark.parametrize("kind", ["frame", "part", "plain frame", "records", "one record"])
def test_a_table_is_made_of_runs_however_they_come(client: Client, runs: RunFrame, kind: str) -> None:
    records = client.search_runs(["0"])
    given, n = {
        "frame": (runs, 5),
        "part": (runs[runs["metrics.loss"] < 3], 2),
        "plain frame": (pd.DataFrame(runs), 5),
        "records": (records, 5),
        "one record": (records[0], 1),
    }[kind]

    table = RunTable(given)

    data = saved_data(table.bundle()[0])
    assert column(data, "metrics.loss") == [1.0, 2.0, 3.0, 4.0, 5.0][:n]
    assert column(data, "experiment_id") == ["Default"] * n


@pytest.mark.parametrize("given", [5, "abc", None, {"run_id": 1}])
def test_what_is_no_runs_is_refused(given: Any) -> None:
    with pytest.raises(UnsupportedValueError):
        RunTable(given)


def test_a_frame_without_runs_ids_is_refused(runs: RunFrame) -> None:
    with pytest.raises(InvalidInputError, match="run_id is gone"):
        RunTable(runs[["metrics.loss"]])
    with pytest.raises(InvalidInputError):
        RunTable([1, 2])


def test_what_is_selected_in_the_view_is_a_frame_in_python(runs: RunFrame) -> None:
    table, page = connected(RunTable(runs))

    page.arrange(selected=[runs["run_id"][3], runs["run_id"][1]])

    assert isinstance(table.selected, RunFrame)
    assert list(table.selected["tags.mlflow.runName"]) == ["run-3", "run-1"]
    assert table.selected.best("loss").name == "run-3"


def test_nothing_is_selected_at_first_and_nonsense_selects_nothing(runs: RunFrame) -> None:
    table, page = connected(RunTable(runs))

    assert len(table.selected) == 0
    for nonsense in (None, 5, {"a": 1}, [None, 5, "nobody"]):
        page.arrange(selected=nonsense)
        assert len(table.selected) == 0


def test_what_is_selected_in_python_is_told_to_the_view(client: Client, runs: RunFrame) -> None:
    table, page = connected(RunTable(runs))
    page.arrange(sort=["metrics.loss"])
    run_id = runs["run_id"][0]

    for given in (
        runs.iloc[:1],
        [run_id],
        run_id,
        client.get_run(run_id),
        [client.get_run(run_id)],
        runs["run_id"][:1],
    ):
        table.selected = None
        assert page.state["state"]["selected"] == []
        table.selected = given
        assert page.state["state"] == {"sort": ["metrics.loss"], "selected": [run_id]}


def test_only_runs_of_the_table_can_be_selected(runs: RunFrame) -> None:
    table = RunTable(runs.iloc[:2])

    with pytest.raises(InvalidInputError, match="Only runs of this table"):
        table.selected = runs
    with pytest.raises(UnsupportedValueError):
        table.selected = [5]


@pytest.mark.parametrize(
    ("filter_string", "names"),
    [
        ("metrics.loss < 2.5", ["run-4", "run-3"]),
        ("metrics.loss < 2.5 AND params.model = 'mlp'", ["run-3"]),
        ("tags.kind = 'old' OR metrics.none > 1", ["run-2", "run-1", "run-0"]),
        ("metrics.never_logged > 0", []),
        ("metrics.loss.max > 4", ["run-1", "run-0"]),
    ],
)
def test_a_filter_is_told_by_the_store(runs: RunFrame, filter_string: str, names: list[str]) -> None:
    _, page = connected(RunTable(runs))

    answer = page.ask("filter", filter=filter_string)["answer"]

    assert list(runs.set_index("run_id").loc[answer["run_ids"], "tags.mlflow.runName"]) == names


def test_a_filter_gives_only_runs_of_the_table(runs: RunFrame) -> None:
    _, page = connected(RunTable(runs.iloc[1:]))

    assert len(page.ask("filter", filter="metrics.loss < 2.5")["answer"]["run_ids"]) == 1


def test_a_filter_that_does_not_parse_says_where(runs: RunFrame) -> None:
    _, page = connected(RunTable(runs))

    error = page.ask("filter", filter="metrics.loss <")["error"]

    assert error["code"] == "INVALID_PARAMETER_VALUE"
    assert error["position"] == len("metrics.loss <")
    assert "Expected a number" in error["expected"]


def test_sparklines_keep_the_lowest_and_the_highest_of_many_points(client: Client, runs: RunFrame) -> None:
    run_id = client.create_run("0").info.run_id
    values = np.sin(np.arange(1000) / 50)
    values[500], values[700] = -7.0, 9.0
    for step, value in enumerate(values):
        client.log_metric(run_id, "wave", float(value), timestamp=step, step=step)
    frame = client.search_frame(["0"])
    _, page = connected(RunTable(frame))

    lines = page.ask("sparklines", run_ids=list(frame["run_id"]), metrics=["wave", "loss", "none"])["answer"]["lines"]

    wave = lines[run_id]["wave"]
    assert len(wave) <= 60
    assert (wave.min(), wave.max()) == (-7.0, 9.0)
    assert lines[runs["run_id"][0]]["loss"].tolist() == [1.2, 1.1, 1.0]
    assert "wave" not in lines[runs["run_id"][0]]


def test_a_run_is_renamed_in_the_store_and_in_the_table_but_not_in_the_users_frame(
    client: Client, runs: RunFrame
) -> None:
    table, page = connected(RunTable(runs))
    data = page.ask("data")["answer"]["data"]
    run_id = runs["run_id"][2]

    answer = page.ask("rename", run_id=run_id, name="better")["answer"]

    assert answer == {"done": [run_id], "failed": []}
    assert client.get_run(run_id).name == "better"
    assert column(after(data, page), "tags.mlflow.runName") == ["run-4", "run-3", "better", "run-1", "run-0"]
    assert column(saved_data(table.bundle()[0]), "tags.mlflow.runName")[2] == "better"
    assert runs["tags.mlflow.runName"][2] == "run-2"
    assert isinstance(table.runs, RunFrame)


def test_runs_are_tagged_and_tags_are_taken_away(client: Client, runs: RunFrame) -> None:
    _table, page = connected(RunTable(runs))
    data = page.ask("data")["answer"]["data"]
    first, second = runs["run_id"][:2]

    page.ask("tag", run_ids=[first, second], key="stage", value="good")
    page.ask("tag", run_ids=[second], key="kind")

    assert client.get_run(first).tags["stage"] == "good"
    assert "kind" not in client.get_run(second).tags
    made = after(data, page)
    assert column(made, "tags.stage") == ["good", "good", None, None, None]
    assert column(made, "tags.kind") == ["new", None, "old", "old", "old"]


def test_deleted_runs_leave_the_table_and_come_back_to_their_places(client: Client, runs: RunFrame) -> None:
    table, page = connected(RunTable(runs))
    data = page.ask("data")["answer"]["data"]
    ids = list(runs["run_id"])

    deleted = page.ask("delete", run_ids=[ids[3], ids[0], ids[1]])["answer"]

    assert sorted(deleted["done"]) == sorted([ids[0], ids[1], ids[3]])
    assert list(table.runs["run_id"]) == [ids[2], ids[4]]
    assert client.get_run(ids[0]).info.lifecycle_stage == "deleted"

    page.ask("restore", run_ids=deleted["done"])

    assert column(after(data, page), "run_id") == ids
    assert client.get_run(ids[0]).info.lifecycle_stage == "active"
    assert list(runs["run_id"]) == ids


def test_what_cannot_be_done_to_a_run_is_told_and_done_to_the_others(client: Client, runs: RunFrame) -> None:
    _, page = connected(RunTable(runs))
    client.delete_run(runs["run_id"][0])

    answer = page.ask("tag", run_ids=list(runs["run_id"][:2]), key="a", value="b")["answer"]

    assert answer["done"] == [runs["run_id"][1]]
    (failed,) = answer["failed"]
    assert failed["run_id"] == runs["run_id"][0]
    assert "deleted" in failed["message"]


def test_runs_that_are_not_in_the_table_are_not_touched(client: Client, runs: RunFrame) -> None:
    _, page = connected(RunTable(runs.iloc[:1]))
    other = runs["run_id"][4]

    for ask in ("delete", "restore"):
        assert page.ask(ask, run_ids=[other])["answer"] == {"done": [], "failed": []}
    assert page.ask("rename", run_id=other, name="x")["answer"]["done"] == []
    assert "error" in page.ask("delete", run_ids=other)

    assert client.get_run(other).name == "run-0"
    assert client.get_run(other).info.lifecycle_stage == "active"


def test_the_selection_is_of_one_state_of_a_table_that_is_being_renewed(runs: RunFrame) -> None:
    table = RunTable(runs)
    table.selected = runs.iloc[:1]

    table._runs = runs.iloc[::-1].reset_index(drop=True)  # the first of two things that a live table renews

    assert list(table.selected["run_id"]) == [runs["run_id"][0]]


def test_the_store_may_be_gone(runs: RunFrame, tmp_path: Any) -> None:
    (tmp_path / "nbruns").rename(tmp_path / "elsewhere")
    table, page = connected(RunTable(runs))

    assert column(saved_data(table.bundle()[0]), "experiment_id") == ["0"] * 5
    run_id = runs["run_id"][0]
    for change in (
        page.ask("rename", run_id=run_id, name="x"),
        page.ask("tag", run_ids=[run_id], key="a", value="b"),
        page.ask("delete", run_ids=[run_id]),
        page.ask("filter", filter="metrics.loss > 0"),
    ):
        assert "nbruns: it is not there any more." in change["error"]["message"]
    assert page.ask("sparklines", run_ids=[runs["run_id"][0]], metrics=["loss"])["answer"] == {"lines": {}}
    assert page.ask("data")["answer"]["data"]["columns"]


def test_the_whole_table_is_told_live_where_the_notebook_has_a_part() -> None:
    n = 20_000
    frame = RunFrame.from_columns(
        {
            "run_id": [f"{i:032x}" for i in range(n)],
            **{f"metrics.m{i}": np.random.default_rng(i).random(n) for i in range(20)},
        },
        "nowhere",
    )
    table, page = connected(RunTable(frame))

    data = page.ask("data")["answer"]["data"]

    assert saved_data(table.bundle()[0])["reduced"]["rows"][0] < n
    assert data["reduced"] is None
    np.testing.assert_array_equal(cells(data["columns"][-1]), frame["metrics.m19"])


def test_the_table_is_there_at_the_top(runs: RunFrame) -> None:
    assert nbflow.RunTable is RunTable
    assert repr(RunTable(runs)) == "<RunTable: 5 runs>"
