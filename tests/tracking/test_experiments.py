from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import nbflow
from nbflow import Client
from nbflow.entities import Experiment, ViewType
from nbflow.errors import (
    ExperimentDeletedError,
    ExperimentExistsError,
    ExperimentNotFoundError,
    InvalidFilterError,
    InvalidInputError,
    InvalidNameError,
    InvalidUriError,
    LimitExceededError,
    NbflowError,
    RunDeletedError,
    TagNotFoundError,
    UnsupportedValueError,
)

UNKNOWN = "999999999999999999"


def home_of_a_new_run(**arguments: Any) -> str:
    with nbflow.start_run(**arguments) as run:
        return run.info.experiment_id


def named(name: str) -> Experiment:
    found = nbflow.get_experiment_by_name(name)
    assert found is not None
    return found


# ---------------------------------------------------------------- making and choosing


def test_set_experiment_makes_the_experiment_and_runs_go_there() -> None:
    experiment = nbflow.set_experiment("vision")

    assert (experiment.name, experiment.lifecycle_stage) == ("vision", "active")
    assert home_of_a_new_run() == experiment.experiment_id
    assert nbflow.set_experiment("vision") == experiment


def test_create_experiment_gives_an_id_of_digits() -> None:
    experiment_id = nbflow.create_experiment("vision", tags={"team": "a", "size": 3})

    assert experiment_id.isdecimal()
    made = nbflow.get_experiment(experiment_id)
    assert (made.name, made.tags) == ("vision", {"team": "a", "size": "3"})
    assert made.creation_time is not None
    assert made.creation_time == made.last_update_time


def test_one_name_is_one_id_in_every_store(tmp_path: Path) -> None:
    ids = {Client(tmp_path / store).create_experiment("vision") for store in ("one", "two")}

    assert len(ids) == 1


def test_create_experiment_of_a_taken_name_raises_and_says_whose_it_is() -> None:
    first = nbflow.create_experiment("vision")

    with pytest.raises(ExperimentExistsError, match=r"'vision' already exists.*set_experiment") as caught:
        nbflow.create_experiment("vision")

    assert caught.value.experiment_id == first
    assert caught.value.error_code == "RESOURCE_ALREADY_EXISTS"


@pytest.mark.parametrize("taken", [False, True])
def test_a_try_around_the_two_works_in_either_order(taken: bool) -> None:
    if taken:
        nbflow.create_experiment("mine")

    try:
        nbflow.create_experiment("mine")
    except NbflowError:
        first = nbflow.set_experiment("mine")
    else:
        first = nbflow.set_experiment("mine")
    try:
        second = nbflow.set_experiment("mine")
    except NbflowError:
        nbflow.create_experiment("mine")

    assert first == second
    assert home_of_a_new_run() == named("mine").experiment_id


def test_threads_that_set_one_experiment_get_one() -> None:
    start = threading.Barrier(8)
    found: list[str] = []

    def work() -> None:
        start.wait()
        found.append(nbflow.set_experiment("together").experiment_id)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 8
    assert len(set(found)) == 1
    assert [e.name for e in nbflow.search_experiments(filter_string="name = 'together'")] == ["together"]


def test_default_is_there_with_the_store() -> None:
    assert home_of_a_new_run() == "0"
    assert nbflow.get_experiment("0").name == "Default"
    with pytest.raises(ExperimentExistsError):
        nbflow.create_experiment("Default")
    assert nbflow.set_experiment("Default").experiment_id == "0"


def test_default_can_be_set_and_tagged_before_there_is_a_store() -> None:
    nbflow.set_experiment_tag("team", "a")

    assert nbflow.set_experiment("Default").tags == {"team": "a"}


@pytest.mark.parametrize("arguments", [{}, {"experiment_name": "a", "experiment_id": "0"}])
def test_set_experiment_takes_one_of_name_and_id(arguments: dict[str, str]) -> None:
    with pytest.raises(InvalidInputError, match="exactly one"):
        nbflow.set_experiment(**arguments)


def test_set_experiment_by_id() -> None:
    experiment_id = nbflow.create_experiment("vision")

    assert nbflow.set_experiment(experiment_id=experiment_id).name == "vision"
    assert home_of_a_new_run() == experiment_id


