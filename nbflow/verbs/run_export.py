"""`runs export`: runs as a file of another program's format."""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nbflow.drawing.format import count
from nbflow.drawing.text import line
from nbflow.errors import MissingDependencyError
from nbflow.verbs.documents import run_document, to_json
from nbflow.verbs.options import Verb, pass_session
from nbflow.verbs.output import write_file, write_text
from nbflow.verbs.selection import Selection, experiment_ids, select, selecting

if TYPE_CHECKING:
    from nbflow.verbs.session import Session

__all__ = ["export_runs"]

_ENDINGS = {".csv": "csv", ".json": "json", ".parquet": "parquet", ".pq": "parquet"}
_FILE = re.compile(r"[^\s<>=!'\"()]+\.(?:csv|json|parquet|pq)", re.IGNORECASE)
_PATH = 200


@click.command("export", cls=Verb)
@selecting(0)
@click.option(
    "--format", "-f", "form", type=click.Choice(["csv", "json", "parquet"]), help="Else as --output ends, else csv."
)
@click.option(
    "--output",
    "-O",
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    default="-",
    metavar="FILE",
    help="Where to; else the standard output.",
)
@pass_session
def export_runs(session: Session, /, form: str | None, output: Path, **chosen: Any) -> None:
    """Write runs to a CSV, JSON or Parquet file.

    CSV and Parquet have the columns of `nbflow.search_runs`, JSON the documents of `nbflow runs list --json`, which
    alone tell a metric that is NaN from one that is missing.
    """
    to_stdout = str(output) == "-"
    # With --json the answer is a document: the runs themselves, or what was written where.
    form = form or ("json" if session.json and to_stdout else _form_of(output))
    selection = Selection(**chosen)
    _check_no_file(selection.filter_string)
    with session.progress("Exporting"):
        data, n_runs = _encoded(session, selection, form)
    if to_stdout:
        _write_out(session, data, form)
        return
    write_file(output, data)
    session.answer(
        lambda: {"path": str(output), "format": form, "n_runs": n_runs},
        lambda: [[str(output)]],
        lambda: f"Wrote {count(n_runs, 'run')} to {line(str(output), _PATH)}.",
    )


def _form_of(output: Path) -> str:
    ending = output.suffix.lower()
    if ending and ending not in _ENDINGS:
        raise click.UsageError(
            f"{ending!r} is the ending of no format that is known. Give --format, or a name that ends in "
            f"{', '.join(_ENDINGS)}."
        )
    return _ENDINGS.get(ending, "csv")


def _check_no_file(filter_string: str) -> None:
    if _FILE.fullmatch(filter_string):
        raise click.UsageError(f"{filter_string!r} is no filter. To write a file of that name: -O {filter_string}")


def _encoded(session: Session, selection: Selection, form: str) -> tuple[bytes, int]:
    if form == "json":
        runs, _ = select(session, selection)
        return to_json([run_document(run) for run in runs]).encode(), len(runs)
    frame = session.client.search_frame(
        experiment_ids(session, selection),
        selection.filter_string,
        2 if selection.deleted else 1,
        selection.limit or None,
        list(selection.order_by),
    )
    if form == "csv":
        text: str = frame.to_csv(index=False)
        return text.encode("utf-8", "replace"), len(frame)
    buffer = io.BytesIO()
    try:
        frame.to_parquet(buffer, index=False)
    except ImportError as exc:
        raise MissingDependencyError("pyarrow", "Writing Parquet", "parquet") from exc
    return buffer.getvalue(), len(frame)


def _write_out(session: Session, data: bytes, form: str) -> None:
    if session.json and form != "json":
        raise click.UsageError(f"--json and --format {form} contradict each other. Give --output for a file.")
    if form == "parquet":
        if sys.stdout.isatty() or session.styled:
            raise click.UsageError("Parquet is not for a terminal. Give --output.")
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    text = data.decode()
    if form == "csv":
        write_text(session, text)
        return
    click.echo(text, nl=False)
