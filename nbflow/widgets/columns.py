"""A frame's columns as a view reads them: numbers as arrays, texts as places in a list of the different ones."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from msgspec import Struct
from msgspec.structs import replace

from nbflow.tracking.direction import Mode, guess_mode, is_judged
from nbflow.widgets.listed import ATTRIBUTES, EXACT, MAX_TEXT, Kind, Type, cut, is_number, kind_of, said
from nbflow.widgets.wire import clean_text

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Column", "ColumnName", "named", "read_column"]

_SHORT = 64  # rows, up to which a list takes less than a buffer of its own
MAX_SAVED_TEXT = 500
_INTS = 10**15


class ColumnName(Struct, frozen=True):
    """What a column is, before its values are read.

    Parameters
    ----------
    id
        What tells it from all others: its name in the frame, with a number behind it where that is there twice.
    position
        Where it stands in the frame.
    kind
        What it says of a run.
    name
        What people call it.
    """

    id: str
    position: int
    kind: Kind
    name: str


class Column(Struct):
    """A column that was read: `numbers`, or `codes` and `texts`.

    Parameters
    ----------
    id, kind, name
        As in `ColumnName`.
    type
        What its values are: times are milliseconds since 1970, durations seconds.
    best
        Which of a metric's values are the good ones, where its name says so.
    numbers
        float64, shape (n_rows,), NaN where missing.
    codes
        int32, shape (n_rows,): where in `texts` a row's text is, -1 where missing.
    texts
        The different ones.
    nans
        bool, shape (n_rows,): where a number is there and is NaN.
    """

    id: str
    kind: Kind
    name: str
    type: Type
    best: Mode | None = None
    numbers: np.ndarray[Any, Any] | None = None
    codes: np.ndarray[Any, Any] | None = None
    texts: list[str] = []
    nans: np.ndarray[Any, Any] | None = None

    def __len__(self) -> int:
        return len(self.numbers if self.numbers is not None else self.codes)  # type: ignore[arg-type] # one is there

    def take(self, rows: np.ndarray[Any, Any]) -> Column:
        """Give some of the rows."""
        return replace(
            self,
            numbers=None if self.numbers is None else self.numbers[rows],
            codes=None if self.codes is None else self.codes[rows],
            nans=None if self.nans is None else self.nans[rows],
        )

    def nan_at(self, rows: np.ndarray[Any, Any] | None = None) -> np.ndarray[Any, Any]:
        """Tell in which rows a number is there and is NaN."""
        nans = np.zeros(len(self), dtype=bool) if self.nans is None else self.nans
        return nans if rows is None else nans[rows]

    def full(self) -> dict[str, Any]:
        """Give all of it, for a page that can be sent buffers."""
        if len(self) <= _SHORT or self.nans is not None:
            values: Any = self._listed(slice(None))
        elif self.codes is None:
            values = self.numbers
        elif _mostly_different(len(self.texts), len(self.codes)):
            values = self._listed(slice(None))
        else:
            values = {"codes": self.codes, "texts": self.texts}
        return self._head() | {"values": values}

    def saved(self, n_rows: int) -> dict[str, Any]:
        """Give the first rows as JSON values, long texts cut."""
        return self._head() | {"values": self._listed(slice(n_rows), short=True)}

    def _head(self) -> dict[str, Any]:
        return {"id": self.id, "kind": self.kind, "name": self.name, "type": self.type, "best": self.best}

    def _listed(self, rows: slice, *, short: bool = False) -> Any:
        if self.numbers is not None:
            return _json_numbers(self.numbers[rows], None if self.nans is None else self.nans[rows])
        assert self.codes is not None
        used, places = np.unique(self.codes[rows], return_inverse=True)
        texts: list[str | None] = [None if code < 0 else self.texts[code] for code in used.tolist()]
        if short:
            texts = [None if text is None else cut(text, MAX_SAVED_TEXT) for text in texts]
        if not short or _mostly_different(len(texts), len(places)):
            return [texts[place] for place in places.tolist()]
        if texts and texts[0] is None:
            return {"codes": (places - 1).tolist(), "texts": texts[1:]}
        return {"codes": places.tolist(), "texts": texts}


def named(names: Iterable[object]) -> list[ColumnName]:
    """Tell what each column of a frame is.

    Parameters
    ----------
    names
        The names, which need be neither text nor different.

    Returns
    -------
    columns : list of ColumnName
        In the same order.
    """
    seen: dict[str, int] = {}
    found = []
    for position, given in enumerate(names):
        text = clean_text(_text(given))
        times = seen[text] = seen.get(text, 0) + 1
        column_id = text if times == 1 else f"{text} ({times})"
        while times > 1 and column_id in seen:
            column_id += "'"
        seen.setdefault(column_id, 1)
        kind, name = kind_of(text)
        found.append(ColumnName(column_id, position, kind, name if times == 1 else f"{name} ({times})"))
    return found


def read_column(column: ColumnName, values: pd.Series[Any]) -> Column:
    """Read a column's values.

    Parameters
    ----------
    column
        What it is.
    values
        Of any dtype. Params are numbers where all of them are written as numbers.

    Returns
    -------
    read : Column
        What is neither number nor time is the text of what it is.
    """
    made = Column(column.id, column.kind, column.name, ATTRIBUTES.get(column.id, ("", "text"))[1])
    dtype = values.dtype
    if isinstance(dtype, pd.DatetimeTZDtype) or dtype.kind == "M":
        made.type, made.numbers = "time", _times(values)
    elif dtype.kind == "m":
        made.type, made.numbers = "duration", _scaled(values.to_numpy("timedelta64[us]"), 1e6)
    elif not _read_numbers(made, values):
        _read_texts(made, values)
    if column.kind == "metric" and made.type == "number" and is_judged(column.name):
        made.best = guess_mode(column.name)
    return made


def _times(values: pd.Series[Any]) -> np.ndarray[Any, Any]:
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        values = values.dt.tz_convert(None)
    return _scaled(values.to_numpy("datetime64[us]"), 1e3)


def _scaled(values: np.ndarray[Any, Any], unit: float) -> np.ndarray[Any, Any]:
    numbers = values.astype(np.int64) / unit
    numbers[np.isnat(values)] = math.nan
    return numbers


def _read_numbers(made: Column, values: pd.Series[Any]) -> bool:
    """Take the values if they are numbers by their type, or are so all of them in a column of anything."""
    dtype = values.dtype
    if pd.api.types.is_bool_dtype(dtype) or dtype.kind == "c":
        return False
    if dtype.kind == "O" and dtype == np.dtype(object):
        known = values[values.notna().to_numpy()]
        if not len(known) or not all(isinstance(each, int | float) and not isinstance(each, bool) for each in known):
            return False
    elif not pd.api.types.is_numeric_dtype(dtype):
        return False
    try:
        numbers = values.to_numpy(dtype=np.float64, na_value=math.nan)
    except (OverflowError, TypeError, ValueError):
        return False
    whole = dtype.kind in "Oiu"
    if whole and np.nanmax(np.abs(numbers), initial=0.0) > EXACT:
        return False  # as a float it would be another number
    made.type, made.numbers = "number", numbers
    return True


def _read_texts(made: Column, values: pd.Series[Any]) -> None:
    codes, uniques = _factorized(values)
    texts = [cut(clean_text(_text(each)), MAX_TEXT) for each in uniques]
    if made.kind == "param" and texts and all(map(is_number, texts)):
        of_texts = np.array([float(text) for text in texts] + [math.nan])
        made.type, made.numbers = "number", of_texts[codes]
        nans = np.isnan(made.numbers) & (codes >= 0)
        made.nans = nans if nans.any() else None
        return
    if made.type != "status":
        made.type = "text"
    made.codes, made.texts = codes.astype(np.int32), texts


def _factorized(values: pd.Series[Any]) -> tuple[np.ndarray[Any, Any], Sequence[Any]]:
    """Give where each value is among the different ones, -1 where it is missing, and these."""
    try:
        codes, uniques = pd.factorize(values)
        return codes, list(uniques)
    except (TypeError, ValueError, NotImplementedError):  # lists, dicts and the like, which cannot be looked up
        texts = [None if _is_missing(each) else _text(each) for each in values]
        of_texts, different = pd.factorize(np.array(texts, dtype=object))
        return of_texts, list(different)


def _is_missing(value: Any) -> bool:
    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value))


def _text(value: object) -> str:
    try:
        return str(value)
    except Exception:  # noqa: BLE001 - somebody's object; the others are still to be shown
        return f"<{type(value).__name__}>"


def _mostly_different(n_texts: int, n_rows: int) -> bool:
    return n_texts > n_rows * 0.7


def _json_numbers(numbers: np.ndarray[Any, Any], nans: np.ndarray[Any, Any] | None) -> list[Any]:
    known = ~np.isnan(numbers)
    # Whole numbers are written without ".0": times are long enough as they are.
    whole = bool((known & (np.abs(np.where(known, numbers, 0)) < _INTS) & (numbers == np.floor(numbers)))[known].all())
    if known.all() and whole:
        return list(numbers.astype(np.int64).tolist())
    if not whole and np.isfinite(numbers).all():
        return list(numbers.tolist())
    convert: Callable[[float], Any] = int if whole else said
    listed = [convert(each) if each == each else None for each in numbers.tolist()]  # noqa: PLR0124 (not NaN)
    if nans is not None:
        for row in np.flatnonzero(nans).tolist():
            listed[row] = "NaN"
    return listed
