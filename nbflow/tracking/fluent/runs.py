"""Runs: starting, ending and finding them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from nbflow.errors import (
    InvalidInputError,
    RunActiveError,
    RunDeletedError,
    RunNotFoundError,
    UnsupportedValueError,
)
from nbflow.provenance import context_tags
from nbflow.tracking import cells
from nbflow.tracking.active import ActiveRun, active_run, last_active_run_id, pop, push, stack
from nbflow.tracking.client import Client
from nbflow.tracking.fluent.experiments import current_experiment_id
from nbflow.tracking.monitor import start_monitor
from nbflow.tracking.run_calls import DESCRIPTION_TAG, PARENT_TAG, RUN_NAME_TAG, check_status, checked_tags

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbflow.entities import Run

__all__ = [
    "delete_run",
    "end_run",
    "get_or_start",
    "get_parent_run",
    "get_run",
    "last_active_run",
    "restore_run",
    "start_run",
]

_ENV_RUN = "NBFLOW_RUN_ID"


def start_run(
    run_id: str | None = None,
    experiment_id: str | None = None,
    run_name: str | None = None,
    nested: bool = False,
    parent_run_id: str | None = None,
    tags: Mapping[str, Any] | None = None,
    description: str | None = None,
    log_system_metrics: bool | None = None,
) -> ActiveRun:
    """Start a run, or resume one, and make it the active run.

    Parameters
    ----------
    run_id
        A run to resume; None takes `$NBFLOW_RUN_ID` once, else starts a new one.
    experiment_id
        Where a new run goes; None is the experiment in use.
    run_name
        Its name; None takes the tag `mlflow.runName`, or makes one up, or leaves a resumed run's.
    nested
        Whether it belongs to the active run, which stays active behind it.
    parent_run_id
        The run that it belongs to, when that is not the active one.
    tags
        Tags, beside those that say where the run came from.
    description
        What a person should know of it.
    log_system_metrics
        Whether to sample CPU, memory, disk, network and GPU meanwhile; None asks `$NBFLOW_LOG_SYSTEM_METRICS`.

    Returns
    -------
    run : ActiveRun
        The run; in a `with` block it ends with the block.

    Raises
    ------
    RunActiveError
        If a run is active and this one is not nested. In a notebook, a run that an earlier execution of the same
        cell left open is ended instead, as KILLED.
    RunNotFoundError
        If the run to resume, or the parent, is not there.
    RunBusyError
        If the run to resume still runs in another process.
    RunDeletedError
        If it is in the trash.
    InvalidInputError
        If the arguments contradict each other.
    """
    client = Client()
    given = _given_tags(run_name, tags, description)
    wanted = None if experiment_id is None else _experiment(experiment_id)
    cells.end_left_open()
    active = active_run()
    if active is not None and not nested:
        raise RunActiveError(active.run_id)
    if active is not None and parent_run_id is not None and parent_run_id != active.run_id:
        raise InvalidInputError("parent_run_id", parent_run_id, f"The active run is {active.run_id}; end it first.")
    if parent_run_id is not None and client.get_run(parent_run_id).info.lifecycle_stage == "deleted":
        raise RunDeletedError(parent_run_id)
    run_id = run_id or os.environ.pop(_ENV_RUN, None)
    if run_id is not None:
        run = _resume(client, run_id, wanted, given)
    else:
        parent = parent_run_id or (active.run_id if active is not None else None)
        born = {PARENT_TAG: parent} if parent else {}
        wanted = current_experiment_id() if wanted is None else wanted
        log = client._begin_run(wanted, None, {**context_tags(), **born, **given})  # noqa: SLF001
        run = ActiveRun(client, log)
    run.cell = cells.current_cell()
    push(run)
    start_monitor(run, wanted=log_system_metrics)
    return run


def _given_tags(run_name: str | None, tags: Mapping[str, Any] | None, description: str | None) -> dict[str, str]:
    given = checked_tags({} if tags is None else tags)
    if run_name:
        given.update(checked_tags({RUN_NAME_TAG: run_name}))  # it wins over the tag, as in MLflow
    if description is not None:
        if DESCRIPTION_TAG in given:
            raise InvalidInputError(
                "description", description, f"The tag {DESCRIPTION_TAG} is given too. Give one of them."
            )
        given.update(checked_tags({DESCRIPTION_TAG: description}))
    return given


def _experiment(experiment_id: object) -> str:
    if isinstance(experiment_id, bool) or not isinstance(experiment_id, str | int):
        raise UnsupportedValueError("experiment_id", experiment_id, "an experiment id is a str.")
    return str(experiment_id)


def _resume(client: Client, run_id: str, experiment_id: str | None, tags: dict[str, str]) -> ActiveRun:
    log = client._store.run_log(run_id)  # noqa: SLF001 (the same subsystem)
    found = client.get_run(run_id).info.experiment_id
    if experiment_id is not None and experiment_id != found:
        raise InvalidInputError("experiment_id", experiment_id, f"Run {run_id} belongs to experiment {found}.")
    log.resume()
    log.log({}, tags)
    return ActiveRun(client, log)


def end_run(status: str = "FINISHED") -> None:
    """End the active run; nothing happens when there is none.

    Parameters
    ----------
    status
        FINISHED, FAILED or KILLED.

    Raises
    ------
    InvalidInputError
        If there is no such status.
    StoreWriteError
        If the disk refuses.
    """
    check_status(status)
    run = pop()
    if run is not None:
        run.end(status)


def get_or_start() -> ActiveRun:
    """Give the active run, or start one, as MLflow does: it ends with the process."""
    runs = stack.get()
    return runs[-1] if runs else start_run()


def last_active_run() -> Run | None:
    """Give the run that is active, or else ended last; None when there was none in the store in use."""
    run_id = last_active_run_id()
    try:
        return None if run_id is None else Client().get_run(run_id)
    except RunNotFoundError:
        return None


def get_run(run_id: str) -> Run:
    """Give a run as it is now; see `Client.get_run`."""
    return Client().get_run(run_id)


def get_parent_run(run_id: str) -> Run | None:
    """Give the run that a nested run belongs to; None when it belongs to none."""
    return Client().get_parent_run(run_id)


def delete_run(run_id: str) -> None:
    """Put a run into the trash; see `Client.delete_run`."""
    Client().delete_run(run_id)


def restore_run(run_id: str) -> None:
    """Take a run out of the trash; see `Client.restore_run`."""
    Client().restore_run(run_id)
