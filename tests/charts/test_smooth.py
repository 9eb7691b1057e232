"""The moving average is TensorBoard's, whatever the length."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nbflow.charts.smooth import moving_average


def one_by_one(values: np.ndarray, weight: float) -> list[float]:
    """Smooth as TensorBoard's own loop does."""
    last, smoothed = 0.0, []
    for n, value in enumerate(values, 1):
        last = last * weight + (1 - weight) * value
        smoothed.append(last / (1 - weight**n))
    return smoothed


numbers = st.floats(-1e6, 1e6)


@given(arrays(np.float64, st.integers(0, 300), elements=numbers), st.floats(0.001, 0.99))
def test_it_is_what_a_loop_gives(values: np.ndarray, weight: float) -> None:
    smoothed = moving_average(values, weight)

    np.testing.assert_allclose(smoothed, one_by_one(values, weight), rtol=1e-9, atol=1e-7)


@given(arrays(np.float64, st.integers(1, 300), elements=numbers), st.floats(0, 0.999999))
def test_it_stays_between_the_least_and_the_greatest(values: np.ndarray, weight: float) -> None:
    smoothed = moving_average(values, weight)

    room = 1e-6 * max(1.0, np.abs(values).max())
    assert smoothed[0] == pytest.approx(values[0], rel=1e-9, abs=1e-9)
    assert smoothed.min() >= values.min() - room
    assert smoothed.max() <= values.max() + room


@pytest.mark.parametrize("n", [1, 63, 64, 65, 5_000])
def test_a_constant_stays_what_it_is(n: int) -> None:
    np.testing.assert_allclose(moving_average(np.full(n, 3.5), 0.97), 3.5)


def test_no_weight_changes_nothing() -> None:
    values = np.array([3.0, 1.0, 2.0])

    assert moving_average(values, 0.0).tolist() == values.tolist()


def test_it_does_not_change_what_it_is_given() -> None:
    values = np.arange(200.0)

    moving_average(values, 0.9)

    assert values.tolist() == list(range(200))
