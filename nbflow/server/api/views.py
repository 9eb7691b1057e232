"""Which of active and deleted things a list holds, as addresses say it."""

from __future__ import annotations

from typing import Literal

from nbflow.entities import ViewType

__all__ = ["View", "view_type"]

View = Literal["active", "deleted", "all"]

_TYPES: dict[View, int] = {"active": ViewType.ACTIVE_ONLY, "deleted": ViewType.DELETED_ONLY, "all": ViewType.ALL}


def view_type(view: View) -> int:
    """Give MLflow's number for it."""
    return _TYPES[view]
