"""What the verbs answer that change a registered model or a version: as it is now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbflow.drawing.text import line
from nbflow.verbs.model_documents import registered_document, version_document
from nbflow.verbs.model_refs import search_versions

if TYPE_CHECKING:
    from nbflow.verbs.session import Session

__all__ = ["called", "say_model", "say_thing", "say_version"]

_NAME = 80


def called(name: str, version: int | None = None) -> str:
    """Name a registered model, or a version of one, in a sentence: `version 3 of fraud`, `model fraud`."""
    safe = line(name, _NAME)
    return f"model {safe}" if version is None else f"version {version} of {safe}"


def say_model(session: Session, name: str, text: str) -> None:
    """Answer with a registered model as it is now; a pipe gets its name, a person a sentence."""
    client = session.client
    session.answer(
        lambda: registered_document(client.get_registered_model(name), len(search_versions(client, name))),
        lambda: [[name]],
        lambda: text,
    )


def say_version(session: Session, name: str, version: int, text: str) -> None:
    """Answer with a version as it is now; a pipe gets its model's name and its number, a person a sentence."""
    session.answer(
        lambda: version_document(session.client.get_model_version(name, version)),
        lambda: [[name, version]],
        lambda: text,
    )


def say_thing(session: Session, name: str, version: int | None, text: str) -> None:
    """Answer with whichever of both is meant."""
    if version is None:
        say_model(session, name, text)
    else:
        say_version(session, name, version, text)
