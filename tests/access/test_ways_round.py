"""What somebody may try who may not see something: ids guessed, names taken, URIs, paths, and who is named for it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from nbflow import Client
from nbflow.access import Permission
from nbflow.entities import Identity, Param
from nbflow.errors import (
    AliasPolicyError,
    ExperimentExistsError,
    ExperimentNotFoundError,
    InvalidUriError,
    NbflowError,
    PermissionDeniedError,
    RegisteredModelExistsError,
    RegisteredModelNotFoundError,
    RunNotFoundError,
)
from nbflow.store.layout import experiment_id_for
from nbflow.tracking.guarded import GuardedClient
from nbflow.tracking.run_places import run_at

if TYPE_CHECKING:
    from tests.access.conftest import World

READ, EDIT, MANAGE = Permission.READ, Permission.EDIT, Permission.MANAGE


@pytest.fixture
def ada(world: World) -> Client:
    """Give a client of somebody who may make things, and see nothing of others."""
    world.grant(("store", ""), EDIT)
    for experiment_id in (world.experiment, world.trashed, "0"):
        world.plain.set_experiment_permission(experiment_id, "*", "NO_PERMISSIONS")
    for name in ("net", "thrown away"):
        world.plain.set_registered_model_permission(name, "*", "NO_PERMISSIONS")
    return world.client


# Names


@pytest.mark.parametrize("way", ["create", "rename", "restore"])
def test_a_name_that_is_taken_by_what_may_not_be_seen_is_refused_without_saying_by_what(
    world: World, ada: Client, way: str
) -> None:
    own = ada.create_experiment("mine")
    if way == "restore":
        ada.delete_experiment(own)
        world.plain.rename_experiment(world.experiment, "mine")

    calls: dict[str, Callable[[], object]] = {
        "create": lambda: ada.create_experiment("theirs"),
        "rename": lambda: ada.rename_experiment(own, "theirs"),
        "restore": lambda: ada.restore_experiment(own),
    }
    with pytest.raises(ExperimentExistsError) as caught:
        calls[way]()

    assert caught.value.experiment_id == ""
    assert world.experiment not in str(caught.value)
    assert caught.value.__context__ is None
    assert caught.value.error_code == "RESOURCE_ALREADY_EXISTS"


def test_a_name_that_is_taken_by_what_may_be_seen_is_refused_as_ever(world: World, ada: Client) -> None:
    with pytest.raises(ExperimentExistsError, match=world.other):
        ada.create_experiment("another")


def test_the_name_of_what_is_in_the_trash_can_be_used_by_all(world: World, ada: Client) -> None:
    made = ada.create_experiment("thrown away")

    assert made != world.trashed
    assert ada.get_experiment(made).name == "thrown away"


@pytest.mark.parametrize(
    "call",
    [
        lambda client, _run: client.create_registered_model("net"),
        lambda client, run: client.register_model(f"runs:/{run}/model", "net"),
        lambda client, _run: client.rename_registered_model("mine", "net"),
        lambda client, _run: client.copy_model_version("models:/mine/1", "net"),
    ],
)
def test_the_name_of_a_model_that_may_not_be_seen_is_refused(world: World, ada: Client, call: object) -> None:
    run = ada.create_run(ada.create_experiment("mine")).info.run_id
    from tests.access.conftest import a_model

    ada.log_model(run, "model", a_model)
    ada.register_model(f"runs:/{run}/model", "mine")
    before = world.plain.model_history("net")

    with pytest.raises(RegisteredModelExistsError) as caught:
        call(ada, run)  # type: ignore[operator]

    assert "'net'" in str(caught.value)
    assert world.plain.model_history("net") == before


def test_near_names_are_not_offered_of_what_may_not_be_seen(ada: Client) -> None:
    for name in ("nett", "NET", "net "):
        with pytest.raises(NbflowError) as caught:
            ada.get_registered_model(name)
        assert "'net'" not in str(caught.value)


def test_restoring_looks_at_what_would_be_restored(world: World, ada: Client) -> None:
    made = world.plain.create_registered_model("thrown away")
    world.plain.set_registered_model_permission("thrown away", "user:ada", "MANAGE")

    with pytest.raises(RegisteredModelNotFoundError):
        ada.restore_registered_model("thrown away")

    assert world.plain.get_registered_model("thrown away").creation_timestamp == made.creation_timestamp


# Runs and what is theirs


def test_a_run_goes_where_its_experiment_goes(world: World, ada: Client) -> None:
    assert ada.get_experiment(world.other).name == "another"
    world.plain.move_run(world.run, world.other)
    assert ada.get_run(world.run).info.experiment_id == world.other

    world.plain.move_run(world.run, world.experiment)
    with pytest.raises(RunNotFoundError):
        ada.read_artifact(world.run, "conf/a.json")


def test_a_run_is_not_moved_away_by_who_may_only_read_it(world: World, ada: Client) -> None:
    world.grant(("experiment", world.experiment), READ)

    with pytest.raises(PermissionDeniedError):
        ada.move_run(world.run, world.other)
    with pytest.raises(PermissionDeniedError):
        ada.update_run(world.run, status="RUNNING")
    with pytest.raises(PermissionDeniedError):
        ada.set_tag(world.run, "mlflow.parentRunId", "x")


def test_a_run_without_its_experiment_is_for_administrators(world: World, ada: Client) -> None:
    """A merge brings runs before the log that says who may see them."""
    log = Path(ada.tracking_uri, world.other, "log")
    run = world.new_run(world.other)
    assert ada.get_run(run).info.status == "FINISHED"
    log.rename(log.with_name("elsewhere"))

    for call in (lambda: ada.get_run(run), lambda: ada.log_metric(run, "a", 1), lambda: ada.list_artifacts(run)):
        with pytest.raises(RunNotFoundError):
            call()
    assert ada.count_runs() == 0
    assert world.plain.get_run(run).info.run_id == run
    world.plain.set_store_permission("user:ada", "MANAGE")
    assert ada.get_run(run).info.run_id == run


def test_an_experiment_that_is_made_is_the_makers_from_its_first_line_on(world: World, ada: Client) -> None:
    made = ada.create_experiment("mine", tags={"a": "b"})

    (log,) = Path(ada.tracking_uri, made, "log").iterdir()
    assert b'"granted"' in log.read_bytes().splitlines()[0]
    assert ada.get_permission("ada", made) == "MANAGE"
    assert ada.get_permission("bob", made) == "READ"
    assert world.plain.list_experiment_permissions(made)[0].subject == "user:ada"


def test_a_model_that_is_made_is_the_makers(ada: Client) -> None:
    ada.create_registered_model("mine")

    assert ada.get_permission("ada", name="mine") == "MANAGE"
    assert [grant.subject for grant in ada.list_registered_model_permissions("mine")] == ["user:ada"]
    ada.delete_registered_model("mine")


# Where models come from


def places(world: World) -> dict[str, str]:
    artifacts = Path(world.plain.get_run(world.run).info.artifact_uri)
    relative = os.path.relpath(artifacts / "model")
    return {
        "runs": f"runs:/{world.run}/model",
        "two slashes": f"runs://{world.run}/model",
        "registered": "models:/net/1",
        "quoted": "models:/n%65t/1",
        "alias": "models:/net@prod",
        "path": str(artifacts / "model"),
        "relative": relative,
        "file": (artifacts / "model").as_uri(),
        "MLmodel": str(artifacts / "model" / "MLmodel"),
        "climbing": f"{artifacts}/../artifacts/./model",
    }


def test_no_name_of_a_model_leads_to_what_may_not_be_seen(world: World, ada: Client) -> None:
    refused = (RunNotFoundError, RegisteredModelNotFoundError, PermissionDeniedError)
    ada.create_registered_model("mine")
    for uri in places(world).values():
        for call in (
            ada.find_model,
            ada.get_model_info,
            lambda uri: ada.register_model(uri, "mine"),
            lambda uri: ada.create_model_version("mine", uri),
            lambda _uri: ada.create_model_version("mine", "s3://bucket/model", world.run),
            lambda uri: ada.copy_model_version(uri, "mine"),
        ):
            with pytest.raises(refused):
                call(uri)
    assert ada.search_model_versions("name = 'mine'") == []


def test_every_name_of_a_model_leads_to_what_may_be_seen(world: World, ada: Client) -> None:
    world.grant(("experiment", world.experiment), READ)
    world.grant(("model", "net"), READ)

    for uri in places(world).values():
        assert ada.get_model_info(uri).flavors


def test_who_may_see_a_path_of_a_run_may_write_there_only_with_more(world: World, ada: Client) -> None:
    from tests.access.conftest import a_signature

    world.grant(("experiment", world.experiment), READ)
    for uri in places(world).values():
        with pytest.raises((PermissionDeniedError, RegisteredModelNotFoundError)):
            ada.set_model_signature(uri, a_signature())


def test_a_version_lets_its_files_be_seen_by_who_may_see_it(world: World, ada: Client) -> None:
    """Registering publishes: it takes READ on the run, and whoever sees the version need not have that."""
    world.grant(("model", "net"), READ)

    assert ada.get_model_info("models:/net/1").flavors
    assert (ada.find_model("models:/net@prod").folder / "weights.bin").read_bytes() == b"weights"
    with pytest.raises(RunNotFoundError):
        ada.get_run(world.run)


@pytest.mark.parametrize("uri", ["/etc", "{store}/store.json", "{store}/models/net", "s3://bucket/a", "file:///etc"])
def test_files_that_are_no_runs_are_for_who_manages_the_store(ada: Client, uri: str) -> None:
    named = uri.format(store=ada.tracking_uri)

    for call in (ada.find_model, lambda uri: ada.register_model(uri, "mine")):
        with pytest.raises(PermissionDeniedError, match="on the store"):
            call(named)


@pytest.mark.parametrize(
    "uri", ["models:/net/1/../../x", "models:/net@prod/..", "runs:/{run}/../{run}/x", "models:/net"]
)
def test_a_uri_does_not_climb(world: World, ada: Client, uri: str) -> None:
    world.plain.set_store_permission("user:ada", "MANAGE")

    with pytest.raises(InvalidUriError):
        ada.find_model(uri.format(run=world.run))


@pytest.mark.parametrize("wrong", [None, 3, b"runs:/x/y", "", " ", "models:", "runs:/abc/model"])
def test_what_is_no_uri_is_refused(ada: Client, wrong: object) -> None:
    with pytest.raises(NbflowError):
        ada.find_model(wrong)  # type: ignore[arg-type]
    with pytest.raises(NbflowError):
        ada.create_model_version("mine", wrong)  # type: ignore[arg-type]


@pytest.mark.skipif(os.name == "nt", reason="symlinks need a privilege there")
def test_a_symlink_in_ones_own_run_does_not_make_another_place_ones_own(world: World, ada: Client) -> None:
    mine = ada.create_run(ada.create_experiment("mine")).info.run_id
    ada.log_text(mine, "a", "a.txt")
    store = world.plain._store
    artifacts = Path(world.plain.get_run(mine).info.artifact_uri)
    theirs = Path(world.plain.get_run(world.run).info.artifact_uri)
    (artifacts / "link").symlink_to(theirs / "model")
    (artifacts / "deep").symlink_to(artifacts)

    assert run_at(store, str(artifacts / "a.txt")) == mine
    assert run_at(store, str(artifacts / "link")) == world.run
    # As it will be read: without what stands before `..`, a symlink or not.
    assert run_at(store, f"{artifacts}/deep/../../../../{theirs.relative_to(store.root)}") == world.run
    with pytest.raises(PermissionDeniedError):
        ada.find_model(str(artifacts / "link"))


def test_a_place_beside_a_runs_artifacts_is_not_its(world: World) -> None:
    store = world.plain._store
    artifacts = world.plain.get_run(world.run).info.artifact_uri

    assert run_at(store, artifacts) == run_at(store, f"{artifacts}/") == run_at(store, f"{artifacts}/x/y") == world.run
    for place in (f"{artifacts}2/x", f"{artifacts}/../log", str(Path(artifacts).parent), f"/{world.run}/artifacts"):
        assert run_at(store, place) is None
    for url in (f"s3://bucket/{world.run}/artifacts/model", f"memory://{artifacts}"):
        assert run_at(store, url) is None


def test_artifacts_at_a_url_are_those_of_the_run(world: World) -> None:
    client = world.plain
    made = client.create_experiment("remote", artifact_location="memory://bucket")
    run = client.create_run(made).info.run_id
    store = client._store

    assert run_at(store, f"memory://bucket/{run}/artifacts/model") == run
    for url in (
        f"memory://bucket/{run}/artifacts2",
        f"memory://bucket/{run}/artifacts/../x",
        f"memory://bucket/{run}/artifacts/%2e%2e/x",
        f"memory://other/{run}/artifacts/model",
    ):
        assert run_at(store, url) is None


# Where artifacts go


def test_where_artifacts_are_kept_is_for_who_manages_the_store(ada: Client, tmp_path: Path) -> None:
    assert ada.create_experiment("here")
    for location in (str(tmp_path), "memory://bucket", f"{ada.tracking_uri}/0"):
        with pytest.raises(PermissionDeniedError, match="needs MANAGE"):
            ada.create_experiment("there", artifact_location=location)


# Who is named


def test_what_is_done_is_done_by_who_asked(world: World, ada: Client) -> None:
    world.grant(("model", "net"), MANAGE)
    os.environ["NBFLOW_USER"] = "somebody else"

    ada.add_comment("net", 1, "good")
    ada.approve("net", 1)
    ada.set_registered_model_alias("net", "best", 1)
    ada.set_registered_model_permission("net", "user:carl", "READ")
    ada.delete_registered_model_tag("net", "team")

    done = [entry for entry in ada.model_history("net") if entry.user == "ada"]
    assert [entry.action for entry in done] == [
        "commented",
        "approved",
        "alias set",
        "permission set",
        "tag deleted",
    ]


def test_a_policy_holds_besides(world: World, ada: Client) -> None:
    world.grant(("model", "net"), EDIT)

    with pytest.raises(AliasPolicyError):
        ada.set_registered_model_alias("net", "champion", 1)
    with pytest.raises(PermissionDeniedError):
        ada.delete_alias_policy("net", "champion")
    ada.approve("net", 1)
    with pytest.raises(AliasPolicyError, match="'ada' moves the alias"):
        ada.set_registered_model_alias("net", "champion", 1)


# Errors on the way


def test_an_error_of_what_may_be_seen_names_nothing_else(world: World, ada: Client) -> None:
    secrets = re.compile(rf"{world.experiment}|{experiment_id_for('theirs', 0)}|{world.run}|vision")
    own = ada.create_experiment("mine")
    run = ada.create_run(own).info.run_id
    for call in (
        lambda: ada.get_experiment("their"),
        lambda: ada.create_experiment("theirs"),
        lambda: ada.log_batch(run, params=[Param("a", "1"), Param("a", "2")]),
        lambda: ada.load_table(own, "table.json"),
        lambda: ada.restore_experiment(own),
        lambda: ada.delete_experiment_tag(own, "team"),
        lambda: ada.search_frame(None).best("metrics.loss"),
    ):
        with pytest.raises(NbflowError) as caught:
            call()
        assert not secrets.search(str(caught.value)), str(caught.value)


def test_somebody_without_anything_meets_an_empty_store(world: World) -> None:
    nobody = Client(world.plain.tracking_uri, identity=Identity("mallory"))

    assert nobody.search_experiments() == []
    assert nobody.search_runs(None) == []
    assert nobody.search_registered_models() == []
    assert nobody.search_model_versions() == []
    assert nobody.get_permission("mallory") == "NO_PERMISSIONS"
    for call in (lambda: nobody.get_permission("bob"), nobody.list_store_permissions, nobody.doctor):
        with pytest.raises(PermissionDeniedError):
            call()
    for permission in ("mallory", "ada", "bob"):
        with pytest.raises(ExperimentNotFoundError):
            nobody.get_permission(permission, world.experiment)
        with pytest.raises(RegisteredModelNotFoundError):
            nobody.get_permission(permission, name="net")


def test_a_name_that_somebody_else_takes_in_the_meantime_is_not_registered_to(world: World, ada: Client) -> None:
    """The guard found the name free; the plain client behind it then meets another's model."""
    assert isinstance(ada, GuardedClient)
    with pytest.raises(RegisteredModelExistsError):
        ada._plain._check_may_edit("net")
    ada._plain._check_may_edit("a free name")
    world.plain._check_may_edit("net")


def test_the_name_of_somebody_elses_model_in_the_trash_cannot_be_taken(tmp_path: Path) -> None:
    root = tmp_path / "nbruns"
    Client(root, "ada").create_registered_model("fraud")
    Client(root, "ada").delete_registered_model("fraud")
    Client(root).set_store_permission("*", "EDIT")
    bob = Client(root, "bob")
    with pytest.raises(RegisteredModelExistsError):
        bob.create_registered_model("fraud")
    bob.create_registered_model("mine")
    with pytest.raises(RegisteredModelExistsError):
        bob.rename_registered_model("mine", "fraud")
    Client(root, "ada").create_registered_model("fraud")
