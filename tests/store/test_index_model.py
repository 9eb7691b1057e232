"""The store and its index against a model in memory, whatever happens to the index's file meanwhile."""

from __future__ import annotations

import json
import math
import os
import re
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from msgspec import Struct, field

from nbflow import Client
from nbflow.config import Settings
from nbflow.entities import Dataset, DatasetInput, InputTag, Metric, Param, RunTag
from nbflow.errors import ExperimentExistsError, NbflowError, ParamAlreadySetError
from nbflow.store.filestore import FileStore

if TYPE_CHECKING:
    Value = float | str | None

NAN = math.nan


# The model: plain records, and filters as functions.


class Experiment(Struct):
    name: str
    location: str | None
    deleted: bool = False
    tags: dict[str, str] = field(default_factory=dict)


class Run(Struct):
    run_id: str
    home: str
    experiment_id: str
    artifact_uri: str
    name: str
    user: str
    start: int
    end: int | None = None
    status: str = "RUNNING"
    deleted: bool = False
    params: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    points: dict[str, list[tuple[int, int, float]]] = field(default_factory=dict)
    inputs: dict[tuple[str, str], str] = field(default_factory=dict)

    @property
    def duration(self) -> float | None:
        return None if self.end is None else (self.end - self.start) / 1000

    def metric(self, name: str) -> float | None:
        """Give the latest value, or an aggregate where no metric has that very name."""
        key, facet = (name, "last") if name in self.points else name.rpartition(".")[::2]
        points = sorted(self.points.get(key, []), key=lambda p: (p[0], p[1], 0 if math.isnan(p[2]) else p[2]))
        if not points:
            return None
        real = [value for _, _, value in points if not math.isnan(value)]
        facets = {
            "last": points[-1][2],
            "first": points[0][2],
            "min": min(real, default=NAN),
            "max": max(real, default=NAN),
            "mean": sum(real) / len(real) if real else NAN,
        }
        return facets.get(facet)


def number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return None if math.isnan(value) else value


Lookup = Callable[[Run], Any]
Test = Callable[[Run], bool]


def metric(name: str) -> Lookup:
    return lambda run: run.metric(name)


def param(name: str) -> Lookup:
    return lambda run: run.params.get(name)


def param_number(name: str) -> Lookup:
    return lambda run: number(run.params.get(name))


def tag(name: str) -> Lookup:
    return lambda run: run.tags.get(name)


def where(look_up: Lookup, test: Callable[[Any], bool]) -> Test:
    """Whatever is asked of what was not logged is false."""
    return lambda run: (value := look_up(run)) is not None and test(value)


def like(pattern: str, *, folding: bool = False) -> Callable[[str], bool]:
    text = "".join({"%": ".*", "_": "."}.get(c, re.escape(c)) for c in pattern)
    return lambda value: re.fullmatch(text, value, re.DOTALL | (re.IGNORECASE if folding else 0)) is not None


def both(*tests: Test) -> Test:
    return lambda run: all(test(run) for test in tests)


def either(*tests: Test) -> Test:
    return lambda run: any(test(run) for test in tests)


def never(test: Test) -> Test:
    return lambda run: not test(run)


