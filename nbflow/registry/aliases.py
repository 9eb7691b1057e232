"""What the aliases of a registered model may be called (pure). The rules are MLflow's."""

from __future__ import annotations

import re

from nbflow.errors import InvalidNameError, LimitExceededError, UnsupportedValueError

__all__ = ["LATEST", "check_alias", "is_reserved"]

LATEST = "latest"
"""What stands for the newest version, without being set."""

_MAX_ALIAS = 255
_ALIAS = re.compile(r"[\w\-]+")
_VERSION = re.compile(r"[vV]\d+")


def check_alias(alias: object) -> str:
    """Check the name of an alias that is to be set.

    Returns
    -------
    alias : str
        The same, as a `str` and nothing else.

    Raises
    ------
    UnsupportedValueError
        If it is not a `str`.
    InvalidNameError
        If it is empty, has other characters than letters, digits, `_` and `-`, or is reserved.
    LimitExceededError
        If it is longer than 255 characters.
    """
    if not isinstance(alias, str):
        raise UnsupportedValueError("the alias", alias, "aliases are strings.")
    alias = str.__str__(alias)
    if not alias:
        raise InvalidNameError("alias", alias, "It must not be empty.")
    if len(alias) > _MAX_ALIAS:
        raise LimitExceededError("the alias", len(alias), _MAX_ALIAS)
    if not _ALIAS.fullmatch(alias):
        raise InvalidNameError("alias", alias, "Names may only contain alphanumerics, underscores (_), and dashes (-).")
    if is_reserved(alias):
        rule = "'latest' (in capitals too) is reserved: it is the newest version."
        if alias.lower() != LATEST:
            rule = "Names such as 'v3' are reserved: they would look like a version's number."
        raise InvalidNameError("alias", alias, rule)
    return alias


def is_reserved(alias: str) -> bool:
    """Tell whether no alias may be called so."""
    return alias.lower() == LATEST or _VERSION.fullmatch(alias) is not None
