"""Which of many grants counts for somebody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbflow.access.permissions import Permission, permission_of
from nbflow.access.subjects import EVERYONE, group_subject, user_subject

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbflow.entities import Identity

__all__ = ["is_administrator", "resolve"]


def resolve(identity: Identity, own: Mapping[str, str], store: Mapping[str, str]) -> Permission:
    """Find what somebody may do with a resource.

    Parameters
    ----------
    identity
        Who asks.
    own
        What is granted on the resource itself: permissions by subject. For the store as a whole, nothing.
    store
        What is granted on the whole store.

    Returns
    -------
    permission : Permission
        MANAGE for an administrator. Else the first that there is: on the resource what is granted to the user, the
        highest that is granted to one of the user's groups, what is granted to everyone; then the same on the store;
        then MANAGE: a store in which nobody has set anything is open.
    """
    if is_administrator(identity, store):
        return Permission.MANAGE
    for grants in (own, store):
        found = _personal(identity, grants)
        if found is None and EVERYONE in grants:
            found = permission_of(grants[EVERYONE])
        if found is not None:
            return found
    return Permission.MANAGE


def is_administrator(identity: Identity, store: Mapping[str, str]) -> bool:
    """Tell whether somebody was given MANAGE on the whole store, by name or as one of a group.

    What is granted on one resource does not lower it; so a store always has somebody who can mend it. What everyone
    may do by default makes nobody an administrator.
    """
    return _personal(identity, store) is Permission.MANAGE


def _personal(identity: Identity, grants: Mapping[str, str]) -> Permission | None:
    """Find what is granted to the user, or else to the user's groups: the highest of those."""
    user = grants.get(user_subject(identity.user))
    if user is not None:
        return permission_of(user)
    groups = (grants.get(group_subject(group)) for group in identity.groups)
    return max((permission_of(text) for text in groups if text is not None), default=None)
