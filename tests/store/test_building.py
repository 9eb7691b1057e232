"""How far an index is that is being made."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from nbflow.store.building import Building, building_of, counted

ROOT = Path("/a/store")


def test_it_is_told_while_many_runs_are_read() -> None:
    found = counted(ROOT, 3_000, iter(range(3_000)))

    assert [next(found), next(found)] == [0, 1]
    assert building_of(ROOT) == Building(1, 3_000)
    assert list(found)[-1] == 2_999
    assert building_of(ROOT) is None


def test_a_few_runs_are_not_worth_telling() -> None:
    found = counted(ROOT, 3, iter(range(3)))

    next(found)

    assert building_of(ROOT) is None


def test_nothing_is_told_any_more_once_it_failed() -> None:
    def broken() -> Iterator[int]:
        yield 0
        raise OSError

    with pytest.raises(OSError, match=r"^$"):
        list(counted(ROOT, 3_000, broken()))

    assert building_of(ROOT) is None
