"""MLflow's filters mean here what they mean there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nbflow.search import EXPERIMENTS, RUNS, And, Comparison, IsIn, IsNull, Key, Node, Scope, parse_filter

if TYPE_CHECKING:
    from nbflow.search.tree import Entity, Operator


def metric(name: str) -> Key:
    return Key("metric", name)


def param(name: str) -> Key:
    return Key("param", name)


def tag(name: str) -> Key:
    return Key("tag", name)


def attribute(name: str) -> Key:
    return Key("attribute", name)


@pytest.mark.parametrize("text", [None, ""])
def test_no_filter_is_no_tree(text: str | None) -> None:
    assert parse_filter(text, RUNS) is None


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("metrics.acc >= 0.94", Comparison(metric("acc"), ">=", 0.94)),
        ("metric.acc>=100", Comparison(metric("acc"), ">=", 100)),
        ("params.m!='tf'", Comparison(param("m"), "!=", "tf")),
        ('params."m"!="tf"', Comparison(param("m"), "!=", "tf")),
        ("params.`m` = 'tf'", Comparison(param("m"), "=", "tf")),
        ("params.'m' = 'tf'", Comparison(param("m"), "=", "tf")),
        ('metric."legit name" >= 0.243', Comparison(metric("legit name"), ">=", 0.243)),
        ("metrics.`spacey name` > 5", Comparison(metric("spacey name"), ">", 5)),
        ('metrics."X//Y#$$@&Z" = 3', Comparison(metric("X//Y#$$@&Z"), "=", 3)),
        ('metrics."accuracy.2.0" > 5', Comparison(metric("accuracy.2.0"), ">", 5)),
        ("metrics.loss.min < 1", Comparison(metric("loss.min"), "<", 1)),
        ("`metric`.a >= 0.1", Comparison(metric("a"), ">=", 0.1)),
        ("\"params\".model LIKE 'L%'", Comparison(param("model"), "LIKE", "L%")),
        ("`tags`.`source name` = 'a notebook'", Comparison(tag("source name"), "=", "a notebook")),
        ("tags.x.y = 'z'", Comparison(tag("x.y"), "=", "z")),
        ("tags.mlflow.runName = 'first'", Comparison(tag("mlflow.runName"), "=", "first")),
        ("tags.version = 'commit-hash'", Comparison(tag("version"), "=", "commit-hash")),
        ("tags.version ILIKE 'V_'", Comparison(tag("version"), "ILIKE", "V_")),
        ("tags.version IS NULL", IsNull(tag("version"))),
        ("params.lr is not null", IsNull(param("lr"), negated=True)),
        ('params.m = "L\'Hosp"', Comparison(param("m"), "=", "L'Hosp")),
        ("params.path = 'C:\\runs\\'", Comparison(param("path"), "=", "C:\\runs\\")),
        ("params.empty = ''", Comparison(param("empty"), "=", "")),
        ("params.lines = 'a\nb'", Comparison(param("lines"), "=", "a\nb")),
        ("run.status = 'RUNNING'", Comparison(attribute("status"), "=", "RUNNING")),
        ("status != 'RUNNING'", Comparison(attribute("status"), "!=", "RUNNING")),
        ("\"status\" = 'RUNNING'", Comparison(attribute("status"), "=", "RUNNING")),
        ("attribute.artifact_uri = '1/23/4'", Comparison(attribute("artifact_uri"), "=", "1/23/4")),
        ("attribute.start_time >= 1234", Comparison(attribute("start_time"), ">=", 1234)),
        ("created < 1234", Comparison(attribute("start_time"), "<", 1234)),
        ("attr.Created < 1234", Comparison(attribute("start_time"), "<", 1234)),
        ("run_name LIKE '%a'", Comparison(attribute("run_name"), "LIKE", "%a")),
        ("`run name` = 'a'", Comparison(attribute("run_name"), "=", "a")),
        ("attributes.`Run name` = 'a'", Comparison(attribute("run_name"), "=", "a")),
        ("\"Run Name\" = 'a'", Comparison(attribute("run_name"), "=", "a")),
        ("user_id = 'me'", Comparison(attribute("user_id"), "=", "me")),
        ("run_id IN ('a', \"b\")", IsIn(attribute("run_id"), ("a", "b"))),
        ("run_id in('a')", IsIn(attribute("run_id"), ("a",))),
        ("run_id IN ('a',)", IsIn(attribute("run_id"), ("a",))),
        ("attributes.run_id NOT IN ('a','b')", IsIn(attribute("run_id"), ("a", "b"), negated=True)),
        ("dataset.name = 'train'", Comparison(Key("dataset", "name"), "=", "train")),
        ("datasets.digest IN ('a', 'b')", IsIn(Key("dataset", "digest"), ("a", "b"))),
        ("datasets.context LIKE 't%'", Comparison(Key("dataset", "context"), "LIKE", "t%")),
        ("  metrics.a = 1\n", Comparison(metric("a"), "=", 1)),
    ],
)
def test_clause(text: str, node: Node) -> None:
    assert parse_filter(text, RUNS) == node


@pytest.mark.parametrize(
    ("spelling", "entity"),
    [
        ("metrics", "metric"),
        ("metric", "metric"),
        ("params", "param"),
        ("param", "param"),
        ("parameters", "param"),
        ("parameter", "param"),
        ("tags", "tag"),
        ("tag", "tag"),
    ],
)
def test_spellings_of_what_was_logged(spelling: str, entity: Entity) -> None:
    assert parse_filter(f"{spelling}.x IS NULL", RUNS) == IsNull(Key(entity, "x"))


@pytest.mark.parametrize("op", ["=", "!=", "<", "<=", ">", ">="])
def test_comparators_of_a_metric(op: Operator) -> None:
    assert parse_filter(f"metrics.x{op}1", RUNS) == Comparison(metric("x"), op, 1)


@pytest.mark.parametrize(
    ("text", "number"),
    [("1", 1), ("-1", -1), ("+1", 1), (".6", 0.6), ("-.6", -0.6), ("1.", 1.0), ("1e3", 1000.0), ("1E-3", 0.001)],
)
def test_numbers(text: str, number: float) -> None:
    node = parse_filter(f"metrics.x = {text}", RUNS)

    assert isinstance(node, Comparison)
    assert node.value == number
    assert type(node.value) is type(number)


def test_an_integer_that_no_database_holds_becomes_a_float() -> None:
    node = parse_filter(f"metrics.x < {10**25}", RUNS)

    assert node == Comparison(metric("x"), "<", 1e25)


@pytest.mark.parametrize("joint", ["AND", "and", "And"])
def test_and(joint: str) -> None:
    node = parse_filter(f"metrics.rmse < 1 {joint} params.model = 'LR' {joint} tags.a IS NULL", RUNS)

    assert node == And(
        (Comparison(metric("rmse"), "<", 1), Comparison(param("model"), "=", "LR"), IsNull(tag("a"))),
    )


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("name = 'a'", Comparison(attribute("name"), "=", "a")),
        ("attribute.name LIKE 'a%'", Comparison(attribute("name"), "LIKE", "a%")),
        ("attribute.name ilike 'a%'", Comparison(attribute("name"), "ILIKE", "a%")),
        ("experiment_id IN ('1', '2')", IsIn(attribute("experiment_id"), ("1", "2"))),
        ("creation_time > 5", Comparison(attribute("creation_time"), ">", 5)),
        ("last_update_time <= 5", Comparison(attribute("last_update_time"), "<=", 5)),
        ("tags.team = 'a'", Comparison(tag("team"), "=", "a")),
        ("tag.team IS NOT NULL", IsNull(tag("team"), negated=True)),
    ],
)
def test_filters_of_experiments(text: str, node: Node) -> None:
    assert parse_filter(text, EXPERIMENTS) == node


@pytest.mark.parametrize("scope", [RUNS, EXPERIMENTS])
def test_texts_of_the_tree_are_plain_strings(scope: Scope) -> None:
    node = parse_filter("tags.team = 'a'", scope)

    assert isinstance(node, Comparison)
    assert [type(text) for text in (node.key.name, node.op, node.value)] == [str, str, str]
