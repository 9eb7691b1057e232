"""`runs delete`, `restore` and `move`: what changes where runs are. All can be undone."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import click

from nbflow.drawing.format import count
from nbflow.drawing.text import line
from nbflow.errors import ExperimentDeletedError, shown
from nbflow.verbs.documents import run_document
from nbflow.verbs.options import Verb, pass_session
from nbflow.verbs.refs import complete_experiment, complete_run, find_deleted, find_experiment, find_runs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nbflow.entities import Run
    from nbflow.tracking.client import Client
    from nbflow.verbs.session import Session

__all__ = ["delete_runs", "move_runs", "restore_runs"]

_NAME = 80

_runs = click.argument("runs", metavar="RUN...", nargs=-1, required=True, shell_complete=complete_run)


@click.command("delete", cls=Verb)
@_runs
@pass_session
def delete_runs(session: Session, runs: Sequence[str]) -> None:
    """Put runs into the trash.

    RUN is an id, the first 4 or more digits of one, or a name. `nbflow runs restore` takes them out again; `nbflow gc`
    removes them for good.
    """
    _change(session, runs, session.client.delete_run, "into the trash")


@click.command("restore", cls=Verb)
@_runs
@pass_session
def restore_runs(session: Session, runs: Sequence[str]) -> None:
    """Take runs out of the trash."""
    for run in find_runs(session.client, runs):
        _check_experiment(session.client, run)
    _change(session, runs, session.client.restore_run, "out of the trash")


@click.command("move", cls=Verb)
@_runs
@click.option(
    "--to", "experiment", metavar="NAME|ID", required=True, shell_complete=complete_experiment, help="The experiment."
)
@pass_session
def move_runs(session: Session, runs: Sequence[str], experiment: str) -> None:
    """Make runs another experiment's. Their files stay where they are."""
    target = find_experiment(session.client, experiment)
    _change(
        session,
        runs,
        lambda run_id: session.client.move_run(run_id, target.experiment_id),
        f"to experiment {line(target.name, _NAME)}",
    )


def _change(session: Session, refs: Sequence[str], change: Callable[[str], None], whither: str) -> None:
    """Change runs, after all of them were found; answer with what they are now."""
    client = session.client
    found = find_runs(client, refs)
    for run in found:
        change(run.run_id)
    session.answer(
        lambda: [run_document(client.get_run(run.run_id)) for run in found],
        lambda: [[run.run_id] for run in found],
        lambda: _said(found, whither),
    )


def _check_experiment(client: Client, run: Run) -> None:
    experiment = client.get_experiment(run.info.experiment_id)
    if experiment.lifecycle_stage != "deleted":
        return
    same = find_deleted(client, experiment.name).experiment_id == experiment.experiment_id
    ref = shlex.quote(experiment.name) if same else experiment.experiment_id
    raise ExperimentDeletedError(
        experiment.name,
        f"Run {shown(run.name)} cannot be restored alone: its experiment {shown(experiment.name)} is in the trash: "
        f"nbflow experiments restore {ref}",
    )


def _said(runs: Sequence[Run], whither: str) -> str:
    what = line(runs[0].name, _NAME) if len(runs) == 1 else count(len(runs), "run")
    return f"Moved {what} {whither}."
