"""`models predict`: a model asked once, from a file or a pipe to a file or a pipe."""

from __future__ import annotations

import os
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nbflow.artifact_store.writing import new_file
from nbflow.drawing.text import line
from nbflow.errors import InvalidInputError, StoreWriteError
from nbflow.verbs.model_options import environment_of, environment_option, find_trusted, model_options
from nbflow.verbs.options import Verb, pass_session

if TYPE_CHECKING:
    from nbflow.verbs.session import Session

__all__ = ["predict_model"]

_PATH = 200
_TYPES = {"csv": "text/csv", "json": "application/json", "parquet": "application/vnd.apache.parquet"}
_ENDINGS = {".csv": "csv", ".parquet": "parquet", ".pq": "parquet"}


@click.command("predict", cls=Verb)
@model_options
@click.option(
    "--input-path",
    "-i",
    "source",
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    default="-",
    metavar="FILE",
    help="What to predict for; else the standard input.",
)
@click.option(
    "--output-path",
    "-o",
    "output",
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    default="-",
    metavar="FILE",
    help="Where the predictions go; else the standard output.",
)
@click.option("--content-type", "-t", "form", type=click.Choice(list(_TYPES)), help="Else as the file ends, else json.")
@environment_option
@pass_session
def predict_model(
    session: Session, /, uri: str, trust: bool, source: Path, output: Path, form: str | None, env: str
) -> None:
    """Predict once. What goes in is what a server would be sent, or a table as CSV or Parquet; JSON comes out."""
    from nbflow.serving.apart import predict_apart
    from nbflow.serving.index_settings import own_variables
    from nbflow.serving.job import Job
    from nbflow.serving.scorer import predict_once

    _check_folder(output)
    _, folder, trusted = find_trusted(session, uri, trust=trust)
    environment = environment_of(session, uri, folder, trusted, env)
    content_type = _TYPES[form or _ENDINGS.get(source.suffix.lower(), "json")]
    job = Job.of(folder, trusted, own_environment=environment is not None, content_type=content_type)
    body = _read(source)
    if environment is None:
        with redirect_stdout(sys.stderr):  # what the model prints is no prediction
            text = predict_once(job.load(), body, content_type)
    else:
        text = predict_apart(job, body, str(environment.python), own_variables())
    _write(session, text + b"\n", output)


def _check_folder(output: Path) -> None:
    """Tell before a long prediction, and not after it, that there is no place for it."""
    if not Path(os.path.realpath(output)).parent.is_dir():
        raise InvalidInputError("--output-path", str(output), "There is no folder for it.")


def _read(source: Path) -> bytes:
    if str(source) == "-":
        piped = getattr(sys.stdin, "buffer", None)  # a notebook has none
        if piped is None:
            raise click.UsageError("Give --input-path FILE.")
        return bytes(piped.read())
    try:
        return source.read_bytes()
    except OSError as exc:
        raise InvalidInputError("--input-path", str(source), f"It cannot be read: {exc.strerror}.") from exc


def _write(session: Session, text: bytes, output: Path) -> None:
    if str(output) == "-":
        if session.styled:
            session.console.print(text.decode(), end="", soft_wrap=True, highlight=False, markup=False, emoji=False)
        else:
            click.echo(text, nl=False)
        return
    target = Path(os.path.realpath(output))  # what a symlink leads to is written, and the link stays
    try:
        with new_file(target) as file:
            file.write(text)
    except StoreWriteError as exc:
        raise InvalidInputError("--output-path", str(output), f"It cannot be written: {exc.reason}.") from exc
    session.answer(
        lambda: {"path": str(output)},
        lambda: [[str(output)]],
        lambda: f"Wrote the predictions to {line(str(output), _PATH)}.",
    )
