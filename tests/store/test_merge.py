"""`Client.merge` brings over all that a store lacks, says what it did not, and can be stopped and called again."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from nbflow import Client
from nbflow.entities import Metric
from nbflow.errors import InvalidInputError, NbflowError, NewerFormatError, NotAStoreError

if TYPE_CHECKING:
    from nbflow.entities import Run

Another = Callable[[Path], Client]
Exact = Callable[[object], object]


@pytest.fixture
def source(tmp_path: Path) -> Client:
    return Client(tmp_path / "source")


@pytest.fixture
def target(tmp_path: Path) -> Client:
    return Client(tmp_path / "target")


def filled(client: Client, name: str = "x") -> Run:
    """Make an experiment, if it is not there, and a run with something of everything."""
    found = client.get_experiment_by_name(name)
    run = client.create_run(client.create_experiment(name) if found is None else found.experiment_id)
    client.log_param(run.run_id, "p", "ü\n")
    client.log_batch(run.run_id, [Metric("loss", value, 1, step) for step, value in enumerate([0.5, float("nan")])])
    client.log_text(run.run_id, "text", "a/b.txt")
    client.set_terminated(run.run_id)
    return client.get_run(run.run_id)


def log_file(client: Client, run: Run, ending: str = ".jsonl") -> Path:
    (found,) = Path(client.tracking_uri, run.info.experiment_id, run.run_id, "log").glob(f"*{ending}")
    return found


def everything(client: Client) -> list[Any]:
    """Read all that is known of all experiments and runs, but for where the store lies."""
    experiments = [replace(each, artifact_location="") for each in client.search_experiments(view_type=3)]
    runs = sorted(client.search_runs(None, run_view_type=3), key=lambda run: run.run_id)
    whole = [client.get_run(run.run_id) for run in runs]
    histories = [[client.get_metric_history(run.run_id, key) for key in sorted(run.metrics)] for run in runs]
    artifacts = [
        [(info.path, client.read_artifact(run.run_id, info.path)) for info in client.walk_artifacts(run.run_id)]
        for run in runs
    ]
    return [experiments, [_unplaced(run) for run in runs], [_unplaced(run) for run in whole], histories, artifacts]


def _unplaced(run: Run) -> Run:
    data = run.data
    # The order of keys is that in which they were met.
    sorted_data = replace(
        data,
        metrics=dict(sorted(data.metrics.items())),
        params=dict(sorted(data.params.items())),
        tags=dict(sorted(data.tags.items())),
        latest_metrics=tuple(sorted(data.latest_metrics, key=lambda metric: metric.key)),
    )
    return replace(run, info=replace(run.info, artifact_uri=""), data=sorted_data)


def files_of(root: Path) -> dict[str, tuple[bytes, int]]:
    return {
        str(path.relative_to(root)): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in root.rglob("*")
        if path.is_file()
    }


# What comes over


def test_a_new_store_gets_all(source: Client, target: Client, exact: Exact) -> None:
    runs = [filled(source), filled(source), filled(source, "y")]
    source.delete_run(runs[0].run_id)
    source.move_run(runs[1].run_id, runs[2].info.experiment_id)
    source.set_experiment_tag(runs[2].info.experiment_id, "k", "v")

    merged = target.merge(source.tracking_uri)

    assert (set(merged.runs), merged.new_runs, merged.complete) == ({run.run_id for run in runs}, 3, True)
    assert exact(everything(target)[1:]) == exact(everything(source)[1:])
    assert target.doctor().findings == ()


def test_a_store_that_has_all_of_it_is_not_touched(source: Client, target: Client) -> None:
    filled(source)
    target.merge(source.tracking_uri)
    before = files_of(Path(target.tracking_uri))

    merged = target.merge(source.tracking_uri)

    assert (merged.runs, merged.files) == ((), 0)
    assert files_of(Path(target.tracking_uri)) == before


def test_the_source_is_only_read(source: Client, target: Client) -> None:
    filled(source)
    before = files_of(Path(source.tracking_uri))

    target.merge(source.tracking_uri)

    assert files_of(Path(source.tracking_uri)) == before


def test_one_experiment_on_two_machines_is_one_experiment(source: Client, target: Client) -> None:
    runs = {filled(source).run_id, filled(target).run_id}

    target.merge(source.tracking_uri)

    experiment = target.get_experiment_by_name("x")
    assert experiment is not None
    assert {run.run_id for run in target.search_runs([experiment.experiment_id])} == runs


@pytest.mark.parametrize("ending", [".jsonl", ".metrics"])
@pytest.mark.parametrize("longer", ["source", "target"])
def test_of_a_log_file_the_longer_one_is_kept(source: Client, target: Client, ending: str, longer: str) -> None:
    run = filled(source)
    target.merge(source.tracking_uri)
    shorter = log_file(target if longer == "source" else source, run, ending)
    whole = shorter.read_bytes()
    shorter.write_bytes(whole[: whole[:-1].rfind(b"\n") + 1] if ending == ".jsonl" else whole[:-32])

    merged = target.merge(source.tracking_uri)

    assert log_file(target, run, ending).read_bytes() == whole
    assert merged.runs == ((run.run_id,) if longer == "source" else ())


def test_news_of_a_run_come_over_and_are_found_at_once(source: Client, target: Client, another: Another) -> None:
    old = filled(source)
    experiment_id = old.info.experiment_id
    for _ in range(200):  # more than an index looks at each time
        run = source.create_run(experiment_id)
        source.set_terminated(run.run_id)
    target.merge(source.tracking_uri)
    searching = another(Path(target.tracking_uri))
    for _ in range(2):  # the old run has had its turn
        assert searching.search_runs([experiment_id], "params.new = '1'") == []
    hints = Path(source.tracking_uri, experiment_id, "log")
    before = set(hints.iterdir())
    another(Path(source.tracking_uri)).log_param(old.run_id, "new", "1")
    for hint in set(hints.iterdir()) - before:  # as when an earlier merge, killed, has brought it over already
        hint.unlink()

    target.merge(source.tracking_uri)

    assert [run.run_id for run in searching.search_runs([experiment_id], "params.new = '1'")] == [old.run_id]


def test_files_are_placed_so_that_no_reader_meets_what_it_cannot_name(
    source: Client, target: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(source)
    placed: list[str] = []
    replace_file = Path.replace

    def note(path: Path, to: Path) -> Path:
        placed.append(to.suffix)
        return replace_file(path, to)

    monkeypatch.setattr(Path, "replace", note)

    target.merge(source.tracking_uri)

    # The artifact, the names of the metrics, their numbers, and then the logs of two experiments.
    assert placed[-5:] == [".txt", ".jsonl", ".metrics", ".jsonl", ".jsonl"]


def test_a_copy_of_a_log_shows_the_sign_of_life_of_the_original(source: Client, target: Client) -> None:
    run = filled(source)
    os.utime(log_file(source, run), (1_000_000_000, 1_000_000_000))

    target.merge(source.tracking_uri)

    assert log_file(target, run).stat().st_mtime == 1_000_000_000
    os.utime(log_file(source, run), (1_100_000_000, 1_100_000_000))
    target.merge(source.tracking_uri)
    assert log_file(target, run).stat().st_mtime == 1_100_000_000


def test_a_search_knows_where_the_artifacts_are(
    source: Client, target: Client, another: Another, tmp_path: Path
) -> None:
    experiment_id = source.create_experiment("x", str(tmp_path / "elsewhere"))
    run = source.create_run(experiment_id)
    target.merge(source.tracking_uri)

    (found,) = another(Path(target.tracking_uri)).search_runs([experiment_id])

    assert found.info.artifact_uri == run.info.artifact_uri


def test_an_executable_artifact_stays_one(source: Client, target: Client, tmp_path: Path) -> None:
    run = filled(source)
    script = tmp_path / "run.sh"
    script.write_text("#!/bin/sh\n")
    script.chmod(0o755)
    source.log_artifact(run.run_id, script)

    target.merge(source.tracking_uri)

    copy = Path(target.get_run(run.run_id).info.artifact_uri, "run.sh")
    assert os.name == "nt" or os.access(copy, os.X_OK)


# Either way round


DEEDS = ("run", "param", "metric", "tag", "delete", "restore", "end", "experiment", "rename", "trash")
small = st.integers(0, 2)


def act(client: Client, deed: str, i: int, j: int) -> None:
    experiments = client.search_experiments(view_type=1)
    runs = sorted(client.search_runs(None, run_view_type=3), key=lambda run: run.run_id)
    experiment_id, run_id = experiments[i % len(experiments)].experiment_id, runs[j % len(runs)].run_id
    deeds: dict[str, Callable[[], object]] = {
        "run": lambda: client.create_run(experiment_id, run_name=f"r{j}"),
        "param": lambda: client.log_param(run_id, f"p{i}", j),
        "metric": lambda: client.log_metric(run_id, f"m{i}", j / 3, step=i),
        "tag": lambda: client.set_tag(run_id, f"t{i}", j),
        "delete": lambda: client.delete_run(run_id),
        "restore": lambda: client.restore_run(run_id),
        "end": lambda: client.set_terminated(run_id),
        "experiment": lambda: client.create_experiment(f"e{i}"),
        "rename": lambda: client.rename_experiment(experiment_id, f"e{j}"),
        "trash": lambda: client.delete_experiment(experiments[-1].experiment_id),
    }
    with contextlib.suppress(NbflowError):
        deeds[deed]()


@settings(max_examples=25)
@given(steps=st.lists(st.tuples(st.booleans(), st.sampled_from(DEEDS), small, small), max_size=20))
def test_the_order_of_merging_does_not_matter(
    tmp_path_factory: pytest.TempPathFactory, another: Another, exact: Exact, steps: list[tuple[bool, str, int, int]]
) -> None:
    roots = [(folder := tmp_path_factory.mktemp("stores")) / "one", folder / "two"]
    first = another(roots[0])
    first.create_run(first.create_experiment("shared"))
    shutil.copytree(roots[0], roots[1])
    clients = [first, another(roots[1])]
    for which, *deed in steps:
        act(clients[which], *deed)  # type: ignore[arg-type]

    for order in ((0, 1), (1, 0)):
        third = another(folder / f"merged {order}")
        for i in order:
            assert third.merge(roots[i]).complete
    clients[0].merge(roots[1])
    clients[1].merge(roots[0])

    results = [everything(another(root))[1:] for root in (*roots, folder / "merged (0, 1)", folder / "merged (1, 0)")]
    assert all(exact(result) == exact(results[0]) for result in results)


# Torn ends, and what differs


def test_a_torn_end_in_the_source_does_not_replace_what_is_whole(source: Client, target: Client) -> None:
    run = filled(source)
    target.merge(source.tracking_uri)
    path = log_file(source, run)
    whole = path.read_bytes()
    path.write_bytes(whole[:-5])

    merged = target.merge(source.tracking_uri)

    assert log_file(target, run).read_bytes() == whole
    assert merged.complete


def test_a_torn_end_in_the_target_gives_way_to_what_is_whole(source: Client, target: Client) -> None:
    run = filled(source)
    target.merge(source.tracking_uri)
    for ending in (".jsonl", ".metrics"):
        path = log_file(target, run, ending)
        path.write_bytes(path.read_bytes()[:-5])

    merged = target.merge(source.tracking_uri)

    assert log_file(target, run).read_bytes() == log_file(source, run).read_bytes()
    assert merged.runs == (run.run_id,)
    assert target.doctor().findings == ()


def test_torn_ends_that_differ_are_no_disagreement(source: Client, target: Client) -> None:
    run = filled(source)
    target.merge(source.tracking_uri)
    for client, torn in ((source, b'{"kind":"param","t'), (target, b'{"kind":"tag"')):
        log_file(client, run).write_bytes(log_file(client, run).read_bytes() + torn)

    merged = target.merge(source.tracking_uri)

    assert merged.complete
    assert target.get_run(run.run_id).params == run.params


def test_a_torn_end_comes_over_with_a_new_file(source: Client, target: Client) -> None:
    run = filled(source)
    path = log_file(source, run)
    path.write_bytes(path.read_bytes() + b'{"ki')

    target.merge(source.tracking_uri)

    assert log_file(target, run).read_bytes() == path.read_bytes()
    assert target.get_run(run.run_id).params == run.params


def test_logs_that_disagree_are_reported_and_stay(source: Client, target: Client) -> None:
    run = filled(source)
    target.merge(source.tracking_uri)
    path = log_file(target, run)
    path.write_bytes(path.read_bytes().replace(b'"started"', b'"stArted"'))
    damaged = path.read_bytes()

    merged = target.merge(source.tracking_uri)

    assert merged.diverged == (path.relative_to(target.tracking_uri).as_posix(),)
    assert not merged.complete
    assert path.read_bytes() == damaged


def test_artifacts_that_differ_are_reported_and_stay(source: Client, target: Client) -> None:
    run = filled(source)
    target.merge(source.tracking_uri)
    source.log_text(run.run_id, "theirs", "a/b.txt")
    target.log_text(run.run_id, "ours!!", "a/b.txt")

    merged = target.merge(source.tracking_uri)

    assert merged.differing == (f"{run.info.experiment_id}/{run.run_id}/artifacts/a/b.txt",)
    assert not merged.complete
    assert target.read_artifact(run.run_id, "a/b.txt") == b"ours!!"


def test_a_folder_where_the_other_has_a_file_is_reported(source: Client, target: Client) -> None:
    run = filled(source)
    target.merge(source.tracking_uri)
    source.log_text(run.run_id, "file", "one")
    source.log_text(run.run_id, "file", "two/file")
    target.log_text(run.run_id, "file", "one/file")
    target.log_text(run.run_id, "file", "two")

    merged = target.merge(source.tracking_uri)

    assert sorted(path.rpartition("/")[2] for path in merged.skipped) == ["one", "two"]


@pytest.mark.skipif(os.name == "nt", reason="symlinks need rights there")
def test_symlinks_are_not_followed(source: Client, target: Client, tmp_path: Path) -> None:
    run = filled(source)
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "key").write_text("secret")
    artifacts = Path(run.info.artifact_uri)
    (artifacts / "folder").symlink_to(tmp_path / "secret")
    (artifacts / "file").symlink_to(tmp_path / "secret" / "key")
    (artifacts.parent / "log" / "evil-1-0.jsonl").symlink_to(tmp_path / "secret" / "key")

    merged = target.merge(source.tracking_uri)

    assert [path.rpartition("/")[2] for path in sorted(merged.skipped)] == ["file", "folder", "evil-1-0.jsonl"]
    assert not any(b"secret" in data for data, _ in files_of(Path(target.tracking_uri)).values())


@pytest.mark.skipif(os.name == "nt", reason="symlinks need rights there")
@pytest.mark.parametrize("what", ["experiment", "run", "log of an experiment", "log of a run"])
def test_a_folder_of_the_source_that_is_a_symlink_is_named_and_not_followed(
    source: Client, target: Client, tmp_path: Path, what: str
) -> None:
    kept, run = filled(source), filled(source, "y")
    experiment = Path(source.tracking_uri, run.info.experiment_id)
    folder = {
        "experiment": experiment,
        "run": experiment / run.run_id,
        "log of an experiment": experiment / "log",
        "log of a run": experiment / run.run_id / "log",
    }[what]
    folder.rename(tmp_path / "secret")
    folder.symlink_to(tmp_path / "secret")

    merged = target.merge(source.tracking_uri)

    assert merged.skipped == (folder.relative_to(source.tracking_uri).as_posix(),)
    assert not merged.complete
    assert kept.run_id in merged.runs
    place = Path(target.tracking_uri, *folder.relative_to(source.tracking_uri).parts)
    assert not any(path.name in {"a", "secret"} or path.suffix == ".metrics" for path in place.rglob("*"))
    assert not set(files_of(tmp_path / "secret")) & set(files_of(place))


def test_a_file_where_an_experiment_or_a_run_would_be_is_named(source: Client, target: Client) -> None:
    run = filled(source)
    strays = [Path(source.tracking_uri, "77"), Path(source.tracking_uri, run.info.experiment_id, "f" * 32)]
    for stray in strays:
        stray.write_text("no folder")

    merged = target.merge(source.tracking_uri)

    assert sorted(merged.skipped) == sorted(stray.relative_to(source.tracking_uri).as_posix() for stray in strays)
    assert merged.runs == (run.run_id,)


def test_names_that_two_active_experiments_have_now_are_told(source: Client, target: Client) -> None:
    source.create_experiment("b")
    target.rename_experiment(target.create_experiment("a"), "b")

    assert target.merge(source.tracking_uri).namesakes == ("b",)


# What is refused


def test_what_is_no_store_is_refused(target: Client, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "file").write_text("…")

    for path in (tmp_path / "other", tmp_path / "nothing", tmp_path / "other" / "file"):
        with pytest.raises(NotAStoreError):
            target.merge(path)
    assert not Path(target.tracking_uri).exists()


def test_a_target_that_is_no_store_is_refused(source: Client, tmp_path: Path) -> None:
    filled(source)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "file").write_text("…")

    with pytest.raises(NotAStoreError):
        Client(tmp_path / "other").merge(source.tracking_uri)
    assert [path.name for path in (tmp_path / "other").iterdir()] == ["file"]


@pytest.mark.parametrize("newer", ["source", "target"])
def test_newer_formats_are_refused_and_untouched(source: Client, target: Client, newer: str) -> None:
    filled(source)
    filled(target)
    Path((source if newer == "source" else target).tracking_uri, "store.json").write_text('{"format": 2}')
    before = files_of(Path(target.tracking_uri))

    with pytest.raises(NewerFormatError):
        target.merge(source.tracking_uri)
    assert files_of(Path(target.tracking_uri)) == before


def test_a_store_is_not_merged_into_itself(source: Client, tmp_path: Path) -> None:
    filled(source)
    names = [source.tracking_uri, f"{source.tracking_uri}/../source"]
    if os.name != "nt":
        (tmp_path / "link").symlink_to(source.tracking_uri)
        names.append(str(tmp_path / "link"))

    for name in names:
        with pytest.raises(InvalidInputError, match="the store to merge into"):
            source.merge(name)


def test_a_store_is_not_merged_into_one_in_it(source: Client) -> None:
    filled(source)
    within = Client(Path(source.tracking_uri, "0", "inner"))

    with pytest.raises(InvalidInputError, match="one in the other"):
        within.merge(source.tracking_uri)
    with pytest.raises(InvalidInputError, match="one in the other"):
        source.merge(within.tracking_uri)


# Stopped, and meanwhile


def test_a_merge_that_was_killed_goes_on(source: Client, target: Client, another: Another, exact: Exact) -> None:
    for _ in range(3):
        filled(source)
    script = (
        "import nbflow, os, sys\n"
        "nbflow.Client(sys.argv[2]).merge(sys.argv[1], progress=lambda done, total: done == 2 and os._exit(9))"
    )
    command = [sys.executable, "-c", script, source.tracking_uri, target.tracking_uri]
    assert subprocess.run(command, check=False).returncode == 9
    half = another(Path(target.tracking_uri))
    assert len(half.search_runs(None)) == 2

    merged = target.merge(source.tracking_uri)

    assert merged.new_runs == 1
    assert exact(everything(target)[1:]) == exact(everything(source)[1:])


def test_files_that_a_kill_left_unfinished_are_no_hindrance(source: Client, target: Client) -> None:
    run = filled(source)
    target.merge(source.tracking_uri)
    for client in (source, target):
        folder = Path(client.tracking_uri, run.info.experiment_id, run.run_id)
        (folder / "artifacts" / ".nbflow.tmp-0123456789abcdef").write_bytes(b"half")
        (folder / "log" / ".nbflow.tmp-0123456789abcdef").write_bytes(b"half")

    merged = target.merge(source.tracking_uri)

    assert (merged.files, merged.complete) == (0, True)


def test_what_is_in_the_trash_for_good_is_not_copied(source: Client, target: Client) -> None:
    run = filled(source)
    folder = Path(source.tracking_uri, run.info.experiment_id, run.run_id)
    folder.rename(folder.with_name(f"{run.run_id}.gc"))

    target.merge(source.tracking_uri)

    assert target.search_runs(None) == []
    assert target.doctor().findings == ()


WRITER = """
import nbflow, sys, time
client = nbflow.Client(sys.argv[1])
experiment_id = client.create_experiment("live")
end = time.monotonic() + 2
while time.monotonic() < end:
    run = client.create_run(experiment_id)
    for step in range(300):
        client.log_metric(run.run_id, f"m{step}", step)
        client.log_param(run.run_id, f"p{step}", step)
    client.set_terminated(run.run_id)
    print(flush=True)
