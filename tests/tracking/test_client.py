from __future__ import annotations

import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import nbflow
from nbflow import Client
from nbflow.entities import Metric, Param, RunTag
from nbflow.errors import (
    InvalidInputError,
    InvalidNameError,
    InvalidUriError,
    LimitExceededError,
    ParamAlreadySetError,
    TagNotFoundError,
    UnsupportedValueError,
)

# ---------------------------------------------------------------- stores


def test_a_client_names_its_store(tmp_path: Path) -> None:
    assert Client("here").tracking_uri == str(tmp_path / "here")
    assert Client().tracking_uri == nbflow.get_tracking_uri()
    assert repr(Client("here")) == f"Client({str(tmp_path / 'here')!r})"
    assert list(tmp_path.iterdir()) == []


def test_clients_of_several_stores_do_not_mix() -> None:
    one, two = Client("one"), Client("two")
    run_id = one.create_run("0").run_id
    two.create_run("0")

    one.log_metric(run_id, "a", 1.0)

    assert one.get_run(run_id).metrics == {"a": 1.0}
    assert len(two.search_runs(["0"])) == 1
    with pytest.raises(LookupError):
        two.get_run(run_id)


@pytest.mark.parametrize("uri", ["", "http://127.0.0.1:5000", "sqlite:///x.db", 5])
def test_a_client_of_no_directory_is_refused(uri: Any) -> None:
    with pytest.raises(InvalidUriError):
        Client(uri)


def test_a_client_leaves_the_active_run_alone(client: Client) -> None:
    client.create_run("0")

    assert nbflow.active_run() is None


# ---------------------------------------------------------------- runs


def test_a_run_is_created_running_with_what_is_given(client: Client) -> None:
    run = client.create_run("0", start_time=1_700_000_000_000, tags={"a": 1, "mlflow.user": "me"}, run_name="mine")

    assert (run.name, run.status, run.info.user_id) == ("mine", "RUNNING", "me")
    assert run.info.start_time == 1_700_000_000_000
    assert run.tags == {"a": "1", "mlflow.user": "me", "mlflow.runName": "mine"}
    assert client.get_run(run.run_id) == run


def test_a_run_without_more_has_a_name_and_an_unknown_user(client: Client) -> None:
    run = client.create_run("0")

    assert run.name
    assert run.tags == {"mlflow.runName": run.name}
    assert run.info.user_id == "unknown"


@pytest.mark.parametrize("experiment_id", ["0", 0])
def test_default_is_there_for_the_first_run(experiment_id: Any, client: Client) -> None:
    assert client.create_run(experiment_id).info.experiment_id == "0"


@pytest.mark.parametrize(
    "arguments",
    [
        {"run_name": "a", "tags": {"mlflow.runName": "b"}},
        {"tags": {"a//b": 1}},
        {"tags": [1]},
        {"start_time": -1},
        {"start_time": "now"},
        {"run_name": "\ud800"},
    ],
)
def test_wrong_arguments_create_nothing(arguments: dict[str, Any], client: Client) -> None:
    with pytest.raises(InvalidInputError):
        client.create_run("0", **arguments)

    assert not Path(client.tracking_uri).exists()


def test_the_same_name_twice_is_no_conflict(client: Client) -> None:
    assert client.create_run("0", tags={"mlflow.runName": "a"}, run_name="a").name == "a"


@pytest.mark.parametrize(
    ("status", "ended"), [(None, "FINISHED"), ("FINISHED", "FINISHED"), ("FAILED", "FAILED"), ("KILLED", "KILLED")]
)
def test_a_run_is_terminated(status: str | None, ended: str, client: Client) -> None:
    run_id = client.create_run("0", start_time=1000).run_id

    client.set_terminated(run_id, status, end_time=3500)

    run = client.get_run(run_id)
    assert (run.status, run.info.end_time, run.duration_ms) == (ended, 3500, 2500)


