"""Logging to the active run: params, metrics, tags, inputs."""

from __future__ import annotations

from time import time_ns
from typing import TYPE_CHECKING, Any

from nbflow.entities import DatasetInput, InputTag, Metric, Param, RunTag
from nbflow.errors import InvalidInputError, NbflowError, TagNotFoundError, UnsupportedValueError
from nbflow.names import check_key
from nbflow.provenance import context_tags
from nbflow.tracking.active import active_run, current_point
from nbflow.tracking.client import Client
from nbflow.tracking.fluent.runs import get_or_start
from nbflow.tracking.guard import guarded, raise_or_warn
from nbflow.tracking.operations import operations
from nbflow.tracking.run_calls import checked_params, checked_tags
from nbflow.values import metric_value, step_value, time_value

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from nbflow.data import Dataset
    from nbflow.tracking.operations import RunOperations

__all__ = [
    "delete_tag",
    "get_metric_history",
    "log_input",
    "log_inputs",
    "log_metric",
    "log_metrics",
    "log_param",
    "log_params",
    "set_tag",
    "set_tags",
]

_CONTEXT = "mlflow.data.context"


def log_metric(
    key: str,
    value: float,
    step: int | None = None,
    synchronous: bool | None = None,
    timestamp: int | None = None,
    run_id: str | None = None,
    *,
    dataset: Dataset | None = None,
) -> RunOperations | None:
    """Log one point of a metric. A run is started when none is active.

    Parameters
    ----------
    key
        The metric's name.
    value
        A number, a numpy scalar, or an array or tensor of one item. NaN and infinity are kept as they are.
    step
        A whole number, negative ones too; None is 0.
    synchronous
        As in MLflow; the point is written when this returns, whatever is said here.
    timestamp
        In milliseconds since the epoch; None and 0 are now.
    run_id
        Another run than the active one.
    dataset
        What the metric was computed on: it is logged as an input of the run.

    Returns
    -------
    operations : RunOperations or None
        Something to wait for, with nothing left to do, when `synchronous` is False; else None.

    Raises
    ------
    InvalidInputError
        If an argument cannot be used.
    RunNotFoundError
        If there is no run of this id.
    RunDeletedError
        If the run is in the trash.
    StoreWriteError
        If the disk refuses.
    """
    try:
        # This is what a training loop pays for each point: what is usual takes no call but the one that writes. Key
        # and step are checked there, when they are new or do not fit.
        if type(value) is not float:
            value = metric_value(value)
        if step is None:
            step = 0
        milliseconds = time_ns() // 1_000_000 if timestamp is None else time_value(timestamp)
        if run_id is None and dataset is None:
            (current_point.get() or _first_point(key, step))(key, value, step, milliseconds)
        else:
            _points([(check_key(key, "metric name"), value, step_value(step), milliseconds)], run_id, dataset)
    except NbflowError as exc:
        raise_or_warn(exc)
    return None if synchronous is None else operations(synchronous)


def log_metrics(
    metrics: Mapping[str, float],
    step: int | None = None,
    synchronous: bool | None = None,
    run_id: str | None = None,
    timestamp: int | None = None,
    *,
    dataset: Dataset | None = None,
) -> RunOperations | None:
    """Log one point of several metrics, all of them or none.

    Parameters
    ----------
    metrics
        Names and numbers.
    step, synchronous, run_id, timestamp, dataset
        As in `log_metric`.

    Returns
    -------
    operations : RunOperations or None
        As of `log_metric`.
    """
    _log_metrics(metrics, step, run_id, timestamp, dataset)
    return operations(synchronous)


def log_param(key: str, value: Any, synchronous: bool | None = None) -> Any:
    """Log a param of the active run, once; see `Client.log_param`. A run is started when none is active.

    Returns
    -------
    value
        The value as it was given; with `synchronous=False` something to wait for, as in MLflow.
    """
    _log_param(key, value)
    return value if synchronous is not False else operations(synchronous)


def log_params(
    params: Mapping[str, Any], synchronous: bool | None = None, run_id: str | None = None
) -> RunOperations | None:
    """Log params, all of them or none; see `Client.log_param`.

    Parameters
    ----------
    params
        Names and values, which are kept as text.
    synchronous
        As in `log_metric`.
    run_id
        Another run than the active one.

    Returns
    -------
    operations : RunOperations or None
        As of `log_metric`.
    """
    _log_params(params, run_id)
    return operations(synchronous)


def set_tag(key: str, value: Any, synchronous: bool | None = None) -> RunOperations | None:
    """Set a tag of the active run; see `Client.set_tag`. A run is started when none is active."""
    _set_tag(key, value)
    return operations(synchronous)


def set_tags(
    tags: Mapping[str, Any], synchronous: bool | None = None, *, run_id: str | None = None
) -> RunOperations | None:
    """Set tags, all of them or none; `run_id` is another run than the active one."""
    _set_tags(tags, run_id)
    return operations(synchronous)


