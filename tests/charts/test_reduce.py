"""What is left of a long series shows the same line."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nbflow.charts.reduce import least_and_greatest

series = arrays(np.float64, st.integers(0, 400), elements=st.floats(allow_nan=False))


@given(series, st.integers(4, 60))
def test_ends_order_and_extremes_are_kept(values: np.ndarray, limit: int) -> None:
    chosen = least_and_greatest(values, limit)

    assert len(chosen) <= max(limit, 0) or len(chosen) == len(values)
    assert (np.diff(chosen) > 0).all()
    if len(values):
        assert (chosen[0], chosen[-1]) == (0, len(values) - 1)
        assert values[chosen].min() == values.min()
        assert values[chosen].max() == values.max()


@given(series, st.integers(6, 60))
def test_no_stretch_loses_a_peak(values: np.ndarray, limit: int) -> None:
    chosen = least_and_greatest(values, limit)

    if len(values) > limit:
        width = -(-(len(values) - 2) // ((limit - 2) // 2))
        for begin in range(1, len(values) - 1, width):
            stretch = np.arange(begin, min(begin + width, len(values) - 1))
            kept = chosen[np.isin(chosen, stretch)]
            assert values[kept].min() == values[stretch].min()
            assert values[kept].max() == values[stretch].max()


@pytest.mark.parametrize("limit", [None, 100])
def test_a_short_series_stays_whole(limit: int | None) -> None:
    assert least_and_greatest(np.arange(100.0), limit).tolist() == list(range(100))


def test_one_spike_in_a_million_is_seen() -> None:
    values = np.zeros(1_000_000)
    values[123_456] = 1

    assert 123_456 in least_and_greatest(values, 500)
