"""YAML that a hostile hand may have written, read within bounds; and YAML written as MLflow writes it.

Only plain values come out: no Python object is ever made. Before anything is built, the text is gone through once:
how deep it nests, how much is in it, and how much its aliases would make of it.
"""

from __future__ import annotations

import datetime as dt
import functools
import pickle
import re
from collections.abc import Iterable
from typing import Any

from nbflow.errors import ModelFormatError, UnsupportedValueError

__all__ = ["plain", "read_yaml", "yaml_text"]

_MAX_DEPTH = 64
_TOO_DEEP = f"nests deeper than {_MAX_DEPTH} levels"
# What is written stands in the document's own levels.
_MAX_OWN_DEPTH = 60
_MAX_NODES = 200_000
# Digits of a number. Python reads one of base 60 ("1:30") in quadratic time, and none that anybody means is longer.
_MAX_DIGITS = 400
_MAX_TOLD = 200
# Characters of a document that is kept.
_MAX_KEPT = 50_000
_SURROGATE = re.compile(r"\\(?:u|U0000)[dD][89a-fA-F][0-9a-fA-F]{2}")
# What the constructors of PyYAML raise for values that are not of the form of their tag.
_MALFORMED = (ValueError, LookupError, AttributeError, TypeError, ArithmeticError)


def read_yaml(text: str, path: str) -> Any:
    """Read one document of plain values.

    Parameters
    ----------
    text
        The document.
    path
        Where it is from, for the message.

    Returns
    -------
    value : object
        Dictionaries, lists, texts, numbers, booleans, None, and times and bytes where YAML has them.

    Raises
    ------
    ModelFormatError
        If it is no YAML, is several documents, names Python objects, nests deeper than 64 levels, or has more than
        200,000 nodes with its aliases written out.
    """
    if len(text) > _MAX_KEPT:
        return _read(text, path)
    return pickle.loads(_kept(text, path))  # noqa: S301 - what this process pickled


@functools.lru_cache(maxsize=64)
def _kept(text: str, path: str) -> bytes:
    """Read a document, and keep it: the same model is often loaded again, and reading it is most of what that takes."""
    return pickle.dumps(_read(text, path))


def _read(text: str, path: str) -> Any:
    import yaml

    loader_class = _loader()
    try:
        fault = _fault(yaml.parse(text, loader_class))
        value = None if fault else yaml.load(text, loader_class)  # noqa: S506 - a subclass of the safe one
    except yaml.YAMLError as exc:
        if "nesting depth" in str(exc):  # libyaml reads ahead, and may meet its own limit first
            raise ModelFormatError(path, f"It {_TOO_DEEP}.") from exc
        raise ModelFormatError(path, f"It is not YAML of plain values: {_told(exc)}.") from exc
    except _MALFORMED as exc:
        raise ModelFormatError(path, f"A value in it has not the form that its tag asks for: {_short(exc)}.") from exc
    if not fault and _SURROGATE.search(text) and _has_surrogate(value):
        fault = "has a lone surrogate, which no file can hold"
    if fault:
        raise ModelFormatError(path, f"It {fault}.")
    return value


def yaml_text(value: Any, *, sort_keys: bool = True) -> str:
    """Write a plain value as MLflow does: in ASCII, one entry a line, without aliases."""
    import yaml

    return str(yaml.dump(value, Dumper=_dumper(), default_flow_style=False, sort_keys=sort_keys))


