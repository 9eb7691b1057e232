"""The columns of a DataFrame, held against those of a signature."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from nbflow.errors import SchemaEnforcementError
from nbflow.mlmodel.casts import cast_column, fits
from nbflow.mlmodel.data_types import AnyType, DataType
from nbflow.mlmodel.nested import enforce_value
from nbflow.mlmodel.presence import check_present
from nbflow.mlmodel.schema import ColSpec

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import pandas as pd

    from nbflow.mlmodel.data_types import ValueType
    from nbflow.mlmodel.schema import Schema

__all__ = ["Columns"]

# Up to here, in values, it is cheaper to look at all of them at once than to ask for the type of each column.
_FEW = 1000

# To put a column into a frame takes as long as to take so many out and make a new frame of them.
_PUT_OR_MAKE = 4

_MAX_NAMED = 10

_UNNAMED = "The columns have no names: give a DataFrame, pd.DataFrame(a, columns=[...])."


class Columns:
    """The columns of a signature, made ready to hold many frames against them.

    Parameters
    ----------
    schema
        A schema of columns.
    """

    def __init__(self, schema: Schema) -> None:
        self._specs = [spec for spec in schema if isinstance(spec, ColSpec)]
        self._named = schema.has_input_names()
        self._names = schema.input_names()
        self._required = schema.required_input_names()
        self._types = [spec.type for spec in self._specs]
        self._distinct = self._named and len(set(self._names)) == len(self._names)
        self._only_dtype = _only_dtype(self._types)
        # What passed the last time, so that its like passes sooner.
        self._passed_names: pd.Index | None = None
        self._passed_dtypes: list[Any] = []

    @cached_property
    def _index(self) -> pd.Index:
        import pandas as pd

        return pd.Index(self._names, tupleize_cols=False)  # takes as long as all else that loading a model adds

    def fit(self, frame: pd.DataFrame) -> bool:
        """Say whether a frame has these columns in this order, and each of them already of the right type."""
        names = frame.columns
        if names is not self._passed_names:
            if not self._are_named(names):
                return False
            self._passed_names = names
        return self._are_of_one_type(frame) or self._are_of_types(frame.dtypes.to_list())

    def enforce(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Give a frame of its own with these columns, in this order, cast where that is safe.

        Raises
        ------
        SchemaEnforcementError
            If a column is missing, or cannot be cast.
        """
        frame, specs = self._chosen(frame)
        dtypes = frame.dtypes.to_list()
        if self._are_of_types(dtypes):
            return frame
        names: list[Any] = frame.columns.to_list()
        casts: dict[int, Any] = {}
        problems = []
        for at, (spec, dtype) in enumerate(zip(specs, dtypes, strict=False)):
            if not _passes(dtype, spec.type):
                name = names[at]
                try:
                    casts[at] = _enforced(name, frame[name] if self._distinct else frame.iloc[:, at], spec)
                except SchemaEnforcementError as exc:
                    problems.append(exc)
        if problems:
            raise _all_of(problems) from problems[0].__cause__
        return self._with(frame, casts)

    def _are_named(self, names: pd.Index) -> bool:
        if not self._named:
            return len(names) == len(self._names)
        if names.equals(self._index):
            return True
        # Of another type of Index, which makes no difference: text may be objects.
        return names.dtype != self._index.dtype and names.to_list() == self._names

    def _are_of_one_type(self, frame: pd.DataFrame) -> bool:
        """Say whether all values lie in one block of the type that all columns are to be of.

        If so, pandas gives the block itself, and the same one again; if not, a new array each time, whatever its
        type. To ask for `dtypes`, which is a Series, costs five times as much.
        """
        import numpy as np

        if self._only_dtype is None or len(frame) * len(self._names) > _FEW:
            return False
        values = frame.to_numpy()
        return values.dtype == self._only_dtype and np.may_share_memory(values, frame.to_numpy())

    def _are_of_types(self, dtypes: list[Any]) -> bool:
        if dtypes == self._passed_dtypes:
            return True
        if len(dtypes) != len(self._specs) or not all(map(_passes, dtypes, self._types)):
            return False
        self._passed_dtypes = dtypes
        return True

    def _with(self, frame: pd.DataFrame, casts: dict[int, Any]) -> pd.DataFrame:
        """Put columns in the place of others: into the frame, or into a new one, whichever is faster."""
        import pandas as pd

        if self._distinct and len(casts) * _PUT_OR_MAKE >= frame.shape[1]:
            columns = {name: casts[at] if at in casts else frame[name] for at, name in enumerate(frame.columns)}
            return pd.DataFrame(columns, index=frame.index)
        for at, column in casts.items():
            frame.isetitem(at, column)
        return frame

    def _chosen(self, frame: pd.DataFrame) -> tuple[pd.DataFrame, Sequence[ColSpec]]:
        """Give a frame of the columns that the signature has and that are there, with what it says of them."""
        n_expected, n_found = len(self._specs), frame.shape[1]
        if not self._named:
            if n_found < n_expected:
                raise SchemaEnforcementError(
                    f"Model inference is missing inputs. The model signature declares {n_expected} inputs  but the "
                    f"provided value only has {n_found} inputs. Note: the inputs were not named in the signature so "
                    "we can only verify their count.",
                    found=f"{n_found} columns",
                    expected=f"{n_expected} columns",
                )
            # "Any" alone is what is inferred from what no schema could be made of: that is passed on whole. MLflow
            # passes on its first column.
            is_anything = n_expected == 1 and isinstance(self._specs[0].type, AnyType)
            return frame.iloc[:, : n_found if is_anything else n_expected].copy(deep=False), self._specs
        if self._are_named(frame.columns):
            return frame.copy(deep=False), self._specs
        found: list[Any] = frame.columns.to_list()
        # What pandas names columns that came without names.
        unnamed = bool(found) and found == list(range(len(found))) and set(found).isdisjoint(self._names)
        check_present(self._required, found, self._names, _UNNAMED if unnamed else "")
        where = {name: at for at, name in enumerate(found)}
        specs = [spec for name, spec in zip(self._names, self._specs, strict=True) if name in where]
        return frame.take([where[name] for name in self._names if name in where], axis=1), specs


