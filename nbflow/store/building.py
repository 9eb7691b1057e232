"""How far an index is that is being made: it takes long in a store of very many runs, and others wait for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from msgspec import Struct

__all__ = ["Building", "building_of", "counted"]

_WORTH_TELLING = 2_000

_T = TypeVar("_T")


class Building(Struct):
    """How many runs were read so far, and how many are to be read."""

    n_done: int
    n_runs: int


_now: dict[Path, Building] = {}  # by store; one thread of this process makes an index, others wait


def building_of(root: Path) -> Building | None:
    """Say how far the index of a store is that this process is making; None while there is nothing to wait for."""
    return _now.get(root)


def counted(root: Path, n_runs: int, found: Iterable[_T]) -> Iterator[_T]:
    """Give what is found of runs as it comes, and tell others how far it is where there are many."""
    if n_runs < _WORTH_TELLING:
        yield from found
        return
    progress = _now[root] = Building(0, n_runs)
    try:
        for each in found:
            yield each
            progress.n_done += 1
    finally:
        if _now.get(root) is progress:
            del _now[root]
