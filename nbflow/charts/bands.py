"""Runs that differ in one param only, as one line: their mean, and their spread around it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from nbflow.charts.columns import Column, column_names, find_column
from nbflow.charts.text import clean

if TYPE_CHECKING:
    import pandas as pd

    from nbflow.charts.series import Series

__all__ = ["Band", "Group", "groups_of", "mean_and_spread"]

# Points of a band whose runs were logged at steps of their own; more are not told apart on a screen.
_GRID = 2_000
_LABEL = 60


class Group(Struct, frozen=True):
    """Runs that are alike but for one param.

    Parameters
    ----------
    label
        The params in which this group differs from the others.
    rows
        Which rows of the frame the runs are.
    """

    label: str
    rows: tuple[int, ...]


class Band(Struct, frozen=True):
    """The mean of several series and its spread.

    Parameters
    ----------
    x, mean, std
        The points, float64, each of shape (n_points,). The spread is the sample's standard deviation (of n - 1); 0
        where there is one run only.
    n
        How many runs have a value there, int64, shape (n_points,).
    """

    x: Any
    mean: Any
    std: Any
    n: Any


def groups_of(runs: pd.DataFrame, param: str) -> list[Group]:
    """Put runs together that have the same values of all params but one.

    Parameters
    ----------
    runs
        The runs.
    param
        The param that does not count, such as `"seed"`.

    Returns
    -------
    groups : list of Group
        In the order in which they first occur.
    """
    left_out = find_column(runs, param, ("param",)).name
    others = [find_column(runs, name, ("param",)) for name in column_names(runs, "param") if name != left_out]
    texts = [column.texts() for column in others]
    members: dict[tuple[str | None, ...], list[int]] = {}
    for row in range(len(runs)):
        members.setdefault(tuple(values[row] for values in texts), []).append(row)
    differing = [n for n in range(len(others)) if len({key[n] for key in members}) > 1]
    return [Group(_label(key, others, differing), tuple(rows)) for key, rows in members.items()]


def mean_and_spread(series: Sequence[Series]) -> Band:
    """Take the mean of series at each x.

    Where their x are not the same, each is interpolated between its own points, and does not count beyond its ends.
    """
    import numpy as np

    first = series[0].x
    if all(np.array_equal(each.x, first) for each in series[1:]):
        grid, values = first, np.array([each.y for each in series])
    else:
        grid = np.unique(np.concatenate([each.x for each in series]))
        if len(grid) > _GRID:
            grid = np.linspace(grid[0], grid[-1], _GRID)
        values = np.array([_at(grid, each) for each in series])
        there = ~np.isnan(values).all(axis=0)
        grid, values = grid[there], values[:, there]
    n = (~np.isnan(values)).sum(axis=0)
    mean = np.nansum(values / n, axis=0)
    far = np.nansum((values - mean) ** 2, axis=0)
    return Band(grid, mean, np.sqrt(far / np.maximum(n - 1, 1)), n)


def _at(grid: Any, series: Series) -> Any:
    import numpy as np

    # `interp` wants x that rise; of several points at one x, the last counts.
    x, last = np.unique(series.x[::-1], return_index=True)
    return np.interp(grid, x, series.y[::-1][last], left=np.nan, right=np.nan)


def _label(key: tuple[str | None, ...], columns: Sequence[Column], differing: Sequence[int]) -> str:
    parts = [f"{clean(columns[n].name, 24)}={clean('none' if key[n] is None else key[n], 24)}" for n in differing]
    return clean(", ".join(parts) or "all runs", _LABEL)