def _only_dtype(kinds: Sequence[ValueType]) -> np.dtype[Any] | None:
    """Give the type of numpy that all columns are to be of, if it is one, and there are several."""
    first = kinds[0]
    # Text and bytes come in several types. A single column may be no array of numpy, and give one all the same.
    if len(kinds) == 1 or set(kinds) != {first} or not isinstance(first, DataType):
        return None
    return None if first in {DataType.string, DataType.binary} else first.to_numpy()


def _passes(dtype: Any, kind: ValueType) -> bool:
    return isinstance(kind, AnyType) or (isinstance(kind, DataType) and fits(dtype, kind))


def _enforced(name: object, column: pd.Series[Any], spec: ColSpec) -> pd.Series[Any]:
    import pandas as pd

    if isinstance(spec.type, DataType):
        return cast_column(name, column, spec.type)
    values = []
    for row, value in enumerate(column):
        try:
            values.append(enforce_value(value, spec.type, required=spec.required))
        except SchemaEnforcementError as exc:
            raise exc.told(f"In column {name!r}, row {row}: {exc.problem}", column=name) from exc
    return pd.Series(values, index=column.index, name=column.name, dtype=object)


def _all_of(problems: Sequence[SchemaEnforcementError]) -> SchemaEnforcementError:
    """Give the first of the errors, and name the columns of the others in it: they can be mended together."""
    first, *others = problems
    named = [f"{one.column} ({one.found}, expected {one.expected})" for one in others[:_MAX_NAMED]]
    more = f" and {len(others) - _MAX_NAMED:,} more" if len(others) > _MAX_NAMED else ""
    return first.told(f"{first.problem} Nor do these columns fit: {', '.join(named)}{more}.") if named else first
