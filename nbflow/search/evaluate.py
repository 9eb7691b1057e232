"""Does a record match a filter? For what has no index: experiments, registered models, versions (pure)."""

from __future__ import annotations

import operator
import re
from functools import partial
from typing import TYPE_CHECKING, Any

from nbflow.search.tree import And, Comparison, IsIn, IsNull, Key, Not, Or

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nbflow.search.tree import Between, Node, Order, Value

__all__ = ["like_matcher", "matches", "sort_by"]

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def matches(node: Node | None, look_up: Callable[[Key], Value | tuple[Value, ...] | None]) -> bool:
    """Tell whether a record matches a filter.

    Parameters
    ----------
    node
        The filter; None matches all.
    look_up
        Gives the record's value for a key; None when it has none, a tuple where it may have several.

    Returns
    -------
    matches : bool
        A clause on an absent value is false, whatever its operator; on several it is true if it is of any of them.
    """
    if node is None:
        return True
    if isinstance(node, And):
        return all(matches(part, look_up) for part in node.parts)
    if isinstance(node, Or):
        return any(matches(part, look_up) for part in node.parts)
    if isinstance(node, Not):
        return not matches(node.part, look_up)
    value = look_up(node.key)
    values = value if isinstance(value, tuple) else () if value is None else (value,)
    if isinstance(node, IsNull):
        return (not values) != node.negated
    return any(_clause(node, each) for each in values)


def _clause(node: Comparison | IsIn | Between, value: str | float) -> bool:
    if isinstance(node, Comparison) and node.op in ("LIKE", "ILIKE"):
        return like_matcher(str(node.value), folding=node.op == "ILIKE")(str(value))
    sample = node.value if isinstance(node, Comparison) else node.values[0] if isinstance(node, IsIn) else node.low
    if not isinstance(sample, str) and isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return False
    if isinstance(node, Comparison):
        return _COMPARE[node.op](value, node.value)
    if isinstance(node, IsIn):
        return (value in node.values) != node.negated
    return (node.low <= value <= node.high) != node.negated  # type: ignore[operator]  # one type, by the parser


def like_matcher(pattern: str, *, folding: bool) -> Callable[[str], bool]:
    """Compile a LIKE pattern: `%` is any text, `_` any one character, `folding` ignores case."""
    steps = {"%": ".*", "_": "."}
    flags = re.DOTALL | (re.IGNORECASE if folding else 0)
    compiled = re.compile("".join(steps.get(c) or re.escape(c) for c in pattern), flags)
    return lambda text: compiled.fullmatch(text) is not None


def sort_by(records: list[Any], orders: Sequence[Order], look_up: Callable[[Any, Key], Any]) -> list[Any]:
    """Sort records by an order, absent values last in both directions; ties keep their order."""
    result = list(records)
    for order in reversed(orders):
        present = [record for record in result if look_up(record, order.key) is not None]
        absent = [record for record in result if look_up(record, order.key) is None]
        present.sort(key=partial(_turned, look_up, order.key), reverse=not order.ascending)
        result = present + absent
    return result


def _turned(look_up: Callable[[Any, Key], Any], key: Key, record: Any) -> Any:
    return look_up(record, key)
