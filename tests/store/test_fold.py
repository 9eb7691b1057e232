"""State is a fold: the same in whatever order, and in however many pieces, the logs arrive."""

from __future__ import annotations

import itertools
import math
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nbflow import Client
from nbflow.entities import RunError
from nbflow.errors import RunNotFoundError
from nbflow.store.clock import LATEST, LogicalClock
from nbflow.store.events import (
    Claimed,
    Created,
    Deleted,
    Ended,
    Event,
    Input,
    Key,
    ModelLogged,
    Moved,
    ParamSet,
    Renamed,
    Restored,
    Resumed,
    Started,
    TagDeleted,
    TagSet,
    encode,
)
from nbflow.store.fold import ExperimentState, RunState
from nbflow.store.reader import News

Exact = Callable[[object], object]
Point = tuple[int, int, float, int]

RUN = "0198c2f0a1b27c3d8e4f5061728394a5"
EXPERIMENT = "123456789012345678"

times = st.integers(0, 6)
words = st.sampled_from(["a", "b", "ü"])
shared_events = (
    st.builds(TagSet, times, words, words)
    | st.builds(TagDeleted, times, words)
    | st.builds(Renamed, times, words)
    | st.builds(Deleted, times, times)
    | st.builds(Restored, times, times)
)
run_events: st.SearchStrategy[Event] = (
    shared_events
    | st.builds(Started, times, st.just(RUN), st.just("0"), words, words, times, words, words, times)
    | st.builds(Resumed, times, times, words, words, times)
    | st.builds(ParamSet, times, words, words)
    | st.builds(Input, times, words, words, words, words, st.none() | words, tags=st.dictionaries(words, words))
    | st.builds(
        Ended,
        times,
        st.sampled_from(["FINISHED", "FAILED", "RUNNING"]),
        st.none() | times,
        st.integers(0, 9),
        st.none() | st.builds(RunError, words, words, words),
    )
    | st.builds(Moved, times, st.sampled_from(["1", "2"]))
    | st.builds(ModelLogged, times, words, words, st.lists(words, max_size=2).map(tuple), times)
)
experiment_events: st.SearchStrategy[Event] = (
    shared_events
    | st.builds(Created, times, words, times, st.none() | words)
    | st.builds(Claimed, times, st.sampled_from(["1", "2"]))
)
values = st.sampled_from([0.0, -0.0, 0.1, 0.2, 0.3, -7.5, 1e308, -1e308, math.inf, -math.inf, math.nan])
metric_points: st.SearchStrategy[Point] = st.tuples(times, times, values, st.integers(0, 1))
record = struct.Struct("<qqdII").pack
HEADER = struct.pack("<8sI20x", b"nbflowM\x01", 32)
keys = [Key(0, 0, "loss"), Key(0, 1, "acc/ü")]


def news_of(writer: str, events: list[Event], numbers: list[Point]) -> News:
    data = b"".join(record(step, time, value, key, 0) for step, time, value, key in numbers)
    return News(writer, events, data, 0, 0)


def folded(state: RunState | ExperimentState, news: Iterator[News] | list[News]) -> RunState | ExperimentState:
    for each in news:
        state.take(each)
    return state


# The order of arrival


@given(
    st.lists(st.tuples(st.lists(run_events, max_size=6), st.lists(metric_points, max_size=5)), min_size=2, max_size=3)
)
@example([([], [(0, 0, 0.0, 0)]), ([], [(0, 0, -0.0, 0)])])
@example([([], [(0, 0, 1e308, 0)]), ([], [(1, 1, 1e308, 0)])])
@example([([], [(0, 0, 1e308, 0)]), ([], [(1, 1, 1e308, 0)]), ([], [(2, 2, -math.inf, 0)])])
def test_a_run_is_the_same_in_whatever_order_its_writers_arrive(
    exact: Exact, logs: list[tuple[list[Event], list[Point]]]
) -> None:
    news = [news_of(f"w{i}", keys + events, numbers) for i, (events, numbers) in enumerate(logs)]

    states = [folded(RunState(RUN, "0"), list(order)) for order in itertools.permutations(news)]

    assert all(exact(state) == exact(states[0]) for state in states)
    means = [{k: series.mean for k, series in state.metrics.items()} for state in states if isinstance(state, RunState)]
    assert all(exact(mean) == exact(means[0]) for mean in means)


