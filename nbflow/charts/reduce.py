"""Fewer points that look the same: of each stretch of a series its lowest and its highest (pure)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["least_and_greatest"]

_FEWEST = 4


def least_and_greatest(values: NDArray[Any], limit: int | None) -> NDArray[np.int64]:
    """Choose the points of a series that show its shape.

    The first and the last point are kept. Those between are parted into stretches of as many points each, and of each
    stretch its lowest and its highest value are kept: no peak is lost, however short, and a line through the chosen
    points covers the pixels that one through all of them would, as soon as a stretch is narrower than a pixel.

    Parameters
    ----------
    values
        The series in its order, float, shape (n,); none is NaN.
    limit
        The most points that are chosen, 4 at least; None chooses all.

    Returns
    -------
    chosen : ndarray of int64, shape (m,)
        Their places, rising; `m <= limit`, or all where there are no more.
    """
    n = len(values)
    if limit is None or n <= max(limit, _FEWEST):
        return np.arange(n)
    n_stretches = (max(limit, _FEWEST) - 2) // 2
    inner = values[1:-1]
    # Whole stretches as rows of a table, and the rest, which is shorter than one, as a stretch of its own.
    width = -(-len(inner) // n_stretches)
    whole = len(inner) // width
    table = inner[: whole * width].reshape(whole, width)
    begins = np.arange(whole) * width
    chosen = [begins + table.argmin(axis=1), begins + table.argmax(axis=1)]
    rest = inner[whole * width :]
    if len(rest):
        chosen.append(whole * width + np.array([rest.argmin(), rest.argmax()]))
    return np.unique(np.concatenate([[0], np.concatenate(chosen) + 1, [n - 1]]))
