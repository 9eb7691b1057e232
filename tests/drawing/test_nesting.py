from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nbflow.drawing.nesting import nest


def test_children_follow_their_parent_in_their_own_order() -> None:
    rows = nest(["c2", "c1", "other", "top", "grandchild"], ["top", "top", None, None, "c1"])

    assert rows == [(2, 0), (3, 0), (0, 1), (1, 1), (4, 2)]


def test_a_child_without_its_parent_stands_at_the_top() -> None:
    assert nest(["a", "b"], ["gone", None]) == [(0, 0), (1, 0)]


def test_runs_that_are_their_own_ancestors_are_shown_too() -> None:
    assert nest(["self", "a", "b", "c"], ["self", "b", "a", "b"]) == [(0, 0), (1, 0), (2, 1), (3, 2)]


@given(st.lists(st.none() | st.integers(0, 12), max_size=12))
def test_every_run_is_shown_once(parents: list[int | None]) -> None:
    rows = nest(list(map(str, range(len(parents)))), [None if p is None else str(p) for p in parents])

    assert sorted(position for position, _ in rows) == list(range(len(parents)))
