"""What a filter means: a tree of frozen records, and the text that says the same (pure).

The tree knows no spelling: `run.status`, `attributes.status` and `status` are one `Key`. An aggregate such as
`metrics.loss.min` is a `Key` of the name `loss.min`: who has the data decides what it names.
"""

from __future__ import annotations

import math
import re
from typing import Literal

from msgspec import Struct

from nbflow.errors import InvalidInputError

__all__ = [
    "And",
    "Between",
    "Comparison",
    "Entity",
    "IsIn",
    "IsNull",
    "Key",
    "Node",
    "Not",
    "Operator",
    "Or",
    "Order",
    "Value",
    "format_filter",
    "format_key",
]

Entity = Literal["metric", "param", "tag", "attribute", "dataset"]
Operator = Literal["=", "!=", "<", "<=", ">", ">=", "LIKE", "ILIKE"]
Value = str | float | int

_PREFIX: dict[Entity, str] = {
    "metric": "metrics.",
    "param": "params.",
    "tag": "tags.",
    "attribute": "",
    "dataset": "datasets.",
}
# What MLflow reads without quotes, too.
_BARE = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*", re.ASCII)


class Key(Struct, frozen=True):
    """What a clause is about: a metric, param or tag of this name, an attribute, or a field of a data set."""

    entity: Entity
    name: str


class Comparison(Struct, frozen=True):
    """`key op value`. A number compares as a number, also with a param or a tag; a text as a text."""

    key: Key
    op: Operator
    value: Value


class IsIn(Struct, frozen=True):
    """`key [NOT] IN (values)`: all values are text, or all are numbers."""

    key: Key
    values: tuple[Value, ...]
    negated: bool = False


class Between(Struct, frozen=True):
    """`key [NOT] BETWEEN low AND high`, both included: two texts, or two numbers."""

    key: Key
    low: Value
    high: Value
    negated: bool = False


class IsNull(Struct, frozen=True):
    """`key IS [NOT] NULL`: nothing was logged under this key."""

    key: Key
    negated: bool = False


class And(Struct, frozen=True):
    """Every part is true; two parts or more."""

    parts: tuple[Node, ...]


class Or(Struct, frozen=True):
    """At least one part is true; two parts or more."""

    parts: tuple[Node, ...]


class Not(Struct, frozen=True):
    """The part is not true: of a clause on an absent key, which is false, `Not` is true."""

    part: Node


Node = Comparison | IsIn | Between | IsNull | And | Or | Not


class Order(Struct, frozen=True):
    """One key of an order."""

    key: Key
    ascending: bool = True


def format_filter(node: Node) -> str:
    """Write a tree as the text of a filter.

    Parameters
    ----------
    node
        The tree, as `parse_filter` gives it.

    Returns
    -------
    text : str
        The filter in its canonical spelling: parsed again, it gives an equal tree.

    Raises
    ------
    InvalidInputError
        If a name or a text holds every kind of quote, a number is not finite, or a list or a set of parts is
        empty: the grammar cannot say it.
    """
    # One frame for each level of the tree: what the parser lets through stays far from the recursion limit.
    if isinstance(node, Not):
        text = format_filter(node.part)
        return f"NOT ({text})" if _is_joined(node.part) else f"NOT {text}"
    if not isinstance(node, And | Or) or not _is_joined(node):
        return _clause(node)
    if not node.parts[1:]:
        raise InvalidInputError("the tree of a filter", node, "AND and OR join two parts or more.")
    texts = []
    for part in node.parts:
        text = format_filter(part)
        # AND binds before OR, so only AND in OR goes without parentheses.
        bound = not _is_joined(part) or (isinstance(part, And) and isinstance(node, Or))
        texts.append(text if bound else f"({text})")
    return (" AND " if isinstance(node, And) else " OR ").join(texts)


def _is_joined(node: Node) -> bool:
    return isinstance(node, And | Or) and _not_like(node) is None


def _not_like(node: Node) -> Comparison | None:
    """Find the comparison in what the parser makes of `key NOT LIKE pattern`: logged, and not like it."""
    match node:
        case And((IsNull(key, True), Not(Comparison(other, "LIKE" | "ILIKE") as like))) if key == other:
            return like
    return None


def format_key(key: Key) -> str:
    """Write a key as it stands in a filter or an order: `metrics.loss`, ``params.`batch size` ``, `status`.

    Raises
    ------
    InvalidInputError
        If the name is empty, or holds every kind of quote.
    """
    if not key.name:
        raise InvalidInputError("the tree of a filter", key, "A name is not empty.")
    prefix = _PREFIX[key.entity]
    return prefix + (key.name if _BARE.fullmatch(key.name) else _quoted(key.name, "`\"'" if prefix else '`"'))


def _clause(node: Node) -> str:
    like = _not_like(node)
    if like is not None:
        return f"{format_key(like.key)} NOT {like.op} {_value(like.value)}"
    assert not isinstance(node, And | Or | Not), "a clause joins nothing"
    key = format_key(node.key)
    match node:
        case Comparison():
            return f"{key} {node.op} {_value(node.value)}"
        case IsIn():
            if not node.values:
                raise InvalidInputError("the tree of a filter", node, "A list holds one value at least.")
            return f"{key} {_not(node)}IN ({', '.join(map(_value, node.values))})"
        case Between():
            return f"{key} {_not(node)}BETWEEN {_value(node.low)} AND {_value(node.high)}"
        case IsNull():
            return f"{key} IS {_not(node)}NULL"


def _not(node: IsIn | Between | IsNull) -> str:
    return "NOT " if node.negated else ""


def _value(value: Value) -> str:
    if isinstance(value, str):
        return _quoted(value, "'\"")
    if isinstance(value, int):
        return f"{value:d}"
    if not math.isfinite(value):
        raise InvalidInputError("the tree of a filter", value, "The numbers of a filter are finite.")
    return repr(float(value))


def _quoted(text: str, quotes: str) -> str:
    for quote in quotes:
        if quote not in text:
            return f"{quote}{text}{quote}"
    raise InvalidInputError("the tree of a filter", text, "A text with every kind of quote in it cannot be quoted.")
