"""What the verbs that run a model have in common: which one, whether it is trusted, and in which environment."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from nbflow.drawing.text import line
from nbflow.verbs.model_completion import complete_version
from nbflow.verbs.model_refs import model_uri_of

if TYPE_CHECKING:
    from pathlib import Path

    from nbflow.mlmodel.trust import Trust
    from nbflow.serving.environments import Environment
    from nbflow.tracking.found_model import FoundModel
    from nbflow.verbs.session import Session

__all__ = ["environment_of", "environment_option", "find_trusted", "model_options"]

_F = TypeVar("_F", bound=Callable[..., Any])
_URI = 200

environment_option = click.option(
    "--env",
    type=click.Choice(["local", "uv"]),
    default="local",
    show_default=True,
    help="In this environment, or in the model's own, made by uv and kept.",
)


def model_options(function: _F) -> _F:
    """Give a verb the options `--model-uri` and `--trust`."""
    function = click.option("--trust", is_flag=True, help="Run code that comes with a model of another store.")(
        function
    )
    return click.option(
        "--model-uri",
        "-m",
        "uri",
        required=True,
        metavar="MODEL",
        shell_complete=complete_version,
        help="NAME/VERSION, NAME/latest or NAME@ALIAS; runs:/RUN_ID/NAME, a folder or an fsspec URL.",
    )(function)


def find_trusted(session: Session, uri: str, *, trust: bool) -> tuple[FoundModel, Path, Trust]:
    """Find a model, bring it to this machine, and say what is known of where it comes from."""
    client = session.client
    found = client.find_model(model_uri_of(client, uri))
    return found, found.folder, found.trust(trust or None)


def environment_of(session: Session, uri: str, folder: Path, trust: Trust, env: str) -> Environment | None:
    """Make the environment that was asked for; None for this one."""
    if env == "local":
        return None
    from nbflow.serving.environments import prepare

    with session.progress(f"Preparing the environment of {line(uri, _URI)}"):
        return prepare(folder, trust)
