"""The route that describes all others."""

from __future__ import annotations

from typing import Any

from nbflow.server.routing import Call, route

__all__ = [
    "describe_api",
]


@route("GET", "/openapi.json", answer=dict[str, Any])
def describe_api(call: Call) -> dict[str, Any]:  # noqa: ARG001 - the same for everybody
    """Describe this API, as OpenAPI 3.1."""
    from nbflow.server.openapi import description

    return description()
