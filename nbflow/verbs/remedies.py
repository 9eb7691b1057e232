"""What to do about an error, in the words of the command line instead of Python's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbflow import errors

if TYPE_CHECKING:
    from nbflow.errors import NbflowError

__all__ = ["message"]

_REMEDIES: dict[type[NbflowError], str] = {
    errors.AliasPolicyError: "\n`nbflow models request-approval NAME/VERSION` asks others to approve it.",
    errors.ArtifactNotFoundError: "`nbflow artifacts list RUN` lists what is there.",
    errors.ExperimentDeletedError: "Restore it with `nbflow experiments restore`, or use another one.",
    errors.ExperimentExistsError: "Choose another name.",
    errors.ExperimentNotFoundError: "`nbflow experiments list` lists those that are there.",
    errors.ModelChangedError: "Put back what was there, or log the model anew and register that. To load it as it is, "
    "give --trust, or name its folder in the environment variable NBFLOW_TRUST.",
    errors.ModelVersionNotFoundError: "`nbflow models show NAME` lists those that are there.",
    errors.RegisteredModelExistsError: "Register a new version of it (nbflow models register), or choose another name.",
    errors.RegisteredModelNotFoundError: "`nbflow models list` lists those that are there.",
    errors.RunDeletedError: "Restore it with `nbflow runs restore`, or its experiment with "
    "`nbflow experiments restore`, first.",
    errors.RunNotFoundError: "`nbflow runs list` lists those that are there.",
    errors.UntrustedModelError: "If you know where the model comes from, give --trust. To trust all below a folder or "
    "URL, name it in the environment variable NBFLOW_TRUST; NBFLOW_TRUST=all trusts everything.",
    errors.StoreWriteError: "Make it writable, or choose another with --store. What was logged before is safe.",
}
# What some errors say for another reason.
_HINTS = {
    "Client.restore_model_version takes it out.": "`nbflow models restore NAME/VERSION` takes it out.",
    "Client.restore_registered_model takes it out.": "`nbflow models restore NAME` takes it out.",
}


def message(error: NbflowError) -> str:
    """Give an error's message for somebody at a command line."""
    text = str(error)
    usual = type(error).remedy
    ours = _REMEDIES.get(type(error))
    if ours and text.endswith(usual):
        return f"{text.removesuffix(usual)}{ours}"
    for hint, words in _HINTS.items():
        if text.endswith(hint):
            return text.removesuffix(hint) + words
    return text  # a remedy that was made for this very case stays
