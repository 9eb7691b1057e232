"""`%nbflow models`: a model to look at and work with, and a filter without quotes."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from nbflow.search import REGISTERED_MODELS
from nbflow.tracking.client import Client
from nbflow.verbs.model_refs import Named, find_any, find_version

if TYPE_CHECKING:
    from nbflow.entities import ModelVersion, RegisteredModel
    from nbflow.mlmodel.document import ModelInfo

__all__ = ["FILTERED", "model_of", "reference_in"]

FILTERED = REGISTERED_MODELS
"""What a filter behind `%nbflow models` is about."""


def reference_in(rest: str) -> str | None:
    """Give the model that `models show MODEL` names; None where the line says something else, or more."""
    try:
        words = shlex.split(rest)
    except ValueError:
        return None
    if len(words) != 2 or words[0] != "show" or words[1].startswith("-"):  # noqa: PLR2004 (the verb and the model)
        return None
    return words[1]


def model_of(ref: str) -> RegisteredModel | ModelVersion | ModelInfo:
    """Find a model, as `nbflow models show` does.

    Parameters
    ----------
    ref
        NAME, NAME/VERSION, NAME/latest, NAME@ALIAS, or the URI or folder of any other model.

    Returns
    -------
    model : RegisteredModel, ModelVersion or ModelInfo
        A registered model, a version of one, or what the files of any other say.
    """
    client = Client()
    found = find_any(client, ref)
    if not isinstance(found, Named):
        return client.get_model_info(found)
    return find_version(client, ref) if found.is_version else client.get_registered_model(found.name)
