"""The formats on disk: what goes in comes out to the last bit, and what is torn or damaged is skipped."""

from __future__ import annotations

import json
import math
import runpy
import struct
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nbflow import Client
from nbflow.entities import Dataset, DatasetInput, InputTag, Metric, RunError
from nbflow.errors import RunNotFoundError, UnsupportedValueError
from nbflow.store.clock import LATEST
from nbflow.store.events import Event, ExperimentEvent, ParamSet, RunEvent, TagSet, decode_lines, encode

if TYPE_CHECKING:
    from nbflow.store.fold import RunState

INT64 = 2**63
RUN = "0198c2f0a1b27c3d8e4f5061728394a5"

texts = st.text(max_size=30)
moments = st.integers(0, LATEST)
milliseconds = st.integers(-INT64, INT64 - 1)
maybe = st.none() | texts
# What a field of this name holds, if it is not a text.
fields: dict[str, st.SearchStrategy[Any]] = {
    "t": moments,
    "time": milliseconds,
    "experiment_id": st.from_regex(r"\A[1-9][0-9]{0,17}\Z"),
    "run_id": st.from_regex(r"\A[0-9a-f]{32}\Z"),
    "id": st.integers(0, 2**32 - 1),
    "points": st.integers(0, INT64 - 1),
    "step": milliseconds,
    "size": st.integers(0, INT64 - 1),
    "flavors": st.lists(texts, max_size=3).map(tuple),
    "files": st.dictionaries(texts, texts, max_size=3),
    "pid": st.integers(0, 2**32 - 1),
    "tags": st.dictionaries(texts, texts, max_size=3),
    "location": maybe,
    "schema": maybe,
    "profile": maybe,
    "error": st.none() | st.builds(RunError, texts, texts, texts, maybe),
}


def any_of(kind: type[Event]) -> st.SearchStrategy[Event]:
    return st.builds(kind, **{name: fields.get(name, texts) for name in kind.__struct_fields__})


RUN_KINDS: tuple[type[Event], ...] = get_args(RunEvent)
EXPERIMENT_KINDS: tuple[type[Event], ...] = get_args(ExperimentEvent)
run_events = st.one_of([any_of(kind) for kind in RUN_KINDS])
experiment_events = st.one_of([any_of(kind) for kind in EXPERIMENT_KINDS])

# Events


@given(run_events)
def test_every_event_of_a_run_is_read_as_it_was_written(event: Event) -> None:
    assert decode_lines(encode(event), of_run=True) == ([event], 0)


@given(experiment_events)
def test_every_event_of_an_experiment_is_read_as_it_was_written(event: Event) -> None:
    assert decode_lines(encode(event), of_run=False) == ([event], 0)


@given(run_events | experiment_events)
def test_an_event_is_one_line_of_json_that_any_language_reads(event: Event) -> None:
    line = encode(event)

    read = json.loads(line)
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    assert read["kind"] == event.__struct_config__.tag
    plain = json.loads(json.dumps(msgspec.to_builtins(event)))
    assert {name: plain[name] for name in read} == read


unreadable: list[Any] = [
    DatasetInput(Dataset("lone \udcff", "1", "local", "{}")),
    DatasetInput(Dataset("d", 1, "local", "{}")),  # type: ignore[arg-type]
    DatasetInput(Dataset("d", "1", "local", None)),  # type: ignore[arg-type]
    DatasetInput(Dataset("d", "1", "local", "{}", schema={"a": 1})),  # type: ignore[arg-type]
    DatasetInput(Dataset("d", "1", "local", "{}"), (InputTag("k", 5),)),  # type: ignore[arg-type]
    DatasetInput(Dataset("d", "1", "local", "{}"), (InputTag("k", "lone \udcff"),)),
]


@pytest.mark.parametrize("used", unreadable, ids=range(len(unreadable)))
def test_an_input_that_could_not_be_read_again_is_not_taken(tmp_path: Path, used: DatasetInput) -> None:
    client = Client(tmp_path)
    run_id = client.create_run("0").info.run_id

    with pytest.raises(UnsupportedValueError):
        client.log_inputs(run_id, [used])

    assert client.doctor().findings == ()
    assert client.get_run(run_id).inputs.dataset_inputs == ()


