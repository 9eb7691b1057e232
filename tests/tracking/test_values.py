from __future__ import annotations

import math
import time
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbflow.errors import InvalidInputError, InvalidNameError, LimitExceededError, UnsupportedValueError
from nbflow.names import check_experiment_name, check_key, check_run_id
from nbflow.values import metric_value, step_value, text_value, time_value

# ---------------------------------------------------------------- metrics


@given(st.floats(allow_nan=False))
def test_a_float_is_kept_to_the_last_bit(value: float) -> None:
    assert metric_value(value).hex() == value.hex()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (3, 3.0),
        (True, 1.0),
        ("1.5", 1.5),
        ("-inf", -math.inf),
        (np.float32(0.5), 0.5),
        (np.float64(0.1), 0.1),
        (np.int8(-3), -3.0),
        (np.bool_(True), 1.0),
        (np.array(2.5), 2.5),
        (np.array([2.5]), 2.5),
        (np.array([[[7]]]), 7.0),
        (pd.Series([2.5]), 2.5),
        (Decimal("2.5"), 2.5),
        (Fraction(5, 2), 2.5),
    ],
)
def test_what_float_understands_is_a_metric(value: Any, expected: float) -> None:
    made = metric_value(value)

    assert type(made) is float
    assert made == expected


class Tensor:
    """A tensor of another library: `size` is a method, and `float` takes one item only."""

    def __init__(self, *items: float) -> None:
        self.items = items

    def size(self) -> int:
        return len(self.items)

    def __float__(self) -> float:
        if len(self.items) != 1:
            msg = "only one element tensors can be converted"
            raise RuntimeError(msg)
        return self.items[0]


def test_a_tensor_of_one_item_is_a_metric_and_of_more_is_not() -> None:
    assert metric_value(Tensor(2.5)) == 2.5
    with pytest.raises(UnsupportedValueError):
        metric_value(Tensor(1, 2))


@pytest.mark.parametrize("value", [math.nan, np.float32("nan"), "nan", np.array([np.nan])])
def test_nan_is_a_number(value: Any) -> None:
    assert math.isnan(metric_value(value))


@pytest.mark.parametrize(
    "value",
    [None, "high", "", [1.0], (1,), {"a": 1}, 1j, object(), np.array([]), np.ones(3), np.ones((2, 2)), 10**400,
     10**5000, np.datetime64("2026-01-01"), pd.Series([1.0, 2.0]), pd.NaT],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_what_is_no_number_is_refused_by_name(value: Any) -> None:
    with pytest.raises(UnsupportedValueError, match="metric 'loss'") as caught:
        metric_value(value, "metric 'loss'")

    assert caught.value.value_type == type(value).__name__


@pytest.mark.parametrize("value", [10**400, -(10**400), Fraction(10**400)], ids=["positive", "negative", "fraction"])
def test_a_number_too_large_for_a_float_is_told_so(value: Any) -> None:
    with pytest.raises(UnsupportedValueError, match="too large for a float"):
        metric_value(value)


# ---------------------------------------------------------------- steps and times


@pytest.mark.parametrize(
    ("step", "expected"),
    [(None, 0), (0, 0), (-5, -5), (2**63 - 1, 2**63 - 1), (-(2**63), -(2**63)), (3.0, 3), (True, 1), (np.int32(4), 4)],
)
def test_a_step_is_a_whole_number(step: Any, expected: int) -> None:
    assert step_value(step) == expected


@pytest.mark.parametrize("step", [1.5, "3", "", math.nan, math.inf, [1], object()])
def test_other_steps_are_refused(step: Any) -> None:
    with pytest.raises(UnsupportedValueError, match="step"):
        step_value(step)


@pytest.mark.parametrize("step", [2**63, -(2**63) - 1, 1e30])
def test_a_step_fits_into_64_bits(step: Any) -> None:
    with pytest.raises(InvalidInputError, match="64 bits"):
        step_value(step)


@pytest.mark.parametrize("timestamp", [None, 0, 0.0, False])
def test_no_time_is_now(timestamp: Any) -> None:
    before = time.time_ns() // 1_000_000

    made = time_value(timestamp)

    assert before <= made <= time.time_ns() // 1_000_000


@pytest.mark.parametrize(
    ("timestamp", "expected"),
    [(17, 17), (17.9, 17), (np.int64(17), 17), (Decimal(17), 17), (1.7e12, 1_700_000_000_000)],
)
def test_a_time_is_whole_milliseconds(timestamp: Any, expected: int) -> None:
    made = time_value(timestamp)

    assert type(made) is int
    assert made == expected


@pytest.mark.parametrize("timestamp", ["17", "", b"1", [], [17], math.nan, math.inf, np.array([17]), np.array([1, 2])])
def test_what_is_no_time_is_refused(timestamp: Any) -> None:
    with pytest.raises(UnsupportedValueError, match="timestamp"):
        time_value(timestamp)


@pytest.mark.parametrize("timestamp", [-1, -0.5, 2**63, 1e300])
def test_a_time_is_not_negative_and_fits_into_64_bits(timestamp: Any) -> None:
    with pytest.raises(InvalidInputError, match="timestamp"):
        time_value(timestamp)


# ---------------------------------------------------------------- texts


class Text(str):
    """As numpy.str_ is."""

    __slots__ = ()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", ""),
        ("ü 日本 🎉\n\x00", "ü 日本 🎉\n\x00"),
        (None, "None"),
        (1, "1"),
        (0.1, "0.1"),
        (True, "True"),
        ([1, 2], "[1, 2]"),
        (Text("a"), "a"),
        (np.str_("a"), "a"),
    ],
)
def test_a_value_becomes_what_str_makes_of_it(value: Any, expected: str) -> None:
    made = text_value(value, "the value")

    assert type(made) is str
    assert made == expected


