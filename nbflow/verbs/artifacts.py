"""The verbs about the files of a run."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from nbflow.drawing.format import count, size
from nbflow.drawing.text import line
from nbflow.errors import ArtifactNotFoundError
from nbflow.verbs.documents import artifact_document
from nbflow.verbs.options import VerbGroup, pass_session
from nbflow.verbs.refs import complete_run, find_run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from nbflow.entities import FileInfo
    from nbflow.tracking.client import Client
    from nbflow.verbs.session import Session

__all__ = ["artifacts"]

_NAME, _PATH = 80, 200

artifacts = VerbGroup("artifacts", help="List, download and log the files of a run.")

_run = click.argument("run", metavar="RUN", shell_complete=complete_run)


@artifacts.command("list")
@_run
@click.argument("path", required=False)
@click.option("--recursive", "-r", is_flag=True, help="All files, with those in folders.")
@pass_session
def list_artifacts(session: Session, run: str, path: str | None, recursive: bool) -> None:
    """List a run's artifacts, or those in one folder of it. In a pipe each is a line: path and size in bytes."""
    client = session.client
    found = find_run(client, run)
    infos = _infos(client, found.run_id, path, recursive=recursive)
    session.answer(
        lambda: [artifact_document(info) for info in infos],
        lambda: [[f"{info.path}/" if info.is_dir else info.path, info.file_size] for info in infos],
        lambda: _table(infos),
    )
    if not infos:
        session.note("No artifacts.")


@artifacts.command("download")
@_run
@click.argument("path", required=False)
@click.option(
    "--to",
    "folder",
    type=click.Path(file_okay=False),
    metavar="DIR",
    help="The folder it goes into; else this one, and for all of a run's artifacts a new one named by its id.",
)
@pass_session
def download_artifacts(session: Session, run: str, path: str | None, folder: str | None) -> None:
    """Copy a run's artifacts, or one file or folder of them, to this machine.

    In a pipe the answer is where they are.
    """
    client = session.client
    found = find_run(client, run)
    folder = folder or ("." if path else found.run_id)
    with session.progress("Downloading", in_bytes=True) as advance:
        target = client.download_artifacts(found.run_id, path, folder, progress=advance)
    session.answer(
        lambda: {"run_id": found.run_id, "path": target},
        lambda: [[target]],
        lambda: f"Downloaded to {line(target, _PATH)}",
    )


@artifacts.command("log")
@_run
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option("--to", "folder", metavar="PATH", help="The artifact folder they go into; else the top.")
@pass_session
def log_artifacts(session: Session, run: str, files: Sequence[str], folder: str | None) -> None:
    """Copy files, or folders under their own names, into a run's artifacts."""
    client = session.client
    found = find_run(client, run)
    with session.progress("Logging") as advance:
        for done, file in enumerate(files, 1):
            client.log_artifact(found.run_id, file, folder)
            if advance is not None:
                advance(done, len(files))
    names = [os.path.basename(os.path.abspath(file)) for file in files]  # noqa: PTH119 (a path is text here)
    paths = [f"{folder.rstrip('/')}/{name}" if folder else name for name in names]
    session.answer(
        lambda: {"run_id": found.run_id, "paths": paths},
        lambda: [[path] for path in paths],
        lambda: f"Logged {count(len(paths), 'artifact')} to {line(found.name, _NAME)}.",
    )


def _infos(client: Client, run_id: str, path: str | None, *, recursive: bool) -> list[FileInfo]:
    infos = client.walk_artifacts(run_id, path) if recursive else client.list_artifacts(run_id, path)
    # A file and an empty folder list nothing, too.
    if not infos and path:
        above, _, _ = path.rstrip("/").rpartition("/")
        if all(info.path != path.rstrip("/") for info in client.list_artifacts(run_id, above or None)):
            raise ArtifactNotFoundError(path, f"run {run_id}")
    return infos


def _table(infos: Sequence[FileInfo]) -> RenderableType:
    from nbflow.verbs.drawing import table

    if not infos:
        return ""
    rows = [[f"{info.path}/" if info.is_dir else info.path, size(info.file_size)] for info in infos]
    return table(["path", "size"], rows, right={1}, whole={0})