@given(st.lists(st.lists(experiment_events, max_size=8), min_size=2, max_size=3))
def test_an_experiment_is_the_same_in_whatever_order_its_writers_arrive(exact: Exact, logs: list[list[Event]]) -> None:
    news = [news_of(f"w{i}", events, []) for i, events in enumerate(logs)]

    states = [folded(ExperimentState(EXPERIMENT), list(order)) for order in itertools.permutations(news)]

    assert all(exact(state) == exact(states[0]) for state in states)


sizes = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=6)


@given(st.lists(run_events, max_size=12), st.lists(metric_points, max_size=12), sizes)
def test_a_log_read_in_pieces_is_the_log_read_whole(
    exact: Exact, events: list[Event], numbers: list[Point], cuts: list[tuple[int, int]]
) -> None:
    pieces = [news_of("w", list(keys), [])]
    at, number_at = 0, 0
    for n_events, n_numbers in cuts:
        pieces.append(news_of("w", events[at : at + n_events], numbers[number_at : number_at + n_numbers]))
        at, number_at = at + n_events, number_at + n_numbers
    pieces.append(news_of("w", events[at:], numbers[number_at:]))

    assert exact(folded(RunState(RUN, "0"), pieces)) == exact(
        folded(RunState(RUN, "0"), [news_of("w", keys + events, numbers)])
    )


@settings(max_examples=10)
@given(st.lists(metric_points, min_size=1, max_size=8))
@example([(0, 0, -0.0, 0)])
@example([(0, 0, -0.0, 0), (0, 0, 0.0, 0), (0, 0, math.nan, 0)])
def test_many_points_are_folded_as_few_are(exact: Exact, numbers: list[Point]) -> None:
    """Above some thousand records numpy folds them, below it Python does."""
    many = list(itertools.islice(itertools.cycle(numbers), 9000))
    parts = [many[at : at + 1000] for at in range(0, 9000, 1000)]

    at_once = folded(RunState(RUN, "0"), [news_of("w", list(keys), many)])
    by_and_by = folded(RunState(RUN, "0"), [news_of("w", list(keys), []), *(news_of("w", [], part) for part in parts)])

    assert exact(at_once) == exact(by_and_by)


# Files that grow by any number of bytes


growth = st.lists(st.tuples(st.integers(0, 3), st.integers(1, 400)), max_size=12)


@given(st.lists(run_events, max_size=6), st.lists(metric_points, max_size=6), growth)
@example([], [(0, 0, 1.0, 0)], [(0, 20), (1, 64)])  # a copy has points, but not yet the line that names them
def test_files_cut_anywhere_are_read_on_where_they_end(
    another: Callable[[Path], Client],
    exact: Exact,
    tmp_path_factory: pytest.TempPathFactory,
    events: list[Event],
    numbers: list[Point],
    steps: list[tuple[int, int]],
) -> None:
    """Two writers' files, copied in pieces: at each moment the state is what a new reader finds."""
    root = store_with_run(tmp_path_factory.mktemp("s"))
    log = root / "0" / RUN / "log"
    half = len(events) // 2
    texts = [b"".join(map(encode, keys + part)) for part in (events[:half], events[half:])]
    data = HEADER + b"".join(record(step, time, value, key, 0) for step, time, value, key in numbers)
    files = {"w0.jsonl": texts[0], "w0.metrics": data, "w1.jsonl": texts[1], "w1.metrics": data}
    kept = another(root)
    names = list(files)
    for i, size in [*steps, *((i, 1 << 20) for i in range(4))]:
        with (log / names[i]).open("ab") as file:
            file.write(files[names[i]][file.tell() :][:size])

        assert exact(state_of(kept)) == exact(state_of(another(root)))


@given(st.lists(experiment_events, max_size=8), st.lists(st.integers(1, 120), max_size=8))
def test_the_file_of_an_experiment_is_read_on_where_it_ends(
    another: Callable[[Path], Client],
    exact: Exact,
    tmp_path_factory: pytest.TempPathFactory,
    events: list[Event],
    steps: list[int],
) -> None:
    root = store_with_run(tmp_path_factory.mktemp("s"))
    file = root / EXPERIMENT / "log" / "w.jsonl"
    file.parent.mkdir(parents=True)
    text = b"".join(map(encode, events))
    kept = another(root)
    for end in itertools.accumulate([*steps, len(text)]):
        file.write_bytes(text[:end])

        states = [client._store.experiments.log(EXPERIMENT).refresh() for client in (kept, another(root))]
        assert exact(states[0]) == exact(states[1])


