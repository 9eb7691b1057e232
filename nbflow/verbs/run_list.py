"""`runs list`: a table of runs for a person, lines for a pipe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from nbflow.verbs import columns as of
from nbflow.verbs.differences import differences
from nbflow.verbs.documents import run_document
from nbflow.verbs.options import Verb, pass_session
from nbflow.verbs.refs import names_of_experiments
from nbflow.verbs.selection import Selection, select, selecting
from nbflow.widgets.format import MISSING, count, numbers
from nbflow.widgets.notes import ARROWS, STAR
from nbflow.widgets.text import line, width

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import RenderableType
    from rich.text import Text

    from nbflow.entities import Run
    from nbflow.verbs.differences import Difference
    from nbflow.verbs.session import Session

__all__ = ["list_runs", "short_ids"]

_LINE = ("run_id", "name", "status", "start_time", "duration")
_LIMIT = 100
_SHORTEST = 12  # of a run's id: the milliseconds of its start
_GAP = 2
_HEAD, _CELL = 28, 24


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
        session.note("No runs.")


def short_ids(runs: Sequence[Run]) -> list[str]:
    """Cut ids of runs to the length at which they differ."""
    ids = [run.run_id for run in runs]
    length = _SHORTEST
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

    from nbflow.verbs.drawing import plain, status_text, table

    if not runs:
        return ""
    if names:
        rows = [[of.drawn(run, name, experiments) for name in names] for run in runs]
        whole = {i for i, name in enumerate(names) if name in ("run_id", "artifact_uri")}
        return table(names, rows, whole=whole)
    head = ["run", "id", "status", "started (UTC)", "duration"]
    fields = ("start_time", "duration")
    cells: list[list[str | Text]] = [
        [line(run.name, _HEAD), short, status_text(run.status), *(of.drawn(run, name, experiments) for name in fields)]
        for run, short in zip(runs, short_ids(runs), strict=True)
    ]
    if len({run.info.experiment_id for run in runs}) > 1:
        head.append("experiment")
        for run, row in zip(runs, cells, strict=True):
            row.append(line(of.drawn(run, "experiment", experiments), _CELL))
    right = {4}
    taken = sum(max(width(head[i]), *(width(str(row[i])) for row in cells)) + _GAP for i in range(len(head)))
    shown, n_left = _fitting(runs, session.console.width - taken)
    for column in shown:
        head.append(column[0])
        right.add(len(head) - 1)
        for row, cell in zip(cells, column[1:], strict=True):
            row.append(plain(cell, "bold green" if cell.startswith(STAR) else ""))
    drawn = table(head, cells, right=right, whole={1})
    if not n_left:
        return drawn
    left = f"{count(n_left, 'param or metric', 'params and metrics')} that differ not shown; --columns takes any."
    return Group(drawn, plain(left, "dim"))


def _fitting(runs: Sequence[Run], room: int) -> tuple[list[list[str]], int]:
    """Write the columns of what differs, each under its head, as many as there is room for; count the others."""
    found: list[list[str]] = []
    differing = differences(runs)
    for difference in differing:
        column = _column(difference)
        room -= max(map(width, column)) + _GAP
        if room < 0:
            break
        found.append(column)
    return found, len(differing) - len(found)


def _column(difference: Difference) -> list[str]:
    arrow = f" {ARROWS[difference.mode]}" if difference.best and difference.mode else ""
    if difference.kind == "metrics":
        texts = numbers([value if isinstance(value, float) else None for value in difference.values])
    else:
        texts = [MISSING if value is None else line(str(value), _CELL) for value in difference.values]
    for place in difference.best:
        texts[place] = f"{STAR} {texts[place]}"
    return [line(difference.key, _HEAD) + arrow, *texts]
