"""What a comparison says of its runs: who they are, and their params and metrics, those that differ first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from nbflow.charts.columns import run_labels
from nbflow.charts.theme import PALETTE
from nbflow.widgets.limits import json_text, saved_bytes
from nbflow.widgets.run_table.data import TableData
from nbflow.widgets.run_table.rows import RUN_ID
from nbflow.widgets.wire import to_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from nbflow.widgets.columns import Column

__all__ = ["MOST_RUNS", "compared", "differs", "letter", "rows_of", "runs_of", "saved_rows"]

MOST_RUNS = 100
"""As many runs are compared side by side; of more, the first."""

_NAME = "tags.mlflow.runName"
# What heads each run, what two runs never share, and what only the machine cares about.
_LEFT_OUT = frozenset({_NAME, "status", RUN_ID, "end_time", "experiment_id"})
_MOST_SAVED = 1_000
_ORDER = {"param": 0, "metric": 1, "attribute": 2, "other": 3, "tag": 4}


def compared(runs: pd.DataFrame) -> pd.DataFrame:
    """Give the runs that are compared: each once, the first of many."""
    once = ~runs[RUN_ID].astype(str).duplicated().to_numpy()
    return runs if once.all() and len(runs) <= MOST_RUNS else runs.iloc[np.flatnonzero(once)[:MOST_RUNS]]


def letter(n: int) -> str:
    """Give what marks the n-th run beside its colour: A to Z, AA, AB and on."""
    text = ""
    n += 1
    while n:
        n, rest = divmod(n - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def runs_of(runs: pd.DataFrame) -> list[dict[str, Any]]:
    """Say who the runs are.

    Returns
    -------
    runs : list of dict
        `id`, `name`, `label` (what it is called in charts, differently from all others), `letter`, `color`, `status`.
    """
    names = list(runs[_NAME]) if list(runs.columns).count(_NAME) == 1 else [None] * len(runs)
    states = list(runs["status"]) if list(runs.columns).count("status") == 1 else [None] * len(runs)
    found = []
    for n, (run_id, label) in enumerate(zip(runs[RUN_ID], run_labels(runs), strict=True)):
        name, status = names[n], states[n]
        found.append(
            {
                "id": str(run_id),
                "name": name if isinstance(name, str) and name else str(run_id)[-8:],
                "label": label,
                "letter": letter(n),
                "color": PALETTE[n % len(PALETTE)],
                "status": status if isinstance(status, str) else "",
            }
        )
    return found


def rows_of(runs: pd.DataFrame) -> list[Column]:
    """Read what is compared: a column of the frame is a row of the comparison."""
    table = TableData(runs, {})
    wanted = [
        column
        for column in table.columns
        if column.id not in _LEFT_OUT and not (column.kind == "tag" and column.name.startswith("mlflow."))
    ]
    read = [table.read(column) for column in wanted if column.id != "tags.mlflow.user"]
    return sorted(read, key=lambda column: _ORDER[column.kind])


def differs(column: Column) -> bool:
    """Tell whether a row has more than one value: a run without it differs from one with it."""
    if column.codes is not None:
        return len(column) > 0 and bool((column.codes != column.codes[0]).any())
    numbers = column.numbers if column.numbers is not None else np.empty(0)
    missing = np.isnan(numbers)
    if column.nans is not None:  # NaN that was logged is a value
        return bool((column.nans != column.nans[0]).any()) or _vary(numbers, missing)
    return _vary(numbers, missing)


def saved_rows(columns: Sequence[Column], limit: int) -> tuple[list[dict[str, Any]], list[int] | None]:
    """Give the rows as a notebook keeps them: those that differ first, as many as fit.

    Parameters
    ----------
    columns
        All.
    limit
        Bytes.

    Returns
    -------
    rows : list of dict
        In their order.
    reduced : list of int or None
        How many these are and of how many; None where it is all.
    """
    order = sorted(range(len(columns)), key=lambda n: not differs(columns[n]))
    kept: dict[int, dict[str, Any]] = {}
    for n in order[:_MOST_SAVED]:
        made = to_json(columns[n].saved(len(columns[n])))
        limit -= saved_bytes(json_text(made))
        if limit < 0:
            break
        kept[n] = made
    rows = [kept[n] for n in sorted(kept)]
    return rows, None if len(rows) == len(columns) else [len(rows), len(columns)]


def _vary(numbers: np.ndarray[Any, Any], missing: np.ndarray[Any, Any]) -> bool:
    if missing.all():
        return False
    return bool(missing.any()) or bool((numbers != numbers[0]).any())