@pytest.mark.parametrize("ref", [UNKNOWN, "abc", "", "../0", "-1", "٣"])
def test_an_unknown_id_is_not_found(ref: str) -> None:
    nbflow.create_experiment("vision")

    for call in (
        lambda: nbflow.set_experiment(experiment_id=ref),
        lambda: nbflow.get_experiment(ref),
        lambda: nbflow.delete_experiment(ref),
        lambda: nbflow.restore_experiment(ref),
        lambda: nbflow.rename_experiment(ref, "other"),
        lambda: Client().set_experiment_tag(ref, "a", "b"),
        lambda: Client().delete_experiment_tag(ref, "a"),
        lambda: nbflow.start_run(experiment_id=ref),
        lambda: Client().create_run(ref),
    ):
        with pytest.raises(ExperimentNotFoundError) as caught:
            call()
        assert caught.value.error_code == "RESOURCE_DOES_NOT_EXIST"
    assert nbflow.active_run() is None


def test_a_name_nobody_has_is_none() -> None:
    assert nbflow.get_experiment_by_name("nobody") is None


NAMES = ["Größe 日本語 🎉", "a b", "a/b:c", "../escape", "..", "con", "a" * 500, "100%", "'; DROP TABLE runs --", "<b>"]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_may_have_any_characters(name: str, tmp_path: Path) -> None:
    experiment = nbflow.set_experiment(name)
    with nbflow.start_run() as run:
        nbflow.log_metric("loss", 0.5)

    assert named(name) == nbflow.get_experiment(experiment.experiment_id)
    assert list(nbflow.search_runs(experiment_names=[name])["run_id"]) == [run.run_id]
    assert [path.name for path in tmp_path.iterdir()] == ["nbruns"]


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("", InvalidNameError),
        ("  ", InvalidNameError),
        ("a\nb", InvalidNameError),
        ("a" * 501, LimitExceededError),
        (None, UnsupportedValueError),
        (5, UnsupportedValueError),
        (b"a", UnsupportedValueError),
    ],
)
def test_a_wrong_name_is_refused_and_nothing_written(name: Any, error: type[Exception], tmp_path: Path) -> None:
    for call in (nbflow.create_experiment, nbflow.get_experiment_by_name):
        with pytest.raises(error):
            call(name)
    with pytest.raises(InvalidInputError):
        nbflow.set_experiment(name)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("tags", [[1], "text", {"a//b": 1}, {"": 1}, {5: 1}, {"a": "x" * 20_001}, {"a": "\ud800"}])
def test_wrong_tags_are_refused_and_nothing_is_made(tags: Any, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError):
        nbflow.create_experiment("vision", tags=tags)

    assert list(tmp_path.iterdir()) == []


# ---------------------------------------------------------------- which experiment a run goes into


def test_the_argument_wins_over_the_experiment_that_was_set() -> None:
    other = nbflow.create_experiment("other")
    nbflow.set_experiment("mine")

    assert home_of_a_new_run(experiment_id=other) == other


@pytest.mark.parametrize("experiment_id", ["0", 0])
def test_the_argument_may_be_a_number(experiment_id: Any) -> None:
    assert home_of_a_new_run(experiment_id=experiment_id) == "0"


@pytest.mark.parametrize("experiment_id", [1.5, b"0", ["0"], True])
def test_an_id_of_another_type_is_refused(experiment_id: Any) -> None:
    with pytest.raises(UnsupportedValueError, match="experiment_id"):
        nbflow.start_run(experiment_id=experiment_id)


def test_what_was_set_wins_over_the_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    mine = nbflow.set_experiment("mine")
    monkeypatch.setenv("NBFLOW_EXPERIMENT_NAME", "from-env")

    assert home_of_a_new_run() == mine.experiment_id
    assert nbflow.get_experiment_by_name("from-env") is None


def test_the_variable_with_a_name_makes_the_experiment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBFLOW_EXPERIMENT_NAME", "from-env")

    assert home_of_a_new_run() == named("from-env").experiment_id


