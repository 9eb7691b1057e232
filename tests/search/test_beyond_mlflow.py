"""What filters can say here that MLflow's cannot."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from nbflow.search import (
    RUNS,
    And,
    Between,
    Comparison,
    IsIn,
    IsNull,
    Key,
    Node,
    Not,
    Or,
    parse_filter,
)

if TYPE_CHECKING:
    from nbflow.search.tree import Operator

A = Comparison(Key("metric", "a"), ">", 1)
B = Comparison(Key("metric", "b"), ">", 2)
C = Comparison(Key("metric", "c"), ">", 3)
START = Key("attribute", "start_time")


def parse(text: str) -> Node | None:
    """Parse, with `a`, `b` and `c` for three comparisons."""
    spelled = {"a": "metrics.a > 1", "b": "metrics.b > 2", "c": "metrics.c > 3"}
    return parse_filter(re.sub(r"\b[abc]\b", lambda match: spelled[match[0]], text), RUNS)


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("a OR b", Or((A, B))),
        ("a or b oR c", Or((A, B, C))),
        ("a OR b AND c", Or((A, And((B, C))))),
        ("a AND b OR c", Or((And((A, B)), C))),
        ("(a OR b) AND c", And((Or((A, B)), C))),
        ("a AND (b AND c)", And((A, And((B, C))))),
        ("NOT a", Not(A)),
        ("not not a", Not(Not(A))),
        ("NOT a AND b", And((Not(A), B))),
        ("NOT a OR b", Or((Not(A), B))),
        ("NOT (a OR b)", Not(Or((A, B)))),
        ("NOT(a)AND(b)", And((Not(A), B))),
        ("((a))", A),
    ],
)
def test_not_binds_before_and_before_or(text: str, node: Node) -> None:
    assert parse(text) == node


@pytest.mark.parametrize("op", ["=", "!=", "<", "<=", ">", ">="])
@pytest.mark.parametrize("entity", ["param", "tag"])
def test_numbers_compare_with_params_and_tags(entity: str, op: Operator) -> None:
    assert parse_filter(f"{entity}.lr {op} 0.1", RUNS) == Comparison(
        Key("param" if entity == "param" else "tag", "lr"), op, 0.1
    )


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("params.m IN ('a', 'b')", IsIn(Key("param", "m"), ("a", "b"))),
        ("params.n IN (1, 2.5)", IsIn(Key("param", "n"), (1, 2.5))),
        ("tags.m NOT IN ('a')", IsIn(Key("tag", "m"), ("a",), negated=True)),
        ("metrics.n in (1,-2)", IsIn(Key("metric", "n"), (1, -2))),
        ("status IN ('FAILED', 'KILLED')", IsIn(Key("attribute", "status"), ("FAILED", "KILLED"))),
        ("experiment_id IN ('1', '2')", IsIn(Key("attribute", "experiment_id"), ("1", "2"))),
        ("start_time IN (5, '1970-01-02')", IsIn(START, (5, 86_400_000))),
    ],
)
def test_lists_on_every_key(text: str, node: Node) -> None:
    assert parse_filter(text, RUNS) == node


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("metrics.a BETWEEN 0.5 AND 1", Between(Key("metric", "a"), 0.5, 1)),
        ("params.lr not between 1 and 2", Between(Key("param", "lr"), 1, 2, negated=True)),
        ("tags.v BETWEEN 'a' AND \"b\"", Between(Key("tag", "v"), "a", "b")),
        ("duration BETWEEN 60 AND 3600", Between(Key("attribute", "duration"), 60, 3600)),
        ("start_time BETWEEN '1970-01-01' AND '1970-01-02'", Between(START, 0, 86_400_000)),
        (
            "metrics.a BETWEEN 1 AND 2 AND metrics.b > 2",
            And((Between(Key("metric", "a"), 1, 2), B)),
        ),
    ],
)
def test_between(text: str, node: Node) -> None:
    assert parse_filter(text, RUNS) == node


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("metrics.a IS NULL", IsNull(Key("metric", "a"))),
        ("metrics.a IS NOT NULL", IsNull(Key("metric", "a"), negated=True)),
        ("end_time IS NULL", IsNull(Key("attribute", "end_time"))),
        ("attributes.end_time IS NOT NULL", IsNull(Key("attribute", "end_time"), negated=True)),
    ],
)
def test_null(text: str, node: Node) -> None:
    assert parse_filter(text, RUNS) == node


def test_not_like_is_false_on_what_was_not_logged() -> None:
    key = Key("tag", "team")

    node = parse_filter("tags.team NOT LIKE 'a%'", RUNS)

    assert node == And((IsNull(key, negated=True), Not(Comparison(key, "LIKE", "a%"))))


@pytest.mark.parametrize("key", [Key("attribute", "status"), Key("dataset", "name")])
def test_not_like_on_what_is_never_missing(key: Key) -> None:
    spelled = key.name if key.entity == "attribute" else f"datasets.{key.name}"

    assert parse_filter(f"{spelled} NOT ILIKE 'a%'", RUNS) == Not(Comparison(key, "ILIKE", "a%"))


@pytest.mark.parametrize("name", ["val/loss", "val-loss", "gpu:0", "système", "2nd", "AND", "order.by", "in"])
def test_names_that_need_no_quotes(name: str) -> None:
    assert parse_filter(f"metrics.{name} > 1", RUNS) == Comparison(Key("metric", name), ">", 1)


def test_a_name_may_be_quoted_whole() -> None:
    assert parse_filter("`metrics.val loss` > 1", RUNS) == Comparison(Key("metric", "val loss"), ">", 1)


@pytest.mark.parametrize(
    ("text", "time_ms"),
    [
        ("1970-01-02", 86_400_000),
        ("1970-01-01T01:00", 3_600_000),
        ("1970-01-01 01:00:01", 3_601_000),
        ("1970-01-01T00:00:00.250", 250),
        ("1970-01-01T00:00Z", 0),
        ("1970-01-01T02:00+02:00", 0),
        ("1970-01-01T00:00-0130", 5_400_000),
        ("1969-12-31T23:59:59.9995", -1),
        ("0001-01-01T00:00+14:00", -62_135_647_200_000),
    ],
)
def test_dates_are_utc_unless_they_say_otherwise(text: str, time_ms: int) -> None:
    assert parse_filter(f"start_time >= '{text}'", RUNS) == Comparison(START, ">=", time_ms)


@pytest.mark.parametrize(
    "text", ["2026-13-01", "2026-11-31", "2026-11-23T25:00", "1712010100000", "20261123", "yesterday", "", "2026-11"]
)
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="milliseconds since the epoch or a date in quotes"):
        parse_filter(f"start_time >= '{text}'", RUNS)
