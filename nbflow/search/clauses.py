"""From a parse tree to the tree of a filter: what each clause says, checked against a scope (pure)."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NoReturn, cast

from nbflow.errors import InvalidFilterError, LimitExceededError
from nbflow.search.keys import excerpt, find_field
from nbflow.search.tree import And, Between, Comparison, IsIn, IsNull, Not, Operator, Or, Order

if TYPE_CHECKING:
    from lark import Token, Tree

    from nbflow.search.keys import Field
    from nbflow.search.scope import Scope
    from nbflow.search.tree import Node, Value

__all__ = ["MAX_NESTING", "MAX_VALUES", "Builder"]

MAX_NESTING = 100
MAX_VALUES = 10_000

_INT64 = 2**63
_INTEGER = re.compile(r"[+-]?[0-9]{1,19}")
# Stricter than datetime.fromisoformat, which reads the milliseconds '1712010100000' as a day of the year 1712.
_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?(Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Builder:
    """Builds the tree of one filter, or one key of an order.

    Parameters
    ----------
    text
        The whole filter, for the errors.
    scope
        What its keys may name.
    """

    def __init__(self, text: str, scope: Scope) -> None:
        self._text = text
        self._scope = scope

    def node(self, tree: Tree[Token], depth: int = 0) -> Node:
        """Build the node for a parse tree, with all below it.

        Raises
        ------
        InvalidFilterError
            If it is nested too deeply, or a clause asks what its key cannot answer.
        LimitExceededError
            If a list is too long.
        """
        # One frame for each level, and a bounded number of levels: no filter meets Python's recursion limit.
        children: list[Any] = tree.children
        if tree.data in ("group", "negation"):
            if depth == MAX_NESTING:
                deep = f"Parentheses and NOT can be nested {MAX_NESTING} deep. Write this filter flatter."
                raise InvalidFilterError(self._text, children[0].start_pos, deep)
            part = self.node(children[1], depth + 1)
            return Not(part) if tree.data == "negation" else part
        if tree.data not in ("and", "or"):
            return self._clause(tree)
        parts = []
        for child in children:
            parts.append(self.node(child, depth))  # noqa: PERF401 - a comprehension has a frame of its own
        return And(tuple(parts)) if tree.data == "and" else Or(tuple(parts))

    def order(self, tree: Tree[Token]) -> Order:
        """Build one key of an order.

        Raises
        ------
        InvalidFilterError
            If the key names nothing to order by.
        """
        children: list[Any] = tree.children
        key, direction = children
        field = find_field(key, self._scope, self._text)
        if field.key.entity == "dataset":
            self._fail(key, f"The data sets of a run have no order. Order {self._scope.noun} by something else.")
        return Order(field.key, ascending=direction is None or direction.lower() == "asc")

    def _clause(self, tree: Tree[Token]) -> Node:
        children: list[Any] = tree.children
        field = find_field(children[0], self._scope, self._text)
        match tree.data:
            case "comparison":
                return self._comparison(field, *children[1:])
            case "like":
                return self._like(field, *children[1:])
            case "is_in":
                values = self._values(field, children[2].children[1:])
                return IsIn(field.key, values, negated=children[1] is not None)
            case "between":
                low, high = self._values(field, children[2:])
                return Between(field.key, low, high, negated=children[1] is not None)
        if not field.nullable:
            self._fail(
                children[1],
                f"IS NULL finds what was not logged; {field.title} is never NULL. Expected {field.operators}.",
            )
        return IsNull(field.key, negated=children[2] is not None)

    def _comparison(self, field: Field, op: Token, value: Token) -> Comparison:
        compares_text = field.type == "string" or (field.type == "any" and value.type != "NUMBER")
        if compares_text and op not in ("=", "!="):
            about = field.title if field.type == "string" else "a value in quotes"
            remedy = "" if field.type == "string" else "Write a number without quotes. "
            wrong = f"Invalid comparator '{op}' for {about}: it compares numbers."
            self._fail(op, f"{wrong} {remedy}Texts are compared with =, !=, LIKE, ILIKE, IN or BETWEEN.")
        return Comparison(field.key, cast("Operator", str(op)), self._value(field, value))

    def _like(self, field: Field, negation: Token | None, op: Token, pattern: Token) -> Node:
        word = op.upper()
        if field.numeric:
            wrong = f"Invalid comparator '{word}' for {field.title}: it compares text."
            self._fail(op, f"{wrong} Expected {field.operators}.")
        if pattern.type == "NUMBER":
            self._fail(pattern, f"Expected a pattern in quotes after {word}, such as 'a%'. Found {excerpt(pattern)}.")
        like = Comparison(field.key, cast("Operator", word), str(pattern[1:-1]))
        if negation is None:
            return like
        # A clause on what was not logged is false, NOT LIKE no less than != and NOT IN; of Not alone that is true.
        return And((IsNull(field.key, negated=True), Not(like))) if field.nullable else Not(like)

    def _values(self, field: Field, tokens: list[Token]) -> tuple[Value, ...]:
        if len(tokens) > MAX_VALUES:
            raise LimitExceededError(
                "the list in the filter", len(tokens), MAX_VALUES, "Search in several steps.", unit="values"
            )
        values = tuple(self._value(field, token) for token in tokens)
        text = isinstance(values[0], str)
        for token, value in zip(tokens, values, strict=True):
            if isinstance(value, str) != text:
                wanted = "a value in quotes" if text else "a number"
                self._fail(token, f"Expected {wanted}, as the first value is. Found {excerpt(token)}.")
        return values

    def _value(self, field: Field, token: Token) -> Value:
        if token.type == "NUMBER":
            if field.type == "string":
                found = excerpt(token)
                self._fail(token, f"Expected {field.wanted} for {field.title}: '{found}'. Found {found}.")
            return self._number(token)
        text = str(token[1:-1])
        if not field.numeric:
            return text
        if field.type == "integer" and _INTEGER.fullmatch(text):
            return int(text)
        milliseconds = _milliseconds(text) if field.type == "time" else None
        if milliseconds is None:
            self._fail(token, f"Expected numeric value type for {field.title}: {field.wanted}. Found {excerpt(token)}.")
        return milliseconds

    def _number(self, token: Token) -> int | float:
        if _INTEGER.fullmatch(token):
            integer = int(token)
            if -_INT64 <= integer < _INT64:
                return integer
        number = float(token)
        if math.isinf(number):
            self._fail(token, "Expected a number that a computer can hold: this one is beyond 1.8e308.")
        return number

    def _fail(self, token: Token, expected: str) -> NoReturn:
        raise InvalidFilterError(self._text, token.start_pos or 0, expected)


def _milliseconds(text: str) -> int | None:
    """Read an ISO 8601 date or time, UTC unless it says otherwise; None if it is not one."""
    if not _TIME.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:  # of the right form, but no such day or hour
        return None
    return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - _EPOCH) // timedelta(milliseconds=1)
