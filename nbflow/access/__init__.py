"""Who may do what: permissions, whom they are given to, and which of them counts. Pure rules that know no store."""

from __future__ import annotations

from nbflow.access.permissions import Permission, check_permission, permission_of
from nbflow.access.resolve import is_administrator, resolve
from nbflow.access.subjects import EVERYONE, check_identity, check_subject, group_subject, user_subject

__all__ = [
    "EVERYONE",
    "Permission",
    "check_identity",
    "check_permission",
    "check_subject",
    "group_subject",
    "is_administrator",
    "permission_of",
    "resolve",
    "user_subject",
]
