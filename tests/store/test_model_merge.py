"""Two stores with registered models become one: by `merge`, which sees to the numbers, or by copying files."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbflow.errors import AliasNotFoundError, NbflowError
from nbflow.store.model_merge import Renumbered
from nbflow.store.models import ModelFacts

if TYPE_CHECKING:
    from nbflow import Client

Another = Callable[[Path], "Client"]
Exact = Callable[[object], object]


def register(client: Client, source: str, name: str = "m") -> int:
    return client._register(name, source=source, run_id=None, facts=ModelFacts(files={"MLmodel": source})).version


@pytest.fixture
def two(tmp_path: Path, another: Another) -> tuple[Client, Client]:
    """Give two stores that began as copies, with version 1 of `m`, and took numbers 2 and 3 each for itself."""
    one = another(tmp_path / "one")
    register(one, "s3://shared")
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    other = another(tmp_path / "two")
    for i in range(2):
        register(one, f"s3://one/{i}")
        register(other, f"s3://two/{i}")
    return one, other


def sources(client: Client, name: str = "m") -> dict[int, str]:
    return {version.version: version.source for version in client.search_model_versions(f"name = '{name}'")}


# merge


def test_a_model_that_the_target_has_not_comes_whole(tmp_path: Path, another: Another) -> None:
    source, target = another(tmp_path / "one"), another(tmp_path / "two")
    run_id = source.create_run("0").info.run_id
    source.log_text(run_id, "x", "model/MLmodel")
    source.create_registered_model("Iris 1", {"team": "a"}, "of flowers")
    source.create_model_version("Iris 1", f"runs:/{run_id}/model", tags={"k": "v"})
    source._register("Iris 1", source="/x", run_id=None, facts=ModelFacts(), put=Path.mkdir)
    source.set_registered_model_alias("Iris 1", "champion", 1)
    source.delete_model_version("Iris 1", 2)

    merged = target.merge(source.tracking_uri)

    assert (merged.models, merged.new_versions, merged.renumbered) == (("Iris 1",), 2, ())
    assert target.get_registered_model("Iris 1") == source.get_registered_model("Iris 1")
    assert target.search_model_versions(view_type=3) == source.search_model_versions(view_type=3)
    assert target.model_history("Iris 1") == source.model_history("Iris 1")
    assert target.doctor().findings == ()


def test_numbers_taken_on_both_sides_are_given_anew_in_the_target(two: tuple[Client, Client]) -> None:
    one, other = two

    merged = one.merge(other.tracking_uri)

    assert merged.renumbered == (Renumbered("m", 2, 4), Renumbered("m", 3, 5))
    assert sources(one) == {
        1: "s3://shared",
        2: "s3://one/0",
        3: "s3://one/1",
        4: "s3://two/0",
        5: "s3://two/1",
    }
    assert one.doctor().findings == ()


def test_a_second_merge_finds_all_there(two: tuple[Client, Client]) -> None:
    one, other = two
    one.merge(other.tracking_uri)
    before = sources(one)

    again = one.merge(other.tracking_uri)

    assert (again.models, again.new_versions, again.files) == ((), 0, 0)
    assert sources(one) == before
    back = other.merge(one.tracking_uri)
    assert back.new_versions == 2
    assert sorted(sources(other).values()) == sorted(before.values())
    assert one.merge(other.tracking_uri).new_versions == 0
    assert sources(one) == before


def test_news_of_a_renumbered_version_find_it(two: tuple[Client, Client]) -> None:
    one, other = two
    one.merge(other.tracking_uri)
    other.set_model_version_tag("m", 2, "k", "v")
    other.add_comment("m", 2, "late")

    merged = one.merge(other.tracking_uri)

    assert (merged.models, merged.new_versions) == (("m",), 0)
    assert one.get_model_version("m", 4).tags == {"k": "v"}
    assert one.model_history("m", 4)[-1].text == "version 4: commented: late"
    assert one.get_model_version("m", 2).tags == {}


def test_aliases_and_history_follow_the_version(two: tuple[Client, Client]) -> None:
    one, other = two
    one.set_registered_model_alias("m", "champion", 3)
    other.set_registered_model_alias("m", "champion", 2)
    other.set_registered_model_alias("m", "theirs", 3)

    one.merge(other.tracking_uri)

    assert one.get_registered_model("m").aliases == {"champion": 4, "theirs": 5}
    assert one.get_model_version_by_alias("m", "champion").source == "s3://two/0"
    assert one.get_model_version("m", 4).aliases == ("champion",)
    assert [entry.text for entry in one.model_history("m") if entry.action == "alias set"] == [
        "alias champion set to 3",
        "alias champion set to 4 (was 3)",
        "alias theirs set to 5",
    ]


def test_an_approval_stays_with_what_it_approved(two: tuple[Client, Client], monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = two
    other.set_alias_policy("m", "champion", 1)
    monkeypatch.setenv("NBFLOW_USER", "bob")
    other.approve("m", 2)

    one.merge(other.tracking_uri)

    monkeypatch.setenv("NBFLOW_USER", "max")
    with pytest.raises(NbflowError, match="1 approval"):
        one.set_registered_model_alias("m", "champion", 2)
    one.set_registered_model_alias("m", "champion", 4)


def test_the_same_thing_registered_on_both_sides_under_one_number_is_one_version(
    tmp_path: Path, another: Another
) -> None:
    clients = [another(tmp_path / name) for name in ("one", "two")]
    for client in clients:
        register(client, "s3://same")
        client.set_registered_model_alias("m", client.tracking_uri[-3:], 1)

    merged = clients[0].merge(clients[1].tracking_uri)

    assert (merged.new_versions, merged.renumbered) == (0, ())
    assert sources(clients[0]) == {1: "s3://same"}
    assert clients[0].get_registered_model("m").aliases == {"one": 1, "two": 1}
    assert clients[0].doctor().findings == ()


def test_a_number_of_what_was_removed_for_good_is_not_given_again(two: tuple[Client, Client]) -> None:
    one, other = two
    one.delete_model_version("m", 3)
    one.gc()

    one.merge(other.tracking_uri)

    assert sources(one) == {1: "s3://shared", 2: "s3://one/0", 4: "s3://two/0", 5: "s3://two/1"}


def test_a_copy_still_has_its_files_when_its_original_got_another_number(tmp_path: Path, another: Another) -> None:
    one, other = another(tmp_path / "one"), another(tmp_path / "two")
    register(one, "s3://one")
    register(other, "s3://two")
    other.copy_model_version("models:/m/1", "prod")

    one.merge(other.tracking_uri)

    assert one.get_model_version_download_uri("m", 1) == "s3://one"
    assert one.get_model_version_download_uri("prod", 1) == "s3://two"


def test_names_that_both_gave_to_different_models_are_told(tmp_path: Path, another: Another) -> None:
    one, other = another(tmp_path / "one"), another(tmp_path / "two")
    one.create_registered_model("a")
    one.rename_registered_model("a", "b")
    other.create_registered_model("b")

    merged = one.merge(other.tracking_uri)

    assert merged.model_namesakes == ("b",)
    assert [finding.kind for finding in one.doctor().findings] == ["same_name"]


def test_what_a_kill_left_in_the_source_stays_there(tmp_path: Path, another: Another) -> None:
    source, target = another(tmp_path / "one"), another(tmp_path / "two")
    register(source, "s3://x")
    models = tmp_path / "one" / "models"
    (models / "m" / "2").mkdir()
    (models / "never").mkdir()
    (models / "gone.gc" / "1").mkdir(parents=True)

    target.merge(source.tracking_uri)

    assert sorted(path.name for path in (tmp_path / "two" / "models").rglob("*") if path.is_dir()) == [
        "1",
        "log",
        "log",
        "m",
    ]


# Copying files, as rsync does


def test_two_things_copied_onto_one_number_are_told_and_the_first_counts(two: tuple[Client, Client]) -> None:
    one, other = two
    other.set_registered_model_alias("m", "theirs", 2)

    copy_missing(Path(other.tracking_uri), Path(one.tracking_uri))

    assert sources(one) == {1: "s3://shared", 2: "s3://one/0", 3: "s3://one/1"}
    with pytest.raises(AliasNotFoundError):
        one.get_model_version_by_alias("m", "theirs")
    found = [(finding.kind, finding.path) for finding in one.doctor().findings if finding.problem]
    assert found == [
        ("alias_target", "models/m"),
        ("version_conflict", "models/m/2"),
        ("version_conflict", "models/m/3"),
    ]


def copy_missing(source: Path, target: Path) -> None:
    for path in sorted(source.rglob("*")):
        copy = target / path.relative_to(source)
        if path.is_file() and (not copy.exists() or copy.stat().st_size < path.stat().st_size):
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, copy)


# A step: which of the two machines, what it does, and three small numbers that say with what.
Step = tuple[int, str, int, int, int]
DEEDS = (
    *("create", "rename", "delete", "restore", "tag", "untag", "describe"),
    *("register", "copy", "delete version", "restore version", "tag version", "stage"),
    *("alias", "unalias", "policy", "unpolicy", "comment", "approve", "reject", "evaluate"),
)
NAMES = ("a", "B", "ü c")

small = st.integers(0, 2)
steps = st.lists(st.tuples(st.integers(0, 1), st.sampled_from(DEEDS), small, small, small), max_size=20)


def act(client: Client, step: Step) -> None:
    """Do something, if it can be done: what is refused changes nothing."""
    which, deed, i, j, k = step
    name, other, version = NAMES[i], NAMES[j], k + 1
    store = client._store.models
    deeds: dict[str, Callable[[], object]] = {
        "create": lambda: client.create_registered_model(name, {"t": k}),
        "rename": lambda: client.rename_registered_model(name, other),
        "delete": lambda: client.delete_registered_model(name),
        "restore": lambda: client.restore_registered_model(name),
        "tag": lambda: client.set_registered_model_tag(name, other, k),
        "untag": lambda: client.delete_registered_model_tag(name, other),
        "describe": lambda: client.update_registered_model(name, other),
        "register": lambda: register(client, f"s3://{which}/{j}", name),
        "copy": lambda: client.copy_model_version(f"models:/{name}/{version}", other),
        "delete version": lambda: client.delete_model_version(name, version),
        "restore version": lambda: client.restore_model_version(name, version),
        "tag version": lambda: client.set_model_version_tag(name, version, other, k),
        "stage": lambda: store.version(client._model(name).folder, version).stage("Staging", "x"),
        "alias": lambda: client.set_registered_model_alias(name, other[0], version),
        "unalias": lambda: client.delete_registered_model_alias(name, other[0]),
        "policy": lambda: client.set_alias_policy(name, other[0], k, "metrics.a > 0"),
        "unpolicy": lambda: client.delete_alias_policy(name, other[0]),
        "comment": lambda: client.add_comment(name, version, other),
        "approve": lambda: client.approve(name, version),
        "reject": lambda: client.reject(name, version),
        "evaluate": lambda: client.log_evaluation(name, version, {"a": k}),
    }
    with contextlib.suppress(NbflowError):
        deeds[deed]()


def two_machines(folder: Path, another: Another, before: list[Step], after: list[Step]) -> tuple[Path, Path]:
    """Make a store and a copy of it, and let both go on."""
    roots = folder / "one", folder / "two"
    first = another(roots[0])
    register(first, "s3://shared", "a")
    for step in before:
        act(first, step)
    shutil.copytree(*roots)
    clients = first, another(roots[1])
    for step in after:
        act(clients[step[0]], step)
    return roots


def everything(client: Client) -> list[Any]:
    """Read all that there is to be read of models."""
    models = client._store.models
    states = [models.log(folder).refresh() for folder in client._store.reader.models()]
    return [
        states,
        [models.versions(state.folder) for state in states],
        client.search_registered_models(view_type=3),
        client.search_model_versions(view_type=3),
        [client.model_history(model.name) for model in client.search_registered_models()],
    ]


@settings(max_examples=25)
@given(before=steps, after=steps)
def test_copied_in_either_order_it_is_the_same_store(
    tmp_path_factory: pytest.TempPathFactory, another: Another, exact: Exact, before: list[Step], after: list[Step]
) -> None:
    folder = tmp_path_factory.mktemp("m")
    one, two = two_machines(folder, another, before, after)
    both = [folder / "first" / "s", folder / "second" / "s"]

    for root, order in zip(both, [(one, two), (two, one)], strict=True):
        for source in order:
            copy_missing(source, root)

    assert exact(everything(another(both[0]))) == exact(everything(another(both[1])))


@settings(max_examples=25)
@given(before=steps, after=steps)
def test_merged_in_either_order_it_is_the_same_but_for_numbers(
    tmp_path_factory: pytest.TempPathFactory, another: Another, before: list[Step], after: list[Step]
) -> None:
    """Each side keeps its own numbers; what they mean, what is said of it, and what aliases stand for is the same."""
    folder = tmp_path_factory.mktemp("m")
    one, two = two_machines(folder, another, before, after)
    shutil.copytree(one, folder / "one before")

    another(one).merge(two)
    another(two).merge(folder / "one before")

    said = [by_id(another(root)) for root in (one, two)]
    assert said[0] == said[1]
    for root in (one, two):
        kinds = {finding.kind for finding in another(root).doctor().findings if finding.problem}
        assert kinds <= {"same_name", "alias_target"}
        # And again there is nothing to do.
        assert another(one).merge(two).new_versions == 0


def by_id(client: Client) -> list[Any]:
    """Say of each model what is known, with the ids of versions for their numbers."""
    models = client._store.models
    found = []
    for folder in client._store.reader.models():
        state = models.log(folder).refresh()
        if not state.exists:
            continue
        versions = models.versions(folder)
        said = {
            min(version.registrations): (
                version.registered.source,
                version.deleted,
                version.current_stage,
                {key: tag.value for key, tag in version.tags.items()},
                version.standing,
                version.evaluated,
            )
            for version in versions
        }
        targets = {alias: models.target(state, alias) for alias in state.aliases}
        aliases = {alias: min(target.registrations) for alias, target in targets.items() if target is not None}
        found.append((folder, state.current_name, state.deleted, sorted(state.policies), said, aliases))
    return found
