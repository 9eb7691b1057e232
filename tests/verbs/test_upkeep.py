"""`doctor`, `gc` and `merge`: what they answer, and with which status."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pytest

from nbflow import Client
from nbflow.errors import InvalidInputError, NotAStoreError
from nbflow.store import checkup as checking
from nbflow.verbs.findings import TITLES, advice
from nbflow.verbs.gc import Age

if TYPE_CHECKING:
    from nbflow.entities import Run

Verb = Callable[..., str]
Lines = Callable[..., list[list[str]]]
Document = Callable[..., Any]


def tear(run: Run) -> Path:
    (path,) = (Path(run.info.artifact_uri).parent / "log").glob("*.jsonl")
    path.write_bytes(path.read_bytes() + b'{"kind')
    return path


# doctor


@pytest.mark.usefixtures("runs")
def test_a_sound_store_is_well(verb: Verb, document: Document, drawn: Verb) -> None:
    assert verb("doctor") == ""
    assert "All is well" in drawn("doctor")
    found = document("doctor")
    assert (found["n_runs"], found["n_problems"], found["findings"], found["counts"]) == (3, 0, [], {})


def test_problems_are_listed_counted_and_are_status_1(
    lines: Lines, document: Document, drawn: Verb, client: Client, runs: list[Run]
) -> None:
    path = tear(runs[0]).relative_to(client.tracking_uri).as_posix()

    assert [line[:3] for line in lines("doctor", status=1)] == [["problem", "torn_tail", path]]
    found = document("doctor", status=1)
    assert (found["n_problems"], found["counts"]) == (1, {"torn_tail": 1})
    assert found["findings"][0]["path"] == path
    text = drawn("doctor", status=1)
    assert "1 torn end of a log file" in text
    assert "1 problem" in text


def test_a_store_that_cannot_be_used_is_status_2(
    verb: Verb, tmp_path: Path, client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    from nbflow.verbs import invoke

    assert verb("doctor", status=2) == ""
    assert invoke(["doctor", "--store", client.tracking_uri, "--json"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert '"error_code": "INVALID_PARAMETER_VALUE"' in captured.err
    assert not (tmp_path / "nbruns").exists()


def test_many_findings_are_cut_for_a_person(drawn: Verb, client: Client, runs: list[Run]) -> None:
    for _ in range(12):
        run = client.create_run(runs[0].info.experiment_id)
        client.set_terminated(run.run_id)
        tear(run)

    assert "and 2 more" in drawn("doctor", status=1)


def test_every_kind_of_finding_has_a_title_and_advice() -> None:
    documented = set(re.findall(r"`([a-z_]+)`", checking.Finding.__doc__ or ""))

    assert documented == set(TITLES)
    assert all(advice(kind) for kind in TITLES)


# gc


def test_nothing_is_removed_without_a_yes(verb: Verb, client: Client, runs: list[Run]) -> None:
    client.delete_run(runs[0].run_id)

    with pytest.raises(click.UsageError, match="--yes"):
        verb("gc")
    assert client.get_run(runs[0].run_id).info.lifecycle_stage == "deleted"


@pytest.mark.usefixtures("runs")
def test_an_empty_trash_needs_no_yes(verb: Verb) -> None:
    assert verb("gc") == ""


def test_a_dry_run_lists_and_removes_nothing(lines: Lines, client: Client, runs: list[Run]) -> None:
    client.delete_run(runs[0].run_id)

    assert lines("gc", "--dry-run") == [["run", runs[0].run_id]]
    assert lines("gc", "--yes") == [["run", runs[0].run_id]]
    assert lines("gc", "--yes") == []


def test_what_goes_can_be_named(lines: Lines, client: Client, runs: list[Run]) -> None:
    for run in runs[:2]:
        client.delete_run(run.run_id)
    other = client.create_experiment("other")
    client.delete_experiment(other)

    assert lines("gc", "-y", "--run-id", "second") == [["run", runs[1].run_id]]
    assert lines("gc", "-y", "--experiment-id", "other") == [["experiment", other]]
    with pytest.raises(InvalidInputError, match="not in the trash"):
        lines("gc", "-y", "--run-id", "third")


def test_what_was_deleted_lately_is_spared(lines: Lines, client: Client, runs: list[Run]) -> None:
    client.delete_run(runs[0].run_id)

    assert lines("gc", "-y", "--older-than", "30d") == []
    assert lines("gc", "-y", "--older-than", "0s") == [["run", runs[0].run_id]]


def test_a_program_is_told_what_went_and_what_stays(document: Document, client: Client, runs: list[Run]) -> None:
    busy = client.create_run(runs[0].info.experiment_id)
    for run in (runs[0], busy):
        client.delete_run(run.run_id)

    found = document("gc", "--yes")

    assert set(found) == {
        *("runs", "experiments", "models", "versions", "leftovers"),
        *("kept", "freed_bytes", "dry_run"),
    }
    assert found["runs"] == [runs[0].run_id]
    assert [kept["id"] for kept in found["kept"]] == [busy.run_id]


def test_a_person_is_told_what_went(drawn: Verb, client: Client, runs: list[Run]) -> None:
    client.delete_run(runs[0].run_id)

    assert "Would remove 1 run (" in drawn("gc", "--dry-run")
    assert "Removed 1 run (" in drawn("gc", "--yes")
    assert "nothing to remove" in drawn("gc", "--yes")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="nothing is forbidden to root")
def test_what_cannot_be_removed_is_status_1(verb: Verb, client: Client, runs: list[Run]) -> None:
    client.delete_run(runs[0].run_id)
    folder = Path(client.tracking_uri, runs[0].info.experiment_id)
    folder.chmod(0o555)
    try:
        verb("gc", "--yes", status=1)
    finally:
        folder.chmod(0o755)


@pytest.mark.parametrize(
    ("text", "seconds"), [("30d", 2592000), ("12h", 43200), ("1d12h", 129600), ("1.5h", 5400), ("90m", 5400), ("0s", 0)]
)
def test_an_age_is_written_with_units(text: str, seconds: float) -> None:
    assert Age().convert(text, None, None) == seconds


@pytest.mark.parametrize("text", ["", "30", "d", "-1d", "1w", "1d 2h", "inf"])
def test_what_is_no_age_is_a_mistake(text: str) -> None:
    with pytest.raises(click.BadParameter):
        Age().convert(text, None, None)


# merge


@pytest.fixture
def other(tmp_path: Path) -> Client:
    made = Client(tmp_path / "other")
    made.create_run(made.create_experiment("vision"), run_name="theirs")
    return made


def test_a_store_is_merged_into_the_one_in_use(lines: Lines, client: Client, runs: list[Run], other: Client) -> None:
    (theirs,) = other.search_runs(None)

    assert lines("merge", other.tracking_uri) == [["run", theirs.run_id]]
    assert len(client.search_runs(None)) == len(runs) + 1
    assert lines("merge", other.tracking_uri) == []


def test_a_store_is_merged_into_the_one_that_is_named(
    client: Client, runs: list[Run], other: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    from nbflow.verbs import invoke

    assert invoke(["merge", client.tracking_uri, other.tracking_uri]) == 0

    assert len(capsys.readouterr().out.splitlines()) == len(runs)
    assert len(other.search_runs(None)) == len(runs) + 1


def test_what_was_left_out_is_listed_and_is_status_1(
    lines: Lines, document: Document, drawn: Verb, client: Client, runs: list[Run], other: Client
) -> None:
    lines("merge", other.tracking_uri)
    (theirs,) = other.search_runs(None)
    client.log_text(theirs.run_id, "ours", "f.txt")
    other.log_text(theirs.run_id, "their", "f.txt")
    path = f"{runs[0].info.experiment_id}/{theirs.run_id}/artifacts/f.txt"

    assert ["differing", path] in lines("merge", other.tracking_uri, status=1)
    found = document("merge", other.tracking_uri, status=1)
    assert (found["differing"], found["complete"]) == ([path], False)
    text = drawn("merge", other.tracking_uri, status=1)
    assert "1 artifact differs" in text


@pytest.mark.usefixtures("runs")
def test_a_person_is_told_what_was_copied(drawn: Verb, other: Client) -> None:
    assert "1 new run" in drawn("merge", other.tracking_uri)
    assert "Nothing to copy" in drawn("merge", other.tracking_uri)


@pytest.mark.usefixtures("runs")
def test_what_is_no_store_is_told(verb: Verb, tmp_path: Path) -> None:
    with pytest.raises(NotAStoreError):
        verb("merge", str(tmp_path / "nothing"))


def test_two_targets_contradict_each_other(verb: Verb, other: Client) -> None:
    with pytest.raises(click.UsageError, match="both name the store"):
        verb("merge", other.tracking_uri, "elsewhere")


def test_default_is_kept_by_its_name(drawn: Verb, client: Client) -> None:
    client.set_terminated(client.create_run("0").run_id)
    client.delete_experiment("0")

    assert "Kept the experiment Default: every store has it" in drawn("gc", "--yes")


# Registered models


def test_a_version_that_got_another_number_is_told(
    lines: Lines, drawn: Verb, client: Client, other: Client, hostile: str
) -> None:
    name = hostile.replace("/", "").replace("\r\n", "").replace("\x1b", "")
    for store in (client, other):
        store.create_registered_model(name)
        store.create_model_version(name, f"s3://bucket/{store is other}")

    text = drawn("merge", other.tracking_uri)

    assert "1 new model version" in text
    assert "is version 2 in DST" in text
    assert "\u202e" not in text
    other.create_model_version(name, "s3://bucket/new")
    assert [line[0] for line in lines("merge", other.tracking_uri)] == ["model", "renumbered", "renumbered"]


def test_a_run_that_a_version_came_from_goes_only_by_force(lines: Lines, client: Client, runs: list[Run]) -> None:
    client.create_registered_model("m")
    client.create_model_version("m", f"runs:/{runs[0].run_id}/model")
    client.delete_run(runs[0].run_id)

    ((kept, run_id, reason),) = lines("gc", "--yes")
    assert (kept, run_id) == ("kept", runs[0].run_id)
    assert "version 1 of model 'm'" in reason
    assert lines("gc", "--yes", "--force") == [["run", runs[0].run_id]]
    assert [line[:2] for line in lines("doctor", status=1)] == [["problem", "missing_source"]]


def test_models_and_versions_in_the_trash_are_removed_by_name(lines: Lines, drawn: Verb, client: Client) -> None:
    for name in ("a", "b"):
        client.create_registered_model(name)
    client.create_model_version("b", "s3://bucket/m")
    client.delete_model_version("b", 1)
    client.delete_registered_model("a")

    assert "1 registered model, 1 model version" in drawn("gc", "--dry-run")
    assert lines("gc", "--yes", "--model", "b") == [["version", "b/1"]]
    assert lines("gc", "--yes") == [["model", "a"]]


def test_the_models_of_a_store_are_counted(drawn: Verb, client: Client) -> None:
    client.create_registered_model("m")
    client.create_model_version("m", "s3://bucket/m")

    assert "1 model, 1 version" in drawn("doctor")