LOW = where(metric("loss"), lambda v: v < 0.5)
TEAM = where(tag("team"), lambda v: v == "a")
ADAM = where(param("opt"), lambda v: v == "adam")
FILTERS: dict[str, Test] = {
    "": lambda _: True,
    "metrics.loss < 0.5": LOW,
    "metrics.loss >= 0.5": where(metric("loss"), lambda v: v >= 0.5),
    "metrics.loss > 2": where(metric("loss"), lambda v: v > 2),
    "metrics.loss = 0.5": where(metric("loss"), lambda v: v == 0.5),
    "metrics.loss != 0.5": where(metric("loss"), lambda v: v != 0.5),
    "NOT metrics.loss = 0.5": never(where(metric("loss"), lambda v: v == 0.5)),
    "metrics.`acc/ü` > -2": where(metric("acc/ü"), lambda v: v > -2),
    "metrics.loss BETWEEN -1 AND 0.5": where(metric("loss"), lambda v: -1 <= v <= 0.5),
    "metrics.loss NOT BETWEEN -1 AND 0.5": where(metric("loss"), lambda v: not -1 <= v <= 0.5),
    "metrics.loss IN (0.5, 2)": where(metric("loss"), lambda v: v in (0.5, 2)),
    "metrics.loss NOT IN (0.5, 2)": where(metric("loss"), lambda v: v not in (0.5, 2)),
    "metrics.loss IS NULL": lambda run: run.metric("loss") is None,
    "metrics.loss IS NOT NULL AND metrics.`acc/ü` IS NULL": lambda run: (
        run.metric("loss") is not None and run.metric("acc/ü") is None
    ),
    "metrics.loss.min < 0": where(metric("loss.min"), lambda v: v < 0),
    "NOT metrics.loss.min < 0": never(where(metric("loss.min"), lambda v: v < 0)),
    "metrics.loss.max >= 2": where(metric("loss.max"), lambda v: v >= 2),
    "metrics.loss.first != 0.5": where(metric("loss.first"), lambda v: v != 0.5),
    "metrics.loss.last <= 0.5": where(metric("loss.last"), lambda v: v <= 0.5),
    "metrics.`acc/ü.mean` > 0.4": where(metric("acc/ü.mean"), lambda v: v > 0.4),
    "metrics.loss.min.max > -9": where(metric("loss.min.max"), lambda v: v > -9),
    "metrics.unknown > 0": lambda _: False,
    "NOT metrics.unknown > 0": lambda _: True,
    "params.lr = '0.1'": where(param("lr"), lambda v: v == "0.1"),
    "params.lr != '0.1'": where(param("lr"), lambda v: v != "0.1"),
    "params.lr = 0.1": where(param_number("lr"), lambda v: v == 0.1),
    "params.lr != 0.1": where(param_number("lr"), lambda v: v != 0.1),
    "params.lr > 0.05 AND metrics.loss < 0.5": both(where(param_number("lr"), lambda v: v > 0.05), LOW),
    "params.`batch size` >= 32": where(param_number("batch size"), lambda v: v >= 32),
    "params.lr IN ('0.1', 'auto')": where(param("lr"), lambda v: v in ("0.1", "auto")),
    "params.lr NOT IN (0.1, 3)": where(param_number("lr"), lambda v: v not in (0.1, 3)),
    "params.lr BETWEEN 0 AND 0.1": where(param_number("lr"), lambda v: 0 <= v <= 0.1),
    "params.lr IS NULL": lambda run: "lr" not in run.params,
    "params.opt IS NOT NULL": lambda run: "opt" in run.params,
    "params.opt LIKE 'ad%'": where(param("opt"), like("ad%")),
    "params.opt ILIKE 'AD_m'": where(param("opt"), like("AD_m", folding=True)),
    "params.opt NOT LIKE 'ad%'": where(param("opt"), lambda v: not like("ad%")(v)),
    "params.opt LIKE '%[a-z]*'": where(param("opt"), like("%[a-z]*")),
    "tags.team = 'a'": TEAM,
    "tags.team != 'a'": where(tag("team"), lambda v: v != "a"),
    "tags.team IS NULL OR tags.team LIKE '_'": either(
        lambda run: "team" not in run.tags, where(tag("team"), like("_"))
    ),
    "tags.n > 1.5": where(lambda run: number(run.tags.get("n")), lambda v: v > 1.5),
    "metrics.loss < 0.5 OR tags.team = 'a'": either(LOW, TEAM),
    "NOT (metrics.loss < 0.5 OR tags.team = 'a')": never(either(LOW, TEAM)),
    "(metrics.loss < 0.5 OR tags.team = 'a') AND NOT params.opt = 'adam'": both(either(LOW, TEAM), never(ADAM)),
    "status = 'RUNNING'": lambda run: run.status == "RUNNING",
    "status IN ('FINISHED', 'FAILED') AND tags.team = 'a'": both(
        lambda run: run.status in ("FINISHED", "FAILED"), TEAM
    ),
    "run_name LIKE 'r%'": lambda run: like("r%")(run.name),
    "attributes.`run name` ILIKE 'R_'": lambda run: like("R_", folding=True)(run.name),
    "user_id != 'u1'": lambda run: run.user != "u1",
    "experiment_id = '0'": lambda run: run.experiment_id == "0",
    "artifact_uri LIKE 'memory://%'": lambda run: like("memory://%")(run.artifact_uri),
    "start_time > 1000": lambda run: run.start > 1000,
    "end_time IS NULL": lambda run: run.end is None,
    "end_time >= 3000": where(lambda run: run.end, lambda v: v >= 3000),
    "duration > 1.5": where(lambda run: run.duration, lambda v: v > 1.5),
    "NOT duration > 1.5": never(where(lambda run: run.duration, lambda v: v > 1.5)),
    "datasets.name = 'd1'": lambda run: any(name == "d1" for name, _ in run.inputs),
    "dataset.context != 'train'": lambda run: any(context != "train" for context in run.inputs.values()),
    "NOT datasets.digest IN ('1', '2')": lambda run: not any(digest in ("1", "2") for _, digest in run.inputs),
}
FILTER_TEXTS = sorted(FILTERS)
ORDERS: list[list[tuple[str, Lookup, bool]]] = [
    [],
    [("metrics.loss", metric("loss"), True)],
    [("metrics.loss DESC", metric("loss"), False)],
    [("metrics.loss.min DESC", metric("loss.min"), False), ("params.lr", param("lr"), True)],
    [("metrics.`acc/ü.mean` ASC", metric("acc/ü.mean"), True)],
    [("params.lr", param("lr"), True)],
    [("params.opt DESC", param("opt"), False), ("metrics.loss", metric("loss"), True)],
    [("tags.team", tag("team"), True)],
    [("start_time ASC", lambda run: run.start, True)],
    [("end_time DESC", lambda run: run.end, False)],
    [("duration", lambda run: run.duration, True)],
    [("status", lambda run: run.status, True), ("attributes.run_name DESC", lambda run: run.name, False)],
    [("metrics.unknown DESC", lambda _: None, False)],
]


