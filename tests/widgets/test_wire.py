from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nbflow.widgets.wire import encode, to_json
from tests.widgets.conftest import decode

texts = st.text(st.characters(codec="utf-8"))
plain = (
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | texts
)
messages = st.recursive(
    plain,
    lambda inner: st.lists(inner) | st.dictionaries(texts.filter(lambda key: key != "$buffer"), inner),
    max_leaves=20,
)
long_numbers = st.one_of(
    arrays("float64", st.integers(0, 20), elements=st.floats()),
    arrays("int64", st.integers(0, 20), elements=st.integers(-(2**53), 2**53)),
    arrays("int16", st.integers(0, 20)),
    arrays("uint8", st.integers(0, 20)),
    arrays("bool", st.integers(0, 20)),
)


def sent(value: Any) -> Any:
    """Send a value as Jupyter does, and read it."""
    message, buffers = encode(value)
    return decode(json.loads(json.dumps(message, allow_nan=False, ensure_ascii=False).encode("utf-8")), buffers)


@given(messages)
def test_plain_values_arrive_as_they_are(value: Any) -> None:
    assert sent(value) == value
    assert to_json(value) == value


@given(long_numbers)
def test_arrays_arrive_as_they_are(array: np.ndarray[Any, Any]) -> None:
    arrived = sent({"values": [array]})["values"][0]

    assert isinstance(arrived, np.ndarray)
    np.testing.assert_array_equal(arrived, array)


@given(long_numbers)
def test_arrays_in_a_notebook_are_lists_with_null_for_missing(array: np.ndarray[Any, Any]) -> None:
    read = json.loads(json.dumps(to_json(array), allow_nan=False))

    words = {math.inf: "Infinity", -math.inf: "-Infinity"}
    assert read == [None if math.isnan(each) else words.get(each, each) for each in array.tolist()]


@given(st.lists(st.floats() | st.floats().map(np.float64)))
def test_numbers_that_json_cannot_say_are_words(values: list[float]) -> None:
    arrived = sent(values)

    words = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
    read = [words[each] if isinstance(each, str) else each for each in arrived]
    np.testing.assert_array_equal(read, values)


@given(st.lists(st.datetimes(min_value=None) | st.none()))
def test_times_are_milliseconds(times: list[Any]) -> None:
    array = np.array(times, dtype="datetime64[us]")

    arrived = sent(array)

    expected = [math.nan if np.isnat(each) else each.astype(int) / 1000 for each in array]
    np.testing.assert_array_equal(arrived, expected)


def test_integers_that_no_float_tells_apart_are_sent_exactly() -> None:
    assert sent(np.array([2**60, 2**60 + 1])) == [2**60, 2**60 + 1]


def test_lone_surrogates_become_question_marks() -> None:
    assert sent({"\ud800": ["a\udfff", "\U0001f600"]}) == {"?": ["a?", "\U0001f600"]}


def test_big_endian_and_strided_arrays_arrive_as_they_are() -> None:
    np.testing.assert_array_equal(sent(np.arange(6, dtype=">f8")[::2]), [0, 2, 4])
    np.testing.assert_array_equal(sent(np.ones((2, 3))), np.ones((2, 3)))


def test_bytes_arrive_as_they_are() -> None:
    assert bytes(sent(b"\x00\xff")) == b"\x00\xff"
    assert len(sent(b"")) == 0


def test_what_is_no_message_is_refused() -> None:
    with pytest.raises(TypeError, match="object"):
        encode({"a": object()})
