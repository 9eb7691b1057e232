"""Options that only one flavor knows: a wrong name is told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from nbflow.errors import InvalidInputError, did_you_mean

__all__ = ["check_options"]


def check_options(options: Mapping[str, Any], known: Iterable[str], flavor: str) -> None:
    """Refuse an option that a flavor does not know.

    Parameters
    ----------
    options
        What was given.
    known
        The names of the flavor's options.
    flavor
        The flavor's name, for the message.

    Raises
    ------
    InvalidInputError
        If there is another one.
    """
    known = list(known)
    for name in options:
        if name not in known:
            rule = f"The flavor {flavor} has the options {', '.join(known)}.{did_you_mean(name, known)}"
            raise InvalidInputError("the option", name, rule)
