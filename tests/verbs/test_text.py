"""What pipes and programs are given is one line, one cell, one document, whatever text is in it."""

from __future__ import annotations

import json
import math

from hypothesis import given
from hypothesis import strategies as st

from nbflow.verbs.documents import number_text, to_json
from nbflow.verbs.lines import moment_text, seconds_text, to_lines

anything = st.text(st.characters(codec=None, exclude_categories=()))
cells = st.one_of(anything, st.integers(), st.floats(), st.none())


@given(st.lists(st.lists(cells, min_size=1), min_size=1))
def test_each_row_is_one_line_and_each_cell_one_field(rows: list[list[str | int | float | None]]) -> None:
    text = to_lines(rows)

    assert text.count("\n") == len(rows)
    assert [line.count("\t") + 1 for line in text.split("\n")[:-1]] == [len(row) for row in rows]
    assert len(text.splitlines()) == len(rows)
    text.encode()


@given(st.floats())
def test_numbers_read_back_as_they_were(value: float) -> None:
    back = float(number_text(value))

    assert back == value or (math.isnan(back) and math.isnan(value))


@given(st.recursive(cells, lambda inner: st.lists(inner) | st.dictionaries(anything, inner), max_leaves=20))
def test_every_document_is_plain_json(document: object) -> None:
    text = to_json(document)

    def refuse(name: str) -> None:
        raise AssertionError(name)

    json.loads(text, parse_constant=refuse)
    assert text.isascii()
    assert text.replace("\n", "").isprintable()


def test_times_are_iso_and_durations_seconds() -> None:
    assert moment_text(1_700_000_000_120) == "2023-11-14T22:13:20.120Z"
    assert moment_text(-1) == "1969-12-31T23:59:59.999Z"
    assert moment_text(10**18) == str(10**18)
    assert moment_text(None) is None
    assert (seconds_text(1500), seconds_text(None)) == ("1.500", None)
