"""The table of routes: each is declared once, with what it takes and gives, and none can be without a guard.

>>> from msgspec import Struct
>>> class Doubled(Struct):
...     value: int
>>> class Number(Struct, forbid_unknown_fields=True):
...     value: int
>>> @route("GET", "/doubled", query=Number, answer=Doubled)
... def double(call: Call) -> Doubled:
...     '''Double a number.'''
...     return Doubled(2 * call.query.value)
>>> routes_in([double])[0].action
'read'
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import msgspec
import msgspec.inspect
from msgspec import Struct

from nbflow.access import Permission
from nbflow.errors import InvalidRequestError, NotAllowedError

if TYPE_CHECKING:
    from nbflow.entities import Identity
    from nbflow.server.running import Server
    from nbflow.server.stores import OpenStore
    from nbflow.tracking.client import Client

__all__ = [
    "BODY_LIMIT",
    "Call",
    "Method",
    "Route",
    "Served",
    "decode_body",
    "decode_query",
    "order_of",
    "pattern_of",
    "route",
    "routes_in",
    "serve",
]

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]

BODY_LIMIT = 1_000_000
"""How large the body of a request may be, in bytes."""

_PLACE = re.compile(r"\{(\w+)(\.\.\.)?\}")
_ATTRIBUTE = "nbflow_route"

# Parameters of any address that are not the route's: how somebody logs in, and the numbers that Jupyter's pages add so
# that nothing in between answers from memory.
_NOT_OURS = frozenset({"_xsrf", "no_track_activity", "token"})

_Function = TypeVar("_Function", bound="Callable[[Call], Any]")


class Call:
    """What the function of a route works with. It is called on a thread, never on the server's loop.

    Parameters
    ----------
    server
        The server: all stores that are open, and how it was set up.
    identity
        Who asks.
    path
        What stands in the places of the route's path, decoded.
    query, body
        What was asked for, as the route's Structs; None where it has none.
    store
        The store that the path names.
    """

    def __init__(
        self,
        server: Server,
        identity: Identity,
        path: Mapping[str, str],
        *,
        query: Any = None,
        body: Any = None,
        store: OpenStore | None = None,
    ) -> None:
        self.server = server
        self.identity = identity
        self.path = path
        self.query = query
        self.body = body
        self._store = store

    @property
    def store(self) -> OpenStore:
        """The store that the path names."""
        assert self._store is not None, "the route's path has no {store}"
        return self._store

    @property
    def client(self) -> Client:
        """A client of that store which does what the asker may do.

        Raises
        ------
        StoreGoneError
            If the store was there, and is not any more.
        """
        self.store.check_there()
        return self.store.client(self.identity)

    def permission(self, experiment_id: str | None = None, name: str | None = None) -> str:
        """Say what the asker may do with an experiment, a registered model or the store, on this server.

        Parameters
        ----------
        experiment_id, name
            The experiment, or the registered model; without both the store.
        """
        return self.capped(self.client.get_permission(self.identity, experiment_id, name))

    def capped(self, permission: str) -> str:
        """Lower a permission to what a server allows that changes nothing."""
        if self.server.read_only and Permission[permission] > Permission.READ:
            return Permission.READ.name
        return permission


class Route(Struct, frozen=True, kw_only=True):
    """What is done at an address.

    Parameters
    ----------
    method, path
        The address, below `nbflow/api`. `{name}` is a part of the path, `{name...}` the rest of it.
    function
        What is called; None where `handler` does it all.
    query, body
        Structs of what is taken; None where nothing is.
    answer
        The type of what is given; None where nothing is.
    reads
        Whether it changes nothing, though its method would say so: a question too long for an address.
    action
        What the server's authorizer is asked, of the resource `nbflow`.
    asks_for
        What else it is asked, by what was asked for: an action and a resource; None is nothing else.
    summary
        What it does, in a line.
    handler
        A tornado handler that serves the address itself.
    """

    method: Method
    path: str
    function: Callable[[Call], Any] | None = None
    query: type[Struct] | None = None
    body: type[Struct] | None = None
    answer: Any = None
    reads: bool = False
    action: str = "read"
    asks_for: Callable[[Call], tuple[str, str]] | None = None
    summary: str = ""
    handler: type | None = None

    def __post_init__(self) -> None:
        for taken in (self.query, self.body):
            if taken is not None and not taken.__struct_config__.forbid_unknown_fields:
                msg = f"{taken.__name__} of {self.method} {self.path} lets misspelt names pass: forbid_unknown_fields"
                raise TypeError(msg)

    @property
    def places(self) -> tuple[str, ...]:
        """The names of the places in its path."""
        return tuple(name for name, _ in _PLACE.findall(self.path))

    def check_allowed(self, *, read_only: bool) -> None:
        """Refuse what changes something, on a server that changes nothing.

        Raises
        ------
        NotAllowedError
            If it is so.
        """
        if read_only and not self.reads:
            raise NotAllowedError("This server only reads: it was started with --read-only. Nothing was changed.")


def route(
    method: Method,
    path: str,
    *,
    query: type[Struct] | None = None,
    body: type[Struct] | None = None,
    answer: Any = None,
    reads: bool | None = None,
    asks_for: Callable[[Call], tuple[str, str]] | None = None,
) -> Callable[[_Function], _Function]:
    """Declare a function to be a route: see `Route`. The first line of its docstring is the route's summary."""

    def declare(function: _Function) -> _Function:
        reading = method == "GET" if reads is None else reads
        found = Route(
            method=method,
            path=path,
            function=function,
            query=query,
            body=body,
            answer=answer,
            reads=reading,
            action="read" if reading else "write",
            asks_for=asks_for,
            summary=(function.__doc__ or "").strip().partition("\n")[0],
        )
        setattr(function, _ATTRIBUTE, found)
        return function

    return declare