"""


def test_a_store_that_is_being_written_to(source: Client, target: Client, another: Another, exact: Exact) -> None:
    kinds: set[str] = set()
    counts = []
    with subprocess.Popen([sys.executable, "-c", WRITER, source.tracking_uri], stdout=subprocess.DEVNULL) as writer:
        deadline = time.monotonic() + 60
        while not Path(source.tracking_uri, "store.json").exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        while writer.poll() is None:
            target.merge(source.tracking_uri)
            reader = another(Path(target.tracking_uri))
            kinds |= {finding.kind for finding in reader.doctor().findings}
            counts.append(len(reader.search_runs(None)))
    merged = target.merge(source.tracking_uri)

    # Half a run may be there, or a line that was being written; but never a number without its name.
    assert kinds <= {"torn_tail", "missing_points", "not_started", "dead_run", "not_created"}
    assert counts == sorted(counts)
    assert merged.complete
    assert exact(everything(another(Path(target.tracking_uri)))[1:]) == exact(everything(source)[1:])


def test_progress_is_told(source: Client, target: Client) -> None:
    filled(source)
    filled(source)
    told: list[tuple[int, int]] = []

    target.merge(source.tracking_uri, progress=lambda done, total: told.append((done, total)))

    assert told == [(1, 2), (2, 2)]