def test_the_variable_with_an_id_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    experiment_id = nbflow.create_experiment("by-id")
    monkeypatch.setenv("NBFLOW_EXPERIMENT_ID", experiment_id)

    assert home_of_a_new_run() == experiment_id


def test_variables_that_agree_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    experiment_id = nbflow.create_experiment("both")
    monkeypatch.setenv("NBFLOW_EXPERIMENT_ID", experiment_id)
    monkeypatch.setenv("NBFLOW_EXPERIMENT_NAME", "both")

    assert home_of_a_new_run() == experiment_id


def test_variables_that_disagree_are_refused_and_nothing_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    # A name that no other test sets: what set_experiment leaves in the variable for another store binds nobody.
    monkeypatch.setenv("NBFLOW_EXPERIMENT_ID", nbflow.create_experiment("disagrees"))
    monkeypatch.setenv("NBFLOW_EXPERIMENT_NAME", "two")

    with pytest.raises(InvalidInputError, match="Set one of them"):
        nbflow.start_run()

    assert nbflow.get_experiment_by_name("two") is None
    assert nbflow.active_run() is None


def test_an_unknown_id_in_the_variable_is_not_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBFLOW_EXPERIMENT_ID", UNKNOWN)

    with pytest.raises(ExperimentNotFoundError):
        nbflow.start_run()


