"""Columns of runs without their records: the same values as in the records, in the same order."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from nbflow import Client
from nbflow.entities import Metric, Param, Run, RunTag
from nbflow.errors import InvalidFilterError, InvalidInputError, LimitExceededError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def client(tmp_path: Path) -> Client:
    """A store of runs that have much, little and nothing, and more keys than one table of the index holds."""
    client = Client(tmp_path / "nbruns")
    for n in range(30):
        run_id = client.create_run("0", start_time=1_000 * (n // 2 + 1), run_name=f"run {n}").run_id
        metrics = [Metric("loss", math.nan if n % 7 == 0 else float(n % 5), 1, step) for step in range(n % 3)]
        params = [Param(f"p{i}", f"{n * i}" if i % 2 else f"é {n}") for i in range(0 if n % 4 == 0 else 80)]
        client.log_batch(run_id, metrics, params, [RunTag("team", "ab"[n % 2])] if n % 5 else [])
        if n % 6:
            client.set_terminated(run_id, end_time=1_000 * (n + 20))
        if n % 11 == 10:
            client.delete_run(run_id)
    return client


def in_record(run: Run, column: str) -> Any:
    head, _, key = column.partition(".")
    if column == "duration":
        return None if run.duration_ms is None else run.duration_ms / 1000
    if head in ("metrics", "params", "tags"):
        return getattr(run, head).get(key)
    return getattr(run.info, column)


COLUMNS = [
    "run_id",
    "experiment_id",
    "status",
    "artifact_uri",
    "start_time",
    "end_time",
    "duration",
    "metrics.loss",
    "metrics.unknown",
    "tags.team",
    "tags.mlflow.runName",
    *(f"params.p{i}" for i in range(80)),
]


@pytest.mark.parametrize(
    "order", [[], ["metrics.loss ASC"], ["metrics.loss DESC", "run_id"], ["params.p3", "end_time"]]
)
def test_values_are_those_of_the_records(client: Client, order: list[str]) -> None:
    for view in (1, 2, 3):
        for filter_string in ("", "metrics.loss >= 0", "tags.team = 'a' OR params.p1 > 5"):
            records = client.search_runs(None, filter_string, view, 1000, order)

            found = client.search_columns(None, COLUMNS, filter_string, view, 1000, order)

            assert found.n_runs == len(records)
            assert list(found.values) == COLUMNS
            for column in COLUMNS:
                assert found.values[column] == pytest.approx([in_record(run, column) for run in records], nan_ok=True)


@pytest.mark.parametrize("size", [1, 7, 13, 28, 29])
def test_pages_are_those_of_the_records(client: Client, size: int) -> None:
    token, pages = None, []
    while True:
        records = client.search_runs(None, max_results=size, order_by=["metrics.loss"], page_token=token)
        found = client.search_columns(None, ["run_id"], max_results=size, order_by=["metrics.loss"], page_token=token)
        assert found.values["run_id"] == [run.run_id for run in records]
        assert found.token == records.token
        pages.append(found.n_runs)
        token = found.token
        if token is None:
            break

    assert sum(pages) == client.count_runs()


def test_without_columns_runs_are_counted(client: Client) -> None:
    found = client.search_columns(["0"], [], max_results=3)

    assert (found.values, found.n_runs, found.token is None) == ({}, 3, False)


def test_a_metric_of_that_very_name_comes_before_an_aggregate(client: Client) -> None:
    run_id = client.create_run("0").run_id
    client.log_batch(run_id, [Metric("acc", 1, 1, 1), Metric("acc", 3, 2, 2), Metric("acc.min", 7, 1, 1)])

    found = client.search_columns(None, ["metrics.acc.min", "metrics.acc.max"], f"run_id = '{run_id}'")

    assert found.values == {"metrics.acc.min": [7], "metrics.acc.max": [3]}


@pytest.mark.parametrize(
    "columns", [["loss"], ["metrics"], ["statuses"], [""], ["run_id", "run_id"], [3], "run_id", [None]]
)
def test_what_is_no_column(client: Client, columns: Any) -> None:
    with pytest.raises(InvalidInputError):
        client.search_columns(None, columns)


def test_too_many_columns(client: Client) -> None:
    with pytest.raises(LimitExceededError):
        client.search_columns(None, [f"metrics.m{n}" for n in range(501)])


def test_wrong_arguments_are_told_as_ever(client: Client) -> None:
    with pytest.raises(InvalidFilterError):
        client.search_columns(None, [], "metrics.")
    with pytest.raises(InvalidInputError):
        client.search_columns(["../0"], [])
    with pytest.raises(InvalidInputError):
        client.search_columns(None, [], max_results=0)
    with pytest.raises(InvalidInputError):
        client.search_run_ids(["../0"])
    with pytest.raises(InvalidInputError):
        client.running_runs(["../0"])
    with pytest.raises(InvalidInputError):
        client.count_by_experiment(["../0"])


# Ids, counts, what runs, and whether anything changed


def test_ids_are_those_of_the_records(client: Client) -> None:
    records = client.search_runs(None, "metrics.loss >= 0", 3)

    assert client.search_run_ids(None, "metrics.loss >= 0", 3) == [run.run_id for run in records]


def test_counts_are_those_of_searches(client: Client) -> None:
    other = client.create_experiment("other")
    empty = client.create_experiment("empty")
    client.create_run(other)

    counts = client.count_by_experiment()

    assert (counts["0"].active, counts["0"].deleted) == (client.count_runs(["0"]), client.count_runs(["0"], "", 2))
    assert counts["0"].running == client.count_runs(["0"], "status = 'RUNNING'")
    assert (counts[other].active, counts[other].running, counts[other].deleted) == (1, 1, 0)
    assert empty not in counts
    assert client.count_by_experiment([other, empty, "987"]) == {other: counts[other]}


def test_a_deleted_experiment_has_its_runs_in_the_trash(client: Client) -> None:
    other = client.create_experiment("other")
    client.create_run(other)
    client.delete_experiment(other)

    counts = client.count_by_experiment()[other]

    assert (counts.active, counts.running, counts.deleted) == (0, 0, 1)


def test_what_runs_now_is_what_a_search_finds(client: Client) -> None:
    other = client.create_experiment("other")
    client.create_run(other, start_time=5)

    assert client.running_runs() == list(client.search_runs(None, "status = 'RUNNING'"))
    assert client.running_runs([other]) == list(client.search_runs([other]))
    client.set_terminated(client.search_run_ids([other])[0])
    assert client.running_runs([other]) == []


def test_a_revision_is_another_one_once_anything_changed(client: Client) -> None:
    run_id = client.search_run_ids()[0]
    changes: list[Callable[[], object]] = [
        lambda: client.log_metric(run_id, "loss", 9),
        lambda: client.set_tag(run_id, "mlflow.runName", "x"),
        lambda: client.create_run("0"),
        lambda: client.delete_run(run_id),
        lambda: client.create_experiment("another"),
    ]
    seen = [client.search_revision()]
    for change in changes:
        change()
        seen.append(client.search_revision())

    assert len(set(seen)) == len(seen)
    assert client.search_revision(["0"]) != client.search_revision(["0", "1"])
    assert client.search_revision(["1", "0"]) == client.search_revision(["0", "1"])