def in_order(runs: list[Run], order: list[tuple[str, Lookup, bool]]) -> list[Run]:
    """Sort: numbers, then NaN, then what is missing, in both directions; ties by start, latest first, then id."""
    runs = sorted(runs, key=lambda run: (-run.start, run.run_id))
    for _, look_up, ascending in reversed(order):
        values = {run.run_id: look_up(run) for run in runs}
        missing = [run for run in runs if values[run.run_id] is None]
        nan = [run for run in runs if values[run.run_id] != values[run.run_id]]
        rest = [run for run in runs if run not in missing and run not in nan]
        rest.sort(key=lambda run: values[run.run_id], reverse=not ascending)
        runs = rest + nan + missing
    return runs


# The machine


NAMES = st.sampled_from(["a", "b", "ü c"])
METRICS = st.sampled_from(["loss", "acc/ü", "loss.min"])
NUMBERS = st.sampled_from([0.5, -1.0, 2.0, 0.25, NAN, math.inf, -math.inf])
PARAMS = st.sampled_from(["lr", "batch size", "opt"])
PARAM_VALUES = st.sampled_from(["0.1", "1e-1", "3", "64", "auto", "adam", "Adam", "", "nan", "a[a-z]*"])
TAGS = st.sampled_from(["team", "n"])
TAG_VALUES = st.sampled_from(["a", "b", "2", "1.5", "ab"])
POINTS = st.lists(st.tuples(METRICS, NUMBERS, st.integers(0, 3), st.integers(1, 3)), max_size=4)
WHICH = st.integers(0, 7)
CLIENT = st.integers(0, 1)


