"""What `doctor` finds in registered models, and what `gc` removes of them for good."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from nbflow.errors import InvalidInputError, RegisteredModelNotFoundError, StoreWriteError
from nbflow.store.models import ModelFacts

if TYPE_CHECKING:
    from nbflow import Client

Another = Callable[[Path], "Client"]


@pytest.fixture
def run_id(client: Client) -> str:
    """Give a run that version 1 of `m` was registered from; version 2 has another source, version 3 its own files."""
    run_id = client.create_run("0").info.run_id
    client.log_text(run_id, "x", "model/MLmodel")
    client.set_terminated(run_id)
    client.create_registered_model("m")
    client.create_model_version("m", f"runs:/{run_id}/model")
    client.create_model_version("m", "s3://bucket/m")

    def put(place: Path) -> None:
        place.mkdir()
        (place / "MLmodel").write_text("x" * 1000)

    client._register("m", source="/x", run_id=None, facts=ModelFacts(), put=put)
    return run_id


def models_of(client: Client) -> Path:
    return Path(client.tracking_uri) / "models"


def found(client: Client) -> list[tuple[str, str, bool]]:
    return [(finding.kind, finding.path, finding.problem) for finding in client.doctor().findings]


# doctor


@pytest.mark.usefixtures("run_id")
def test_a_store_in_order_has_its_models_counted(client: Client) -> None:
    client.set_registered_model_alias("m", "champion", 1)
    client.create_registered_model("n")
    client.rename_registered_model("n", "o")
    client.delete_model_version("m", 2)
    client.delete_registered_model("o")

    checkup = client.doctor()

    assert checkup.findings == ()
    assert (checkup.n_models, checkup.n_versions) == (2, 3)


@pytest.mark.usefixtures("run_id")
def test_a_number_without_a_version_is_told_and_no_problem(client: Client) -> None:
    (models_of(client) / "m" / "4").mkdir()

    assert found(client) == [("not_registered", "models/m/4", False)]
    assert client.create_model_version("m", "s3://b/m").version == 5


@pytest.mark.usefixtures("run_id")
def test_a_version_whose_beginning_has_not_come_is_one(client: Client) -> None:
    log = models_of(client) / "m" / "4" / "log"
    log.mkdir(parents=True)
    (log / "w.jsonl").write_text('{"kind":"tag","t":1,"key":"k","value":"v"}\n')

    assert found(client) == [("not_registered", "models/m/4", True)]


def test_a_run_that_is_gone_is_told(client: Client, run_id: str) -> None:
    shutil.rmtree(Path(client.tracking_uri) / "0" / run_id)

    assert found(client) == [("missing_source", "models/m/1", True)]
    client.delete_model_version("m", 1)
    assert found(client) == []


@pytest.mark.usefixtures("run_id")
def test_an_alias_of_a_version_that_is_not_there_is_told(client: Client) -> None:
    client.set_registered_model_alias("m", "champion", 2)
    shutil.rmtree(models_of(client) / "m" / "2")

    (finding,) = client.doctor().findings

    assert (finding.kind, finding.path) == ("alias_target", "models/m")
    assert "champion" in finding.detail
    assert client.get_registered_model("m").aliases == {}


@pytest.mark.usefixtures("run_id")
def test_torn_and_damaged_logs_are_told(client: Client) -> None:
    (torn,) = (models_of(client) / "m" / "log").iterdir()
    (damaged,) = (models_of(client) / "m" / "2" / "log").iterdir()
    with torn.open("ab") as file:
        file.write(b'{"kind":"tag","t":')
    with damaged.open("ab") as file:
        file.write(b"nonsense\n")

    assert [(kind, path.rpartition("/")[0]) for kind, path, _ in found(client)] == [
        ("damaged_line", "models/m/2/log"),
        ("torn_tail", "models/m/log"),
    ]
    assert client.get_model_version("m", 2).source == "s3://bucket/m"


def test_a_folder_that_a_kill_left_is_told_and_the_next_model_takes_it(client: Client) -> None:
    client.create_registered_model("other")
    (models_of(client) / "m").mkdir()
    assert found(client) == [("not_created", "models/m", True)]

    client.create_registered_model("m")

    assert found(client) == []


# gc


@pytest.mark.usefixtures("run_id")
def test_a_deleted_version_is_removed_and_its_number_stays_used(client: Client) -> None:
    client.delete_model_version("m", 3)

    collected = client.gc()

    assert (collected.versions, collected.models, collected.runs) == (("m/3",), (), ())
    assert collected.freed_bytes > 1000
    assert not (models_of(client) / "m" / "3").exists()
    assert client.create_model_version("m", "s3://b/m").version == 4
    assert client.model_history("m")[-2].text == "version 3 removed for good"
    assert found(client) == []


@pytest.mark.usefixtures("run_id")
def test_a_removed_version_is_not_found_again(client: Client, another: Another) -> None:
    client.delete_model_version("m", 3)
    another(Path(client.tracking_uri)).gc()

    with pytest.raises(LookupError, match="removed for good"):
        client.restore_model_version("m", 3)


@pytest.mark.usefixtures("run_id")
def test_a_deleted_model_is_removed_and_its_name_is_free(client: Client) -> None:
    client.delete_registered_model("m")

    collected = client.gc()

    assert (collected.models, collected.versions) == (("m",), ())
    assert list(models_of(client).iterdir()) == []
    with pytest.raises(RegisteredModelNotFoundError):
        client.restore_registered_model("m")
    client.create_registered_model("m")
    assert client.create_model_version("m", "s3://b/m").version == 1
    assert found(client) == []


@pytest.mark.usefixtures("run_id")
def test_the_folder_of_a_model_whose_name_another_has_stays_taken(client: Client) -> None:
    client.delete_registered_model("m")
    client.create_registered_model("m", description="second")

    assert client.gc().models == ("m",)

    assert client.get_registered_model("m").description == "second"
    assert sorted(path.name for path in models_of(client).iterdir()) == ["m", "m~1"]
    assert [path.name for path in (models_of(client) / "m").iterdir()] == ["log"]
    client.delete_registered_model("m")
    client.create_registered_model("m", description="third")
    assert client.get_registered_model("m").description == "third"
    assert found(client) == []


@pytest.mark.usefixtures("run_id")
def test_what_is_not_in_the_trash_stays(client: Client) -> None:
    client.delete_model_version("m", 2)
    client.restore_model_version("m", 2)

    collected = client.gc()

    assert (collected.models, collected.versions) == ((), ())
    assert len(client.search_model_versions()) == 3


@pytest.mark.usefixtures("run_id")
def test_a_dry_run_only_says_what_would_go(client: Client) -> None:
    client.delete_model_version("m", 3)
    client.create_registered_model("n")
    client.delete_registered_model("n")

    planned = client.gc(dry_run=True)

    assert (planned.models, planned.versions, planned.dry_run) == (("n",), ("m/3",), True)
    assert client.restore_model_version("m", 3).version == 3
    assert client.restore_registered_model("n").name == "n"
    done = client.gc(dry_run=True)
    assert (done.models, done.versions) == ((), ())


@pytest.mark.usefixtures("run_id")
def test_what_was_deleted_lately_may_stay(client: Client) -> None:
    client.delete_model_version("m", 3)
    client.create_registered_model("n")
    client.delete_registered_model("n")

    collected = client.gc(older_than_s=3600)

    assert (collected.models, collected.versions, collected.kept) == ((), (), ())


@pytest.mark.usefixtures("run_id")
def test_only_what_was_named_goes(client: Client) -> None:
    client.delete_model_version("m", 3)
    run_id = client.create_run("0").info.run_id
    client.set_terminated(run_id)
    client.delete_run(run_id)
    for name in ("n", "o"):
        client.create_registered_model(name)
        client.delete_registered_model(name)

    assert client.gc(run_ids=[run_id]).models == ()
    collected = client.gc(model_names=["m", "n"])
    assert (collected.models, collected.versions) == (("n",), ("m/3",))
    (kept,) = client.gc(3600, model_names=["o"]).kept
    assert kept.id == "o"
    with pytest.raises(InvalidInputError, match="trash"):
        client.gc(model_names=["m"])
    with pytest.raises(RegisteredModelNotFoundError):
        client.gc(model_names=["nowhere"])


def test_a_run_that_a_version_was_registered_from_stays(client: Client, run_id: str) -> None:
    client.delete_run(run_id)

    collected = client.gc()

    (kept,) = collected.kept
    assert (collected.runs, kept.id) == ((), run_id)
    assert "version 1 of model 'm'" in kept.reason
    assert not kept.failed
    client.restore_run(run_id)
    assert (Path(client.get_model_version_download_uri("m", 1)) / "MLmodel").is_file()


def test_also_when_its_experiment_goes(client: Client) -> None:
    experiment_id = client.create_experiment("e")
    run_id = client.create_run(experiment_id).info.run_id
    client.set_terminated(run_id)
    client.create_registered_model("m")
    client.create_model_version("m", f"runs:/{run_id}/model")
    client.delete_experiment(experiment_id)

    collected = client.gc()

    assert (collected.runs, collected.experiments) == ((), ())
    assert {kept.id for kept in collected.kept} == {run_id, experiment_id}


def test_unless_that_is_forced(client: Client, run_id: str) -> None:
    client.delete_run(run_id)

    assert client.gc(force=True).runs == (run_id,)
    assert found(client) == [("missing_source", "models/m/1", True)]


@pytest.mark.parametrize("what", ["version", "model"])
def test_or_the_version_is_in_the_trash(client: Client, run_id: str, what: str) -> None:
    if what == "version":
        client.delete_model_version("m", 1)
    else:
        client.delete_registered_model("m")
    client.delete_run(run_id)

    assert client.gc().runs == (run_id,)


@pytest.mark.usefixtures("run_id")
@pytest.mark.parametrize("left", ["m.gc/3", "m/2.gc", "m/log.gc"])
def test_what_a_kill_left_is_told_and_removed(client: Client, left: str) -> None:
    """A removal that was begun: nobody sees what it left, and the next one finishes it."""
    place = models_of(client) / left
    (place / "log").mkdir(parents=True)
    before = client.search_model_versions()

    assert found(client) == [("leftover", f"models/{left.partition('/3')[0]}", True)]
    assert client.search_model_versions() == before
    assert client.gc().leftovers == (f"models/{left.partition('/3')[0]}",)
    assert client.search_model_versions() == before
    assert found(client) == []


def test_a_model_called_as_what_is_on_its_way_out_is_a_model(client: Client) -> None:
    client.create_registered_model("x.gc")
    client.create_model_version("x.gc", "s3://b/m")

    assert client.gc().leftovers == ()
    assert client.get_model_version("x.gc", 1).version == 1


@pytest.mark.usefixtures("run_id")
def test_files_of_a_version_that_never_came_to_be_go_after_a_while(client: Client) -> None:
    artifacts = models_of(client) / "m" / "4" / "artifacts"
    artifacts.mkdir(parents=True)
    (artifacts / "half").write_text("x")
    assert client.gc().leftovers == ()

    old = time.time() - 7200
    for path in (artifacts / "half", artifacts):
        os.utime(path, (old, old))

    assert client.gc().leftovers == ("models/m/4/artifacts",)
    assert client.create_model_version("m", "s3://b/m").version == 5


@pytest.mark.skipif(os.geteuid() == 0 if hasattr(os, "geteuid") else True, reason="nothing is forbidden to root")
def test_a_store_that_cannot_be_written_to_says_so(client: Client) -> None:
    client.create_registered_model("m")
    folder = models_of(client) / "m"
    folder.chmod(0o500)

    with pytest.raises(StoreWriteError):
        client.create_model_version("m", "s3://b/m")
    folder.chmod(0o700)
