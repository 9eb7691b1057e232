"""Orders: which keys, which way, and what is refused."""

from __future__ import annotations

import pytest

from nbflow.errors import InvalidFilterError, InvalidOrderError, LimitExceededError, UnsupportedValueError
from nbflow.search import EXPERIMENTS, RUNS, Key, Order, parse_order

LOSS = Key("metric", "loss")
START = Key("attribute", "start_time")


@pytest.mark.parametrize(
    ("clause", "order"),
    [
        ("metrics.loss", Order(LOSS)),
        ("metrics.loss ASC", Order(LOSS)),
        (" metric.loss  desc ", Order(LOSS, ascending=False)),
        ("metrics.`val loss` DESC", Order(Key("metric", "val loss"), ascending=False)),
        ('metrics."val loss" DESC', Order(Key("metric", "val loss"), ascending=False)),
        ('"metrics.val loss"', Order(Key("metric", "val loss"))),
        ("params.lr", Order(Key("param", "lr"))),
        ("tags.mlflow.user", Order(Key("tag", "mlflow.user"))),
        ("start_time DESC", Order(START, ascending=False)),
        ("created DESC", Order(START, ascending=False)),
        ("attributes.start_time DESC", Order(START, ascending=False)),
        ("duration", Order(Key("attribute", "duration"))),
    ],
)
def test_one_key(clause: str, order: Order) -> None:
    assert parse_order([clause], RUNS) == (order,)


@pytest.mark.parametrize("clauses", [None, [], ()])
def test_no_order(clauses: list[str] | None) -> None:
    assert parse_order(clauses, RUNS) == ()


def test_keys_keep_their_order() -> None:
    assert parse_order(["metrics.loss DESC", "start_time"], RUNS) == (Order(LOSS, ascending=False), Order(START))


def test_the_default_order_breaks_ties() -> None:
    run_id = Order(Key("attribute", "run_id"))

    assert RUNS.complete(()) == (Order(START, ascending=False), run_id)
    assert RUNS.complete((Order(LOSS),)) == (Order(LOSS), Order(START, ascending=False), run_id)
    assert RUNS.complete((Order(START),)) == (Order(START), run_id)


@pytest.mark.parametrize(
    ("clause", "position", "expected"),
    [
        ("", 0, "Expected a name to order runs by, such as start_time. The text ends here."),
        ("   ", 0, "The text ends here."),
        ("loss", 0, "Write metrics.loss, params.loss or tags.loss"),
        ("metrics.loss, start_time", 12, "each key is a text of its own"),
        ("metrics.loss params.lr", 13, "Expected ASC, DESC or the end"),
        ("metrics.loss DOWN", 13, "Found DOWN."),
        ("metrics.loss DESC DESC", 18, "Expected ASC, DESC or the end"),
        ("metrics.loss < 1", 13, "Found '<'."),
        ("DESC", 0, "Expected a name to order runs by"),
        ("'metrics' DESC", 0, "Expected a name to order runs by"),
        ("metrics.`loss", 8, "Expected this quote to be closed."),
        ("NOT metrics.loss", 0, "Expected a name to order runs by"),
        ("datasets.name", 0, "The data sets of a run have no order."),
        ("start_tme", 0, "Did you mean 'start_time'"),
    ],
)
def test_a_wrong_key_is_pointed_at(clause: str, position: int, expected: str) -> None:
    with pytest.raises(InvalidOrderError) as caught:
        parse_order(["params.lr", clause], RUNS)

    assert (caught.value.text, caught.value.position) == (clause, position)
    assert expected in caught.value.expected
    assert str(caught.value).startswith(f"Invalid order_by at character {position + 1}. ")


def test_a_wrong_order_is_caught_as_a_wrong_filter_too() -> None:
    with pytest.raises(InvalidFilterError):
        parse_order(["metrics.loss UP"], EXPERIMENTS)


def test_a_key_given_twice_is_refused() -> None:
    with pytest.raises(InvalidOrderError, match="this one is in the order already"):
        parse_order(["start_time", "created DESC"], RUNS)


@pytest.mark.parametrize("clauses", ["start_time", 5, [5], [None], [["start_time"]]])
def test_what_is_no_list_of_texts_is_refused(clauses: object) -> None:
    with pytest.raises(UnsupportedValueError):
        parse_order(clauses, RUNS)  # type: ignore[arg-type]


def test_a_key_beyond_the_limit_is_refused() -> None:
    with pytest.raises(LimitExceededError):
        parse_order(["metrics." + "a" * 100_000], RUNS)