newer: list[Any] = [
    {"kind": "from the future", "t": 5},
    {"kind": "", "t": 5, "key": "a"},
    {"t": "a new form of time", "kind": "future"},
    {"kind": "created", "t": 5, "name": "an experiment's event is none of a run's", "time": 1},
]
damaged = [
    b"",  # an empty line is no damage
    b"\0" * 40,
    b"\xff\xfe",
    b"{",
    b"null",
    b"[]",
    b"5",
    b'"tag"',
    b"{}",
    b'{"kind":5,"t":1}',
    b'{"kind":"tag","t":1,"key":"a"}',
    b'{"kind":"tag","t":1,"key":"a","value":5}',
    b'{"kind":"tag","t":-1,"key":"a","value":"b"}',
    b'{"kind":"tag","t":1.5,"key":"a","value":"b"}',
    b'{"kind":"tag","t":9007199254740993,"key":"a","value":"b"}',
    b'{"kind":"tag","t":1,"key":"a","value":"b"}{"kind":"tag","t":1,"key":"a","value":"b"}',
    b'{"kind":"tag","t":1,"key":"a",',
    b'"value":"b"}',
    b'{"kind":"tag","t":1,"key":"\\ud800","value":"b"}',
    b'{"kind":"tag","t":1,"key":"\xed\xa0\x80","value":"b"}',
    b"[" * 5000,
    b'{"kind":"tag","t":1,"key":"a","value":"b","new":' + b"[" * 5000 + b"]" * 5000 + b"}",
    b'{"kind":"moved","t":1,"experiment_id":"../../elsewhere"}',
    b'{"kind":"moved","t":1,"experiment_id":"99999999999999999999"}',
    b'{"kind":"started","t":1,"run_id":"0198c2f0a1b27c3d8e4f5061728394a5","experiment_id":"0","name":"n","user":"u","time":9223372036854775808}',
    b'{"kind":"ended","t":1,"status":"FINISHED","time":18446744073709551615}',
    b'{"kind":"deleted","t":1,"time":-9223372036854775809}',
]


@given(st.lists(run_events.map(encode) | st.sampled_from([line + b"\n" for line in damaged])))
@example([b'{"kind":"tag","t":1,"key":"a",\n', b'"value":"b"}\n'])
@example([b'{"kind":"tag","t":1,"key":"a","value":"b"} {"kind":"tag","t":1,"key":"a","value":"b"}\n'])
def test_lines_are_read_together_as_they_are_alone(lines: list[bytes]) -> None:
    together = decode_lines(b"".join(lines), of_run=True)

    alone = [decode_lines(line, of_run=True) for line in lines]
    assert together == ([event for events, _ in alone for event in events], sum(count for _, count in alone))


@pytest.mark.parametrize("line", damaged)
def test_a_damaged_line_is_skipped_and_counted(line: bytes) -> None:
    before, after = TagSet(1, "before", "v"), TagSet(2, "after", "v")

    events, count = decode_lines(encode(before) + line + b"\n" + encode(after), of_run=True)

    assert events == [before, after]
    assert count == (line != b"")


@pytest.mark.parametrize("event", newer)
def test_a_kind_of_a_newer_version_is_skipped_and_is_no_damage(event: Any) -> None:
    known = TagSet(2, "k", "v")

    assert decode_lines(json.dumps(event).encode() + b"\n" + encode(known), of_run=True) == ([known], 0)


@given(run_events, texts, st.integers() | texts | st.lists(texts) | st.none())
def test_a_field_of_a_newer_version_is_skipped(event: Event, name: str, value: Any) -> None:
    line = json.loads(encode(event))
    extended = {f"new {name}": value, **line, f"new {name} too": value}

    assert decode_lines(json.dumps(extended).encode() + b"\n", of_run=True) == ([event], 0)


# Points


numbers = st.floats() | st.sampled_from(
    [math.nan, -math.nan, math.inf, -math.inf, 0.0, -0.0, 5e-324, 1.7976931348623157e308]
)
steps = st.integers(-INT64, INT64 - 1) | st.sampled_from([-INT64, INT64 - 1, 0, -1])
stamps = st.integers(1, INT64 - 1) | st.just(INT64 - 1)


def bits(value: float) -> bytes:
    return struct.pack("<d", value)


@given(numbers, steps, stamps)
@example(-0.0, -INT64, INT64 - 1)
@example(math.nan, INT64 - 1, 1)
def test_a_point_is_the_same_to_the_last_bit_from_every_reader(
    tmp_path_factory: pytest.TempPathFactory,
    another: Callable[[Path], Client],
    value: float,
    step: int,
    stamp: int,
) -> None:
    root = tmp_path_factory.mktemp("s") / "store"
    run_id = another(root).create_run("0").info.run_id

    another(root).log_metric(run_id, "m", value, stamp, step)

    client = another(root)
    read = runpy.run_path(str(Path(__file__).with_name("plain_reader.py")))["read_runs"]
    (point,) = client.get_metric_history(run_id, "m")
    (latest,) = client.get_run(run_id).data.latest_metrics
    (found,) = client.search_runs(["0"])
    shown = client.search_frame(["0"])["metrics.m"][0]
    assert (point.step, point.timestamp, bits(point.value)) == (step, stamp, bits(value))
    assert (latest.step, latest.timestamp, bits(latest.value)) == (step, stamp, bits(value))
    assert bits(found.metrics["m"]) == bits(client.get_run(run_id).metrics["m"]) == bits(value)
    assert bits(read(root)[run_id]["metrics"]["m"]) == bits(value)
    assert bits(shown) == bits(value) or (math.isnan(value) and math.isnan(shown))


