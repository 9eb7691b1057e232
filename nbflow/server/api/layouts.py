"""Routes about layouts of tables, which are the user's whose account the server runs for, in all stores."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from nbflow.errors import NotAllowedError
from nbflow.server.identity import own_identity
from nbflow.server.routing import Call, route

__all__ = ["LayoutBody", "LayoutList", "UseLayout", "delete_layout", "list_layouts", "save_layout", "use_layout"]


class LayoutBody(Struct, frozen=True, forbid_unknown_fields=True):
    """A layout, as a table's page makes it."""

    layout: dict[str, Any]


class UseLayout(Struct, frozen=True, forbid_unknown_fields=True):
    """The layout that the next table begins with; null is none."""

    name: str | None


class LayoutList(Struct, frozen=True):
    """The layouts by name, and the one that was used last."""

    layouts: dict[str, dict[str, Any]]
    last: str | None


@route("GET", "/layouts", answer=LayoutList)
def list_layouts(call: Call) -> LayoutList:
    """List the layouts of the account that the server runs for; others have none here."""
    return _kept() if _is_own(call) else LayoutList({}, None)


@route("PUT", "/layouts/{name}", body=LayoutBody, answer=LayoutList)
def save_layout(call: Call) -> LayoutList:
    """Keep a layout."""
    _check_own(call)
    _layouts().save(call.path["name"], call.body.layout)
    return _kept()


@route("DELETE", "/layouts/{name}", answer=LayoutList)
def delete_layout(call: Call) -> LayoutList:
    """Forget a layout."""
    _check_own(call)
    _layouts().delete(call.path["name"])
    return _kept()


@route("POST", "/layouts", body=UseLayout, answer=LayoutList)
def use_layout(call: Call) -> LayoutList:
    """Note which layout the next table begins with."""
    _check_own(call)
    _layouts().use(call.body.name)
    return _kept()


def _is_own(call: Call) -> bool:
    """Tell whether it is the account that asks; a login may know groups besides, which the account has not."""
    return call.identity.user == own_identity().user


def _check_own(call: Call) -> None:
    if not _is_own(call):
        raise NotAllowedError("Layouts are kept among the settings of the account that this server runs for.")


def _layouts() -> Any:
    from nbflow.widgets.run_table.layouts import Layouts

    return Layouts()


def _kept() -> LayoutList:
    layouts = _layouts()
    return LayoutList(layouts.all(), layouts.last)