class Served:
    """A route that a tornado handler serves by itself, declared in a module.

    Parameters
    ----------
    declared
        The route.
    """

    def __init__(self, declared: Route) -> None:
        setattr(self, _ATTRIBUTE, declared)


def serve(method: Method, path: str, handler: type, *, query: type[Struct] | None = None, answer: Any = None) -> Served:
    """Declare a tornado handler, one of `nbflow.server.door.Handler`, to be a route that reads."""
    summary = (handler.__doc__ or "").strip().partition("\n")[0]
    return Served(
        Route(method=method, path=path, query=query, answer=answer, reads=True, summary=summary, handler=handler)
    )


def routes_in(things: Iterable[Any]) -> list[Route]:
    """Find the routes among the things that a module holds."""
    found = (getattr(thing, _ATTRIBUTE, None) for thing in things)
    return [each for each in found if isinstance(each, Route)]


def pattern_of(path: str) -> str:
    """Make the regular expression of a route's path."""
    pattern, end = "", 0
    for place in _PLACE.finditer(path):
        pattern += re.escape(path[end : place.start()])
        pattern += f"(?P<{place[1]}>{'.+' if place[2] else '[^/]+'})"
        end = place.end()
    return pattern + re.escape(path[end:])


def order_of(path: str) -> tuple[bool, ...]:
    """Give what paths are sorted by: written-out parts before places, which would take them, too."""
    return tuple("{" in part for part in path.split("/"))


def decode_query(wanted: type[Struct] | None, given: Mapping[str, list[bytes]]) -> Any:
    """Read what follows the question mark of an address.

    Parameters
    ----------
    wanted
        The Struct of what may stand there; None where nothing may.
    given
        The parameters, each as often as it was there.

    Raises
    ------
    InvalidRequestError
        If there is one that the route does not know, one that is missing, or a value that is not what it must be.
    """
    fields = {} if wanted is None else _lists(wanted)
    values: dict[str, Any] = {}
    for name, each in given.items():
        if name in _NOT_OURS or (name.isdecimal() and name not in fields):
            continue
        try:
            texts = [text.decode() for text in each]
        except UnicodeDecodeError as exc:
            raise InvalidRequestError(f"The parameter {name!r} of the address is no UTF-8.") from exc
        if name not in fields:
            known = ", ".join(sorted(fields)) or "none"
            raise InvalidRequestError(f"This address has no parameter {name[:100]!r}. It has: {known}.")
        if not fields[name] and len(texts) > 1:
            raise InvalidRequestError(f"The parameter {name!r} of the address is there {len(texts)} times.")
        values[name] = texts if fields[name] else texts[0]
    if wanted is None:
        return None
    try:
        return msgspec.convert(values, wanted, strict=False)
    except msgspec.ValidationError as exc:
        raise InvalidRequestError(f"The parameters of the address do not fit: {exc}") from exc


def decode_body(wanted: type[Struct] | None, body: bytes) -> Any:
    """Read the body of a request.

    Raises
    ------
    InvalidRequestError
        If it is not JSON, or not what the route takes.
    """
    if wanted is None:
        return None
    try:
        return msgspec.json.decode(body, type=wanted)
    except msgspec.ValidationError as exc:
        raise InvalidRequestError(f"The body of the request does not fit: {exc}") from exc
    except (msgspec.DecodeError, UnicodeDecodeError) as exc:
        raise InvalidRequestError(f"The body of the request is not JSON: {exc}") from exc
    except RecursionError as exc:
        raise InvalidRequestError("The body of the request is nested too deep.") from exc


@lru_cache(maxsize=256)
def _lists(wanted: type[Struct]) -> dict[str, bool]:
    """Give the names of the parameters, each with whether it may be there several times."""
    kind = msgspec.inspect.type_info(wanted)
    assert isinstance(kind, msgspec.inspect.StructType)
    return {field.encode_name: _is_list(field.type) for field in kind.fields}


def _is_list(kind: msgspec.inspect.Type) -> bool:
    if isinstance(kind, msgspec.inspect.UnionType):
        return any(map(_is_list, kind.types))
    many = msgspec.inspect.ListType | msgspec.inspect.VarTupleType | msgspec.inspect.SetType
    return isinstance(kind, many)
