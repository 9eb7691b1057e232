"""What a table of runs shows: which rows, which columns, which values are the best. Drawn by `table`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from nbflow.drawing.comparison import best_value, variation
from nbflow.drawing.format import MISSING, duration, is_number, moment, number, numbers
from nbflow.drawing.nesting import nest
from nbflow.tracking.direction import Mode, guess_mode, is_judged, is_time
from nbflow.tracking.frame import BASE_COLUMNS

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["MAX_COLUMNS", "MAX_ROWS", "Best", "Cell", "Column", "Kind", "Overview", "Row", "overview"]

MAX_ROWS = 20
MAX_COLUMNS = 15  # of params, metrics and others; name, status, started and duration come on top

Kind = Literal["params", "metrics", "other"]

_NAME = "tags.mlflow.runName"
_PARENT = "tags.mlflow.parentRunId"
_SYSTEM = "system/"  # metrics of the machine: shown last
_MAX_BEST = 5
_MAX_STATES = 6
_DEEPEST = 6


class Cell(Struct, frozen=True):
    """A value as it is shown. `exact` is the value in full where `text` is not; `number` whether it is one."""

    text: str
    exact: str | None = None
    best: bool = False
    number: bool = False


class Column(Struct, frozen=True):
    """A column of the table. `mode` is which values of a metric are best, None where none is marked."""

    kind: Kind
    name: str
    cells: list[Cell]
    mode: Mode | None = None

    @property
    def right(self) -> bool:
        """Whether it is set to the right: it holds numbers and nothing else."""
        return all(cell.number or cell.text == MISSING for cell in self.cells)


class Row(Struct, frozen=True):
    """The beginning of a row. `label` is the frame's index, for `runs["run_id"][label]`."""

    label: str
    run_id: str
    name: str
    depth: int
    status: str
    started: str
    duration: str


class Best(Struct, frozen=True):
    """The best value of a metric, in a row that is not shown."""

    metric: str
    value: str
    label: str
    name: str


class Overview(Struct, frozen=True):
    """All that a table of runs says."""

    n_runs: int
    statuses: dict[str, int]
    rows: list[Row]
    columns: list[Column]
    n_columns: dict[Kind, int]  # how many of each kind there are to show
    same: list[tuple[str, str]]  # params and metrics with one value in all runs
    best_elsewhere: list[Best]


def overview(runs: pd.DataFrame) -> Overview:
    """Choose what to show of a frame.

    Parameters
    ----------
    runs
        A `RunFrame`, of any length and with any columns taken out or added.

    Returns
    -------
    overview : Overview
        At most `MAX_ROWS` rows and `MAX_COLUMNS` columns.
    """
    frame = _Columns(runs)
    order = _order(frame)
    picked = [position for position, _ in order[:MAX_ROWS]]
    differing, same = _by_variation(frame)
    chosen = _fitting(differing)
    heads = _heads([*((kind, name) for kind, name, _ in chosen), *((kind, name) for kind, name, _ in same)])
    columns: list[Column] = []
    best_elsewhere: list[Best] = []
    for kind, name, position in chosen:
        column, elsewhere = _column(frame, kind, name, position, picked)
        columns.append(replace(column, name=heads[kind, name]))
        best_elsewhere.extend(replace(best, metric=heads[kind, name]) for best in elsewhere)
    return Overview(
        n_runs=len(runs),
        statuses=_statuses(frame),
        rows=[_row(frame, position, depth) for position, depth in order[:MAX_ROWS]],
        columns=columns,
        n_columns={kind: len(found) for kind, found in differing.items()},
        same=[(heads[kind, name], value) for kind, name, value in same],
        best_elsewhere=best_elsewhere[:_MAX_BEST],
    )