def test_a_run_is_updated(client: Client) -> None:
    run_id = client.create_run("0").run_id

    client.update_run(run_id, status="FAILED", name="Größe x")
    run = client.get_run(run_id)
    assert (run.status, run.name, run.tags["mlflow.runName"]) == ("FAILED", "Größe x", "Größe x")

    end = run.info.end_time
    client.update_run(run_id, status="RUNNING")
    run = client.get_run(run_id)
    assert (run.status, run.info.end_time) == ("RUNNING", end)

    client.update_run(run_id, status="SCHEDULED")
    assert client.get_run(run_id).status == "SCHEDULED"
    client.update_run(run_id)
    assert client.get_run(run_id).status == "SCHEDULED"


@pytest.mark.parametrize(
    "arguments",
    [{"status": "done", "name": "new"}, {"status": 1, "name": "new"}, {"status": "FAILED", "name": "\ud800"}],
)
def test_of_a_wrong_update_nothing_is_kept(arguments: dict[str, Any], client: Client) -> None:
    before = client.create_run("0", run_name="old")

    with pytest.raises(InvalidInputError):
        client.update_run(before.run_id, **arguments)
    with pytest.raises(InvalidInputError):
        client.set_terminated(before.run_id, end_time=-1)

    assert client.get_run(before.run_id) == before


def test_tags_of_a_run_are_set_and_taken_away(client: Client) -> None:
    run_id = client.create_run("0").run_id

    client.set_tag(run_id, "a", 1)
    client.set_tag(run_id, "a", "ü")
    assert client.get_run(run_id).tags["a"] == "ü"

    client.delete_tag(run_id, "a")
    with pytest.raises(TagNotFoundError):
        client.delete_tag(run_id, "a")
    assert "a" not in client.get_run(run_id).tags


# ---------------------------------------------------------------- batches


def test_a_batch_logs_all_three_kinds(client: Client) -> None:
    run_id = client.create_run("0").run_id

    client.log_batch(
        run_id,
        metrics=[Metric("loss", 1 / (step + 1), 1000 + step, step) for step in range(3000)],
        params=[Param(f"p{number}", str(number)) for number in range(500)],
        tags=[RunTag("t", "first"), RunTag("u", "x"), RunTag("t", "second")],
    )

    run = client.get_run(run_id)
    assert run.metrics == {"loss": 1 / 3000}
    assert len(run.params) == 500
    assert (run.tags["t"], run.tags["u"]) == ("second", "x")
    history = client.get_metric_history(run_id, "loss")
    assert [point.step for point in history] == list(range(3000))
    arrays = client.get_metric_arrays(run_id, "loss")
    assert len(arrays) == 3000
    assert arrays.timestamp[-1] == 3999


def test_a_batch_takes_mlflows_records(client: Client) -> None:
    run_id = client.create_run("0").run_id
    metric: Any = SimpleNamespace(key="m", value=1.0, timestamp=17, step=3, run_id=None, model_id=None)
    param: Any = SimpleNamespace(key="p", value="1")

    client.log_batch(run_id, [metric], [param], [param])

    assert client.get_metric_history(run_id, "m") == [Metric("m", 1.0, 17, 3)]
    assert client.get_run(run_id).params == {"p": "1"}


GOOD = {"metrics": [Metric("m", 1.0, 17)], "params": [Param("p", "1")], "tags": [RunTag("t", "1")]}


@pytest.mark.parametrize(
    ("kind", "record", "error"),
    [
        ("metrics", Metric("a//b", 1.0, 17), InvalidNameError),
        ("metrics", Metric("a", None, 17), UnsupportedValueError),  # type: ignore[arg-type]
        ("metrics", Metric("a", 1.0, -1), InvalidInputError),
        ("metrics", Metric("a", 1.0, 17, 2**63), InvalidInputError),
        ("metrics", ("a", 1.0, 17), UnsupportedValueError),
        ("metrics", {"key": "a", "value": 1.0}, UnsupportedValueError),
        ("metrics", Param("a", "1"), UnsupportedValueError),
        ("params", Param("", "1"), InvalidNameError),
        ("params", Param("a", "x" * 1_000_001), LimitExceededError),
        ("params", Param(["a"], "1"), UnsupportedValueError),  # type: ignore[arg-type]
        ("params", Param("p", "2"), ParamAlreadySetError),
        ("params", "ab", UnsupportedValueError),
        ("tags", RunTag("/a", "1"), InvalidNameError),
        ("tags", RunTag("a", "\ud800"), UnsupportedValueError),
        ("tags", RunTag(["a"], "1"), UnsupportedValueError),  # type: ignore[arg-type]
        ("tags", None, UnsupportedValueError),
    ],
)
def test_of_a_batch_with_a_mistake_nothing_is_kept(
    kind: str, record: Any, error: type[Exception], client: Client
) -> None:
    before = client.create_run("0")
    batch: dict[str, Any] = {**GOOD, kind: [*GOOD[kind], record]}  # type: ignore[misc]

    with pytest.raises(error):
        client.log_batch(before.run_id, **batch)

    assert client.get_run(before.run_id) == before


