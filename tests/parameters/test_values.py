"""Values held against parameters, and what is typed into fields and meant by it."""

from __future__ import annotations

import datetime as dt
import json
import math
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbflow.errors import InvalidParametersError
from nbflow.parameters import Kind, Parameter, Range, checked, enter, read_entry
from nbflow.parameters.values import Unfit


class Mode(Enum):
    FAST = 1
    CAREFUL = 2


MODE = Parameter("mode", "choice", choices=tuple(Mode))
MIXED = Parameter("mixed", "choice", choices=(1, True, "1", 1.5, None))


@pytest.mark.parametrize(
    ("kind", "value", "found"),
    [
        ("int", np.int64(3), 3),
        ("int", 10**400, 10**400),
        ("float", 3, 3.0),
        ("float", np.float32(0.5), 0.5),
        ("bool", np.True_, True),
        ("path", "a/b", Path("a/b")),
        ("date", "2026-11-24", dt.date(2026, 11, 24)),
        ("datetime", "2026-11-24 13:05", dt.datetime(2026, 11, 24, 13, 5)),  # noqa: DTZ001
        ("list", (1, 2), [1, 2]),
        ("any", {1, 2}, {1, 2}),
    ],
)
def test_what_means_a_value_is_taken(kind: Kind, value: Any, found: Any) -> None:
    taken = checked(Parameter("x", kind), value)

    assert taken == found
    assert type(taken) is type(found)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("int", 3.0),
        ("int", True),
        ("int", "3"),
        ("int", None),
        ("float", "3"),
        ("float", True),
        ("float", np.zeros(2)),
        ("float", 10**400),
        ("float", 1j),
        ("str", 3),
        ("str", "a\ud800"),
        ("bool", 1),
        ("path", ""),
        ("path", "a\0"),
        ("path", b"a"),
        ("date", dt.datetime(2026, 1, 1)),  # noqa: DTZ001
        ("date", "24.11.2026"),
        ("datetime", "soon"),
        ("list", "abc"),
        ("dict", [1]),
    ],
)
def test_what_means_none_is_refused_by_name_value_and_rule(kind: Kind, value: Any) -> None:
    with pytest.raises(InvalidParametersError, match=r"for the parameter 'x'. It ") as raised:
        checked(Parameter("x", kind), value)

    assert list(raised.value.problems) == ["x"]


@pytest.mark.parametrize(("value", "fits"), [(0.0, False), (0.5, True), (1.0, True), (math.nan, False), (9.0, False)])
def test_ranges_hold(value: float, fits: bool) -> None:
    parameter = Parameter("x", "float", range=Range(0, 1, low_open=True))

    if fits:
        assert checked(parameter, value) == value
    else:
        with pytest.raises(InvalidParametersError, match="a number above 0 and at most 1"):
            checked(parameter, value)


def test_a_range_of_a_list_holds_for_each() -> None:
    parameter = Parameter("sizes", "list", item="int", range=Range(1, 9), is_tuple=True)

    assert checked(parameter, [1, 9]) == (1, 9)
    with pytest.raises(InvalidParametersError, match="each from 1 to 9"):
        checked(parameter, [1, 10])


def test_a_choice_is_the_value_itself_and_true_is_not_one() -> None:
    assert checked(MIXED, True) is True
    assert checked(MIXED, 1) == 1
    assert checked(MODE, "FAST") is Mode.FAST
    assert checked(MODE, 2) is Mode.CAREFUL
    with pytest.raises(InvalidParametersError, match="one of FAST, CAREFUL"):
        checked(MODE, "slow")


@pytest.mark.parametrize(
    ("kind", "entry", "value"),
    [
        ("int", " 1_000 ", 1000),
        ("float", "1e-3", 0.001),
        ("float", "-inf", -math.inf),
        ("str", " a ", " a "),
        ("list", '[1, "a", null]', [1, "a", None]),
        ("dict", '{"a": NaN}', {"a": math.nan}),
        ("any", "{'a': (1, 2)}", {"a": (1, 2)}),
        ("any", "just words", "just words"),
    ],
)
def test_what_is_typed_is_understood(kind: Kind, entry: str, value: Any) -> None:
    assert repr(read_entry(Parameter("x", kind), entry)) == repr(value)


@pytest.mark.parametrize(
    ("kind", "entry"),
    [
        ("int", ""),
        ("int", "1.5"),
        ("int", "٣"),
        ("int", "9" * 5000),
        ("int", 3),
        ("float", "1e999"),
        ("float", "one"),
        ("bool", "true"),
        ("list", "{}"),
        ("list", "[" * 100_000),
        ("dict", "{'a': 1}"),
        ("path", ""),
        ("date", "2026-13-01"),
        ("str", "a" * 2_000_000),
        ("str", None),
        ("choice", 7),
        ("choice", True),
    ],
)
def test_what_means_nothing_is_told(kind: Kind, entry: Any) -> None:
    with pytest.raises(Unfit, match="It "):
        read_entry(Parameter("x", kind, choices=("a", "b") if kind == "choice" else ()), entry)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text("ab\"'é🦊"), inside, max_size=3),
    max_leaves=8,
)
VALUES: dict[Kind, st.SearchStrategy[Any]] = {
    "int": st.integers(),
    "float": st.floats(),
    "str": st.text(st.characters(exclude_categories=["Cs"])),
    "bool": st.booleans(),
    "path": st.text("ab/.é ", min_size=1).map(Path),
    "date": st.dates(),
    "datetime": st.datetimes(timezones=st.just(dt.UTC) | st.none()).map(lambda at: at.replace(fold=0)),
    "list": st.lists(JSON, max_size=4),
    "dict": st.dictionaries(st.text("ab"), JSON, max_size=4),
    "any": JSON,
}


@pytest.mark.parametrize("kind", VALUES)
def test_an_entry_means_the_value_that_it_was_made_of(kind: Kind) -> None:
    parameter = Parameter("x", kind, optional=True)

    @given(VALUES[kind] | st.none())
    def check(value: Any) -> None:
        entry = json.loads(json.dumps(enter(parameter, checked(parameter, value))))

        assert repr(read_entry(parameter, entry)) == repr(value)

    check()


@given(st.sampled_from(MIXED.choices))
def test_a_choice_is_its_place(value: Any) -> None:
    entry = enter(MIXED, value)

    assert value is None or read_entry(MIXED, entry) is value


def test_several_problems_are_told_at_once() -> None:
    error = InvalidParametersError({"a": (1, "It is text.")}, {"b": "It is a number."}, 'Set form["b"].')

    assert str(error).splitlines() == [
        "Invalid value 1 for the parameter 'a'. It is text.",
        "The parameter 'b' has no value. It is a number.",
        'Set form["b"].',
    ]
