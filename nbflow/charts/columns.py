"""What a name means in a frame of runs: a metric, a param, a tag or an attribute, as numbers, times or texts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct

from nbflow.charts.text import distinct
from nbflow.errors import ColumnNotFoundError, InvalidInputError, UnsupportedValueError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ATTRIBUTES", "Column", "Kind", "check_runs", "column_names", "find_column", "run_labels"]

Kind = Literal["metric", "param", "tag", "attribute"]

_PREFIXES: dict[Kind, str] = {"metric": "metrics.", "param": "params.", "tag": "tags.", "attribute": ""}
ATTRIBUTES = ("start_time", "end_time", "duration", "status", "run_name", "experiment_id", "run_id")
_RUN_NAME = "tags.mlflow.runName"
_ALL: tuple[Kind, ...] = ("metric", "param", "attribute", "tag")


class Column(Struct, frozen=True):
    """A column of a frame of runs, with a value for each run.

    Parameters
    ----------
    kind
        What it is of the runs.
    name
        Its name, without `metrics.` and the like.
    type
        What its values are.
    data
        Its values, shape (n_runs,): numbers (float, NaN where there is none), times (the same, milliseconds since the
        epoch, UTC) or texts (None where there is none).
    """

    kind: Kind
    name: str
    type: Literal["number", "time", "text"]
    data: Any

    @property
    def wide(self) -> bool:
        """Whether its numbers are all above zero and a hundred times apart: a logarithmic scale shows them better."""
        import numpy as np

        if self.type != "number":
            return False
        finite = self.data[np.isfinite(self.data)]
        return len(finite) > 0 and finite.min() > 0 and finite.max() >= 100 * finite.min()

    def levels(self) -> list[str]:
        """Give the texts that occur, in the order of their numbers where they have such, else of the alphabet."""
        if self.type == "text":
            return sorted({value for value in self.data if value is not None})
        return [_shown(value) for value in sorted({float(v) for v in self.data if math.isfinite(v)})]

    def texts(self) -> list[str | None]:
        """Give every value as a text, so that a number can be a group, too; None where there is none."""
        if self.type == "text":
            return list(self.data)
        return [_shown(float(value)) if math.isfinite(value) else None for value in self.data]


def check_runs(runs: object) -> None:
    """Check that charts can be made of this.

    Raises
    ------
    UnsupportedValueError
        If it is no table of runs.
    """
    import pandas as pd

    if not isinstance(runs, pd.DataFrame):
        raise UnsupportedValueError("runs", runs, "give the table of runs that nbflow.search_runs() returns.")


def column_names(runs: pd.DataFrame, kind: Kind) -> list[str]:
    """Give the names that a frame has of a kind, as they were logged."""
    if kind == "attribute":
        return list(ATTRIBUTES)
    prefix = _PREFIXES[kind]
    return [name.removeprefix(prefix) for name in map(str, runs.columns) if name.startswith(prefix)]


def find_column(runs: pd.DataFrame, name: object, kinds: Sequence[Kind] = _ALL) -> Column:
    """Find a column by its name.

    Parameters
    ----------
    runs
        The frame.
    name
        As it was logged (`"loss"`), or with what it is (`"metrics.loss"`, `"params.loss"`); any other column of the
        frame will do as well.
    kinds
        What it may be, the first that has the name is taken.

    Returns
    -------
    column : Column

    Raises
    ------
    ColumnNotFoundError
        If there is none.
    InvalidInputError
        If columns of the frame have the same name.
    UnsupportedValueError
        If the name is no text.
    """
    if not isinstance(name, str):
        what = " or a ".join(kinds[:2])
        raise UnsupportedValueError(f"the {kinds[0]}", name, f"give the name of a {what} as a text.")
    if not runs.columns.is_unique:
        raise InvalidInputError("runs", list(runs.columns), "Several columns have the same name; rename them.")
    for kind in kinds:
        for column in _candidates(kind, name):
            if column in runs.columns:
                return _column(kind, column, runs[column])
        if kind == "attribute" and name == "run_name":
            return Column(kind, name, "text", _names(runs))
        if kind == "attribute" and name == "duration" and {"start_time", "end_time"} <= set(runs.columns):
            took = (runs["end_time"] - runs["start_time"]).dt.total_seconds()
            return Column(kind, name, "number", took.to_numpy(float, na_value=math.nan))
    known = [each for kind in kinds for each in column_names(runs, kind)]
    raise ColumnNotFoundError(kinds[0] if len(kinds) == 1 else " or ".join(kinds), name, len(runs), known)


def run_labels(runs: pd.DataFrame) -> list[str]:
    """Give each run a text that no other has: its name, with the end of its id where several have it."""
    ids = [str(each) for each in runs["run_id"]] if "run_id" in runs.columns else [str(each) for each in runs.index]
    return distinct([name or ident[-8:] for name, ident in zip(_names(runs), ids, strict=True)], ids)


def _candidates(kind: Kind, name: str) -> tuple[str, ...]:
    prefix = _PREFIXES[kind]
    if kind == "attribute":
        return () if name.startswith(("metrics.", "params.", "tags.")) else (name,)
    return (prefix + name, name) if name.startswith(prefix) else (prefix + name,)


def _names(runs: pd.DataFrame) -> list[str | None]:
    if _RUN_NAME not in runs.columns:
        return [None] * len(runs)
    return [value if isinstance(value, str) else None for value in runs[_RUN_NAME]]


def _column(kind: Kind, column: str, series: pd.Series[Any]) -> Column:
    import numpy as np
    import pandas as pd

    name = column.removeprefix(_PREFIXES[kind])
    if isinstance(series.dtype, pd.DatetimeTZDtype) or series.dtype.kind == "M":
        ms = series.to_numpy("datetime64[ms]").astype(np.int64).astype(float)
        ms[series.isna().to_numpy()] = np.nan
        return Column(kind, name, "time", ms)
    if pd.api.types.is_numeric_dtype(series) and not pd.api.types.is_bool_dtype(series):
        return Column(kind, name, "number", series.to_numpy(float, na_value=math.nan))
    texts = [None if missing else str(value) for value, missing in zip(series, series.isna(), strict=True)]
    numbers = [_number(text) for text in texts] if kind != "attribute" else [None]
    if all(number is not None for number in numbers) and any(text is not None for text in texts):
        return Column(kind, name, "number", np.asarray(numbers, float))
    return Column(kind, name, "text", texts)


def _number(text: str | None) -> float | None:
    """Read a param as a number: missing as NaN, and what is no finite number as None."""
    if text is None:
        return math.nan
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _shown(value: float) -> str:
    return f"{value:.6g}"
