"""What the index tells of changes: which runs, which experiments, since when."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from nbflow.store.changes import MOST
from nbflow.store.filestore import FileStore
from nbflow.store.looks import one_look

if TYPE_CHECKING:
    from nbflow import Client


@pytest.fixture
def store(client: Client) -> FileStore:
    return client._store


def test_nothing_changed_is_the_same_number(client: Client, store: FileStore) -> None:
    client.create_run(client.create_experiment("one"))
    first = store.index.changes(None)

    again = store.index.changes(first.at)

    assert (again.at, again.runs, again.experiments) == (first.at, {}, frozenset())


def test_a_run_that_is_new_changes_or_goes_is_named_with_its_experiment(client: Client, store: FileStore) -> None:
    experiment_id = client.create_experiment("one")
    at = store.index.changes(None).at

    run_id = client.create_run(experiment_id).run_id
    new = store.index.changes(at)
    client.log_metric(run_id, "loss", 0.5)
    changed = store.index.changes(new.at)
    client.delete_run(run_id)
    gone = store.index.changes(changed.at)

    assert [each.runs for each in (new, changed, gone)] == [{run_id: experiment_id}] * 3
    assert at < new.at < changed.at < gone.at


def test_a_change_by_another_process_that_has_the_same_index_is_told(client: Client, store: FileStore) -> None:
    experiment_id = client.create_experiment("one")
    at = store.index.changes(None).at
    other = FileStore(store.root, store.settings)

    run_id = client.create_run(experiment_id).run_id
    other.index.refresh()
    other.close()

    assert store.index.changes(at).runs == {run_id: experiment_id}


def test_experiments_are_named(client: Client, store: FileStore) -> None:
    one, two = client.create_experiment("one"), client.create_experiment("two")
    at = store.index.changes(None).at

    client.rename_experiment(two, "three")

    found = store.index.changes(at)
    assert one not in (found.experiments or ())
    assert two in (found.experiments or ())


def test_an_experiment_that_goes_to_the_trash_takes_its_runs_along(client: Client, store: FileStore) -> None:
    experiment_id = client.create_experiment("one")
    run_id = client.create_run(experiment_id).run_id
    at = store.index.changes(None).at

    client.delete_experiment(experiment_id)

    found = store.index.changes(at)
    assert found.runs == {run_id: experiment_id}
    assert experiment_id in (found.experiments or ())


def test_many_runs_are_not_named(client: Client, store: FileStore) -> None:
    experiment_id = client.create_experiment("one")
    at = store.index.changes(None).at

    for _ in range(MOST + 1):
        client.create_run(experiment_id)

    assert store.index.changes(at).runs is None


def test_what_is_asked_of_another_index_is_not_known(client: Client, store: FileStore) -> None:
    client.create_run(client.create_experiment("one"))
    at = store.index.changes(None).at

    assert store.index.changes(at + 1_000).runs is None
    assert store.index.changes(1).runs is None


def test_an_index_that_is_made_anew_goes_on_above_the_old_one(client: Client, store: FileStore, tmp_path: Path) -> None:
    client.create_run(client.create_experiment("one"))
    at = store.index.changes(None).at

    anew = FileStore(store.root, replace(store.settings, cache_dir=tmp_path / "elsewhere"))

    assert anew.index.changes(at).at != at


def test_columns_are_those_of_the_revision_though_the_look_was_made_before(
    client: Client, another: Callable[[Path], Client]
) -> None:
    run_id = client.create_run(client.create_experiment("one")).run_id
    client.search_revision()
    asked = time.monotonic_ns()
    client.search_revision()
    other = another(Path(client.tracking_uri))

    other.log_metric(run_id, "fresh", 2.0)
    other.search_columns(None, ["metrics.fresh"])

    with one_look(asked):
        revision = client.search_revision()
        values = list(client.search_columns(None, ["metrics.fresh"]).values["metrics.fresh"])
    assert client.search_revision() == revision
    assert values == [2.0]
