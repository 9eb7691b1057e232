"""Who asks: the name that the store's permissions are given to."""

from __future__ import annotations

from typing import Any

from jupyter_server.auth import IdentityProvider, PasswordIdentityProvider, User
from jupyter_server.auth.identity import LegacyIdentityProvider
from jupyter_server.auth.login import LegacyLoginHandler

from nbflow.access import check_identity
from nbflow.entities import Identity
from nbflow.provenance.user import user_name

__all__ = ["identity_of", "knows_users", "own_identity"]

# What a provider overrides that can tell one user from another.
_TELLING = (
    "get_user",
    "_get_user",
    "get_user_token",
    "get_user_cookie",
    "user_from_cookie",
    "generate_anonymous_user",
    "process_login_form",
)


def knows_users(provider: IdentityProvider) -> bool:
    """Tell whether an identity provider knows who somebody is.

    Jupyter's own know only that somebody has the token or the password, and make a name up for each browser.
    """
    cls = type(provider)
    if isinstance(provider, LegacyIdentityProvider) and provider.login_handler_class is not LegacyLoginHandler:
        return True  # a login handler of somebody's own, as JupyterHub's once was
    own = (LegacyIdentityProvider, PasswordIdentityProvider, IdentityProvider)
    return any(all(getattr(cls, name) is not getattr(each, name, None) for each in own) for name in _TELLING)


def own_identity() -> Identity:
    """Give the account that the server runs for.

    Raises
    ------
    InvalidNameError
        If its name is none that permissions can be given to.
    """
    return check_identity(user_name())


def identity_of(provider: IdentityProvider, user: User) -> Identity:
    """Find out for whom the store is asked.

    Parameters
    ----------
    provider
        The server's.
    user
        Whom it let in.

    Returns
    -------
    identity : Identity
        The user and, where the provider names them as JupyterHub's does, the groups; the account that the server runs
        for where the provider knows nobody: whoever has the token of a server is as good as who started it.

    Raises
    ------
    InvalidNameError
        If a name is none that permissions can be given to.
    """
    if not knows_users(provider):
        return own_identity()
    return check_identity(Identity(user.username, _groups(user)))


def _groups(user: User) -> tuple[str, ...]:
    model: Any = getattr(user, "hub_user", None)
    given = model.get("groups") if isinstance(model, dict) else getattr(user, "groups", None)
    if not isinstance(given, list | tuple | set | frozenset):
        return ()
    return tuple(sorted(group for group in given if isinstance(group, str)))
