"""A tree written as text is the same tree when it is read again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbflow.errors import InvalidInputError
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
    format_filter,
    format_key,
    parse_filter,
)

TEXT_OPERATORS = st.sampled_from(["=", "!=", "LIKE", "ILIKE"])
NUMBER_OPERATORS = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])


def quotable(text: str) -> bool:
    return not ("'" in text and '"' in text)


TEXTS = st.text(max_size=20).filter(quotable)
NUMBERS = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
NAMES = st.text(min_size=1, max_size=12).filter(quotable) | st.sampled_from(
    ["loss", "val loss", "loss.min", "mlflow.runName", "AND", "in", "a.b.c", "a/b", "a`b", "x-y", "0"]
)

NUMERIC_KEYS = st.builds(Key, st.just("metric"), NAMES) | st.sampled_from(
    [Key("attribute", name) for name in ("start_time", "end_time", "duration")]
)
TEXT_KEYS = st.sampled_from(
    [Key("attribute", name) for name in ("run_id", "run_name", "status", "user_id", "artifact_uri", "experiment_id")]
    + [Key("dataset", name) for name in ("name", "digest", "context")]
)
FREE_KEYS = st.builds(Key, st.sampled_from(["param", "tag"]), NAMES)
NULLABLE_KEYS = st.builds(Key, st.sampled_from(["metric", "param", "tag"]), NAMES) | st.just(
    Key("attribute", "end_time")
)


def clauses(
    keys: st.SearchStrategy[Key], operators: st.SearchStrategy[str], values: st.SearchStrategy[str | float]
) -> st.SearchStrategy[Node]:
    lists = st.lists(values, min_size=1, max_size=4).map(tuple)
    return st.one_of(
        st.builds(Comparison, keys, operators, values),
        st.builds(IsIn, keys, lists, st.booleans()),
        st.builds(Between, keys, values, values, st.booleans()),
    )


CLAUSES: st.SearchStrategy[Node] = st.one_of(
    clauses(NUMERIC_KEYS | FREE_KEYS, NUMBER_OPERATORS, NUMBERS),
    clauses(TEXT_KEYS | FREE_KEYS, TEXT_OPERATORS, TEXTS),
    st.builds(IsNull, NULLABLE_KEYS, st.booleans()),
)
TREES: st.SearchStrategy[Node] = st.recursive(
    CLAUSES,
    lambda parts: st.one_of(
        st.builds(Not, parts),
        st.builds(And, st.lists(parts, min_size=2, max_size=4).map(tuple)),
        st.builds(Or, st.lists(parts, min_size=2, max_size=4).map(tuple)),
    ),
    max_leaves=8,
)


@given(TREES)
def test_a_tree_survives_its_text(tree: Node) -> None:
    assert parse_filter(format_filter(tree), RUNS) == tree


@given(st.sampled_from(["metric", "param", "tag"]), NAMES)
def test_a_key_survives_its_text(entity: str, name: str) -> None:
    key = Key("metric" if entity == "metric" else "param" if entity == "param" else "tag", name)

    assert parse_filter(f"{format_key(key)} IS NULL", RUNS) == IsNull(key)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("metric.a>1 and(parameter.b in('x') or not created<5)", None),
        ("metric.a>1", "metrics.a > 1"),
        ("attributes.`Run name` like 'a%'", "run_name LIKE 'a%'"),
        ("(metrics.a > 1) or (tag.b = \"x\" and run.status = 'y')", "metrics.a > 1 OR tags.b = 'x' AND status = 'y'"),
        ('param."a b" = \'it"s\'', "params.`a b` = 'it\"s'"),
        ('param.a-b = "it\'s"', 'params.`a-b` = "it\'s"'),
        ("not not (metrics.a is null)", "NOT NOT metrics.a IS NULL"),
        ("metrics.a>1 AND (metrics.b>1 AND (tags.c='x'))", "metrics.a > 1 AND (metrics.b > 1 AND tags.c = 'x')"),
        ("not tags.a not like 'x' and tags.b not ilike 'y'", "NOT tags.a NOT LIKE 'x' AND tags.b NOT ILIKE 'y'"),
        ("tags.a IS NOT NULL AND NOT tags.b LIKE 'x'", "tags.a IS NOT NULL AND NOT tags.b LIKE 'x'"),
        ("status NOT LIKE 'x'", "NOT status LIKE 'x'"),
        ("start_time > '1970-01-02'", "start_time > 86400000"),
        ("metrics.a not between -.5 and 1e300", "metrics.a NOT BETWEEN -0.5 AND 1e+300"),
        ("dataset.name NOT IN ('a',\"b\",)", "datasets.name NOT IN ('a', 'b')"),
    ],
)
def test_the_canonical_text(text: str, canonical: str | None) -> None:
    node = parse_filter(text, RUNS)

    assert node is not None
    assert format_filter(node) == (canonical or "metrics.a > 1 AND (params.b IN ('x') OR NOT start_time < 5)")


@pytest.mark.parametrize(
    "tree",
    [
        Comparison(Key("param", "a"), "=", "both ' and \""),
        Comparison(Key("param", "all ' and \" and `"), "=", "a"),
        Comparison(Key("param", ""), "=", "a"),
        Comparison(Key("metric", "a"), "=", float("inf")),
        Comparison(Key("metric", "a"), "=", float("nan")),
        IsIn(Key("metric", "a"), ()),
        And(()),
        Or((IsNull(Key("metric", "a")),)),
    ],
)
def test_what_no_filter_can_say_is_refused(tree: Node) -> None:
    with pytest.raises(InvalidInputError):
        format_filter(tree)
