"""Sizes as a person reads them (pure)."""

from __future__ import annotations

from nbflow.widgets.format import MISSING

__all__ = ["size_text"]

_UNITS = ("B", "kB", "MB", "GB", "TB")
_THOUSAND = 1000


def size_text(size: int | None) -> str:
    """Write a size for a person: `999 B`, `1.5 kB`, `12.3 GB`.

    >>> [size_text(size) for size in (0, 999, 1000, 1_500_000, 12_345_678_901)]
    ['0 B', '999 B', '1.0 kB', '1.5 MB', '12.3 GB']
    """
    if size is None:
        return MISSING
    if size < _THOUSAND:
        return f"{size} B"
    number, unit = float(size), 0
    while number >= _THOUSAND and unit < len(_UNITS) - 1:
        number, unit = number / _THOUSAND, unit + 1
    return f"{number:.1f} {_UNITS[unit]}"