def test_a_long_value_is_kept_whole_up_to_a_million_characters() -> None:
    assert len(text_value("x" * 1_000_000, "the value")) == 1_000_000
    with pytest.raises(LimitExceededError, match="log_text") as caught:
        text_value("x" * 1_000_001, "the value of param 'p'")
    assert (caught.value.length, caught.value.limit) == (1_000_001, 1_000_000)


@pytest.mark.parametrize("value", ["\ud800", "a\udcffb", pytest.param(10**5000, id="digits")])
def test_what_cannot_be_text_is_refused(value: Any) -> None:
    with pytest.raises(UnsupportedValueError, match="param 'p'"):
        text_value(value, "the value of param 'p'")


# ---------------------------------------------------------------- names

GOOD_KEYS = [
    "loss", "a.b", "a-b_c", "train/loss", "a b", " a", "a:b", "Größe", "日本語", "ключ", "1", "-", "a" * 250, "a/b/c d",
    ".hidden",
]  # fmt: skip
BAD_KEYS = ["", "a?b", "a\nb", "a\tb", "a#b", "a%", "🎉", "a//b", "a/", "/a", "./a", ".", "..", "../a", "a/../b", "..a"]


@pytest.mark.parametrize("key", GOOD_KEYS)
def test_mlflows_keys_are_keys(key: str) -> None:
    assert check_key(key, "tag name") == key


@pytest.mark.parametrize("key", BAD_KEYS)
def test_other_keys_are_refused_with_the_rule(key: str) -> None:
    with pytest.raises(InvalidNameError, match="tag name") as caught:
        check_key(key, "tag name")

    assert caught.value.name == key
    assert caught.value.rule


@pytest.mark.parametrize("key", [None, 5, b"a", ["a"], 1.5])
def test_a_key_of_another_type_is_refused(key: Any) -> None:
    with pytest.raises(UnsupportedValueError, match="names are strings"):
        check_key(key, "tag name")


def test_a_key_has_up_to_250_characters() -> None:
    with pytest.raises(LimitExceededError) as caught:
        check_key("a" * 251, "tag name")

    assert str(caught.value) == "The tag name has 251 characters; the limit is 250. Shorten it."
    assert (caught.value.length, caught.value.limit) == (251, 250)


@pytest.mark.parametrize("key", [Text("a"), np.str_("a")])
def test_a_key_of_a_subclass_becomes_a_plain_one(key: str) -> None:
    assert type(check_key(key, "tag name")) is str


@given(st.text(max_size=30))
def test_a_key_is_taken_as_it_is_or_refused(key: str) -> None:
    try:
        checked = check_key(key, "tag name")
    except InvalidInputError:
        return

    assert checked == key
    assert checked.encode()


@pytest.mark.parametrize("name", ["a", " a ", "Größe: 日本 🎉/#?%", "..", "a" * 500, "/"])
def test_an_experiments_name_may_have_nearly_all_characters(name: str) -> None:
    assert check_experiment_name(name) == name


@pytest.mark.parametrize("name", ["", "   ", "a\nb", "a\0b", "\x7f", "\ud800"])
def test_a_blank_or_unprintable_experiment_name_is_refused(name: str) -> None:
    with pytest.raises(InvalidNameError, match="experiment name"):
        check_experiment_name(name)


@pytest.mark.parametrize(
    "run_id", ["", "?", "../x", "A" * 32, "a" * 31, "a" * 33, "g" * 32, " " * 32, None, 5, b"a" * 32]
)
def test_a_run_id_is_32_hex_digits(run_id: Any) -> None:
    with pytest.raises(InvalidNameError, match="run id"):
        check_run_id(run_id)
