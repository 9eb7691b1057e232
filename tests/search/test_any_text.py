"""Whatever is typed, the parser gives a tree or an error of ours: it never breaks."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TypeVar

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nbflow.errors import InvalidFilterError, InvalidInputError
from nbflow.search import (
    EVALUATIONS,
    EXPERIMENTS,
    MODEL_VERSIONS,
    REGISTERED_MODELS,
    RUNS,
    And,
    IsIn,
    Node,
    Not,
    Or,
    Scope,
    format_filter,
    parse_filter,
    parse_order,
)

SCOPES = st.sampled_from([RUNS, EXPERIMENTS, REGISTERED_MODELS, MODEL_VERSIONS, EVALUATIONS])
KEYS = ["metrics.a", "params.b", "tags.`c d`", "status", "start_time", "datasets.name", "name", '"run name"']
VALUES = ["1", "-.5", "1e3", "'x'", '"y"', "'2026-11-23'", "('a', 'b')", "(1, 2)"]
PIECES = [
    *KEYS,
    *VALUES,
    *["AND", "OR", "NOT", "and", "IN", "LIKE", "ILIKE", "BETWEEN", "IS", "NULL", "IS NULL", "ASC", "DESC"],
    *["=", "!=", "<", "<=", ">", ">=", "==", "<>", "!", "&&", "(", ")", ",", ";", "'", '"', "`", ".", "\\", "#"],
    *["word", "metrics.", ".b", "bogus.x", "1_0", "9" * 400, "\x00", "\n", "é", "\ud800", "٣"],
]
# Filters that parse more often than not.
NEARLY = st.lists(
    st.tuples(
        st.sampled_from(["", "NOT ", "("]),
        st.sampled_from(KEYS),
        st.sampled_from([" = ", " < ", " IN ", " NOT IN ", " LIKE ", " IS NULL", " IS NOT NULL", " BETWEEN 1 AND "]),
        st.sampled_from(["", *VALUES]),
        st.sampled_from(["", ")", " AND ", " OR "]),
    ).map("".join),
    max_size=5,
).map("".join)
TEXTS = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join),
    st.lists(st.sampled_from(PIECES), max_size=12).map("".join),
    NEARLY,
)


@given(TEXTS, SCOPES)
@example("'", RUNS)
@example("metrics.", RUNS)
@example("``.``", RUNS)
@example('"".a = 1', RUNS)
@example("`metrics`.a = 1", RUNS)
def test_a_filter_parses_or_is_refused_at_a_place_within_it(text: str, scope: Scope) -> None:
    node, error = outcome(lambda: parse_filter(text, scope))

    if node is not None:
        assert parse_filter(format_filter(node), scope) == node
    if isinstance(error, InvalidFilterError):
        assert error.text == text
        assert 0 <= error.position <= len(text)
        assert error.expected
        assert str(error)


@given(TEXTS, SCOPES)
def test_an_order_parses_or_is_refused_at_a_place_within_it(text: str, scope: Scope) -> None:
    orders, error = outcome(lambda: parse_order([text], scope))

    if isinstance(error, InvalidFilterError):
        assert error.text == text
        assert 0 <= error.position <= len(text)
    else:
        assert error is not None or len(orders or ()) == 1


Found = TypeVar("Found")


def outcome(call: Callable[[], Found]) -> tuple[Found | None, InvalidInputError | None]:
    """Give what a call returns, or the error of ours that it raises: any other breaks the test."""
    try:
        return call(), None
    except InvalidInputError as error:
        return None, error


def nested(depth: int, before: str, after: str = "") -> str:
    return before * depth + "metrics.a > 1" + after * depth


@pytest.mark.parametrize(("before", "after"), [("(", ")"), ("NOT ", ""), ("NOT(", ")")])
def test_nesting_has_a_limit(before: str, after: str) -> None:
    limit = 100 // sum(before.count(word) for word in ("NOT", "("))

    assert parse_filter(nested(limit, before, after), RUNS) is not None
    with pytest.raises(InvalidFilterError) as caught:
        parse_filter(nested(limit + 1, before, after), RUNS)
    assert caught.value.position == len(before) * limit
    assert "nested 100 deep" in caught.value.expected


@pytest.mark.parametrize(
    "text",
    [
        "(" * 50_000,
        ")" * 50_000,
        "(" * 49_000 + "metrics.a > 1" + ")" * 49_000 + "x",
        nested(40_000, "(", ")"),
        nested(24_000, "NOT "),
        "NOT " * 25_000,
        "metrics.a > 1 AND (" * 5_000,
        "metrics.a IN (" + "1 " * 40_000,
        "'" * 99_999,
        "`" * 100_000,
        "metrics." * 12_000,
        "a" * 100_000,
        "=" * 100_000,
        "9" * 100_000,
        f"metrics.a > {'9' * 90_000}",
        f"metrics.a > 1e{'9' * 90_000}",
        f"metrics.a > {'9' * 90_000}x",
        f"metrics.a > 1.{'9' * 45_000}e{'9' * 45_000}x",
        "x " * 50_000,
    ],
    ids=lambda text: text[:20],
)
def test_absurd_filters_are_refused(text: str) -> None:
    with pytest.raises(InvalidFilterError) as caught:
        parse_filter(text, RUNS)

    assert len(str(caught.value)) < 1000


def test_the_deepest_tree_stays_far_from_the_recursion_limit() -> None:
    text = "metrics.a > 1 OR metrics.b > 1 AND (" * 100 + "metrics.c > 1" + ")" * 100
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(frames() + 500)
    try:
        node = parse_filter(text, RUNS)

        assert node is not None
        assert parse_filter(format_filter(node), RUNS) == node
    finally:
        sys.setrecursionlimit(before)


def frames() -> int:
    frame = sys._getframe()
    count = 0
    while frame.f_back is not None:
        frame, count = frame.f_back, count + 1
    return count


def test_a_long_list_is_fine() -> None:
    node = parse_filter(f"run_id IN ({', '.join(repr(f'{i:04}') for i in range(10_000))})", RUNS)

    assert isinstance(node, IsIn)
    assert len(node.values) == 10_000


@pytest.mark.parametrize("joint", ["AND", "OR"])
def test_many_clauses_are_fine(joint: str) -> None:
    node = parse_filter(f" {joint} ".join(["metrics.a > 1"] * 5_000), RUNS)

    assert isinstance(node, And | Or)
    assert len(node.parts) == 5_000
    assert not any(isinstance(part, And | Or | Not) for part in node.parts)


def test_equal_filters_are_parsed_once() -> None:
    first: Node | None = parse_filter("metrics.cached > 1", RUNS)

    assert parse_filter("metrics.cached > 1", RUNS) is first
    assert parse_filter("tags.cached = '1'", RUNS) is not parse_filter("tags.cached = '1'", EXPERIMENTS)


def test_a_lone_surrogate_is_refused_where_it_stands() -> None:
    with pytest.raises(InvalidFilterError) as caught:
        parse_filter("params.p = '\ud800'", RUNS)

    assert caught.value.position == 12
