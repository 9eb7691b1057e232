"""The logs of models and versions: what goes in comes out, and the state is the same in whatever order it arrives."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Callable
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbflow.store.clock import LATEST
from nbflow.store.events import Event, encode
from nbflow.store.model_events import (
    AliasSet,
    Approved,
    Evaluated,
    ModelCreated,
    ModelEvent,
    ModelTagSet,
    Registered,
    Rejected,
    VersionEvent,
    decode_model_lines,
    decode_version_lines,
    numbers_from,
    numbers_to,
)
from nbflow.store.model_fold import ModelState, VersionState
from nbflow.store.reader import News

Exact = Callable[[object], object]

INT64 = 2**63
texts = st.text(max_size=20)
numbers = st.dictionaries(texts, st.floats(), max_size=3)
# What a field of this name holds, if it is not a text.
fields: dict[str, st.SearchStrategy[Any]] = {
    "t": st.integers(0, LATEST),
    "time": st.integers(-INT64, INT64 - 1),
    "folder": st.sampled_from(["a", "b~1"]),
    "version": st.integers(1, 10**9),
    "approvals": st.integers(0, INT64 - 1),
    "location": st.none() | texts,
    "run_id": st.none() | texts,
    "run_link": st.none() | texts,
    "model_uuid": st.none() | texts,
    "alias": texts,
    "signature": st.none() | st.dictionaries(texts, st.none() | texts, max_size=3),
    "flavors": st.lists(texts, max_size=3).map(tuple),
    "of": st.lists(texts, max_size=3).map(tuple),
    "metrics": numbers.map(numbers_to),
    "files": st.dictionaries(texts, texts, max_size=3),
    "tags": st.dictionaries(texts, texts, max_size=3),
    "size": st.integers(0, INT64 - 1),
}


def any_of(kinds: Any) -> st.SearchStrategy[Event]:
    return st.one_of(
        [st.builds(kind, **{n: fields.get(n, texts) for n in kind.__struct_fields__}) for kind in get_args(kinds)]
    )


# Events


@given(any_of(ModelEvent))
def test_every_event_of_a_model_is_read_as_it_was_written(event: Event) -> None:
    assert decode_model_lines(encode(event)) == ([event], 0)


@given(any_of(VersionEvent))
def test_every_event_of_a_version_is_read_as_it_was_written(event: Event) -> None:
    assert decode_version_lines(encode(event)) == ([event], 0)


@given(any_of(ModelEvent) | any_of(VersionEvent))
def test_an_event_is_one_line_of_json_that_any_language_reads(event: Event) -> None:
    line = encode(event)

    read = json.loads(line, parse_constant=pytest.fail)
    plain = json.loads(json.dumps(msgspec.to_builtins(event)))
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    assert read["kind"] == event.__struct_config__.tag
    assert {name: plain[name] for name in read} == read


@given(numbers)
def test_metrics_come_out_as_they_went_in(exact: Exact, metrics: dict[str, float]) -> None:
    line = encode(Evaluated(1, numbers_to(metrics)))

    ((event,), _) = decode_version_lines(line)

    assert isinstance(event, Evaluated)
    found = numbers_from(event.metrics)
    assert found.keys() == metrics.keys()
    for key, value in metrics.items():
        assert (math.isnan(value) and math.isnan(found[key])) or exact(value) == exact(found[key])


@pytest.mark.parametrize("decode", [decode_model_lines, decode_version_lines])
def test_kinds_and_fields_of_a_newer_version_are_skipped(decode: Callable[[bytes], object]) -> None:
    newer = b'{"kind":"blessed","t":1,"by":"x"}\n{"kind":"tag","t":2,"key":"k","value":"v","mood":"good","by":"ann"}\n'

    assert decode(newer) == ([ModelTagSet(2, "k", "v", by="ann")], 0)


def test_a_metric_that_is_no_number_is_left_out() -> None:
    assert numbers_from({"a": 1.0, "b": "x", "c": "-Infinity"}) == {"a": 1.0, "c": -math.inf}


# States

times = st.integers(0, 6)
words = st.sampled_from(["a", "b"])
few: dict[str, st.SearchStrategy[Any]] = {
    **fields,
    "t": times,
    "time": times,
    "version": st.integers(1, 3),
    "alias": words,
    "approvals": st.integers(0, 2),
    "metrics": st.dictionaries(words, st.sampled_from([1.0, "NaN"]), max_size=2),
    "tags": st.dictionaries(words, words, max_size=2),
    "of": st.just(()),
    "files": st.just({}),
    "flavors": st.just(()),
    "location": st.none(),
    "model_uuid": st.none() | words,
}


def few_of(kinds: Any) -> st.SearchStrategy[Event]:
    return st.one_of(
        [st.builds(kind, **{n: few.get(n, words) for n in kind.__struct_fields__}) for kind in get_args(kinds)]
    )


logs_of_models = st.lists(st.lists(few_of(ModelEvent), max_size=8), min_size=2, max_size=3)
logs_of_versions = st.lists(st.lists(few_of(VersionEvent), max_size=8), min_size=2, max_size=3)


def folded(state: ModelState | VersionState, news: list[News]) -> ModelState | VersionState:
    for each in news:
        state.take(each)
    return state


@given(logs_of_models)
def test_a_model_is_the_same_in_whatever_order_its_writers_arrive(exact: Exact, logs: list[list[Event]]) -> None:
    news = [News(f"w{i}", events, b"", 0, 0) for i, events in enumerate(logs)]

    states = [folded(ModelState("m"), list(order)) for order in itertools.permutations(news)]

    assert all(exact(state) == exact(states[0]) for state in states)


@given(logs_of_versions)
def test_a_version_is_the_same_in_whatever_order_its_writers_arrive(exact: Exact, logs: list[list[Event]]) -> None:
    news = [News(f"w{i}", events, b"", 0, 0) for i, events in enumerate(logs)]

    states = [folded(VersionState("m", 1), list(order)) for order in itertools.permutations(news)]

    assert all(exact(state) == exact(states[0]) for state in states)
    for state in states:
        assert isinstance(state, VersionState)
        if state.exists:
            seen = [(state.registered, state.standing, state.evaluated, state.same_content, state.registrants)]
            first = states[0]
            assert isinstance(first, VersionState)
            then = [(first.registered, first.standing, first.evaluated, first.same_content, first.registrants)]
            assert exact(seen) == exact(then)


@given(st.lists(few_of(VersionEvent), max_size=12), st.lists(st.integers(0, 4), max_size=6))
def test_a_log_read_in_pieces_is_the_log_read_whole(exact: Exact, events: list[Event], cuts: list[int]) -> None:
    pieces, at = [], 0
    for n in cuts:
        pieces.append(News("w", events[at : at + n], b"", 0, 0))
        at += n
    pieces.append(News("w", events[at:], b"", 0, 0))

    whole = folded(VersionState("m", 1), [News("w", events, b"", 0, 0)])

    assert exact(folded(VersionState("m", 1), pieces)) == exact(whole)


# What states say


def version_of(*events: Event) -> VersionState:
    state = VersionState("m", 3)
    state.take(News("w", list(events), b"", 0, 0))
    return state


def test_of_two_things_registered_under_one_number_the_first_counts() -> None:
    later = Registered(5, "x", "s3://later", 1, by="bob")
    first = Registered(4, "y", "s3://first", 2, by="ann")

    state = version_of(later, first)

    assert state.registered == first
    assert state.same_content == {"y"}
    assert state.registrants == {"ann"}
    assert state.is_meant(1, "y")
    assert not state.is_meant(3, "x")


def test_the_same_thing_registered_twice_under_one_number_is_one_version() -> None:
    one = Registered(4, "x", "runs:/1/m", 1, run_id="1", files={"MLmodel": "ab"}, by="ann")
    same = Registered(5, "y", "runs:/1/m", 2, run_id="1", files={"MLmodel": "ab"}, by="bob")

    state = version_of(one, same, Approved(6, "", "y", by="cid"), Evaluated(7, {"f1": 0.5}, "", "y"))

    assert state.same_content == {"x", "y"}
    assert state.registrants == {"ann", "bob"}
    assert state.standing == {"cid": True}
    assert state.evaluated == {"f1": 0.5}


def test_what_was_said_of_another_thing_with_the_number_does_not_count() -> None:
    """Two stores copied into one by hand: the approval of theirs must not approve ours."""
    ours, theirs = Registered(4, "x", "s3://ours", 1), Registered(5, "y", "s3://theirs", 2)

    state = version_of(ours, theirs, Approved(6, "", "y", by="cid"), Evaluated(7, {"f1": 0.5}, "", "y"))

    assert state.standing == {}
    assert state.evaluated == {}


def test_a_reviewers_last_word_stands() -> None:
    registered = Registered(1, "x", "s3://a", 1)

    state = version_of(registered, Approved(2, "", "x", by="cid"), Rejected(3, "", "x", by="cid"))

    assert state.standing == {"cid": False}


def test_an_alias_without_an_id_goes_by_the_number() -> None:
    state = version_of(Registered(1, "x", "s3://a", 1))

    assert state.is_meant(3, "")
    assert not state.is_meant(4, "")


def test_a_model_knows_every_name_it_ever_had() -> None:
    state = ModelState("m")
    events = [ModelCreated(1, "a", 1), ModelTagSet(2, "k", "v"), AliasSet(3, "c", 1, "x")]
    renamed = msgspec.json.decode(b'[{"kind":"renamed","t":4,"name":"b"}]', type=list[ModelEvent])

    state.take(News("w", [*events, *renamed], b"", 0, 0))

    assert state.current_name == "b"
    assert sorted(state.held) == ["a", "b"]
