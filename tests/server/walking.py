"""All that a running server answers to: each pattern of an address, with the handler behind it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tornado.routing import PathMatches, ReversibleRuleRouter

__all__ = ["address_for", "handlers_of"]


def handlers_of(router: Any) -> Iterator[tuple[str, type]]:
    """Walk a web application: its routers lie in one another."""
    for rule in router.rules:
        target = rule.target
        inner = target if isinstance(target, ReversibleRuleRouter) else getattr(target, "wildcard_router", None)
        if inner is not None:
            yield from handlers_of(inner)
        elif isinstance(rule.matcher, PathMatches):
            yield rule.matcher.regex.pattern, target


def address_for(pattern: str) -> str:
    """Make an address that a pattern takes."""
    address = pattern.removesuffix("$").replace("(?:/.*)?", "").replace("/?", "/")
    address = re.sub(r"\(\?P<\w+>\[\^/\]\+\)", "7", address)
    address = re.sub(r"\(([\w\\.]+)(\|[\w\\.]+)*\)", r"\1", address)
    address = re.sub(r"\((\?P<\w+>)?\.[+*]\)", "a", address)
    address = address.replace("\\", "")
    assert re.fullmatch(pattern.removesuffix("$"), address), (pattern, address)
    return address
