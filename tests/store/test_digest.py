"""The short way into the index gives what the fold gives, for every run that it takes on."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from nbflow.store import points
from nbflow.store.digest import Digest, digest_of, quick_digest
from nbflow.store.events import (
    Deleted,
    Ended,
    Event,
    Input,
    Key,
    ModelLogged,
    Moved,
    ParamSet,
    Renamed,
    Resumed,
    Started,
    TagDeleted,
    TagSet,
)
from nbflow.store.fold import RunState
from nbflow.store.reader import News
from nbflow.store.shape import names_of, number_of

if TYPE_CHECKING:
    from collections.abc import Callable

RUN = "0" * 32
keys = st.sampled_from(["a", "b", "c"])
texts = st.sampled_from(["", "1", "1.5", "x", "nan"])
values = st.floats(allow_nan=True, allow_infinity=True) | st.sampled_from([0.0, -0.0, 1.0])

# Each draws the event but for its logical time.
common: list[st.SearchStrategy[Callable[[int], Event]]] = [
    st.builds(lambda k, v: lambda t: ParamSet(t, k, v), keys, texts),
    st.builds(lambda k, v: lambda t: TagSet(t, k, v), keys, texts),
    st.builds(lambda k: lambda t: TagDeleted(t, k), keys),
    st.builds(lambda n: lambda t: Renamed(t, n), texts),
    st.builds(lambda k: lambda t: Input(t, k, "d", "local", "{}"), keys),
    st.builds(lambda k: lambda t: ModelLogged(t, k, "u"), keys),
]
rare: list[st.SearchStrategy[Callable[[int], Event]]] = [
    st.just(lambda t: Deleted(t, 5)),
    st.just(lambda t: Moved(t, "7")),
    st.just(lambda t: Resumed(t, 6)),
]
ends = st.builds(lambda s, n: lambda t: Ended(t, s, 9, n), st.sampled_from(["FINISHED", "FAILED"]), st.integers(0, 4))


@st.composite
def logs(draw: st.DrawFn) -> News:
    middle = draw(st.lists(st.one_of(*common, *rare) if draw(st.booleans()) else st.one_of(*common), max_size=8))
    makers = [
        lambda t: Started(t, RUN, "0", "n", "u", 1),
        *(lambda t, i=i, k=k: Key(t, i, k) for i, k in enumerate("abc")),
        *middle,
        *draw(st.lists(ends, max_size=2)),
        *draw(st.lists(st.one_of(*common), max_size=2)),
    ]
    steps = draw(st.lists(st.integers(0, 1), min_size=len(makers), max_size=len(makers)))
    t, events = 1, []
    for maker, step in zip(makers, steps, strict=True):
        t += step or draw(st.sampled_from([1, 1, 1, 0]))
        events.append(maker(t))
    rows = draw(st.lists(st.tuples(st.integers(0, 3), values, st.integers(0, 3)), max_size=6))
    data = b"".join(points.pack(step, 7, value, number) for number, value, step in rows)
    return News("w", events, data, 100, 32 + len(data), draw(st.sampled_from([0, 0, 0, 1])))


def plain(digest: Digest) -> Any:
    """Make a digest comparable: NaN is equal to NaN."""
    rest = msgspec.structs.asdict(digest)
    values = sorted(zip(names_of(rest.pop("shape")), rest.pop("values"), strict=True))
    return repr(values), repr({**rest, "inputs": sorted(map(repr, rest["inputs"]))})


@given(logs())
def test_the_short_way_gives_what_the_fold_gives(news: News) -> None:
    quick = quick_digest(RUN, "0", news)

    if quick is not None:
        state = RunState(RUN, "0")
        state.take(news)
        assert plain(quick) == plain(digest_of(state))


def test_an_ordinary_run_takes_the_short_way() -> None:
    events: list[Event] = [
        Started(1, RUN, "0", "n", "u", 1),
        ParamSet(2, "a", "1"),
        Key(3, 0, "loss"),
        TagSet(4, "k", "v"),
        Ended(5, "FINISHED", 9, 1),
        TagSet(6, "late", "v"),
    ]

    quick = quick_digest(RUN, "0", News("w", events, points.pack(0, 7, 0.5, 0), 10, 64))

    assert quick is not None
    assert dict(zip(names_of(quick.shape), quick.values, strict=True)) == {
        ("param", "a", ""): "1",
        ("param", "a", "num"): 1,
        ("metric", "loss", ""): 0.5,
        ("tag", "k", ""): "v",
        ("tag", "late", ""): "v",
    }


def test_a_run_that_says_more_points_than_there_are_takes_the_long_way() -> None:
    events: list[Event] = [Started(1, RUN, "0", "n", "u", 1), Key(2, 0, "loss"), Ended(3, "FINISHED", 9, 2)]

    assert quick_digest(RUN, "0", News("w", events, points.pack(0, 7, 0.5, 0), 10, 64)) is None


@given(st.floats(allow_nan=False))
def test_a_text_that_str_made_of_a_number_is_that_number(value: float) -> None:
    assert number_of(str(value)) == value


@given(st.text(max_size=50))
def test_a_text_is_a_number_only_if_float_says_so(text: str) -> None:
    number = number_of(text)

    assert number is None or (number == float(text) and not math.isnan(number))
