"""What `%nbflow status` says of this process, above what the command line says of the store."""

from __future__ import annotations

from nbflow.drawing.text import in_columns, line
from nbflow.errors import NotFoundError
from nbflow.tracking.active import last_active_run_id, stack
from nbflow.tracking.client import Client
from nbflow.tracking.fluent.experiments import current_experiment_id

__all__ = ["status_text"]

_LENGTH = 100


def status_text() -> str:
    """Say which experiment new runs go into, and which runs are active.

    Returns
    -------
    text : str
        A name and a value on each line.

    Raises
    ------
    InvalidInputError
        If the environment names an experiment by two names that differ.
    """
    client = Client()
    rows = [("Experiment in use", _experiment(client))]
    active = stack.get()
    rows += [("Active run" if run is active[0] else "  nested", _run(client, run.run_id)) for run in active]
    last = last_active_run_id()
    if not active:
        rows += [("Active run", "none"), *([("Last run", _run(client, last))] if last else [])]
    return in_columns([(name, line(value, _LENGTH)) for name, value in rows], indent="")


def _experiment(client: Client) -> str:
    experiment_id = current_experiment_id()
    try:
        experiment = client.get_experiment(experiment_id)
    except NotFoundError:  # Default comes with the first run
        return f"id {experiment_id}, not made yet"
    trash = ", in the trash" if experiment.lifecycle_stage == "deleted" else ""
    return f"{experiment.name} (id {experiment_id}{trash})"


def _run(client: Client, run_id: str) -> str:
    try:
        run = client.get_run(run_id)
    except NotFoundError:  # of another store, or removed
        return run_id
    return f"{run.name} ({run.status.lower()}, {run_id})"