@given(st.lists(st.tuples(numbers, st.integers(-2, 2), st.integers(1, 3)), min_size=1, max_size=20))
def test_a_history_has_every_point_in_order(
    tmp_path_factory: pytest.TempPathFactory,
    another: Callable[[Path], Client],
    rows: list[tuple[float, int, int]],
) -> None:
    root = tmp_path_factory.mktemp("s") / "store"
    run_id = another(root).create_run("0").info.run_id

    another(root).log_batch(run_id, [Metric("m", value, stamp, step) for value, step, stamp in rows])

    history = another(root).get_metric_history(run_id, "m")
    assert sorted(bits(p.value) for p in history) == sorted(bits(value) for value, _, _ in rows)
    assert [
        (p.timestamp, p.step, math.isnan(p.value), 0 if math.isnan(p.value) else p.value) for p in history
    ] == sorted((stamp, step, math.isnan(value), 0 if math.isnan(value) else value) for value, step, stamp in rows)
    latest = max(rows, key=lambda row: (row[1], row[2], 0 if math.isnan(row[0]) else row[0]))
    shown = another(root).get_run(run_id).metrics["m"]
    assert shown == latest[0] or 0 in (shown, latest[0]) or math.isnan(shown) or math.isnan(latest[0])


# What is torn or damaged


@pytest.fixture
def written(tmp_path: Path) -> tuple[Client, Path, Path]:
    """Make a run with one log: the client, its `.jsonl` and its `.metrics`."""
    client = Client(tmp_path / "s")
    run_id = client.create_run("0", run_name="ünï", tags={"a": "1"}).info.run_id
    client.log_batch(run_id, [Metric("m", i / 3, 1 + i, i) for i in range(4)])
    client.log_param(run_id, "p", "ö" * 5)
    client.set_tag(run_id, "a", "2")
    client.log_metric(run_id, "n", 1.0)
    client._store.close()
    (events,) = (tmp_path / "s" / "0" / run_id / "log").glob("*.jsonl")
    return client, events, events.with_suffix(".metrics")


def test_a_log_torn_at_any_byte_is_read_up_to_its_last_whole_line(
    written: tuple[Client, Path, Path], another: Callable[[Path], Client]
) -> None:
    _, events, points_file = written
    root, run_id, text = events.parents[3], events.parts[-3], events.read_bytes()
    points_file.unlink()
    for end in range(len(text) + 1):
        events.write_bytes(text[:end])

        state = read_state(another(root), run_id)

        whole = text[: text.rfind(b"\n", 0, end) + 1]
        lines, _ = decode_lines(whole, of_run=True)
        assert [cursor.events for cursor in state.files.values()] == [len(whole)] * bool(whole)
        assert [cursor.damaged for cursor in state.files.values()] == [0] * bool(whole)
        assert state.exists == bool(whole)
        assert {key: param.value for key, param in state.params.items()} == {
            event.key: event.value for event in lines if isinstance(event, ParamSet)
        }


def test_points_torn_at_any_byte_are_read_up_to_the_last_whole_one(
    written: tuple[Client, Path, Path], another: Callable[[Path], Client]
) -> None:
    _, events, points_file = written
    root, run_id, data = events.parents[3], events.parts[-3], points_file.read_bytes()
    for end in range(len(data) + 1):
        points_file.write_bytes(data[:end])

        client = another(root)

        count = max(end // 32 - 1, 0)
        history = client.get_metric_history(run_id, "m") + client.get_metric_history(run_id, "n")
        assert [point.step for point in history] == [0, 1, 2, 3, 0][:count]
        assert set(client.get_run(run_id).metrics) == ({"m", "n"} if count == 5 else {"m"} if count else set())


@pytest.mark.parametrize("share", [0.1, 0.35, 0.6, 0.99])
def test_a_torn_log_can_be_searched(
    written: tuple[Client, Path, Path], another: Callable[[Path], Client], share: float
) -> None:
    _, events, points_file = written
    for file in (events, points_file):
        file.write_bytes(file.read_bytes()[: int(file.stat().st_size * share)])

    client = another(events.parents[3])

    (run,) = client.search_runs(["0"]) or [None]
    assert run is None or run == client.get_run(run.run_id)


def read_state(client: Client, run_id: str) -> RunState:
    log = client._store._new_log("0", run_id)
    try:
        return log.refresh()
    except RunNotFoundError:
        return log.state
