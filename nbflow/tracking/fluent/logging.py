"""Logging to the active run: params, metrics, tags, inputs."""

from __future__ import annotations

from time import time_ns
from typing import TYPE_CHECKING, Any

from nbflow.entities import DatasetInput, InputTag, Metric, Param, RunTag
from nbflow.errors import InvalidInputError, NbflowError, UnsupportedValueError
from nbflow.names import check_key
from nbflow.tracking.active import current_point
from nbflow.tracking.client import Client
from nbflow.tracking.fluent.runs import get_or_start
from nbflow.tracking.guard import guarded, raise_or_warn
from nbflow.tracking.run_calls import checked_params, checked_tags
from nbflow.values import metric_value, step_value, time_value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nbflow.data import Dataset

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
    key: str, value: float, step: int | None = None, *, timestamp: int | None = None, run_id: str | None = None
) -> None:
    """Log one point of a metric. A run is started when none is active.

    Parameters
    ----------
    key
        The metric's name.
    value
        A number, a numpy scalar, or an array or tensor of one item. NaN and infinity are kept as they are.
    step
        A whole number, negative ones too; None is 0.
    timestamp
        In milliseconds since the epoch; None and 0 are now.
    run_id
        Another run than the active one.

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
        milliseconds = time_value(timestamp) if timestamp else time_ns() // 1_000_000
        if run_id is None:
            (current_point.get() or get_or_start().log.point)(key, value, step, milliseconds)
        else:
            Client().log_metric(run_id, key, value, milliseconds, step)
    except NbflowError as exc:
        raise_or_warn(exc)


@guarded
def log_metrics(
    metrics: Mapping[str, float], step: int | None = None, *, run_id: str | None = None, timestamp: int | None = None
) -> None:
    """Log one point of several metrics, all of them or none; see `log_metric`.

    Parameters
    ----------
    metrics
        Names and numbers.
    step, run_id, timestamp
        As in `log_metric`.

    Raises
    ------
    InvalidInputError
        If an argument cannot be used.
    """
    if not hasattr(metrics, "items"):
        raise UnsupportedValueError("metrics", metrics, "give a dict of names and numbers.")
    at, when = step_value(step), time_value(timestamp)
    points = [
        (check_key(key, "metric name"), metric_value(value, f"metric {key!r}"), at, when)
        for key, value in metrics.items()
    ]
    if run_id is None:
        get_or_start().log.points(points)
    else:
        Client().log_batch(run_id, [Metric(key, value, time, step) for key, value, step, time in points])


@guarded
def log_param(key: str, value: Any) -> Any:
    """Log a param of the active run, once; see `Client.log_param`. A run is started when none is active.

    Returns
    -------
    value
        The value as it was given.
    """
    get_or_start().log.log(checked_params({key: value}), {})
    return value


@guarded
def log_params(params: Mapping[str, Any], *, run_id: str | None = None) -> None:
    """Log params, all of them or none; see `Client.log_param`.

    Parameters
    ----------
    params
        Names and values, which are kept as text.
    run_id
        Another run than the active one.
    """
    checked = checked_params(params)
    if run_id is None:
        get_or_start().log.log(checked, {})
    else:
        Client().log_batch(run_id, params=[Param(key, value) for key, value in checked.items()])


@guarded
def set_tag(key: str, value: Any) -> None:
    """Set a tag of the active run; see `Client.set_tag`. A run is started when none is active."""
    get_or_start().log.log({}, checked_tags({key: value}))


@guarded
def set_tags(tags: Mapping[str, Any], *, run_id: str | None = None) -> None:
    """Set tags, all of them or none; `run_id` is another run than the active one."""
    checked = checked_tags(tags)
    if run_id is None:
        get_or_start().log.log({}, checked)
    else:
        Client().log_batch(run_id, tags=[RunTag(key, value) for key, value in checked.items()])


@guarded
def delete_tag(key: str) -> None:
    """Take a tag of the active run away.

    Raises
    ------
    TagNotFoundError
        If it is not set.
    """
    get_or_start().log.delete_tag(key)


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
    log_inputs([dataset], [context], [tags])


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
    contexts = [None] * len(datasets) if contexts is None else contexts
    tags_list = [None] * len(datasets) if tags_list is None else tags_list
    if not len(datasets) == len(contexts) == len(tags_list):
        lengths = (len(datasets), len(contexts), len(tags_list))
        raise InvalidInputError("datasets, contexts and tags_list", lengths, "They have one entry for each data set.")
    used = [_use(*each) for each in zip(datasets, contexts, tags_list, strict=True)]
    get_or_start().log.log_inputs(used)


def _use(dataset: Dataset, context: str | None, tags: Mapping[str, Any] | None) -> DatasetInput:
    if not hasattr(dataset, "to_entity"):
        raise UnsupportedValueError("dataset", dataset, "make it with nbflow.data.from_pandas or from_numpy.")
    all_tags = checked_tags({**({} if context is None else {_CONTEXT: context}), **(tags or {})})
    return DatasetInput(dataset.to_entity(), tuple(InputTag(key, value) for key, value in all_tags.items()))


def get_metric_history(run_id: str, key: str) -> list[Metric]:
    """Give all points of a metric, ordered by (timestamp, step, value); see `Client.get_metric_history`."""
    return Client().get_metric_history(run_id, key)