@guarded
def delete_tag(key: str) -> None:
    """Take a tag of the active run away.

    Raises
    ------
    TagNotFoundError
        If it is not set, or no run is active.
    """
    run = active_run()
    if run is None:
        raise TagNotFoundError(key, "the active run: there is none")
    run.log.delete_tag(key)


@guarded
def log_input(dataset: Dataset, context: str | None = None, tags: Mapping[str, Any] | None = None) -> None:
    """Log a data set that the active run reads. A run is started when none is active.

    Parameters
    ----------
    dataset
        From `nbflow.data.from_pandas` or `from_numpy`.
    context
        What it is for, such as `"training"`.
    tags
        More about its use.

    Raises
    ------
    UnsupportedValueError
        If it is something else.
    """
    _log_inputs([_use(dataset, context, tags)])


@guarded
def log_inputs(
    datasets: Sequence[Dataset],
    contexts: Sequence[str | None] | None = None,
    tags_list: Sequence[Mapping[str, Any] | None] | None = None,
) -> None:
    """Log several data sets that the active run reads; see `log_input`.

    Parameters
    ----------
    datasets
        The data sets.
    contexts, tags_list
        One entry for each; None is none at all.

    Raises
    ------
    InvalidInputError
        If the lists have different lengths.
    UnsupportedValueError
        If a data set is something else.
    """
    for what, given in (("datasets", datasets), ("contexts", contexts), ("tags_list", tags_list)):
        if not isinstance(given, list | tuple) and (given is not None or what == "datasets"):
            raise UnsupportedValueError(what, given, "give a list with one entry for each data set.")
    contexts = [None] * len(datasets) if contexts is None else contexts
    tags_list = [None] * len(datasets) if tags_list is None else tags_list
    if not len(datasets) == len(contexts) == len(tags_list):
        lengths = (len(datasets), len(contexts), len(tags_list))
        raise InvalidInputError("datasets, contexts and tags_list", lengths, "They have one entry for each data set.")
    _log_inputs([_use(*each) for each in zip(datasets, contexts, tags_list, strict=True)])


def get_metric_history(run_id: str, key: str) -> list[Metric]:
    """Give all points of a metric, ordered by (timestamp, step, value); see `Client.get_metric_history`."""
    return Client().get_metric_history(run_id, key)


# What stands behind them: everything is checked before a run is started for it.


def _first_point(key: str, step: int) -> Callable[[str, float, int, int], None]:
    check_key(key, "metric name")
    step_value(step)
    return get_or_start().log.point


@guarded
def _log_metrics(
    metrics: Mapping[str, float], step: int | None, run_id: str | None, timestamp: int | None, dataset: Dataset | None
) -> None:
    if not hasattr(metrics, "items"):
        raise UnsupportedValueError("metrics", metrics, "give a dict of names and numbers.")
    at, when = step_value(step), time_value(timestamp)
    points = [
        (check_key(key, "metric name"), metric_value(value, f"metric {key!r}"), at, when)
        for key, value in metrics.items()
    ]
    _points(points, run_id, dataset)


def _points(points: list[tuple[str, float, int, int]], run_id: str | None, dataset: Dataset | None) -> None:
    used = None if dataset is None else _use(dataset, None, None)
    if run_id is not None:
        client = Client()
        if used is not None:
            client.log_inputs(run_id, [used])
        client.log_batch(run_id, [Metric(key, value, time, step) for key, value, step, time in points])
        return
    if used is not None:
        _log_inputs([used])
    get_or_start().log.points(points)


@guarded
def _log_param(key: str, value: Any) -> None:
    check_key(key, "param name")  # first: what is no name may not even be a dict's key
    get_or_start().log.log(checked_params({key: value}), {})


@guarded
def _log_params(params: Mapping[str, Any], run_id: str | None = None) -> None:
    checked = checked_params(params)
    if run_id is None:
        get_or_start().log.log(checked, {})
    else:
        Client().log_batch(run_id, params=[Param(key, value) for key, value in checked.items()])


@guarded
def _set_tag(key: str, value: Any) -> None:
    check_key(key, "tag name")
    get_or_start().log.log({}, checked_tags({key: value}))


@guarded
def _set_tags(tags: Mapping[str, Any], run_id: str | None = None) -> None:
    checked = checked_tags(tags)
    if run_id is None:
        get_or_start().log.log({}, checked)
    else:
        Client().log_batch(run_id, tags=[RunTag(key, value) for key, value in checked.items()])


def _log_inputs(used: Sequence[DatasetInput]) -> None:
    get_or_start().log.log_inputs(used)


def _use(dataset: Dataset, context: str | None, tags: Mapping[str, Any] | None) -> DatasetInput:
    if not hasattr(dataset, "to_entity"):
        raise UnsupportedValueError("dataset", dataset, "make it with nbflow.data.from_pandas or from_numpy.")
    given = checked_tags({} if tags is None else tags)
    all_tags = {**({} if context is None else checked_tags({_CONTEXT: context})), **given}
    record = dataset.to_entity(context_tags())
    return DatasetInput(record, tuple(InputTag(key, value) for key, value in all_tags.items()))
