from __future__ import annotations

import sqlite3

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbflow.store.texts import BETWEEN, MISSING, Texts

PLAIN = st.lists(st.none() | st.text(st.characters(codec="utf-8", exclude_characters=chr(BETWEEN)), max_size=5))


def joined(values: list[str | None]) -> bytes:
    return bytes([BETWEEN]).join(bytes([MISSING]) if value is None else value.encode() for value in values)


@given(PLAIN)
def test_joined_texts_are_taken_apart(values: list[str | None]) -> None:
    texts = Texts.split(joined(values), len(values))

    assert texts is not None
    assert texts.to_list() == values


@given(st.lists(st.none() | st.text(st.characters(codec="utf-8"), max_size=5)))
def test_texts_are_taken_over_one_by_one(values: list[str | None]) -> None:
    assert Texts.of(values).to_list() == values


@pytest.mark.parametrize("values", [["a", "b\x1fc"], ["\x1f", None], ["", "\x1f\x1f", "x"]])
def test_a_text_with_a_separator_in_it_is_noticed(values: list[str | None]) -> None:
    assert Texts.split(joined(values), len(values)) is None


def test_what_is_no_text_is_noticed() -> None:
    with pytest.raises(sqlite3.DatabaseError):
        Texts.split(b"a\x1f\xc3", 2)


@given(PLAIN, st.data())
def test_texts_are_spread_over_more_places(values: list[str | None], data: st.DataObject) -> None:
    places = sorted(data.draw(st.sets(st.integers(0, 20), min_size=len(values), max_size=len(values))))

    spread = Texts.of(values).spread(np.array(places, dtype=np.int64), 21).to_list()

    expected: list[str | None] = [None] * 21
    for place, value in zip(places, values, strict=True):
        expected[place] = value
    assert spread == expected