def plain(value: Any, what: str, depth: int = 0) -> Any:
    """Copy a value into what YAML can hold, numpy's scalars and tuples into Python's own.

    Parameters
    ----------
    value
        What is to be written.
    what
        What it is, for the message: `"metadata"`.
    depth
        How deep it stands in what is written.

    Raises
    ------
    UnsupportedValueError
        If it, or something in it, is of another type, has a lone surrogate, or nests deeper than 60 levels.
    """
    if depth > _MAX_OWN_DEPTH:
        raise UnsupportedValueError(what, "…", f"it nests deeper than {_MAX_OWN_DEPTH} levels, or contains itself.")
    if isinstance(value, dict):
        return {_key(key, what): plain(entry, f"{what}[{key!r:.40}]", depth + 1) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [plain(entry, what, depth + 1) for entry in value]
    if type(value).__module__ == "numpy" and getattr(value, "shape", None) == ():
        return plain(value.item(), what, depth + 1)
    if isinstance(value, str):
        return _text(value, what)
    if value is None or isinstance(value, bool):
        return value
    own = _own(value)
    if own is None:
        rule = "a model's files hold texts, numbers, booleans, times, lists and dictionaries."
        raise UnsupportedValueError(what, value, rule)
    return own


def _key(key: Any, what: str) -> Any:
    if not isinstance(key, str | int | float) and key is not None:
        raise UnsupportedValueError(f"a key of {what}", key, "keys are texts.")
    return plain(key, f"a key of {what}")


def _text(value: str, what: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError as exc:
        raise UnsupportedValueError(what, value, "it has a lone surrogate, which no file can hold.") from exc
    return str.__str__(value)


def _own(value: Any) -> Any:
    """Give a number, bytes or a time as an object of Python's own class; None when it is none of them."""
    if isinstance(value, int):
        return int(value) if abs(value) < 10**_MAX_DIGITS else None
    if isinstance(value, float):
        return float(value)
    if isinstance(value, bytes):
        return bytes(value)
    if isinstance(value, dt.datetime) and value == value:  # noqa: PLR0124 - pandas's NaT is a datetime, too
        return dt.datetime.fromisoformat(value.isoformat())
    return value if type(value) is dt.date else None


def _fault(events: Iterable[Any]) -> str:
    """Measure a document without building it; `""` when it can be built."""
    import yaml

    open_nodes: list[_Node] = [_Node(None)]
    known: dict[str, _Node | None] = {}
    for event in events:
        if isinstance(event, yaml.CollectionStartEvent):
            open_nodes.append(_Node(event.anchor))
            if event.anchor:
                known[event.anchor] = None  # while it is open, an alias of it would contain itself
            node = _EMPTY
        elif isinstance(event, yaml.AliasEvent):
            found = known.get(event.anchor or "", _EMPTY)
            if found is None:
                return "contains itself by an alias"
            node = found
        elif isinstance(event, yaml.CollectionEndEvent | yaml.ScalarEvent):
            node = _Node(event.anchor) if isinstance(event, yaml.ScalarEvent) else open_nodes.pop()
            if node.anchor:
                known[node.anchor] = node
        else:
            continue
        open_nodes[-1].take(node)
        if open_nodes[-1].size > _MAX_NODES:
            return f"has more than {_MAX_NODES:,} values, with its aliases written out"
        if len(open_nodes) - 1 + node.height > _MAX_DEPTH:
            return _TOO_DEEP
    return ""


class _Node:
    """A value of a document: how many values are in it, itself among them, and how deep it nests."""

    __slots__ = ("anchor", "height", "size")

    def __init__(self, anchor: str | None) -> None:
        self.anchor = anchor
        self.size = 1
        self.height = 0

    def take(self, node: _Node) -> None:
        """Count what is in it with what it is in."""
        self.size += node.size
        self.height = max(self.height, node.height + 1)


_EMPTY = _Node(None)


def _told(exc: Exception) -> str:
    """Give what is wrong, and the line, without the lines around it that PyYAML shows."""
    parts = [part for name in ("context", "problem") if isinstance(part := getattr(exc, name, None), str)]
    mark = getattr(exc, "problem_mark", None)
    place = "" if mark is None else f" (line {mark.line + 1})"
    return _short(", ".join(parts or [str(exc).partition("\n")[0]])) + place


def _short(told: object) -> str:
    # What stands in the file may be in it: colours of a terminal, and more than a person reads.
    text = "".join(character if character.isprintable() else " " for character in str(told)[:_MAX_TOLD])
    return text if len(text) < _MAX_TOLD else f"{text}…"


def _has_surrogate(value: Any) -> bool:
    if isinstance(value, str):
        return any("\ud800" <= character <= "\udfff" for character in value)
    if isinstance(value, dict):
        return any(_has_surrogate(key) or _has_surrogate(entry) for key, entry in value.items())
    return isinstance(value, list) and any(map(_has_surrogate, value))


@functools.cache
def _loader() -> Any:
    import yaml

    safe = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    def number(loader: Any, node: Any) -> Any:
        if len(node.value) > _MAX_DIGITS:
            raise yaml.constructor.ConstructorError(None, None, "a number that is too long", node.start_mark)
        read = safe.construct_yaml_int if node.tag.endswith("int") else safe.construct_yaml_float
        return read(loader, node)

    loader = type("_Loader", (safe,), {})
    for tag in ("int", "float"):
        loader.add_constructor(f"tag:yaml.org,2002:{tag}", number)  # type: ignore[attr-defined]
    return loader


@functools.cache
def _dumper() -> Any:
    import yaml

    return type("_Dumper", (getattr(yaml, "CSafeDumper", yaml.SafeDumper),), {"ignore_aliases": lambda *_: True})
