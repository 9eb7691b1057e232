"""The arguments of `%nbflow runs`: a filter as it is, a filter in quotes, or options of the command line."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from click.core import ParameterSource

from nbflow.errors import InvalidFilterError
from nbflow.search import RUNS, parse_filter
from nbflow.tracking.fluent.search import search_runs
from nbflow.verbs.selection import Selection, experiment_ids
from nbflow.verbs.session import Session

if TYPE_CHECKING:
    from nbflow.search.scope import Scope
    from nbflow.tracking.frame import RunFrame

__all__ = ["frame_of", "unquoted_filter"]

_ALL = 100_000


def unquoted_filter(text: str, scope: Scope = RUNS) -> str:
    """Take the quotes off a filter that is wholly in them, as a shell needs it.

    Parameters
    ----------
    text
        A filter, or what is none.
    scope
        What the filter is about.

    Returns
    -------
    filter_string : str
        The text within the quotes if only that is a filter, else the text as it is.
    """
    if _is_filter(text, scope):
        return text
    try:
        words = shlex.split(text)
    except ValueError:
        return text
    return words[0] if len(words) == 1 and text[:1] in ("'", '"') and _is_filter(words[0], scope) else text


def frame_of(words: list[str]) -> RunFrame | None:
    """Find the runs that options of `nbflow runs list` select.

    Parameters
    ----------
    words
        The options, and perhaps a filter.

    Returns
    -------
    runs : RunFrame or None
        The runs; None where an option asks for a text, or for another store.

    Raises
    ------
    UsageError
        click's, if there are no such options.
    """
    from nbflow.verbs.run_list import list_runs

    if {"-h", "--help"}.intersection(words):
        return None
    session = Session()
    context = list_runs.make_context("nbflow runs list", list(words), obj=session)
    chosen: dict[str, Any] = context.params
    if session.json or session.store is not None or chosen.pop("columns"):
        return None
    if context.get_parameter_source("limit") is ParameterSource.DEFAULT:
        chosen["limit"] = _ALL
    selection = Selection(**chosen)
    return search_runs(
        experiment_ids(session, selection),
        unquoted_filter(selection.filter_string),
        2 if selection.deleted else 1,
        selection.limit or None,
        list(selection.order_by),
        search_all_experiments=selection.all_experiments,
    )


def _is_filter(text: str, scope: Scope) -> bool:
    try:
        parse_filter(text, scope)
    except InvalidFilterError:
        return False
    return True
