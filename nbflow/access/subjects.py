"""Whom a permission is given to, and who asks."""

from __future__ import annotations

from nbflow.entities import Identity
from nbflow.errors import InvalidNameError, LimitExceededError, UnsupportedValueError

__all__ = ["EVERYONE", "check_identity", "check_subject", "group_subject", "user_subject"]

EVERYONE = "*"
"""The subject that stands for all who are given nothing themselves."""

_MAX_NAME = 250
_USER, _GROUP = "user:", "group:"


def user_subject(user: str) -> str:
    """Give the subject that stands for a user."""
    return _USER + user


def group_subject(group: str) -> str:
    """Give the subject that stands for all members of a group."""
    return _GROUP + group


def check_subject(subject: object) -> str:
    """Check whom a permission is to be given to.

    Parameters
    ----------
    subject
        `"user:<name>"`, `"group:<name>"`, or `"*"` for everyone else.

    Raises
    ------
    UnsupportedValueError
        If it is not a `str`.
    InvalidNameError
        If it has another form, or its name is blank, begins or ends with a space, or cannot be shown.
    LimitExceededError
        If the name is too long.
    """
    if not isinstance(subject, str):
        raise UnsupportedValueError("the subject", subject, "it is a str such as 'user:ada', 'group:lab' or '*'.")
    if subject == EVERYONE:
        return EVERYONE
    for prefix, kind in ((_USER, "user name"), (_GROUP, "group name")):
        if subject.startswith(prefix):
            return prefix + _check_name(subject.removeprefix(prefix), kind)
    raise InvalidNameError("subject", subject, "It is 'user:<name>', 'group:<name>', or '*' for everyone else.")


def check_identity(identity: object) -> Identity:
    """Check who asks.

    Parameters
    ----------
    identity
        An `Identity`, or the name of a user in no group.

    Raises
    ------
    UnsupportedValueError
        If it is something else, or a name in it is not a `str`.
    InvalidNameError
        If a name is blank, begins or ends with a space, or cannot be shown.
    LimitExceededError
        If a name is too long.
    """
    if isinstance(identity, str):
        return Identity(_check_name(identity, "user name"))
    if not isinstance(identity, Identity):
        raise UnsupportedValueError("identity", identity, "it is an Identity, or the name of a user.")
    given: object = identity.groups
    if not isinstance(given, tuple | list | set | frozenset):  # the letters of a str would be taken for groups
        raise UnsupportedValueError("the groups", given, "give a tuple of names.")
    groups = tuple(_check_name(group, "group name") for group in given)
    return Identity(_check_name(identity.user, "user name"), groups)


def _check_name(name: object, kind: str) -> str:
    if not isinstance(name, str):
        raise UnsupportedValueError(f"the {kind}", name, "names are strings.")
    if not name.strip() or name != name.strip():
        raise InvalidNameError(kind, name, "It must not be blank, nor begin or end with a space.")
    if len(name) > _MAX_NAME:
        raise LimitExceededError(f"the {kind}", len(name), _MAX_NAME)
    if any(c < " " or c == "\x7f" or "\ud800" <= c <= "\udfff" for c in name):
        raise InvalidNameError(kind, name, "Control characters and lone surrogates are not allowed.")
    return str.__str__(name)
