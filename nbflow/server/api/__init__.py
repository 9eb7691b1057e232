"""The routes of the server, below `nbflow/api`: a module for each kind of thing."""

from __future__ import annotations

from functools import lru_cache

from nbflow.server.api import (
    artifacts,
    comparisons,
    description,
    experiments,
    layouts,
    models,
    run_pages,
    runs,
    stores,
    tables,
    versions,
)
from nbflow.server.routing import Route, order_of, routes_in

__all__ = ["routes"]

_MODULES = (
    stores,
    experiments,
    runs,
    tables,
    comparisons,
    run_pages,
    artifacts,
    models,
    versions,
    layouts,
    description,
)


@lru_cache(maxsize=1)
def routes() -> tuple[Route, ...]:
    """Give all routes, such that the first whose path fits an address is the one that is meant.

    Raises
    ------
    TypeError
        If two are declared for one address.
    """
    found = [each for module in _MODULES for each in routes_in(vars(module).values())]
    addresses = {(each.method, each.path) for each in found}
    if len(addresses) < len(found):
        msg = "two routes have one address"
        raise TypeError(msg)
    return tuple(sorted(found, key=lambda each: order_of(each.path)))
