from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbflow.drawing.text import grid, in_columns, line, width


@pytest.mark.parametrize(("text", "columns"), [("abc", 3), ("日本", 4), ("e\u0301", 1), ("🚀", 2), ("é", 1), ("", 0)])
def test_width_is_that_in_a_terminal(text: str, columns: int) -> None:
    assert width(text) == columns


def test_a_grid_sets_text_left_and_numbers_right() -> None:
    assert grid([["run", "loss"], ["日本", "1"], ["abcde", "10"]], right={1}) == "run    loss\n日本      1\nabcde    10"


@given(st.lists(st.tuples(st.text(), st.text()), min_size=1))
def test_a_grid_has_a_line_for_each_row(rows: list[tuple[str, str]]) -> None:
    shown = [[line(text) for text in row] for row in rows]

    assert len(grid(shown).split("\n")) == len(rows)


def test_names_and_values_stand_in_columns() -> None:
    assert in_columns([("a", "1"), ("long", "")]) == "  a     1\n  long"
