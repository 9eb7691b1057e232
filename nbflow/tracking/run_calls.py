"""The part of `Client` that is about runs and what is logged to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from nbflow.entities import DatasetInput, Metric, RunStatus
from nbflow.errors import (
    InvalidInputError,
    InvalidNameError,
    ParamAlreadySetError,
    RunNotFoundError,
    UnsupportedValueError,
)
from nbflow.names import check_key
from nbflow.tracking.naming import random_run_name
from nbflow.tracking.operations import operations
from nbflow.values import metric_value, step_value, text_value, time_value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nbflow.entities import Param, Run, RunError, RunTag
    from nbflow.store.filestore import FileStore
    from nbflow.store.history import History
    from nbflow.store.runlog import RunLog
    from nbflow.tracking.operations import RunOperations

__all__ = [
    "DESCRIPTION_TAG",
    "PARENT_TAG",
    "RUN_NAME_TAG",
    "STATUSES",
    "RunCalls",
    "check_status",
    "checked_params",
    "checked_tags",
]

RUN_NAME_TAG = "mlflow.runName"
PARENT_TAG = "mlflow.parentRunId"
DESCRIPTION_TAG = "mlflow.note.content"
USER_TAG = "mlflow.user"
STATUSES: tuple[str, ...] = get_args(RunStatus)


class RunCalls:
    """Creating, changing and ending runs, and logging to them."""

    _store: FileStore

    def create_run(
        self,
        experiment_id: str,
        start_time: int | None = None,
        tags: Mapping[str, Any] | None = None,
        run_name: str | None = None,
    ) -> Run:
        """Create a run, which is RUNNING until `set_terminated`.

        Parameters
        ----------
        experiment_id
            Its experiment.
        start_time
            In milliseconds since the epoch; None is now.
        tags
            Its first tags. `mlflow.user` says who runs it.
        run_name
            Its name; None takes the tag `mlflow.runName`, or makes one up.

        Returns
        -------
        run : Run
            The new run.

        Raises
        ------
        ExperimentNotFoundError
            If the experiment is not there.
        ExperimentDeletedError
            If it is in the trash.
        InvalidInputError
            If a name, tag or time cannot be used, or the name and the tag for it differ.
        """
        return self.get_run(self._begin_run(experiment_id, start_time, tags, run_name).run_id)

    def _begin_run(
        self,
        experiment_id: str,
        start_time: int | None = None,
        tags: Mapping[str, Any] | None = None,
        run_name: str | None = None,
    ) -> RunLog:
        checked = checked_tags(tags or {})
        name = run_name or checked.get(RUN_NAME_TAG) or random_run_name()
        name = text_value(name, "run_name")
        if checked.setdefault(RUN_NAME_TAG, name) != name:
            raise InvalidInputError(
                "run_name", run_name, f"The tag {RUN_NAME_TAG} says {checked[RUN_NAME_TAG]!r}. Give one of them."
            )
        return self._store.start_run(
            str(experiment_id),
            name=name,
            user=checked.get(USER_TAG, "unknown"),
            tags=checked,
            start_time=None if start_time is None else time_value(start_time),
        )

    def get_run(self, run_id: str) -> Run:
        """Give a run as it is now, read from its log.

        Raises
        ------
        InvalidNameError
            If the id has another form than run ids have.
        RunNotFoundError
            If there is no such run.
        """
        return self._store.run(run_id)

    def get_parent_run(self, run_id: str) -> Run | None:
        """Give the run that a nested run belongs to; None when it belongs to none, or that run is gone."""
        parent = self.get_run(run_id).tags.get(PARENT_TAG)
        if parent is None:
            return None
        try:
            return self.get_run(parent)
        except (RunNotFoundError, InvalidNameError):
            return None

    def set_terminated(self, run_id: str, status: str | None = None, end_time: int | None = None) -> None:
        """End a run.

        Parameters
        ----------
        run_id
            The run.
        status
            FINISHED (also when None), FAILED or KILLED.
        end_time
            In milliseconds since the epoch; None is now.

        Raises
        ------
        RunNotFoundError
            If there is no such run.
        RunDeletedError
            If it is in the trash.
        InvalidInputError
            If the status or the time cannot be used.
        """
        self._end(self._store.run_log(run_id), status or "FINISHED", end_time)

    def _end(self, log: RunLog, status: str, end_time: int | None = None, error: RunError | None = None) -> None:
        self._store.end_run(log, check_status(status), time_value(end_time), error)

    def update_run(self, run_id: str, status: str | None = None, name: str | None = None) -> None:
        """Change a run's status or name.

        Parameters
        ----------
        run_id
            The run.
        status
            One of RUNNING, SCHEDULED, FINISHED, FAILED, KILLED; None leaves it. RUNNING keeps the end time.
        name
            Its new name; None leaves it.

        Raises
        ------
        RunNotFoundError
            If there is no such run.
        RunDeletedError
            If it is in the trash.
        RunBusyError
            If it is to run here, and still runs elsewhere.
        InvalidInputError
            If the status or the name cannot be used.
        """
        renamed = {} if name is None else checked_tags({RUN_NAME_TAG: name})
        log = self._store.run_log(run_id)
        if status is not None:
            if check_status(status) in ("RUNNING", "SCHEDULED"):
                log.resume(status)
            else:
                self._end(log, status)
        log.log({}, renamed)

    def delete_run(self, run_id: str) -> None:
        """Put a run into the trash; nothing happens to one that is there. `nbflow gc` empties the trash."""
        self._store.run_log(run_id).delete()

    def restore_run(self, run_id: str) -> None:
        """Take a run out of the trash; nothing happens to one that is not there."""
        self._store.run_log(run_id).restore()

    def move_run(self, run_id: str, experiment_id: str) -> None:
        """Make a run another experiment's. Its files stay in the folder where it was started.

        Raises
        ------
        ExperimentNotFoundError
            If that experiment is not there.
        ExperimentDeletedError
            If it is in the trash.
        RunDeletedError
            If the run is in the trash.
        """
        self._store.run_log(run_id)  # of two mistakes the first is told
        self._store.move_run(run_id, self._store.experiment(str(experiment_id)).experiment_id)

    # What is logged

    def log_param(self, run_id: str, key: str, value: Any, synchronous: bool | None = None) -> Any:
        """Log a param: once, as text.

        Parameters
        ----------
        run_id
            The run, which may have ended.
        key
            The param's name.
        value
            Anything that `str` makes a text of up to a million characters.
        synchronous
            As in `log_batch`.

        Returns
        -------
        value
            The value as it was given; with `synchronous=False` something to wait for, as in MLflow.

        Raises
        ------
        ParamAlreadySetError
            If it has another value already.
        RunDeletedError
            If the run is in the trash.
        InvalidInputError
            If the key or the value cannot be used.
        """
        checked = checked_params({check_key(key, "param name"): value})
        self._store.run_log(run_id).log(checked, {})
        return value if synchronous is not False else operations(synchronous)

    def log_metric(
        self,
        run_id: str,
        key: str,
        value: float,
        timestamp: int | None = None,
        step: int | None = None,
        synchronous: bool | None = None,
    ) -> RunOperations | None:
        """Log one point of a metric.

        Parameters
        ----------
        run_id
            The run, which may have ended.
        key
            The metric's name.
        value
            A number; NaN and infinity are kept as they are.
        timestamp
            In milliseconds since the epoch; None and 0 are now.
        step
            A whole number; None is 0.
        synchronous
            As in `log_batch`.

        Raises
        ------
        RunNotFoundError
            If there is no such run.
        RunDeletedError
            If it is in the trash.
        InvalidInputError
            If an argument cannot be used.
        """
        point = (check_key(key, "metric name"), metric_value(value), step_value(step), time_value(timestamp))
        self._store.run_log(run_id).points([point])
        return operations(synchronous)

    def set_tag(self, run_id: str, key: str, value: Any, synchronous: bool | None = None) -> RunOperations | None:
        """Set a tag of a run; it may be set again.

        Parameters
        ----------
        run_id
            The run, which may have ended.
        key
            The tag's name.
        value
            Anything that `str` makes a text of up to a million characters.
        synchronous
            As in `log_batch`.

        Raises
        ------
        RunNotFoundError
            If there is no such run.
        RunDeletedError
            If it is in the trash.
        InvalidInputError
            If the key or the value cannot be used.
        """
        checked = checked_tags({check_key(key, "tag name"): value})
        self._store.run_log(run_id).log({}, checked)
        return operations(synchronous)

    def delete_tag(self, run_id: str, key: str) -> None:
        """Take a tag of a run away.

        Raises
        ------
        TagNotFoundError
            If it is not set.
        RunDeletedError
            If the run is in the trash.
        """
        self._store.run_log(run_id).delete_tag(key)

    def log_batch(
        self,
        run_id: str,
        metrics: Sequence[Metric] = (),
        params: Sequence[Param] = (),
        tags: Sequence[RunTag] = (),
        synchronous: bool | None = None,
    ) -> RunOperations | None:
        """Log many values at once; of a batch with a mistake nothing is kept.

        Parameters
        ----------
        run_id
            The run.
        metrics, params, tags
            Any number of each, as records of `nbflow.entities`.
        synchronous
            As in MLflow. What is logged is written when this returns, whatever is said here.

        Returns
        -------
        operations : RunOperations or None
            Something to wait for, with nothing left to do, when `synchronous` is False; else None.

        Raises
        ------
        ParamAlreadySetError
            If a param has another value already, or two in the batch.
        RunDeletedError
            If the run is in the trash.
        InvalidInputError
            If a name or a value cannot be used.
        """
        points = [
            (check_key(m.key, "metric name"), metric_value(m.value), step_value(m.step), time_value(m.timestamp))
            for m in _records("metrics", metrics, "key", "value", "step", "timestamp")
        ]
        new_params: dict[str, str] = {}
        for param in _records("params", params, "key", "value"):
            ((key, value),) = checked_params({check_key(param.key, "param name"): param.value}).items()
            if new_params.setdefault(key, value) != value:
                raise ParamAlreadySetError(run_id, key, new_params[key], value)
        new_tags: dict[str, str] = {}
        for tag in _records("tags", tags, "key", "value"):
            new_tags |= checked_tags({check_key(tag.key, "tag name"): tag.value})
        log = self._store.run_log(run_id)
        log.log(new_params, new_tags)
        if points:
            log.points(points)
        return operations(synchronous)

    def log_inputs(self, run_id: str, datasets: Sequence[DatasetInput] = ()) -> None:
        """Log the data sets that a run reads; of one (name, digest) the first is kept.

        Raises
        ------
        RunNotFoundError
            If there is no such run.
        RunDeletedError
            If it is in the trash.
        UnsupportedValueError
            If something else than a `DatasetInput` is given.
        """
        for used in datasets:
            if not isinstance(used, DatasetInput):
                raise UnsupportedValueError("datasets", used, "give DatasetInput records.")
            for tag in used.tags:
                check_key(tag.key, "input tag name")
        self._store.run_log(run_id).log_inputs(datasets)

    def get_metric_history(self, run_id: str, key: str) -> list[Metric]:
        """Give all points of a metric, ordered by (timestamp, step, value).

        Returns
        -------
        history : list of Metric
            Empty for a metric that was never logged. For long histories, `get_metric_arrays` is much faster.

        Raises
        ------
        RunNotFoundError
            If there is no such run.
        """
        arrays = self.get_metric_arrays(run_id, key)
        rows = zip(arrays.value.tolist(), arrays.timestamp.tolist(), arrays.step.tolist(), strict=True)
        return [Metric(key, value, timestamp, step) for value, timestamp, step in rows]

    def get_metric_arrays(self, run_id: str, key: str) -> History:
        """Give all points of a metric as arrays, ordered by (timestamp, step, value).

        Returns
        -------
        history : History
            With `step`, `timestamp` (int64) and `value` (float64), each of shape (n_points,).

        Raises
        ------
        RunNotFoundError
            If there is no such run.
        """
        return self._store.history(run_id, key)


def check_status(status: object) -> str:
    """Check a run's status.

    Raises
    ------
    InvalidInputError
        If there is no such status.
    """
    if not isinstance(status, str) or status not in STATUSES:
        raise InvalidInputError("status", status, f"It is one of {', '.join(STATUSES)}.")
    return status


def _records(what: str, given: Sequence[Any], *fields: str) -> Sequence[Any]:
    """Check that what came has the fields that are read of it: ours have them, and MLflow's records too."""
    for record in given:
        if not all(hasattr(record, field) for field in fields):
            raise UnsupportedValueError(
                what, record, f"give records of nbflow.entities: they have {', '.join(fields)}."
            )
    return given


def checked_tags(tags: Mapping[str, Any]) -> dict[str, str]:
    """Check tags, and turn their values into text.

    Raises
    ------
    InvalidInputError
        If a name or a value cannot be used.
    """
    return _checked(tags, "tag")


def checked_params(params: Mapping[str, Any]) -> dict[str, str]:
    """Check params, and turn their values into text.

    Raises
    ------
    InvalidInputError
        If a name or a value cannot be used.
    """
    return _checked(params, "param")


def _checked(values: Mapping[str, Any], kind: str) -> dict[str, str]:
    if not hasattr(values, "items"):
        raise UnsupportedValueError(f"{kind}s", values, "give a dict of names and values.")
    return {
        check_key(key, f"{kind} name"): text_value(value, f"the value of {kind} {key!r}")
        for key, value in values.items()
    }
