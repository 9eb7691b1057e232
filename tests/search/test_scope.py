"""A scope is a constant: what else is searched one day needs no other code."""

from __future__ import annotations

import subprocess
import sys

import pytest

from nbflow.errors import InvalidFilterError
from nbflow.search import (
    EVALUATIONS,
    REGISTERED_MODELS,
    And,
    Comparison,
    IsIn,
    Key,
    Order,
    Scope,
    parse_filter,
    parse_order,
)
from nbflow.search.evaluate import matches
from nbflow.search.scope import Attribute

VERSIONS = Scope(
    noun="model versions",
    entities=(("attribute", ("attribute",)), ("tag", ("tags", "tag"))),
    attributes=(
        Attribute("name"),
        Attribute("version_number", "integer"),
        Attribute("last_updated_timestamp", "time", aliases=("timestamp",)),
    ),
    default_order=(Order(Key("attribute", "last_updated_timestamp"), ascending=False),),
    example="name = 'churn'",
)
VERSION = Key("attribute", "version_number")


def test_a_new_scope_is_parsed() -> None:
    node = parse_filter("name = 'churn' AND version_number IN (1, '2')", VERSIONS)

    assert node == And((Comparison(Key("attribute", "name"), "=", "churn"), IsIn(VERSION, (1, 2))))
    assert parse_order(["timestamp"], VERSIONS) == (Order(Key("attribute", "last_updated_timestamp")),)


def test_a_whole_number_may_stand_in_quotes() -> None:
    assert parse_filter("version_number > '3'", VERSIONS) == Comparison(VERSION, ">", 3)


@pytest.mark.parametrize(
    ("text", "position", "expected"),
    [
        ("version_number = 'x'", 17, "a whole number"),
        ("metrics.a > 1", 0, "Model versions have no metrics. Expected attribute or tags before the first dot."),
        ("churn", 0, "Write tags.churn for what was logged"),
        ("= 1", 0, "as in name = 'churn'"),
    ],
)
def test_errors_speak_of_the_scope(text: str, position: int, expected: str) -> None:
    with pytest.raises(InvalidFilterError) as caught:
        parse_filter(text, VERSIONS)

    assert caught.value.position == position
    assert expected in caught.value.expected


@pytest.mark.parametrize("text", ["f1 > 1", "'f1' > 1", "attributes.f1 > 1", "params.a = '1'", "f1"])
def test_a_scope_without_attributes_speaks_of_metrics(text: str) -> None:
    with pytest.raises(InvalidFilterError, match="metrics"):
        parse_filter(text, EVALUATIONS)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("aliases = 'a'", True),
        ("aliases != 'a'", True),  # there is one that is not
        ("NOT aliases = 'a'", False),
        ("aliases = 'x'", False),
        ("aliases IN ('x', 'b')", True),
        ("aliases LIKE 'B'", False),
        ("alias ILIKE 'B'", True),
        ("aliases IS NULL", False),
    ],
)
def test_a_clause_on_several_values_is_about_any_of_them(text: str, found: bool) -> None:
    assert matches(parse_filter(text, REGISTERED_MODELS), lambda _: ("a", "b")) == found


def test_importing_the_package_leaves_the_parser_generator_out() -> None:
    code = "import sys, nbflow.search; sys.exit('lark' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
