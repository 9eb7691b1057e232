"""`runs compare`: what differs between runs, and which is best at what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from nbflow.drawing.text import line
from nbflow.verbs.differences import differences
from nbflow.verbs.options import Verb, pass_session
from nbflow.verbs.refs import complete_run, find_runs
from nbflow.verbs.run_list import short_ids

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from rich.console import RenderableType
    from rich.text import Text

    from nbflow.entities import Run
    from nbflow.verbs.differences import Difference
    from nbflow.verbs.lines import Cell
    from nbflow.verbs.session import Session

__all__ = ["compare_runs"]

_FEWEST = 2
_NAME = 40


@click.command("compare", cls=Verb)
@click.argument("runs", metavar="RUN RUN...", nargs=-1, required=True, shell_complete=complete_run)
@click.option("--all", "everything", is_flag=True, help="Also what is the same in all of them.")
@pass_session
def compare_runs(session: Session, runs: Sequence[str], everything: bool) -> None:
    """Compare runs: the params and metrics that differ, with the best values marked.

    In a pipe each line is a param or a metric: its name, the value of each run, and the ids of the runs with the best
    one. The first two lines are the runs' ids and names.
    """
    found = find_runs(session.client, runs)
    if len(found) < _FEWEST:
        told = "They are the same run. " if len(runs) > 1 else ""
        raise click.UsageError(f"{told}Give two runs or more to compare.")
    rows = differences(found, everything=everything)
    session.answer(lambda: _document(found, rows), lambda: _lines(found, rows), lambda: _drawing(found, rows))


def _document(runs: Sequence[Run], rows: Sequence[Difference]) -> dict[str, Any]:
    return {
        "runs": [{"run_id": run.run_id, "run_name": run.name, "status": run.status} for run in runs],
        "params": {row.key: list(row.values) for row in rows if row.kind == "params"},
        "metrics": {
            row.key: {
                "values": list(row.values),
                "mode": row.mode,
                "best": [runs[place].run_id for place in row.best],
            }
            for row in rows
            if row.kind == "metrics"
        },
    }


def _lines(runs: Sequence[Run], rows: Sequence[Difference]) -> Iterator[list[Cell]]:
    yield ["run_id", *(run.run_id for run in runs), None]
    yield ["name", *(run.name for run in runs), None]
    for row in rows:
        yield [row.name, *row.values, " ".join(runs[place].run_id for place in row.best)]


def _drawing(runs: Sequence[Run], rows: Sequence[Difference]) -> RenderableType:
    from nbflow.verbs.drawing import difference, status_text, table

    head = ["", *(line(run.name, _NAME) for run in runs)]
    cells: list[list[str | Text]] = [
        ["id", *short_ids(runs)],
        ["status", *(status_text(run.status) for run in runs)],
    ]
    return table(head, [*cells, *(difference(row) for row in rows)])