class StoreMachine(RuleBasedStateMachine):
    """Two clients, as two processes have them, of one store with one index."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="nbflow-test-"))
        self.root, self.cache = self.folder / "s", self.folder / "cache"
        self.experiments: dict[str, Experiment] = {}
        self.runs: dict[str, Run] = {}
        self.count = 0

    @initialize()
    def open(self) -> None:
        self.clients = [self.client(), self.client()]
        self.clients[0].create_run("0")
        shutil.rmtree(next((self.root / "0").glob("?" * 32)))
        self.experiments["0"] = Experiment("Default", None)

    def client(self) -> Client:
        client = Client.__new__(Client)
        client._store = FileStore(self.root, Settings(cache_dir=self.cache))
        return client

    def teardown(self) -> None:
        for client in getattr(self, "clients", []):
            client._store.close()
        shutil.rmtree(self.folder)

    # Experiments

    def named(self, name: str) -> list[str]:
        return [key for key, each in self.experiments.items() if each.name == name and not each.deleted]

    def experiment(self, which: int) -> str:
        return sorted(self.experiments)[which % len(self.experiments)]

    @rule(c=CLIENT, name=NAMES, location=st.sampled_from([None, None, "memory://b/p"]))
    def create_experiment(self, c: int, name: str, location: str | None) -> None:
        if self.named(name):
            with pytest.raises(ExperimentExistsError):
                self.clients[c].create_experiment(name, location)
            return
        experiment_id = self.clients[c].create_experiment(name, location, {"made": name})
        assert experiment_id not in self.experiments
        self.experiments[experiment_id] = Experiment(name, location, tags={"made": name})

    @rule(c=CLIENT, which=WHICH, name=NAMES)
    def rename_experiment(self, c: int, which: int, name: str) -> None:
        key = self.experiment(which)
        if self.experiments[key].deleted or set(self.named(name)) - {key}:
            with pytest.raises(NbflowError):
                self.clients[c].rename_experiment(key, name)
            return
        self.clients[c].rename_experiment(key, name)
        self.experiments[key].name = name

    @rule(c=CLIENT, which=WHICH)
    def delete_or_restore_experiment(self, c: int, which: int) -> None:
        key = self.experiment(which)
        each = self.experiments[key]
        if not each.deleted:
            self.clients[c].delete_experiment(key)
        elif self.named(each.name):
            with pytest.raises(ExperimentExistsError):
                self.clients[c].restore_experiment(key)
            return
        else:
            self.clients[c].restore_experiment(key)
        each.deleted = not each.deleted

    # Runs

    def is_active(self, run: Run) -> bool:
        return not run.deleted and not self.experiments[run.experiment_id].deleted

    def run(self, which: int) -> Run | None:
        """Choose a run that can be logged to."""
        runs = [run for run in self.runs.values() if self.is_active(run)]
        return runs[which % len(runs)] if runs else None

    @rule(c=CLIENT, which=WHICH, name=st.sampled_from(["r1", "R2", "x"]), start=st.integers(1, 3), user=NAMES)
    def start(self, c: int, which: int, name: str, start: int, user: str) -> None:
        home = self.experiment(which)
        if self.experiments[home].deleted:
            return
        tags = {"mlflow.user": user}
        made = self.clients[c].create_run(home, start * 1000, tags, name)
        base = self.experiments[home].location or str(self.root / home)
        uri = f"{base}/{made.run_id}/artifacts"
        self.runs[made.run_id] = Run(
            made.run_id, home, home, uri, name, user, start * 1000, tags={**tags, "mlflow.runName": name}
        )

    @rule(c=CLIENT, which=WHICH, points=POINTS, key=PARAMS, value=PARAM_VALUES, tags=st.dictionaries(TAGS, TAG_VALUES))
    def log(
        self,
        c: int,
        which: int,
        points: list[tuple[str, float, int, int]],
        key: str,
        value: str,
        tags: dict[str, str],
    ) -> None:
        run = self.run(which)
        if run is None:
            return
        batch = (
            [Metric(name, number, stamp, step) for name, number, step, stamp in points],
            [Param(key, value)],
            [RunTag(*pair) for pair in tags.items()],
        )
        if run.params.get(key, value) != value:
            with pytest.raises(ParamAlreadySetError):
                self.clients[c].log_batch(run.run_id, *batch)
            return
        self.clients[c].log_batch(run.run_id, *batch)
        run.params[key] = value
        run.tags |= tags
        for name, number, step, stamp in points:
            run.points.setdefault(name, []).append((step, stamp, number))

    @rule(c=CLIENT, which=WHICH, key=METRICS, value=NUMBERS, step=st.integers(0, 3))
    def log_one(self, c: int, which: int, key: str, value: float, step: int) -> None:
        run = self.run(which)
        if run is not None:
            self.clients[c].log_metric(run.run_id, key, value, 1, step)
            run.points.setdefault(key, []).append((step, 1, value))

    @rule(c=CLIENT, which=WHICH, key=TAGS, name=st.sampled_from(["r1", "other"]))
    def untag_and_rename(self, c: int, which: int, key: str, name: str) -> None:
        run = self.run(which)
        if run is None:
            return
        if key in run.tags:
            self.clients[c].delete_tag(run.run_id, key)
            del run.tags[key]
        else:
            self.clients[c].update_run(run.run_id, name=name)
            run.name = run.tags["mlflow.runName"] = name

    @rule(
        c=CLIENT,
        which=WHICH,
        name=st.sampled_from(["d1", "d2"]),
        digest=st.sampled_from(["1", "2", "3"]),
        t=st.booleans(),
    )
    def log_input(self, c: int, which: int, name: str, digest: str, t: bool) -> None:
        run = self.run(which)
        if run is None:
            return
        context = "train" if t else "eval"
        used = DatasetInput(Dataset(name, digest, "local", "{}"), (InputTag("mlflow.data.context", context),))
        self.clients[c].log_inputs(run.run_id, [used])
        run.inputs.setdefault((name, digest), context)

    @rule(c=CLIENT, which=WHICH, status=st.sampled_from(["FINISHED", "FAILED", "KILLED"]), end=st.integers(3, 6))
    def end(self, c: int, which: int, status: str, end: int) -> None:
        run = self.run(which)
        if run is not None:
            self.clients[c].set_terminated(run.run_id, status, end * 1000)
            run.status, run.end = status, end * 1000

    @rule(c=CLIENT, which=WHICH)
    def take_up(self, c: int, which: int) -> None:
        run = self.run(which)
        if run is not None:
            self.clients[c].update_run(run.run_id, "RUNNING")
            run.status = "RUNNING"

    @rule(c=CLIENT, which=WHICH)
    def delete_or_restore_run(self, c: int, which: int) -> None:
        if self.runs:
            run = self.runs[sorted(self.runs)[which % len(self.runs)]]
            (self.clients[c].restore_run if run.deleted else self.clients[c].delete_run)(run.run_id)
            run.deleted = not run.deleted

    @rule(c=CLIENT, which=WHICH, to=WHICH)
    def move(self, c: int, which: int, to: int) -> None:
        run, target = self.run(which), self.experiment(to)
        if run is not None and not self.experiments[target].deleted:
            self.clients[c].move_run(run.run_id, target)
            run.experiment_id = target

    @rule(which=WHICH)
    def remove(self, which: int) -> None:
        """Remove a run's folder for good."""
        if len(self.runs) > 2:
            run = self.runs.pop(sorted(self.runs)[which % len(self.runs)])
            shutil.rmtree(self.root / run.home / run.run_id)

    # What happens to the index

    @property
    def index_files(self) -> list[Path]:
        return sorted(self.cache.glob("*.sqlite*"))

    @rule()
    def the_index_is_deleted(self) -> None:
        for file in self.index_files:
            file.unlink()

    @rule(share=st.floats(0, 1))
    def the_index_is_truncated(self, share: float) -> None:
        self.drop_connections(both=True)
        for file in self.cache.glob("*.sqlite"):
            os.truncate(file, int(file.stat().st_size * share))

    @rule(page=st.integers(0, 60), garbage=st.sampled_from([b"\0", b"\xff", b"garbage "]))
    def a_page_of_the_index_is_garbage(self, page: int, garbage: bytes) -> None:
        for file in self.cache.glob("*.sqlite"):
            pages = file.stat().st_size // 4096
            if pages:
                with file.open("r+b") as opened:
                    opened.seek(page % pages * 4096)
                    opened.write((garbage * 4096)[:4096])

    @rule()
    def the_index_is_backed_up(self) -> None:
        self.drop_connections(both=True)
        shutil.rmtree(self.folder / "backup", ignore_errors=True)
        if self.cache.exists():
            shutil.copytree(self.cache, self.folder / "backup")

    @rule()
    def an_older_index_comes_back(self) -> None:
        if (self.folder / "backup").exists():
            self.drop_connections(both=True)
            shutil.rmtree(self.cache)
            shutil.copytree(self.folder / "backup", self.cache)

    @rule(both=st.booleans())
    def drop_connections(self, both: bool) -> None:
        for client in self.clients[: 2 if both else 1]:
            client._store.index.close()

    @rule(c=CLIENT)
    def a_process_begins_anew(self, c: int) -> None:
        self.clients[c]._store.close()
        self.clients[c] = self.client()

    # What must hold

    @rule(
        c=CLIENT,
        text=st.sampled_from(FILTER_TEXTS),
        order=st.sampled_from(ORDERS),
        view=st.sampled_from([1, 1, 1, 2, 3]),
        only=st.none() | WHICH,
        limit=st.none() | st.integers(1, 3),
    )
    def search(
        self,
        c: int,
        text: str,
        order: list[tuple[str, Lookup, bool]],
        view: int,
        only: int | None,
        limit: int | None,
    ) -> None:
        ids = None if only is None else [self.experiment(only)]
        frame = self.clients[c].search_frame(ids, text, view, limit, [key for key, _, _ in order])

        runs = [run for run in self.runs.values() if ids is None or run.experiment_id in ids]
        runs = [run for run in runs if view == 3 or self.is_active(run) == (view == 1)]
        expected = in_order([run for run in runs if FILTERS[text](run)], order)[:limit]
        assert frame["run_id"].tolist() == [run.run_id for run in expected]
        check_frame(frame, expected)
        if ids is not None:
            listed = self.clients[c].search_runs(ids, text, view, limit or 1000, [key for key, _, _ in order])
            check_records(listed, [self.clients[1 - c].get_run(run.run_id) for run in expected])

    @invariant()
    def some_searches_find_what_the_model_has(self) -> None:
        for _ in range(3 if hasattr(self, "clients") else 0):
            self.count += 1
            text = FILTER_TEXTS[self.count * 7 % len(FILTERS)]
            order, view = ORDERS[self.count % len(ORDERS)], 3 if self.count % 4 == 0 else 1
            self.search(self.count % 2, text, order, view, None, None)

    @invariant()
    def every_reader_sees_the_model(self) -> None:
        for client in getattr(self, "clients", []):
            frame = client.search_frame(None, run_view_type=3, order_by=["run_id"])
            check_frame(frame, [self.runs[run_id] for run_id in sorted(self.runs)])
            found = {each.experiment_id: each for each in client.search_experiments(view_type=3)}
            assert {key: (e.name, e.lifecycle_stage == "deleted", e.tags) for key, e in found.items()} == {
                key: (e.name, e.deleted, e.tags) for key, e in self.experiments.items()
            }
            for name in ("a", "b", "ü c", "Default"):
                named = client.get_experiment_by_name(name)
                active = self.named(name)
                assert active == ([named.experiment_id] if named and named.lifecycle_stage == "active" else [])