class _Columns:
    """A frame read by position: names need be neither unique nor text."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self.names = [str(name) for name in frame.columns]
        self.labels = frame.index
        self.frame = frame
        self._position = {name: i for i, name in reversed(list(enumerate(self.names)))}

    def __len__(self) -> int:
        return len(self.frame)

    def __getitem__(self, position: int) -> pd.Series[Any]:
        return self.frame.iloc[:, position]

    def get(self, name: str) -> pd.Series[Any] | None:
        position = self._position.get(name)
        return None if position is None else self[position]

    def text(self, name: str, row: int) -> str | None:
        column = self.get(name)
        return None if column is None else _text(column.iloc[row])

    def time_ms(self, name: str, row: int) -> int | None:
        column = self.get(name)
        value: Any = None if column is None else column.iloc[row]
        known = hasattr(value, "timestamp") and value == value  # noqa: PLR0124 (neither NaT nor of another type)
        return round(value.timestamp() * 1000) if known else None


def _text(value: Any) -> str | None:
    if isinstance(value, str):
        return value
    missing = value is None or (value != value) is True  # noqa: PLR0124
    return None if missing else str(value)


def _order(frame: _Columns) -> list[tuple[int, int]]:
    """Order rows, with their depths: as a tree where the frame is in the order of time, else as somebody sorted it."""
    parents, started, ids = frame.get(_PARENT), frame.get("start_time"), frame.get("run_id")
    if parents is not None and started is not None and ids is not None and parents.notna().any():
        times = started.dropna()
        if times.dtype.kind == "M" and (times.is_monotonic_decreasing or times.is_monotonic_increasing):
            return nest(list(map(str, ids)), list(map(_text, parents)))
    return [(position, 0) for position in range(min(len(frame), MAX_ROWS))]


def _row(frame: _Columns, position: int, depth: int) -> Row:
    start, end = frame.time_ms("start_time", position), frame.time_ms("end_time", position)
    run_id = frame.text("run_id", position) or MISSING
    name = frame.text(_NAME, position) or ""
    return Row(
        label=str(frame.labels[position]),
        run_id=run_id,
        name=name if name.strip() else run_id,  # of blanks alone, there would be nothing to see
        depth=min(depth, _DEEPEST),
        status=frame.text("status", position) or MISSING,
        started=moment(start),
        duration=duration(None if start is None or end is None else end - start),
    )


def _statuses(frame: _Columns) -> dict[str, int]:
    column = frame.get("status")
    if column is None:
        return {}
    return {str(status): int(n) for status, n in column.value_counts().head(_MAX_STATES).items()}


def _kind(name: str) -> tuple[Kind, str] | None:
    for kind in ("params", "metrics"):
        if name.startswith(f"{kind}."):
            return kind, name[len(kind) + 1 :]
    return None if name in BASE_COLUMNS or name.startswith("tags.") else ("other", name)


def _by_variation(frame: _Columns) -> tuple[dict[Kind, list[tuple[str, int]]], list[tuple[Kind, str, str]]]:
    """Find the columns to show, by kind, and kinds, names and values of those that are the same in all rows.

    First come those that most runs have, of these the metrics that say how good a run is, and then the short names:
    what one run alone has crowds out nothing, nor does a time or a spread.
    """
    differing: dict[Kind, list[tuple[str, int]]] = {"metrics": [], "params": [], "other": []}
    same: dict[Kind, list[tuple[Kind, str, str]]] = {"params": [], "metrics": []}
    for position, column_name in enumerate(frame.names):
        found = _kind(column_name)
        if found is None:
            continue
        kind, name = found
        # Columns that somebody added are there to be looked at, and a single run is not compared with anything.
        how = "differs" if kind == "other" else variation(frame[position])
        if how == "differs" or (how == "same" and len(frame) == 1):
            differing[kind].append((name, position))
        elif how == "same":
            value = frame[position].iloc[0]
            same[kind].append((kind, name, number(value) if isinstance(value, float) else str(value)))
    for found_columns in (differing["metrics"], differing["params"]):
        found_columns.sort(key=lambda column: _rank(frame, *column))
    return differing, [*same["params"], *same["metrics"]]


def _rank(frame: _Columns, name: str, position: int) -> tuple[bool, int, bool, int]:
    # A param is not judged, whatever its name.
    judged = frame.names[position].startswith("metrics.") and is_judged(name) and not is_time(name)
    return name.startswith(_SYSTEM), -int(frame[position].count()), not judged, len(name)


def _heads(named: Sequence[tuple[Kind, str]]) -> dict[tuple[Kind, str], str]:
    """Give what names each column: its name, or `metrics.q` and `params.q` where both are there."""
    kinds: dict[str, set[Kind]] = {}
    for kind, name in named:
        kinds.setdefault(name, set()).add(kind)
    return {
        (kind, name): f"{kind}.{name}" if len(kinds[name]) > 1 and kind != "other" else name for kind, name in named
    }


def _fitting(differing: dict[Kind, list[tuple[str, int]]]) -> list[tuple[Kind, str, int]]:
    """Take as many columns as fit, shared out so that no kind crowds out the others."""
    room = dict.fromkeys(differing, 0)
    for _ in range(MAX_COLUMNS):
        waiting = [kind for kind in differing if room[kind] < len(differing[kind])]
        if waiting:
            room[min(waiting, key=room.__getitem__)] += 1
    return [(kind, *column) for kind, found in differing.items() for column in found[: room[kind]]]


def _column(frame: _Columns, kind: Kind, name: str, position: int, picked: Sequence[int]) -> tuple[Column, list[Best]]:
    """Make a column of the rows picked, and find its best value where that is in none of them."""
    values = frame[position]
    if values.dtype.kind not in "fiu":
        texts = values.iloc[list(picked)]
        cells = [
            Cell(MISSING) if missing else Cell(str(value), number=is_number(str(value)))
            for value, missing in zip(texts, texts.isna(), strict=True)
        ]
        return Column(kind, name, cells), []
    floats = values.to_numpy(dtype="float64", na_value=math.nan)
    mode = guess_mode(name) if kind == "metrics" and is_judged(name) else None
    best = None if mode is None else best_value(floats, mode)
    shown = [None if math.isnan(value) else float(value) for value in floats[list(picked)]]
    cells = [_number_cell(value, text, best) for value, text in zip(shown, numbers(shown), strict=True)]
    column = Column(kind, name, cells, None if best is None else mode)
    if best is None or best in shown:
        return column, []
    row = _row(frame, int((floats == best).argmax()), 0)
    return column, [Best(name, number(best), row.label, row.name)]


def _number_cell(value: float | None, text: str, best: float | None) -> Cell:
    if value is None:
        return Cell(text)
    rounded = float(text.replace(",", "")) != value
    return Cell(text, exact=repr(value) if rounded else None, best=value == best, number=True)
