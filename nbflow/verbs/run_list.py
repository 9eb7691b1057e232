"""`runs list`: a table of runs for a person, lines for a pipe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from nbflow.drawing.format import count
from nbflow.drawing.notes import STAR
from nbflow.drawing.text import line
from nbflow.verbs import columns as of
from nbflow.verbs.documents import run_document
from nbflow.verbs.fitting import Column, fit
from nbflow.verbs.options import Verb, pass_session
from nbflow.verbs.refs import names_of_experiments
from nbflow.verbs.selection import Selection, select, selecting

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import RenderableType
    from rich.text import Text

    from nbflow.entities import Run
    from nbflow.verbs.session import Session

__all__ = ["list_runs", "short_ids"]

_LINE = ("run_id", "name", "status", "start_time", "duration")
_LIMIT = 100
_SHORTEST = 12  # of a run's id: the milliseconds of its start
_NARROW, _SHORTEST_IN_NARROW = 80, 8
_NAME, _CELL = 28, 24


@click.command("list", cls=Verb)
@selecting(_LIMIT)
@click.option(
    "--columns",
    "-c",
    multiple=True,
    metavar="NAME,...",
    help=f"What to show: {', '.join(of.FIELDS)}, metrics.NAME, params.NAME, tags.NAME.",
)
@pass_session
def list_runs(session: Session, /, columns: Sequence[str], **chosen: Any) -> None:
    """List runs, the latest first.

    FILTER is such as "metrics.loss < 0.1 AND params.lr >= 0.01". In a pipe each run is a line: id, name, status, start
    and duration in seconds, or the columns asked for, parted by tabs.
    """
    names = of.check_columns(columns)
    runs, more = select(session, Selection(**chosen))
    experiments = names_of_experiments(session.client)
    session.answer(
        lambda: [_document(run, names, experiments) for run in runs],
        lambda: [[of.line_cell(run, name, experiments) for name in names or _LINE] for run in runs],
        lambda: _drawing(session, runs, names, experiments),
    )
    if more:
        session.note(f"Only the first {count(len(runs), 'run')}; --limit 0 shows all.")
    if not runs:
        session.nothing("No runs.")


def short_ids(runs: Sequence[Run], shortest: int = _SHORTEST) -> list[str]:
    """Cut ids of runs to the length at which they differ, which is `shortest` or more."""
    ids = [run.run_id for run in runs]
    length = shortest
    while len({run_id[:length] for run_id in ids}) < len(set(ids)):
        length += 1
    return [run_id[:length] for run_id in ids]


def _document(run: Run, names: Sequence[str], experiments: Mapping[str, str]) -> dict[str, Any]:
    if not names:
        return run_document(run)
    return {name: of.value(run, name, experiments) for name in names}


def _drawing(
    session: Session, runs: Sequence[Run], names: Sequence[str], experiments: Mapping[str, str]
) -> RenderableType:
    from rich.console import Group

    from nbflow.verbs.drawing import plain, table

    if not runs:
        return ""
    if names:
        rows = [[of.drawn(run, name, experiments) for name in names] for run in runs]
        whole = {i for i, name in enumerate(names) if name in ("run_id", "artifact_uri")}
        return table(names, rows, whole=whole)
    usual = _usual(runs, experiments, narrow=session.console.width < _NARROW)
    shown, n_left = fit(runs, usual, session.console.width)
    drawn = table(
        [column.head for column in shown],
        [_styled(run, [column.cells[i] for column in shown]) for i, run in enumerate(runs)],
        right={i for i, column in enumerate(shown) if column.right},
        whole=range(1, len(shown)),  # the name gives way
    )
    if not n_left:
        return drawn
    left = f"{count(n_left, 'param or metric', 'params and metrics')} that differ not shown; --columns takes any."
    return Group(drawn, plain(left, "dim"))


def _usual(runs: Sequence[Run], experiments: Mapping[str, str], *, narrow: bool) -> list[Column]:
    from nbflow.verbs.drawing import status_text

    def cells(name: str) -> tuple[str, ...]:
        return tuple(line(of.drawn(run, name, experiments), _CELL) for run in runs)

    usual = [
        Column("run", tuple(line(run.name, _NAME) for run in runs)),
        Column("id", tuple(short_ids(runs, _SHORTEST_IN_NARROW if narrow else _SHORTEST))),
        Column("status", tuple(str(status_text(run.status)) for run in runs)),
        Column("started (UTC)", cells("start_time")),
        Column("duration", cells("duration"), right=True),
    ]
    if len({run.info.experiment_id for run in runs}) > 1:
        usual.append(Column("experiment", cells("experiment")))
    return usual


def _styled(run: Run, row: Sequence[str]) -> list[str | Text]:
    from nbflow.verbs.drawing import plain, status_text

    name, short, _, *others = row
    best = [plain(cell, "bold green" if cell.startswith(STAR) else "") for cell in others]
    return [name, short, status_text(run.status), *best]
