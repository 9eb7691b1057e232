"""Smoothing as TensorBoard does it: an exponential moving average without the pull of its beginning (pure)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["moving_average"]

# Points that are summed at once, as a product with a matrix of this side: wider costs more sums, narrower more calls.
_BLOCK = 64


def moving_average(values: NDArray[Any], weight: float) -> NDArray[np.float64]:
    """Smooth a series.

    Each value is ``s[i] / (1 - weight ** (i + 1))``, where ``s[i] = weight * s[i - 1] + (1 - weight) * values[i]`` and
    ``s[-1] = 0``. The division takes away what the zero at the beginning pulls: the first value is itself, and a
    constant stays what it is.

    Parameters
    ----------
    values
        The series in its order, float, shape (n,); all finite.
    weight
        How much of the former average is kept, from 0 (nothing is smoothed) to less than 1.

    Returns
    -------
    smoothed : ndarray of float64, shape (n,)
    """
    series = np.asarray(values, np.float64)
    if not weight or not len(series):
        return series.copy()
    # 1 - weight**n; for a weight near 1 the difference itself would lose its digits.
    share = -np.expm1(np.arange(1, len(series) + 1) * np.log(weight))
    # Divided first: of numbers near the largest that there are, the sum stays one.
    smoothed: NDArray[np.float64] = _decaying_sum(series * (1 - weight), weight) / share
    return smoothed


def _decaying_sum(values: NDArray[np.float64], weight: float) -> NDArray[np.float64]:
    """Give `y[i] = weight * y[i - 1] + values[i]`.

    A loop over a million points takes a second in Python. Here the points of each block are summed at once, and what
    one block hands on to the next is a series of the same kind, 64 times shorter.
    """
    n = len(values)
    side = min(_BLOCK, n)
    far = np.subtract.outer(np.arange(side), np.arange(side))
    decay = np.where(far >= 0, weight ** np.maximum(far, 0).astype(np.float64), 0.0)
    if n <= _BLOCK:
        summed: NDArray[np.float64] = decay @ values
        return summed
    blocks = -(-n // _BLOCK)
    padded = np.zeros(blocks * _BLOCK)
    padded[:n] = values
    within = padded.reshape(blocks, _BLOCK) @ decay.T
    handed_on = _decaying_sum(within[:-1, -1], weight**_BLOCK)
    within[1:] += np.multiply.outer(handed_on, weight ** np.arange(1, _BLOCK + 1))
    return within.reshape(-1)[:n]