def test_children_log_to_the_experiment_that_was_set(
    python: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NBFLOW_EXPERIMENT_NAME", "of-before")
    mine = nbflow.set_experiment("mine")

    home = python("import nbflow\nwith nbflow.start_run() as run: print(run.info.experiment_id)")

    assert home == mine.experiment_id


def test_another_store_has_its_own_experiment() -> None:
    mine = nbflow.set_experiment("mine")

    nbflow.set_tracking_uri("other")
    assert home_of_a_new_run() == "0"
    other = nbflow.set_experiment("other")
    assert home_of_a_new_run() == other.experiment_id

    nbflow.set_tracking_uri("")
    assert home_of_a_new_run() == mine.experiment_id


# ---------------------------------------------------------------- trash


def test_a_deleted_experiment_takes_its_runs_with_it_and_brings_them_back() -> None:
    experiment = nbflow.set_experiment("vision")
    with nbflow.start_run() as kept:
        pass
    with nbflow.start_run() as deleted:
        pass
    nbflow.delete_run(deleted.run_id)

    nbflow.delete_experiment(experiment.experiment_id)

    assert nbflow.get_experiment(experiment.experiment_id).lifecycle_stage == "deleted"
    assert nbflow.get_run(kept.run_id).info.lifecycle_stage == "deleted"
    assert len(nbflow.search_runs([experiment.experiment_id])) == 0
    both = nbflow.search_runs([experiment.experiment_id], run_view_type=ViewType.DELETED_ONLY)
    assert set(both["run_id"]) == {kept.run_id, deleted.run_id}

    nbflow.restore_experiment(experiment.experiment_id)

    assert list(nbflow.search_runs([experiment.experiment_id])["run_id"]) == [kept.run_id]
    assert nbflow.get_run(deleted.run_id).info.lifecycle_stage == "deleted"


@pytest.mark.parametrize(
    "write",
    [
        lambda client, run_id: client.log_metric(run_id, "a", 1.0),
        lambda client, run_id: client.log_param(run_id, "a", 1),
        lambda client, run_id: client.log_text(run_id, "a", "a.txt"),
        lambda client, run_id: client.update_run(run_id, name="a"),
        lambda _client, run_id: nbflow.start_run(run_id=run_id),
    ],
)
def test_runs_of_a_deleted_experiment_take_nothing(write: Callable[[Client, str], object]) -> None:
    experiment_id = nbflow.create_experiment("vision")
    with nbflow.start_run(experiment_id=experiment_id) as run:
        pass
    nbflow.delete_experiment(experiment_id)

    with pytest.raises(RunDeletedError, match="restore_experiment"):
        write(Client(), run.run_id)

    assert nbflow.active_run() is None
    nbflow.restore_experiment(experiment_id)
    assert (run.metrics, run.params, run.status) == ({}, {}, "FINISHED")


def test_no_run_starts_in_a_deleted_experiment() -> None:
    experiment = nbflow.set_experiment("vision")
    nbflow.delete_experiment(experiment.experiment_id)

    for start in (
        nbflow.start_run,
        lambda: nbflow.start_run(experiment_id=experiment.experiment_id),
        lambda: Client().create_run(experiment.experiment_id),
        lambda: nbflow.set_experiment(experiment_id=experiment.experiment_id),
    ):
        with pytest.raises(ExperimentDeletedError, match="restore_experiment") as caught:
            start()
        assert caught.value.error_code == "INVALID_PARAMETER_VALUE"


@pytest.mark.parametrize("again", [nbflow.create_experiment, lambda name: nbflow.set_experiment(name).experiment_id])
def test_the_name_of_a_deleted_experiment_can_be_used_again(again: Callable[[str], str]) -> None:
    old = nbflow.create_experiment("vision")
    nbflow.delete_experiment(old)
    assert named("vision").experiment_id == old

    new = again("vision")

    assert new != old
    assert named("vision").experiment_id == new
    assert nbflow.get_experiment(old).lifecycle_stage == "deleted"
    stages = {e.experiment_id: e.lifecycle_stage for e in nbflow.search_experiments(ViewType.ALL)}
    assert stages == {"0": "active", old: "deleted", new: "active"}


def test_restoring_to_a_name_that_is_taken_is_refused() -> None:
    old = nbflow.create_experiment("vision")
    nbflow.delete_experiment(old)
    new = nbflow.create_experiment("vision")

    with pytest.raises(ExperimentExistsError) as caught:
        nbflow.restore_experiment(old)

    assert caught.value.experiment_id == new
    assert nbflow.get_experiment(old).lifecycle_stage == "deleted"
    nbflow.rename_experiment(new, "vision 2")
    nbflow.restore_experiment(old)
    assert named("vision").experiment_id == old


def test_deleting_twice_and_restoring_what_is_active_are_not_found() -> None:
    experiment_id = nbflow.create_experiment("vision")

    with pytest.raises(ExperimentNotFoundError):
        nbflow.restore_experiment(experiment_id)
    nbflow.delete_experiment(experiment_id)
    with pytest.raises(ExperimentNotFoundError):
        nbflow.delete_experiment(experiment_id)


# ---------------------------------------------------------------- names and tags


def test_a_renamed_experiment_keeps_its_id_and_gives_its_name_up() -> None:
    experiment_id = nbflow.create_experiment("vision")

    nbflow.rename_experiment(experiment_id, "sight")

    assert nbflow.get_experiment(experiment_id).name == "sight"
    assert nbflow.get_experiment_by_name("vision") is None
    assert named("sight").experiment_id == experiment_id
    assert nbflow.create_experiment("vision") != experiment_id


def test_a_name_that_is_taken_cannot_be_given() -> None:
    nbflow.create_experiment("one")
    two = nbflow.create_experiment("two")

    with pytest.raises(ExperimentExistsError):
        nbflow.rename_experiment(two, "one")
    nbflow.rename_experiment(two, "two")

    assert nbflow.get_experiment(two).name == "two"


def test_a_deleted_experiment_cannot_be_changed() -> None:
    experiment_id = nbflow.create_experiment("vision", tags={"a": "1"})
    nbflow.delete_experiment(experiment_id)

    changes: list[Callable[[], object]] = [
        lambda: nbflow.rename_experiment(experiment_id, "other"),
        lambda: Client().set_experiment_tag(experiment_id, "a", "2"),
        lambda: Client().delete_experiment_tag(experiment_id, "a"),
    ]
    for change in changes:
        with pytest.raises(ExperimentDeletedError):
            change()

    found = nbflow.get_experiment(experiment_id)
    assert (found.name, found.tags) == ("vision", {"a": "1"})


def test_tags_of_the_experiment_in_use_are_set_and_taken_away() -> None:
    experiment = nbflow.set_experiment("vision")

    nbflow.set_experiment_tag("team", "a")
    nbflow.set_experiment_tags({"team": "b", "größe x": 3})
    nbflow.delete_experiment_tag("größe x")

    assert nbflow.get_experiment(experiment.experiment_id).tags == {"team": "b"}
    with pytest.raises(TagNotFoundError) as caught:
        nbflow.delete_experiment_tag("größe x")
    assert caught.value.key == "größe x"


def test_of_tags_with_a_mistake_none_is_set() -> None:
    experiment = nbflow.set_experiment("vision")

    for tags in ({"good": 1, "a//b": 2}, {"good": 1, "long": "x" * 20_001}, [1]):
        with pytest.raises(InvalidInputError):
            nbflow.set_experiment_tags(tags)  # type: ignore[arg-type]
    with pytest.raises(UnsupportedValueError):
        nbflow.set_experiment_tag(["a"], 1)  # type: ignore[arg-type]

    assert nbflow.get_experiment(experiment.experiment_id).tags == {}


def test_tags_do_not_count_as_an_update_and_a_new_name_does() -> None:
    experiment_id = nbflow.create_experiment("vision")
    made = nbflow.get_experiment(experiment_id).last_update_time
    assert made is not None

    Client().set_experiment_tag(experiment_id, "a", 1)
    assert nbflow.get_experiment(experiment_id).last_update_time == made

    nbflow.rename_experiment(experiment_id, "sight")
    updated = nbflow.get_experiment(experiment_id).last_update_time
    assert updated is not None
    assert updated >= made


# ---------------------------------------------------------------- where artifacts are


def test_artifacts_are_in_the_store_unless_told_otherwise() -> None:
    experiment = nbflow.set_experiment("vision")

    assert experiment.artifact_location == str(Path("nbruns").absolute() / experiment.experiment_id)


def test_a_relative_location_stays_where_it_is_when_the_working_directory_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nbflow.set_tracking_uri("nbruns")
    experiment_id = nbflow.create_experiment("vision", artifact_location="elsewhere")
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir("sub")

    with nbflow.start_run(experiment_id=experiment_id) as run:
        nbflow.log_text("hello", "a.txt")

    assert nbflow.get_experiment(experiment_id).artifact_location == str(tmp_path / "elsewhere")
    assert (tmp_path / "elsewhere" / run.run_id / "artifacts" / "a.txt").read_text() == "hello"


@pytest.mark.parametrize("location", ["runs:/x", "models:/x/1", "", "a\0b", 5, b"x", "nope://x"])
def test_a_location_nothing_can_be_kept_at_is_refused(location: Any) -> None:
    with pytest.raises((InvalidUriError, UnsupportedValueError)):
        nbflow.create_experiment("vision", artifact_location=location)

    assert nbflow.get_experiment_by_name("vision") is None


def test_a_location_has_up_to_2048_characters() -> None:
    with pytest.raises(LimitExceededError):
        nbflow.create_experiment("vision", artifact_location="memory://" + "x" * 2048)


# ---------------------------------------------------------------- search


@pytest.fixture
def four() -> list[str]:
    """Make four experiments, one of them deleted; Default is there too."""
    ids = [
        nbflow.create_experiment("alpha", tags={"team": "vision", "n": "3"}),
        nbflow.create_experiment("beta", tags={"team": "audio", "n": "20"}),
        nbflow.create_experiment("Gamma's", tags={"größe": "x y"}),
        nbflow.create_experiment("gone"),
    ]
    nbflow.delete_experiment(ids[3])
    return ids


@pytest.mark.parametrize(
    ("filter_string", "names"),
    [
        (None, ["Default", "Gamma's", "alpha", "beta"]),
        ("", ["Default", "Gamma's", "alpha", "beta"]),
        ("name = 'alpha'", ["alpha"]),
        ("attribute.name != 'alpha'", ["Default", "Gamma's", "beta"]),
        ("name LIKE 'a%'", ["alpha"]),
        ("name ILIKE 'A%'", ["alpha"]),
        ("name LIKE '%a'", ["alpha", "beta"]),
        ('name = "Gamma\'s"', ["Gamma's"]),
        ("tags.team = 'vision'", ["alpha"]),
        ("tags.team != 'vision'", ["beta"]),
        ("tags.team IS NULL", ["Default", "Gamma's"]),
        ("tags.team IS NOT NULL AND name LIKE 'b%'", ["beta"]),
        ("tags.`größe` = 'x y'", ["Gamma's"]),
        ("tags.n > 5", ["beta"]),
        ("tags.team = 'audio' OR name = 'alpha'", ["alpha", "beta"]),
        ("NOT (tags.team = 'audio')", ["Default", "Gamma's", "alpha"]),
        ("name IN ('alpha', 'beta', 'nope')", ["alpha", "beta"]),
        ("experiment_id = '0'", ["Default"]),
        ("creation_time > 0", ["Default", "Gamma's", "alpha", "beta"]),
        ("last_update_time < 17", []),
    ],
)
@pytest.mark.usefixtures("four")
def test_a_filter_finds(filter_string: str | None, names: list[str]) -> None:
    found = nbflow.search_experiments(filter_string=filter_string)

    assert sorted(e.name for e in found) == names


@pytest.mark.parametrize(
    ("order_by", "names"),
    [
        (["name"], ["Default", "Gamma's", "alpha", "beta"]),
        (["name DESC"], ["beta", "alpha", "Gamma's", "Default"]),
        (["experiment_id"], None),
        (["creation_time ASC", "name"], None),
    ],
)
@pytest.mark.usefixtures("four")
def test_an_order_sorts(order_by: list[str], names: list[str] | None) -> None:
    found = nbflow.search_experiments(order_by=order_by)

    key: Callable[[Experiment], Any] = {"experiment_id": lambda e: e.experiment_id}.get(
        order_by[0], lambda e: (e.creation_time, e.name)
    )
    assert [e.name for e in found] == (names or [e.name for e in sorted(found, key=key)])


@pytest.mark.parametrize(("view_type", "n"), [(ViewType.ACTIVE_ONLY, 4), (ViewType.DELETED_ONLY, 1), (ViewType.ALL, 5)])
@pytest.mark.usefixtures("four")
def test_a_view_shows_active_or_deleted_ones(view_type: int, n: int) -> None:
    assert len(nbflow.search_experiments(view_type)) == n


@pytest.mark.usefixtures("four")
def test_pages_follow_each_other_without_gap_or_overlap() -> None:
    client = Client()

    first = client.search_experiments(max_results=3, order_by=["name"])
    second = client.search_experiments(max_results=3, order_by=["name"], page_token=first.token)

    assert first.token is not None
    assert second.token is None
    assert [e.name for e in first + second] == ["Default", "Gamma's", "alpha", "beta"]
    assert [e.name for e in nbflow.search_experiments(max_results=2, order_by=["name"])] == ["Default", "Gamma's"]


@pytest.mark.parametrize(
    "filter_string", ["foo = 'x'", "name = alpha", "params.a = '1'", "name ~ 'x'", "name =", "   "]
)
def test_a_wrong_filter_says_where(filter_string: str) -> None:
    with pytest.raises(InvalidFilterError, match="at character"):
        nbflow.search_experiments(filter_string=filter_string)


@pytest.mark.parametrize(
    "arguments",
    [
        {"view_type": 0},
        {"view_type": "1"},
        {"view_type": [1]},
        {"view_type": True},
        {"max_results": 0},
        {"max_results": -1},
        {"max_results": 1.5},
        {"max_results": 50_001},
        {"order_by": ["nope"]},
        {"order_by": "name"},
        {"order_by": ["name SIDEWAYS"]},
        {"filter_string": 5},
        {"page_token": "???"},
        {"page_token": "bm90IGpzb24="},
        {"page_token": 5},
        {"page_token": "W" * 100_000},
    ],
)
def test_wrong_arguments_of_a_search_are_refused(arguments: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError) as caught:
        Client().search_experiments(**arguments)

    assert caught.value.error_code == "INVALID_PARAMETER_VALUE"


def test_the_environment_is_as_it_was_when_nothing_was_set() -> None:
    nbflow.create_experiment("vision")
    home_of_a_new_run()

    assert "NBFLOW_EXPERIMENT_ID" not in os.environ
