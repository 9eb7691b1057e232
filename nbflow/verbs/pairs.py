"""Options of the form KEY=VALUE."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["take_apart"]


def take_apart(given: Iterable[str], what: str) -> dict[str, str]:
    """Take pairs apart at their first `=`.

    Parameters
    ----------
    given
        `KEY=VALUE`, as often as wanted.
    what
        The option or argument, for the message.

    Raises
    ------
    click.BadParameter
        If one has no `=`.
    """
    pairs = {}
    for text in given:
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise click.BadParameter(f"{text!r} is not KEY=VALUE.", param_hint=what)
        pairs[key] = value
    return pairs
