"""`models serve`: a model over HTTP, until the process is told to end."""

from __future__ import annotations

import json
import logging
import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nbflow.drawing.format import count
from nbflow.drawing.text import line
from nbflow.verbs.model_options import environment_of, environment_option, find_trusted, model_options
from nbflow.verbs.options import Verb, pass_session

if TYPE_CHECKING:
    from nbflow.mlmodel.document import Model
    from nbflow.serving.serve import Place
    from nbflow.serving.settings import ServingSettings
    from nbflow.verbs.session import Session

__all__ = ["serve_model"]

_URI = 200
_EXAMPLE = 1000
_OPEN = (
    "Warning: {host} can be reached by other machines, and the server asks nobody who they are: whoever reaches it can "
    "use the model. Put it behind a proxy that does, or leave --host out."
)


@click.command("serve", cls=Verb)
@model_options
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--port", "-p", type=click.IntRange(0, 65535), default=5000, show_default=True, help="0: any free one.")
@click.option("--workers", "-w", type=click.IntRange(1, 256), default=1, show_default=True, help="How many processes.")
@environment_option
@click.option("--timeout", type=click.FloatRange(0, min_open=True), metavar="SECONDS", help="For a request; else 60.")
@click.option("--threads", type=click.IntRange(1, 1024), help="Predictions at a time in each process.")
@click.option("--any-host", is_flag=True, help="Answer to any name, as behind a proxy on this machine.")
@click.option("--debug", is_flag=True, help="Send the traceback of what fails to whoever asked.")
@pass_session
def serve_model(session: Session, /, uri: str, trust: bool, env: str, **chosen: Any) -> None:
    """Serve a model over HTTP as MLflow does: POST /invocations, GET /ping, /health and /version.

    It stops on Ctrl-C or SIGTERM, once what has been asked is answered. In a pipe the answer is its URL.
    """
    from nbflow.serving.serve import Place, serve
    from nbflow.serving.worker import LOG_FORMAT

    logging.basicConfig(level=logging.WARNING, format=LOG_FORMAT)
    place = Place(chosen["host"], chosen["port"], chosen["workers"])
    settings = _settings(place, chosen)
    found, folder, trusted = find_trusted(session, uri, trust=trust)
    environment = environment_of(session, uri, folder, trusted, env)
    if environment is not None:
        place = environment.place(place)
    if place.open_to_others:
        click.echo(_OPEN.format(host=place.host), err=True)
    serve(folder, trusted, place, settings, lambda url: _tell(session, uri, url, place, found.document, folder))


def _settings(place: Place, chosen: dict[str, Any]) -> ServingSettings:
    from msgspec.structs import replace

    from nbflow.serving.settings import ServingSettings

    settings = ServingSettings.from_environment()
    return replace(
        settings,
        timeout_s=chosen["timeout"] or settings.timeout_s,
        threads=chosen["threads"] or settings.threads,
        debug=chosen["debug"],
        any_host=chosen["any_host"] or place.open_to_others,
    )


def _tell(session: Session, uri: str, url: str, place: Place, document: Model, folder: Path) -> None:
    session.answer(
        lambda: {"url": url, "model_uri": uri, "workers": place.n_workers, "pid": os.getpid()},
        lambda: [[url]],
        lambda: (
            f"Serving {line(uri, _URI)} at {url} ({count(place.n_workers, 'process', 'processes')}). Ctrl-C stops it."
        ),
    )
    session.note(f"Try it: {_example(url, document, folder)}")


def _example(url: str, document: Model, folder: Path) -> str:
    """Give the command that asks for what the model's input example gives."""
    from nbflow.errors import NbflowError
    from nbflow.mlmodel.example import load_serving_example

    info = document.saved_input_example_info
    curl = f"curl {url}/invocations -H 'Content-Type: application/json' -d"
    try:
        text = load_serving_example(folder, info)
        body = "" if text is None else json.dumps(json.loads(text))
    except (NbflowError, ValueError, RecursionError):  # what is wrong with an example is no reason not to serve
        body = ""
    if not body or info is None:
        return f"""{curl} '{{"dataframe_split": {{"columns": [...], "data": [[...]]}}}}'"""
    if len(body) > _EXAMPLE:
        return f"{curl} {shlex.quote('@' + str(folder / str(info['serving_input_path'])))}"
    return f"{curl} {shlex.quote(body)}"