def test_an_empty_batch_is_nothing(client: Client) -> None:
    before = client.create_run("0")

    client.log_batch(before.run_id)

    assert client.get_run(before.run_id) == before


def test_one_key_twice_in_a_batch_is_one_param_when_the_values_agree(client: Client) -> None:
    run_id = client.create_run("0").run_id

    client.log_batch(run_id, params=[Param("p", "1"), Param("p", "1")])

    assert client.get_run(run_id).params == {"p": "1"}


def test_one_client_logs_to_many_runs_from_many_threads(client: Client) -> None:
    ids = [client.create_run("0", run_name=f"run {number}").run_id for number in range(6)]

    def work(number: int) -> None:
        for step in range(20):
            for run_id in ids:
                client.log_metric(run_id, f"thread {number}", step, step=step)
            client.log_batch(ids[number], params=[Param(f"p{step}", str(number))])

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    for number, run_id in enumerate(ids):
        run = client.get_run(run_id)
        assert run.metrics == {f"thread {each}": 19.0 for each in range(4)}
        assert len(client.get_metric_history(run_id, "thread 0")) == 20
        assert run.params == ({f"p{step}": str(number) for step in range(20)} if number < 4 else {})


# ---------------------------------------------------------------- pages


def test_pages_of_runs_follow_each_other_without_gap_or_overlap(client: Client) -> None:
    ids = [client.create_run("0", start_time=1000 + number).run_id for number in range(7)]

    found: list[str] = []
    token = None
    sizes = []
    while True:
        page = client.search_runs(["0"], max_results=3, page_token=token)
        found += [run.run_id for run in page]
        sizes.append(len(page))
        token = page.token
        if token is None:
            break

    assert found == ids[::-1]
    assert sizes == [3, 3, 1]


def test_a_last_page_that_is_full_has_no_token(client: Client) -> None:
    for _ in range(4):
        client.create_run("0")

    first = client.search_runs(["0"], max_results=2)

    assert first.token is not None
    assert client.search_runs(["0"], max_results=2, page_token=first.token).token is None
    assert client.search_runs(["0"], max_results=4).token is None


@pytest.mark.parametrize("token", ["", None])
def test_no_token_is_the_first_page(token: str | None, client: Client) -> None:
    client.create_run("0")

    assert len(client.search_runs(["0"], page_token=token)) == 1


@pytest.mark.parametrize(
    "token", ["???", "abc", "bm90IGpzb24=", "eyJvZmZzZXQiOiAtMX0=", "W10=", 5, b"x", "W" * 100_000]
)
def test_a_token_that_is_none_is_refused(token: Any, client: Client) -> None:
    with pytest.raises(InvalidInputError, match="page before"):
        client.search_runs(["0"], page_token=token)


@pytest.mark.parametrize("max_results", [0, -1, 50_001, 1.5, "3", True, None])
def test_a_page_has_1_to_50000_runs(max_results: Any, client: Client) -> None:
    with pytest.raises(InvalidInputError, match="positive integer"):
        client.search_runs(["0"], max_results=max_results)


def test_a_search_of_no_experiments_finds_nothing(client: Client) -> None:
    client.create_run("0")

    assert client.search_runs([]) == []
    assert client.search_runs(["999"]) == []
    assert len(client.search_runs("0")) == 1