def check_frame(frame: Any, runs: list[Run]) -> None:
    rows = frame.to_dict("records")
    assert len(rows) == len(runs)
    for row, run in zip(rows, runs, strict=True):
        shown = {key: value for key, value in row.items() if not pd.isna(value)}
        nan = {f"metrics.{key}" for key in run.points if math.isnan(run.metric(key) or 0)}
        assert {key for key in nan if key not in row} == set()
        assert shown == {
            "run_id": run.run_id,
            "experiment_id": run.experiment_id,
            "status": run.status,
            "artifact_uri": run.artifact_uri,
            "start_time": row["start_time"],
            **({} if run.end is None else {"end_time": row["end_time"]}),
            **{f"metrics.{key}": run.metric(key) for key in run.points if f"metrics.{key}" not in nan},
            **{f"params.{key}": value for key, value in run.params.items()},
            **{f"tags.{key}": value for key, value in run.tags.items()},
        }
        assert row["start_time"].timestamp() * 1000 == run.start
        assert run.end is None or row["end_time"].timestamp() * 1000 == run.end


def check_records(found: list[Any], expected: list[Any]) -> None:
    assert [as_text(run) for run in found] == [as_text(run) for run in expected]


def as_text(run: Any) -> str:
    """Write a record as text, in which NaN is equal to itself; what comes in no order is sorted."""
    record = msgspec.to_builtins(run)
    latest = sorted(record["data"].pop("latest_metrics"), key=lambda point: point["key"])
    return json.dumps([record, latest], sort_keys=True)


# Shrinking what was found may take hours: NBFLOW_HYPOTHESIS=thorough does it.
QUICK = settings(
    max_examples=40,
    stateful_step_count=30,
    suppress_health_check=list(HealthCheck),
    phases=tuple(Phase) if "NBFLOW_HYPOTHESIS" in os.environ else (Phase.explicit, Phase.generate),
)


def test_the_store_is_as_the_model_has_it() -> None:
    run_state_machine_as_test(StoreMachine, settings=QUICK)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_the_store_is_as_the_model_has_it_for_long() -> None:
    run_state_machine_as_test(StoreMachine, settings=settings(QUICK, max_examples=120, stateful_step_count=50))
