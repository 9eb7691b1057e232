"""What a search is asked for: how many results, which page of them, active or deleted ones."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any, TypeVar

from nbflow import display
from nbflow.entities import ViewType
from nbflow.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["MAX_PAGE", "PagedList", "check_max_results", "check_view_type", "offset_of", "page_of", "token_for"]

MAX_PAGE = 50_000

_VIEW_TYPES = (ViewType.ACTIVE_ONLY, ViewType.DELETED_ONLY, ViewType.ALL)
_HIGHEST_OFFSET = 2**62  # what SQLite can count, with room for a page

T = TypeVar("T")


class PagedList(list[T]):
    """A page of results. Registered models, and versions of them, show themselves as a table in a notebook.

    Parameters
    ----------
    items
        The results.
    token
        What to give as `page_token` for the next page; None when this is the last.
    """

    def __init__(self, items: Sequence[T], token: str | None = None) -> None:
        super().__init__(items)
        self.token = token

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return display.bundle(self)


def page_of(items: Sequence[T], max_results: int | None, page_token: str | None) -> PagedList[T]:
    """Cut a page out of all results.

    Raises
    ------
    InvalidInputError
        If the page's size or token cannot be used.
    """
    offset = offset_of(page_token)
    if max_results is None:
        return PagedList(items[offset:])
    check_max_results(max_results)
    end = offset + max_results
    return PagedList(items[offset:end], token_for(end) if end < len(items) else None)


def check_max_results(max_results: object, limit: int | None = MAX_PAGE) -> int:
    """Check how many results were asked for.

    Raises
    ------
    InvalidInputError
        If it is not a whole number from 1 to the limit.
    """
    if (
        isinstance(max_results, bool)
        or not isinstance(max_results, int)
        or max_results < 1
        or (limit is not None and max_results > limit)
    ):
        rule = "It must be a positive integer" + (f", at most {limit}." if limit is not None else ".")
        raise InvalidInputError("max_results", max_results, rule)
    return max_results


def check_view_type(view_type: object, what: str) -> int:
    """Check which of active and deleted things were asked for.

    Raises
    ------
    InvalidInputError
        If it is none of `ViewType`.
    """
    if isinstance(view_type, bool) or not isinstance(view_type, int) or view_type not in _VIEW_TYPES:
        raise InvalidInputError(what, view_type, "It is 1 (active), 2 (deleted) or 3 (all).")
    return view_type


def token_for(offset: int) -> str:
    """Make the token of the page that begins after `offset` results, as MLflow does."""
    return base64.b64encode(json.dumps({"offset": offset}).encode()).decode()


def offset_of(page_token: str | None) -> int:
    """Read a token.

    Raises
    ------
    InvalidInputError
        If it is not one that `token_for` made.
    """
    if not page_token:
        return 0
    try:
        offset = json.loads(base64.b64decode(page_token, validate=True))["offset"]
    except (ValueError, TypeError, KeyError, RecursionError):
        offset = -1
    if not isinstance(offset, int) or not 0 <= offset < _HIGHEST_OFFSET:
        raise InvalidInputError("page_token", page_token, "Give the token of the page before.")
    return offset
