"""`models validate` and `models card`: whether a model's files are sound, and what to tell others about it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from nbflow.drawing.format import count
from nbflow.drawing.text import line
from nbflow.verbs.model_completion import complete_version
from nbflow.verbs.model_refs import model_uri_of
from nbflow.verbs.options import Verb, pass_session
from nbflow.verbs.output import write_file, write_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from nbflow.mlmodel.validate import Finding
    from nbflow.verbs.session import Session

__all__ = ["validate_model", "write_card"]

_PATH, _DETAIL = 200, 500

_uri = click.argument("uri", metavar="MODEL", shell_complete=complete_version)


@click.command("validate", cls=Verb)
@_uri
@pass_session
def validate_model(session: Session, uri: str) -> int:
    """Check a model's files: whether all are there, fit together and can be read. Nothing of it is loaded.

    MODEL is NAME/VERSION, NAME/latest or NAME@ALIAS; or runs:/RUN_ID/NAME, a folder, an fsspec URL. The exit status is
    1 when something is wrong. In a pipe each finding is a line: its kind, the file, and what.
    """
    from nbflow.mlmodel.validate import validate

    place = model_uri_of(session.client, uri)
    with session.progress("Checking"):
        findings = validate(session.client.find_model(place).folder)
    session.answer(
        lambda: {"model_uri": place, "findings": [msgspec.to_builtins(each) for each in findings]},
        lambda: [[each.kind, each.path, each.detail] for each in findings],
        lambda: _findings(place, findings),
    )
    return 1 if findings else 0


@click.command("card", cls=Verb)
@_uri
@click.option(
    "--output",
    "-o",
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    default="-",
    metavar="FILE",
    help="Where to, such as README.md; else the standard output.",
)
@click.option("--force", is_flag=True, help="Replace the file, if it is there.")
@pass_session
def write_card(session: Session, uri: str, output: Path, force: bool) -> None:
    """Write a model card: a README with the header that Hugging Face reads.

    MODEL is NAME/VERSION, NAME/latest or NAME@ALIAS; or runs:/RUN_ID/NAME, a folder, an fsspec URL.
    """
    from nbflow.drawing.model_card import model_card

    place = model_uri_of(session.client, uri)
    to_stdout = str(output) == "-"
    # People write on in a card: what they wrote is not to be lost.
    if not to_stdout and output.exists() and not force:
        raise click.UsageError(f"{str(output)!r} is there already. --force replaces it.")
    with session.progress("Reading"):
        text = model_card(session.client, place)
    if to_stdout and not session.json:
        write_text(session, text)
        return
    if to_stdout:
        session.answer(lambda: {"model_uri": place, "card": text}, list, str)
        return
    write_file(output, text.encode("utf-8", "replace"))
    session.answer(
        lambda: {"model_uri": place, "path": str(output)},
        lambda: [[str(output)]],
        lambda: f"Wrote the card of {line(place, _PATH)} to {line(str(output), _PATH)}.",
    )


def _findings(place: str, findings: Sequence[Finding]) -> RenderableType:
    from rich.text import Text

    from nbflow.verbs.drawing import plain

    if not findings:
        return plain(f"Nothing is wrong with {line(place, _PATH)}.", "green")
    parts = [plain(f"{line(each.path, _PATH)}: {line(each.detail, _DETAIL)}") for each in findings]
    return Text("\n").join([*parts, plain(count(len(findings), "problem"), "bold red")])
