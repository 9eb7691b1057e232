"""What can be done to a version from its card: each by the client's own method, where it is told who may do it."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from nbflow.errors import InvalidRequestError

if TYPE_CHECKING:
    from nbflow.entities import ModelVersion
    from nbflow.tracking.client import Client

__all__ = ["ACTIONS", "act"]


def act(client: Client, version: ModelVersion, action: str, args: Any) -> str:
    """Do something to a version.

    Parameters
    ----------
    client
        What does it, and refuses it.
    version
        The version.
    action
        One of `ACTIONS`.
    args
        Texts by name.

    Returns
    -------
    said : str
        What was done, in a sentence.

    Raises
    ------
    InvalidRequestError
        If there is no such action, or its arguments are no texts.
    NbflowError
        Whatever the client raises: a policy that asks for more, a permission that is missing.
    """
    run = ACTIONS.get(action)
    if run is None:
        raise InvalidRequestError(f"A card does not know how to {action!r:.80}.")
    if not isinstance(args, dict) or not all(isinstance(each, str) for each in args.values()):
        raise InvalidRequestError("The arguments of an action are texts.")
    try:
        bound = inspect.signature(run).bind(client, version, **args)
    except TypeError as exc:
        raise InvalidRequestError(f"The arguments of {action} do not fit: {exc}.") from exc
    return run(*bound.args, **bound.kwargs)


def _set_alias(client: Client, version: ModelVersion, *, alias: str) -> str:
    before = client.get_registered_model(version.name).aliases.get(alias.strip())
    client.set_registered_model_alias(version.name, alias.strip(), version.version)
    moved = f", and no longer for version {before}" if before not in (None, version.version) else ""
    return f"@{alias.strip()} stands for version {version.version}{moved}."


def _delete_alias(client: Client, version: ModelVersion, *, alias: str) -> str:
    client.delete_registered_model_alias(version.name, alias)
    return f"@{alias} stands for nothing now."


def _set_tag(client: Client, version: ModelVersion, *, key: str, value: str) -> str:
    client.set_model_version_tag(version.name, version.version, key.strip(), value)
    return f"The tag {key.strip()} is set."


def _delete_tag(client: Client, version: ModelVersion, *, key: str) -> str:
    client.delete_model_version_tag(version.name, version.version, key)
    return f"The tag {key} is gone."


def _describe(client: Client, version: ModelVersion, *, text: str) -> str:
    client.update_model_version(version.name, version.version, text)
    return "The description is changed."


def _comment(client: Client, version: ModelVersion, *, text: str) -> str:
    client.add_comment(version.name, version.version, text)
    return "Your comment is in the history."


def _ask_approval(client: Client, version: ModelVersion, *, alias: str = "", text: str = "") -> str:
    client.request_approval(version.name, version.version, alias.strip() or None, text)
    return "Approval is asked for."


def _approve(client: Client, version: ModelVersion, *, text: str = "") -> str:
    client.approve(version.name, version.version, text)
    return f"You approved version {version.version}."


def _reject(client: Client, version: ModelVersion, *, text: str = "") -> str:
    client.reject(version.name, version.version, text)
    return f"You rejected version {version.version}."


ACTIONS: dict[str, Callable[..., str]] = {
    "set_alias": _set_alias,
    "delete_alias": _delete_alias,
    "set_tag": _set_tag,
    "delete_tag": _delete_tag,
    "describe": _describe,
    "comment": _comment,
    "ask_approval": _ask_approval,
    "approve": _approve,
    "reject": _reject,
}
"""What a card can do, by name."""
