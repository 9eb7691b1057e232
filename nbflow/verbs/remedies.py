"""What to do about an error, in the words of the command line instead of Python's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbflow import errors

if TYPE_CHECKING:
    from nbflow.errors import NbflowError

__all__ = ["message"]

_REMEDIES: dict[type[NbflowError], str] = {
    errors.ArtifactNotFoundError: "`nbflow artifacts list RUN` lists what is there.",
    errors.ExperimentDeletedError: "Restore it with `nbflow experiments restore`, or use another one.",
    errors.ExperimentExistsError: "Choose another name.",
    errors.ExperimentNotFoundError: "`nbflow experiments list` lists those that are there.",
    errors.RunDeletedError: "Restore it with `nbflow runs restore`, or its experiment with "
    "`nbflow experiments restore`, first.",
    errors.RunNotFoundError: "`nbflow runs list` lists those that are there.",
    errors.StoreWriteError: "Make it writable, or choose another with --store. What was logged before is safe.",
}


def message(error: NbflowError) -> str:
    """Give an error's message for somebody at a command line."""
    text = str(error)
    usual = type(error).remedy
    ours = _REMEDIES.get(type(error))
    # One that was made for this very case stays.
    return f"{text.removesuffix(usual)}{ours}" if ours and text.endswith(usual) else text
