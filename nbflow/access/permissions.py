"""The four permissions, each with all that is below it."""

from __future__ import annotations

from enum import IntEnum

from nbflow.errors import InvalidInputError, did_you_mean

__all__ = ["Permission", "check_permission", "permission_of"]


class Permission(IntEnum):
    """What somebody may do with an experiment, a registered model or the store; the words are MLflow's.

    The text of each, in logs, records and messages, is its `name`.

    >>> Permission.READ < Permission.EDIT
    True
    """

    NO_PERMISSIONS = 0
    """Neither see nor find it."""
    READ = 1
    """See it and load what is in it."""
    EDIT = 2
    """Also log to it, and change what is said about it."""
    MANAGE = 3
    """Also delete and restore it, and give permissions."""


def check_permission(permission: object) -> Permission:
    """Check a permission that somebody gives.

    Parameters
    ----------
    permission
        Its text, or a `Permission`.

    Raises
    ------
    InvalidInputError
        If there is no such permission.
    """
    if isinstance(permission, Permission):
        return permission
    found = Permission.__members__.get(permission) if isinstance(permission, str) else None
    if found is None:
        names = list(Permission.__members__)
        near = did_you_mean(permission.upper(), names) if isinstance(permission, str) else ""
        raise InvalidInputError("permission", permission, f"It is one of {', '.join(names)}.{near}")
    return found


def permission_of(text: str) -> Permission:
    """Read a permission in a log. What is no permission that is known here allows nothing."""
    return Permission.__members__.get(text, Permission.NO_PERMISSIONS)
