"""From the text of a filter or an order to its tree (pure). The grammar is `grammar.lark`, beside this file."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbflow.errors import InvalidFilterError, InvalidOrderError, LimitExceededError, UnsupportedValueError
from nbflow.search.clauses import Builder
from nbflow.search.explain import Stop, explain
from nbflow.search.keys import KEY_TOKENS, find_field

if TYPE_CHECKING:
    from lark import Lark, Token, Tree

    from nbflow.search.scope import Scope
    from nbflow.search.tree import Node, Order

__all__ = ["MAX_LENGTH", "parse_filter", "parse_order"]

MAX_LENGTH = 100_000


def parse_filter(text: str | None, scope: Scope) -> Node | None:
    """Parse a filter.

    Parameters
    ----------
    text
        The filter; None or empty for all there is.
    scope
        What is searched: `RUNS` or `EXPERIMENTS`.

    Returns
    -------
    node : Node or None
        What it means; None if everything matches.

    Raises
    ------
    UnsupportedValueError
        If it is not a text.
    InvalidFilterError
        If it does not parse; the error points at the place and says what belongs there.
    LimitExceededError
        If it is longer than 100,000 characters, or a list in it than 10,000 values.
    """
    if text is None or text == "":
        return None
    if not isinstance(text, str):
        raise UnsupportedValueError("the filter", text, f'a filter is a string, such as "{scope.example}".')
    if len(text) > MAX_LENGTH:
        raise LimitExceededError("the filter", len(text), MAX_LENGTH, "Search in several steps.")
    try:
        text.encode()
    except UnicodeEncodeError as exc:
        raise InvalidFilterError(text, exc.start, "A lone surrogate is no character; nothing has it.") from None
    return _parse_filter(text, scope)


def parse_order(clauses: Iterable[str] | None, scope: Scope) -> tuple[Order, ...]:
    """Parse an order: keys, each with ASC (the default) or DESC.

    Parameters
    ----------
    clauses
        One text for each key, the first counts most: `["metrics.loss", "start_time DESC"]`. None for no order.
    scope
        What is searched.

    Returns
    -------
    orders : tuple of Order
        What was asked for, without the default order: `Scope.complete` adds that.

    Raises
    ------
    UnsupportedValueError
        If it is not a list of texts.
    InvalidOrderError
        If a text does not parse, or names a key again.
    LimitExceededError
        If a text is longer than 100,000 characters.
    """
    if clauses is None:
        return ()
    if isinstance(clauses, str) or not isinstance(clauses, Iterable):
        raise UnsupportedValueError("order_by", clauses, 'an order is a list of strings, such as ["start_time DESC"].')
    orders: dict[object, Order] = {}
    for clause in clauses:
        if not isinstance(clause, str):
            raise UnsupportedValueError("a key of order_by", clause, 'keys are strings, such as "start_time DESC".')
        if len(clause) > MAX_LENGTH:
            raise LimitExceededError("a key of order_by", len(clause), MAX_LENGTH, "Order by the name of one thing.")
        order = _parse_order(clause, scope)
        if order.key in orders:
            start = len(clause) - len(clause.lstrip())
            raise InvalidOrderError(clause, start, "Expected another key: this one is in the order already.")
        orders[order.key] = order
    return tuple(orders.values())


# A table that refreshes asks the same thing again and again.
@lru_cache(maxsize=256)
def _parse_filter(text: str, scope: Scope) -> Node:
    return Builder(text, scope).node(_read(text, "filter", scope))


@lru_cache(maxsize=256)
def _parse_order(text: str, scope: Scope) -> Order:
    try:
        return Builder(text, scope).order(_read(text, "order", scope))
    except InvalidFilterError as error:
        raise InvalidOrderError(error.text, error.position, error.expected) from None


def _read(text: str, start: str, scope: Scope) -> Tree[Token]:
    """Parse by the grammar alone. A key that names nothing is reported before what is wrong behind it."""
    from lark import UnexpectedToken

    session: Any = _lark().parse_interactive(text, start)
    tokens: list[Token] = []
    keys: list[Token] = []
    try:
        for token in session.iter_parse():
            if token.type in KEY_TOKENS and "WORD" in session.choices():  # where a word can stand, a key stands
                keys.append(token)
            tokens.append(token)
        tree: Tree[Token] = session.feed_eof(tokens[-1] if tokens else None)
    except UnexpectedToken as unexpected:
        bad = None if unexpected.token.type == "$END" else tokens.pop()
        # An open quote may be part of the last key, which then names nothing because of it.
        fields = [find_field(key, scope, text) for key in keys if bad is None or bad.type != "UNCLOSED"]
        stop = Stop(text, scope, tokens, bad, _accepted(tokens, start), fields[-1] if fields else None)
        raise InvalidFilterError(text, *explain(stop)) from None
    return tree


def _accepted(tokens: list[Token], start: str) -> set[str]:
    """Name the terminals that can follow. The parser that stopped has forgotten: it went on as if all were well."""
    session: Any = _lark().parse_interactive("", start)
    for token in tokens:
        session.feed_token(token)
    accepted: set[str] = session.accepts()
    return accepted


@cache
def _lark() -> Lark:
    from lark import Lark

    grammar = Path(__file__).with_name("grammar.lark").read_text(encoding="utf-8")
    # The starting point `misfit` keeps in the lexer what fits nowhere, so that no text stops it.
    return Lark(grammar, parser="lalr", lexer="basic", start=["filter", "order", "misfit"])
