"""`models prepare-env` and `models generate-dockerfile`: what a model needs, here and in an image."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from nbflow.drawing.text import line
from nbflow.verbs.model_options import find_trusted, model_options
from nbflow.verbs.options import Verb, pass_session

if TYPE_CHECKING:
    from nbflow.verbs.session import Session

__all__ = ["generate_dockerfile", "prepare_env"]

_PATH = 200


@click.command("prepare-env", cls=Verb)
@model_options
@click.option(
    "--dir",
    "-d",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="A new folder for it; else one in the cache, which `--env uv` uses, too.",
)
@pass_session
def prepare_env(session: Session, uri: str, trust: bool, folder: Path | None) -> None:
    """Make a model's own environment with uv, or find it made. In a pipe the answer is its Python."""
    from nbflow.serving.environments import prepare

    _, model, trusted = find_trusted(session, uri, trust=trust)
    with session.progress(f"Preparing the environment of {line(uri, _PATH)}"):
        made = prepare(model, trusted, None if folder is None else folder.absolute())
    session.answer(
        lambda: {"path": str(made.folder), "python": str(made.python), "made": made.made},
        lambda: [[str(made.python)]],
        lambda: f"{'Made' if made.made else 'It is there already:'} {line(str(made.folder), _PATH)}",
    )


@click.command("generate-dockerfile", cls=Verb)
@model_options
@click.option(
    "--dir",
    "-d",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    metavar="DIR",
    help="A new folder, or an empty one, for it and what it copies.",
)
@pass_session
def generate_dockerfile(session: Session, uri: str, trust: bool, folder: Path) -> None:
    """Write what an image of a model is built from: a Dockerfile, the model, and its requirements."""
    from nbflow.serving.dockerfile import write_image_folder

    _, model, trusted = find_trusted(session, uri, trust=trust)
    target = write_image_folder(model, trusted, folder.absolute())
    session.answer(
        lambda: {"path": str(target)},
        lambda: [[str(target)]],
        lambda: (
            f"Wrote {line(str(target), _PATH)}. Build the image with: docker build -t NAME {line(str(folder), _PATH)}"
        ),
    )