def store_with_run(root: Path) -> Path:
    (root / "0" / RUN / "log").mkdir(parents=True)
    (root / "store.json").write_text('{"format": 1}')
    return root


def state_of(client: Client) -> RunState:
    store = client._store
    log = store._runs.get(RUN) or store._new_log("0", RUN)
    try:
        return log.refresh()
    except RunNotFoundError:  # the line that started it has not arrived
        return log.state


# Time


def test_what_is_written_after_seeing_an_event_is_later(tmp_path: Path, another: Callable[[Path], Client]) -> None:
    """The one who knew the others has the last word, whatever the clocks say."""
    run_id = Client(tmp_path).create_run("0").info.run_id
    ahead = TagSet(LogicalClock().tick() + 3_600_000_000, "t", "said by a clock that is an hour ahead")
    (tmp_path / "0" / run_id / "log" / "zzz.jsonl").write_bytes(encode(ahead))

    another(tmp_path).set_tag(run_id, "t", "said knowing that")

    assert another(tmp_path).get_run(run_id).tags["t"] == "said knowing that"


def test_also_of_an_experiment(tmp_path: Path, another: Callable[[Path], Client]) -> None:
    experiment_id = Client(tmp_path).create_experiment("x")
    ahead = Renamed(LogicalClock().tick() + 3_600_000_000, "named by a clock that is an hour ahead")
    (tmp_path / experiment_id / "log" / "zzz.jsonl").write_bytes(encode(ahead))

    another(tmp_path).rename_experiment(experiment_id, "named knowing that")

    assert another(tmp_path).get_experiment(experiment_id).name == "named knowing that"


@given(st.lists(st.integers(0, 2**64) | st.none(), max_size=20))
def test_the_clock_is_later_each_time_than_all_it_has_seen(seen: list[int | None]) -> None:
    clock = LogicalClock()
    latest = 0
    for each in seen:
        if each is None:
            now = clock.tick()
            assert latest < now <= LATEST
            latest = min(now, LATEST - 1)
        else:
            clock.observe(each)
            latest = max(latest, min(each, LATEST - 1))


# The rules


def two_writers(*pairs: tuple[int, Event]) -> RunState:
    state = RunState(RUN, "0")
    for i, event in pairs:
        state.take(News(f"w{i}", [event], b"", 0, 0))
    return state


def test_of_two_values_of_a_param_the_first_wins_and_both_are_reported() -> None:
    state = two_writers((1, ParamSet(5, "p", "late")), (0, ParamSet(4, "p", "early")))

    assert state.params["p"].value == "early"
    assert state.conflicts == {"p": ["early", "late"]}


def test_the_same_value_twice_is_no_conflict() -> None:
    assert two_writers((1, ParamSet(5, "p", "v")), (0, ParamSet(4, "p", "v"))).conflicts == {}


def test_of_two_values_of_a_tag_the_last_wins() -> None:
    state = two_writers((1, TagSet(5, "t", "late")), (0, TagSet(4, "t", "early")))

    assert state.tags["t"].value == "late"


def test_at_the_same_time_the_writer_decides() -> None:
    state = two_writers((1, TagSet(5, "t", "w1")), (0, TagSet(5, "t", "w0")))

    assert state.tags["t"].value == "w1"


@pytest.mark.parametrize(("last", "deleted"), [(Deleted(6, 1), True), (Restored(6, 1), False)])
def test_of_deleting_and_restoring_the_last_counts(last: Event, deleted: bool) -> None:
    assert two_writers((0, last), (1, Deleted(5, 1)), (1, Restored(4, 1))).deleted is deleted


def test_a_tag_that_was_taken_away_comes_back_only_by_a_later_word() -> None:
    gone = two_writers((0, TagDeleted(5, "t")), (1, TagSet(4, "t", "old")))
    back = two_writers((1, TagSet(6, "t", "new")), (0, TagDeleted(5, "t")))

    assert gone.tags["t"].value is None
    assert back.tags["t"].value == "new"
