"""`RunFrame`: the runs that a search found, as a pandas DataFrame that draws itself and knows its store."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd
from msgspec import Struct

from nbflow import display
from nbflow.errors import InvalidInputError, MetricNotFoundError, UnsupportedValueError
from nbflow.tracking import columns as make
from nbflow.tracking.direction import guess_mode

if TYPE_CHECKING:
    from nbflow.entities import Run
    from nbflow.tracking.direction import Mode

__all__ = ["BASE_COLUMNS", "STORE", "RunFrame", "Search", "best_row"]

BASE_COLUMNS = ("run_id", "experiment_id", "status", "artifact_uri", "start_time", "end_time")
STORE = "nbflow.store"

_RUN_ID = re.compile(r"[0-9a-f]{32}")
_TIMES = frozenset({"start_time", "end_time"})
_METRICS = "metrics."


class Search(Struct, frozen=True):
    """The search that a frame was found by: the arguments of `Client.search_frame`, and what it found.

    Parameters
    ----------
    experiment_ids, filter_string, run_view_type, max_results, order_by
        As they were given.
    n_runs
        How many runs were found.
    time_ms
        When it began: runs that were found by it are older.
    """

    experiment_ids: list[str] | None
    filter_string: str
    run_view_type: int
    max_results: int | None
    order_by: list[str] | None
    n_runs: int
    time_ms: int


class RunFrame(pd.DataFrame):
    """Runs as a table: a row for each, with MLflow's columns.

    Everything pandas does works: `runs["run_id"][0]`, `runs.iloc[:3]`, `runs[runs["metrics.accuracy"] > 0.9]`,
    `runs.sort_values("metrics.loss")`. What still has a run on each row (it keeps the column `run_id` and an unnamed
    integer index) stays a RunFrame; anything else, such as `runs[["metrics.loss"]]`, `runs.describe()` or what comes
    out of `runs.groupby(...)`, is a plain DataFrame, and a column is a plain Series. The path of the store travels
    along in `runs.attrs["nbflow.store"]`.

    Shown in a notebook, it is a table of the runs that leaves out what is the same in all of them; `print(runs)` is
    pandas' own.
    """

    # What it was found by; what is made of it, such as a part of its rows, knows it too. Not in attrs: frames with
    # different ones lose all of them in `pandas.concat`.
    found_by: Search | None = None
    _metadata: ClassVar[list[str]] = ["found_by"]

    @property
    def _constructor(self) -> Callable[..., pd.DataFrame]:
        return _frame_of_runs_or_not

    def __finalize__(self, other: Any, method: str | None = None, **kwargs: Any) -> pd.DataFrame:
        # Some methods, groupby(...).first() for one, give the frame another index after `_constructor`.
        made: pd.DataFrame = super().__finalize__(other, method=method, **kwargs)  # type: ignore[misc]
        return made if _has_a_run_on_each_row(made) else pd.DataFrame(made)

    @classmethod
    def from_columns(cls, columns: Mapping[str, make.Values], store: str, order: make.Order = None) -> RunFrame:
        """Make a frame from the columns a store's index gives.

        Parameters
        ----------
        columns
            Values by column name, all of one length n; None is missing. `start_time` and `end_time` are integer
            milliseconds, UTC; `metrics.*` are numbers; all others are text. Those of `BASE_COLUMNS` that are not
            given are missing in every row.
        store
            Where the runs are kept, as `nbflow.Client` takes it.
        order
            Which entry of the columns stands in each row, int64, shape (n_rows,); None is all, as they are.

        Returns
        -------
        runs : RunFrame, shape (n_rows, n_columns)
            The base columns first, then the others in the order given.
        """
        length = len(next(iter(columns.values()), ()))
        given: dict[str, make.Values] = {**dict.fromkeys(BASE_COLUMNS, [None] * length), **columns}
        data = {make.without_surrogates(name): _column(name, values, order) for name, values in given.items()}
        # Without a copy: the columns were made here, and nobody else has them.
        runs = cls(pd.DataFrame(data, index=pd.RangeIndex(length if order is None else len(order)), copy=False))
        runs.attrs[STORE] = store
        return runs

    def best(self, metric: str, mode: Mode | None = None) -> Run:
        """Get the run with the best value of a metric.

        Parameters
        ----------
        metric
            Its name, as a column (`"metrics.accuracy"`) or as it was logged (`"accuracy"`). A numeric column that
            was added to the frame will do as well.
        mode
            `"max"` when more is better, `"min"` when less is. None guesses from the name: less is better when it has
            a word for an error, a loss, a distance, a cost or a time, such as `loss`, `error`, `rmse`, `mae`,
            `perplexity` or `latency`; more is better for all other names, and for negated ones such as
            `neg_mean_squared_error`.

        Returns
        -------
        run : Run
            The first one, when several are as good. A run without a value, or with NaN, is never the best.

        Raises
        ------
        InvalidInputError
            If `mode` is something else, or the column `run_id` was taken out of the frame.
        MetricNotFoundError
            If no run has a value of the metric, or there are no runs.
        UnsupportedValueError
            If the metric's name is no text.
        """
        from nbflow.tracking.client import Client

        row = best_row(self, metric, mode)
        if "run_id" not in self.columns:
            raise InvalidInputError("the frame", list(self.columns), "Its column run_id is gone; keep it to get a run.")
        return Client(self.attrs.get(STORE)).get_run(str(self["run_id"].iloc[row]))

    @property
    def chart(self) -> Any:  # an `nbflow.charts.RunCharts`, which this layer does not know
        """Charts of these runs: `.lines`, `.scatter`, `.bars`, `.parallel`, `.box`, `.contour` and `.importance`.

        Each gives an Altair chart to change and to compose; `nbflow.charts` says what they take.
        """
        return display.charts(self)

    def compare(  # pandas compares values with those of another frame
        self, other: Any = None, *args: Any, baseline: Any = None, **kwargs: Any
    ) -> Any:  # an `nbflow.widgets.comparison.widget.Comparison`, which this layer does not know
        """Compare these runs: a table of what differs, with the change against a baseline, and charts.

        Parameters
        ----------
        other
            None; with another frame this is the `compare` of pandas, which takes the other arguments.
        *args, **kwargs
            Those of pandas' `compare`.
        baseline
            The run that the others are compared with, or its id; None is the first.

        Returns
        -------
        comparison : Comparison
            It shows itself; what is selected in it is `comparison.selected`.
        """
        if other is not None:
            return super().compare(other, *args, **kwargs)
        return display.comparison(self, baseline)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return display.bundle(self)

    def _repr_html_(self) -> str:
        return display.html(self)  # for front ends that know no MIME bundles


def best_row(runs: pd.DataFrame, metric: str, mode: Mode | None = None) -> int:
    """Find the row with the best value of a metric: see `RunFrame.best`.

    Parameters
    ----------
    runs
        The frame.
    metric
        The metric's name, with or without `metrics.`, or that of a numeric column.
    mode
        `"max"`, `"min"`, or None to guess.

    Returns
    -------
    row : int
        Its position, for `iloc`.

    Raises
    ------
    InvalidInputError
        If `mode` is something else.
    MetricNotFoundError
        If no row has a value.
    UnsupportedValueError
        If the metric's name is no text.
    """
    if not isinstance(metric, str):
        raise UnsupportedValueError("metric", metric, "give the metric's name, such as 'accuracy'.")
    if mode not in ("max", "min", None):
        raise InvalidInputError("mode", mode, "It is 'max', 'min', or None to guess from the metric's name.")
    known = [str(name).removeprefix(_METRICS) for name in runs.columns if str(name).startswith(_METRICS)]
    column = _numeric_column(runs, metric)
    if column is None:
        raise MetricNotFoundError(metric, len(runs), known)
    values = runs[column].to_numpy(dtype=np.float64, na_value=np.nan)
    if np.isnan(values).all():
        raise MetricNotFoundError(column.removeprefix(_METRICS), len(runs), known)
    least = (mode or guess_mode(column.removeprefix(_METRICS))) == "min"
    return int(np.nanargmin(values) if least else np.nanargmax(values))


def _numeric_column(runs: pd.DataFrame, metric: str) -> str | None:
    for name in (_METRICS + metric, metric):
        if name in runs.columns and runs.columns.is_unique and _is_number(runs[name]):
            return name
    return None


def _is_number(column: pd.Series[Any]) -> bool:
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)


def _column(name: str, values: make.Values, order: make.Order) -> Any:
    if name not in _TIMES and not name.startswith(_METRICS):
        return make.strings(values, order)
    column = make.times(values) if name in _TIMES else make.numbers(values)
    return column if order is None else column[order]


def _frame_of_runs_or_not(*args: Any, **kwargs: Any) -> pd.DataFrame:
    """Wrap what a pandas method made of a RunFrame: as a RunFrame if each row is still a run."""
    frame = pd.DataFrame(*args, **kwargs)
    return RunFrame(frame) if _has_a_run_on_each_row(frame) else frame


def _has_a_run_on_each_row(frame: pd.DataFrame) -> bool:
    index, names = frame.index, frame.columns
    # groupby() and agg() name or change the index; describe(), isna() and count() keep run_id with other contents.
    if names.nlevels > 1 or index.nlevels > 1 or index.name is not None or index.dtype.kind != "i":
        return False
    if "run_id" not in names or not names.is_unique:
        return False
    if not len(frame):
        return True
    first = frame["run_id"].iloc[0]
    return isinstance(first, str) and _RUN_ID.fullmatch(first) is not None
