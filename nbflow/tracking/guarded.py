"""`Client` for somebody: each public method asks the table of permissions first, whatever door the call came through.

A subclass that has no store of its own: it hands each call to a plain client once it is allowed. So what is not in the
table, and what goes by private ways, has nothing to work with.
"""

from __future__ import annotations

import functools
import inspect
from typing import TYPE_CHECKING, Any

from nbflow.access import Permission, check_identity
from nbflow.errors import ExperimentExistsError, PermissionDeniedError
from nbflow.tracking.client import Client
from nbflow.tracking.permissions import RULES, Need, Rule
from nbflow.tracking.rights import Rights

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

    from nbflow.entities import Identity

__all__ = ["GuardedClient", "public_methods"]


class GuardedClient(Client):
    """What `Client` makes when it is given an identity.

    Parameters
    ----------
    tracking_uri, identity
        As for `Client`.

    Raises
    ------
    InvalidUriError
        If the URI names a server or a database.
    InvalidInputError
        If `identity` is none.
    """

    def __init__(
        self, tracking_uri: str | os.PathLike[str] | None = None, identity: Identity | str | None = None
    ) -> None:
        self._identity = check_identity(identity)
        self._plain = Client(tracking_uri)
        self._plain._identity = self._identity  # noqa: SLF001 (who is to be named for what is done)
        self._rights = Rights(self._plain._store, self._identity)  # noqa: SLF001 (the same subsystem)

    def __repr__(self) -> str:
        return f"Client({self.tracking_uri!r}, identity={self._identity!r})"

    @property
    def tracking_uri(self) -> str:
        """The store's directory, absolute."""
        return self._plain.tracking_uri


def public_methods(cls: type) -> dict[str, Callable[..., Any]]:
    """Give the methods of a class that anybody may call, by name."""
    found = {name: getattr(cls, name) for name in dir(cls) if not name.startswith("_")}
    return {name: method for name, method in found.items() if callable(method)}


def _guard(name: str, method: Callable[..., Any], rule: Rule | None) -> Callable[..., Any]:
    """Make the method that asks before it calls."""
    signature = inspect.signature(method)

    @functools.wraps(method)
    def guarded(self: GuardedClient, *args: Any, **kwargs: Any) -> Any:
        rights, plain = self._rights, self._plain
        if rule is None:
            raise PermissionDeniedError(rights.identity.user, "a rule of its own", "no permission", f"Client.{name}")
        bound = signature.bind(plain, *args, **kwargs)
        bound.apply_defaults()
        given = dict(bound.arguments)
        given.pop("self")
        for need in rule.needs:
            _check(rights, need, given.get(need.argument))
        try:
            if rule.narrowed is not None:
                return rule.narrowed(getattr(plain, name), rights, given)
            return method(*bound.args, **bound.kwargs)
        except ExperimentExistsError as exc:
            if rights.on_experiment(exc.experiment_id) >= Permission.READ:
                raise
            taken = ExperimentExistsError(exc.name, "", "Choose another name.")
        raise taken  # out of the handler, whose error names what may not be seen

    return guarded


def _check(rights: Rights, need: Need, given: Any) -> None:
    if need.optional and given is None:
        return
    if need.kind == "store":
        rights.need_on_store(need.permission)
    elif need.kind == "experiment":
        rights.need_on_experiment(str(given), need.permission)
    elif need.kind == "run":
        rights.need_on_run(given, need.permission)
    elif need.kind == "model":
        rights.need_on_model(given, need.permission)
    elif need.kind == "deleted_model":
        rights.need_on_model(given, need.permission, deleted=True)
    elif need.kind == "new_model":
        rights.need_on_new_model(given, need.permission)
    else:
        rights.need_on_source(given, need.permission)


for _name, _method in public_methods(Client).items():
    setattr(GuardedClient, _name, _guard(_name, _method, RULES.get(_name)))
