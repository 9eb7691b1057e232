"""`runs show`: all that is known of one run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from nbflow.verbs.documents import whole_run_document
from nbflow.verbs.lines import moment_text, seconds_text
from nbflow.verbs.options import Verb, pass_session
from nbflow.verbs.refs import complete_run, find_run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from nbflow.entities import Run
    from nbflow.verbs.lines import Cell
    from nbflow.verbs.session import Session

__all__ = ["show_run"]


@click.command("show", cls=Verb)
@click.argument("run", metavar="RUN", shell_complete=complete_run)
@pass_session
def show_run(session: Session, run: str) -> None:
    """Show one run.

    RUN is its id, the first 4 or more digits of it, or its name. In a pipe each line is a name and a value.
    """
    found = find_run(session.client, run)
    session.answer(lambda: whole_run_document(found), lambda: _lines(found), lambda: _drawing(found))


def _lines(run: Run) -> Iterator[tuple[str, Cell]]:
    info = run.info
    yield "run_id", info.run_id
    yield "name", info.run_name
    yield "experiment_id", info.experiment_id
    yield "status", info.status
    yield "lifecycle_stage", info.lifecycle_stage
    yield "user", info.user_id
    yield "start_time", moment_text(info.start_time)
    yield "end_time", moment_text(info.end_time)
    yield "duration", seconds_text(run.duration_ms)
    yield "artifact_uri", info.artifact_uri
    for kind, values in (("params", run.params), ("metrics", run.metrics), ("tags", run.tags)):
        for key, value in values.items():
            yield f"{kind}.{key}", value
    for used in run.inputs.dataset_inputs:
        yield f"inputs.{used.dataset.name}", used.dataset.digest
    if run.error is not None:
        yield "error.type", run.error.type
        yield "error.message", run.error.message
        yield "error.where", run.error.where


def _drawing(run: Run) -> RenderableType:
    from nbflow.drawing.pages_text import run_text
    from nbflow.verbs.drawing import plain

    return plain(run_text(run))
