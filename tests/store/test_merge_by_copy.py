"""Two stores are merged by copying files: in either order, in any pieces, the result is the same store."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbflow.entities import Metric, Param, RunTag
from nbflow.errors import NbflowError, RunNotFoundError

if TYPE_CHECKING:
    from nbflow import Client
    from nbflow.store.fold import RunState

    Another = Callable[[Path], Client]
    Exact = Callable[[object], object]

# A step: which of the two machines, what it does, and three small numbers that say with what.
Step = tuple[int, str, int, int, int]
DEEDS = (
    "create experiment",
    "rename experiment",
    "delete experiment",
    "restore experiment",
    "tag experiment",
    "start",
    "params",
    "points",
    "tag",
    "untag",
    "artifact",
    "end",
    "delete",
    "restore",
    "move",
)
NAMES = ("a", "b", "ü c")

small = st.integers(0, 2)
steps = st.lists(st.tuples(st.integers(0, 1), st.sampled_from(DEEDS), small, small, small), max_size=25)


def act(client: Client, step: Step) -> None:
    """Do something, if it can be done: what is refused changes nothing."""
    _, deed, i, j, k = step
    homes = [experiment.experiment_id for experiment in client.search_experiments(view_type=3)]
    runs = sorted(run_id for home in homes for run_id in client._store.reader.runs(home))
    experiment, run_id = homes[i % len(homes)], runs[i % len(runs)]
    deeds: dict[str, Callable[[], object]] = {
        "create experiment": lambda: client.create_experiment(NAMES[i]),
        "rename experiment": lambda: client.rename_experiment(experiment, NAMES[j]),
        "delete experiment": lambda: client.delete_experiment(experiment),
        "restore experiment": lambda: client.restore_experiment(experiment),
        "tag experiment": lambda: client.set_experiment_tag(experiment, NAMES[j], k),
        "start": lambda: client.create_run(experiment, run_name=NAMES[j]),
        "params": lambda: client.log_batch(run_id, params=[Param(NAMES[j], str(k)), Param(NAMES[k], "x")]),
        "points": lambda: client.log_batch(run_id, [Metric(NAMES[j], n / 3, n, k) for n in range(1, 3)]),
        "tag": lambda: client.log_batch(run_id, tags=[RunTag(NAMES[j], str(k))]),
        "untag": lambda: client.delete_tag(run_id, NAMES[j]),
        "artifact": lambda: client.log_text(run_id, f"{j}", f"{NAMES[j]}/{id(client)}.txt"),
        "end": lambda: client.set_terminated(run_id, ["FINISHED", "FAILED", "KILLED"][j]),
        "delete": lambda: client.delete_run(run_id),
        "restore": lambda: client.restore_run(run_id),
        "move": lambda: client.move_run(run_id, homes[j % len(homes)]),
    }
    with contextlib.suppress(NbflowError):
        deeds[deed]()


def two_machines(folder: Path, another: Another, before: list[Step], after: list[Step]) -> tuple[Path, Path]:
    """Make a store and a copy of it, and let both go on."""
    roots = folder / "one", folder / "two"
    first = another(roots[0])
    first.create_experiment("shared")
    first.create_run("0", run_name="shared")
    for step in before:
        act(first, step)
    shutil.copytree(*roots)
    # The first machine goes on in the files that it began; the other one has them as they were.
    clients = first, another(roots[1])
    for step in after:
        act(clients[step[0]], step)
    return roots


def missing(source: Path, target: Path) -> Iterator[tuple[Path, Path]]:
    """List what a copy is missing: files that it has not, or that have become longer at their origin."""
    for path in sorted(source.rglob("*")):
        copy = target / path.relative_to(source)
        if path.is_file() and (not copy.exists() or copy.stat().st_size < path.stat().st_size):
            yield path, copy


def merge(source: Path, target: Path) -> None:
    for path, copy in missing(source, target):
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, copy)


def everything(client: Client) -> list[Any]:
    """Read all that there is to be read in a store."""
    store = client._store
    experiments = client.search_experiments(view_type=3)
    runs = client.search_runs([experiment.experiment_id for experiment in experiments], run_view_type=3)
    states: list[object] = []
    for home in store.reader.experiments():
        states.append(store.experiments.log(home).refresh())
        states += [state_of(client, home, run_id) for run_id in store.reader.runs(home)]
    return [
        experiments,
        runs,
        [client.get_run(run.run_id) for run in runs],
        states,
        [client.get_metric_history(run.run_id, key) for run in runs for key in sorted(run.metrics)],
        [[client.list_artifacts(run.run_id, name) for name in NAMES] for run in runs],
    ]


def state_of(client: Client, home: str, run_id: str) -> RunState:
    log = client._store._new_log(home, run_id)
    try:
        return log.refresh()
    except RunNotFoundError:
        return log.state


def merged(folder: Path, *sources: Path) -> Path:
    """Make a store of several. It is always in the same place: where it lies stands in what is read."""
    shutil.rmtree(folder, ignore_errors=True)
    for source in sources:
        merge(source, folder)
    return folder


@settings(max_examples=40)
@given(before=steps, after=steps)
def test_in_either_order_it_is_the_same_store(
    tmp_path_factory: pytest.TempPathFactory, another: Another, exact: Exact, before: list[Step], after: list[Step]
) -> None:
    folder = tmp_path_factory.mktemp("m")
    one, two = two_machines(folder, another, before, after)

    first = exact(everything(another(merged(folder / "both", one, two))))
    second = exact(everything(another(merged(folder / "both", two, one))))

    assert first == second
    # Each of the two, given what it does not have, is that store too, and copying again changes nothing.
    merge(two, one)
    merge(one, two)
    for root in (one, two):
        assert exact(everything(another(merged(folder / "both", root)))) == first


@settings(max_examples=25)
@given(before=steps, after=steps, data=st.data())
def test_a_copy_that_is_not_done_is_a_store(
    tmp_path_factory: pytest.TempPathFactory,
    another: Another,
    exact: Exact,
    before: list[Step],
    after: list[Step],
    data: st.DataObject,
) -> None:
    """Files arrive in any order, each in two pieces: all the time what is there can be read."""
    folder = tmp_path_factory.mktemp("m")
    one, two = two_machines(folder, another, before, after)
    files = data.draw(st.permutations(list(missing(two, one))))
    cuts = data.draw(st.lists(st.floats(0, 1), min_size=len(files), max_size=len(files)))
    kept = another(one)
    everything(kept)

    for (source, copy), cut in [*zip(files, cuts, strict=True), *((pair, 1.0) for pair in files)]:
        text = source.read_bytes()
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(text[: max(int(cut * len(text)), copy.stat().st_size if copy.exists() else 0)])

        everything(kept)

    fresh = exact(everything(another(merged(folder / "both", one))))
    shutil.rmtree(folder / "both")
    one.rename(folder / "both")
    assert exact(everything(another(folder / "both"))) == fresh
    (folder / "both").rename(one)
    assert [exact(each) for each in everything(kept)[:2]] == [exact(each) for each in everything(another(one))[:2]]


def test_one_run_logged_to_on_two_machines_has_all_of_both(tmp_path: Path, another: Another) -> None:
    one = another(tmp_path / "one")
    run_id = one.create_run("0").info.run_id
    one.log_metric(run_id, "loss", 1.0, 1, 1)
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    two = another(tmp_path / "two")
    one.log_batch(run_id, [Metric("loss", 2.0, 2, 2)], [Param("same", "v"), Param("p", "first")], [RunTag("t", "1")])
    two.log_batch(run_id, [Metric("loss", 3.0, 3, 3)], [Param("same", "v"), Param("p", "second")], [RunTag("t", "2")])
    two.set_terminated(run_id, "FAILED", 5)
    one.set_terminated(run_id, "FINISHED", 6)

    merge(tmp_path / "two", tmp_path / "one")

    run = another(tmp_path / "one").get_run(run_id)
    assert [point.value for point in one.get_metric_history(run_id, "loss")] == [1.0, 2.0, 3.0]
    assert run == one.get_run(run_id) == one.search_runs(["0"])[0]
    assert run.params == {"same": "v", "p": "first"}
    assert run.tags["t"] == "2"
    assert (run.status, run.info.end_time) == ("FINISHED", 6)
    assert one._store.run_log(run_id).state.conflicts == {"p": ["first", "second"]}


def test_the_same_name_on_two_machines_is_the_same_experiment(tmp_path: Path, another: Another) -> None:
    one, two = another(tmp_path / "one"), another(tmp_path / "two")
    ids = {client.create_experiment("Ünï / 1", tags={"a": i}) for i, client in enumerate((one, two))}
    runs = [client.create_run(min(ids)).info.run_id for client in (one, two)]

    merge(tmp_path / "two", tmp_path / "one")

    assert len(ids) == 1
    assert sorted(run.run_id for run in one.search_runs(list(ids))) == sorted(runs)
    assert [experiment.name for experiment in one.search_experiments(filter_string="name != 'Default'")] == ["Ünï / 1"]


def test_a_name_given_up_on_one_machine_and_kept_on_the_other_stays_one_experiment(
    tmp_path: Path, another: Another
) -> None:
    one = another(tmp_path / "one")
    old = one.create_experiment("n")
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    two = another(tmp_path / "two")
    two.delete_experiment(old)
    new = two.create_experiment("n")
    kept = one.create_run(old).info.run_id

    merge(tmp_path / "two", tmp_path / "one")

    found = one.get_experiment_by_name("n")
    assert found is not None
    assert found.experiment_id == new
    assert one.get_experiment(old).lifecycle_stage == "deleted"
    assert one.get_run(kept).info.lifecycle_stage == "deleted"


@pytest.mark.parametrize("known", [True, False], ids=["settled in the index", "new"])
def test_a_copying_tool_that_sets_the_times_of_folders_hides_no_run(
    tmp_path: Path, another: Another, known: bool
) -> None:
    """`rsync -a` gives a folder the time of its origin, also when the copy has changed since."""
    client = another(tmp_path / "s")
    for name in ("before", "between"):
        client.set_terminated(client.create_run("0", run_name=name).info.run_id)
    for folder in (tmp_path / "s" / "0", tmp_path / "s"):
        os.utime(folder, (1_700_000_000, 1_700_000_000))
    if known:
        assert len(client.search_runs(["0"])) == 2

    client.set_terminated(client.create_run("0", run_name="after").info.run_id)
    experiment_id = client.create_experiment("after")
    for folder in (tmp_path / "s" / "0", tmp_path / "s"):
        os.utime(folder, (1_700_000_000, 1_700_000_000))

    assert len(client.search_runs(["0"])) == 3
    client.create_run(experiment_id)
    assert len(client.search_runs(["0", experiment_id])) == 4
