"""The part of `Client` that is about the model registry: models, versions, aliases, and what people say about them."""

from __future__ import annotations

from nbflow.tracking.collaboration_calls import CollaborationCalls

__all__ = ["RegistryCalls"]


class RegistryCalls(CollaborationCalls):
    """Everything that can be done with registered models; each of its parts is a module.

    Policies are enforced here, below every door: what an alias asks for holds for whoever moves it, and stays with the
    model's name when that is given to another model.
    """
