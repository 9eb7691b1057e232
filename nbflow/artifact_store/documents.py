"""Dictionaries as JSON or YAML, and back."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from nbflow.artifact_store.foreign import is_a
from nbflow.artifact_store.paths import extension
from nbflow.errors import InvalidInputError, UnsupportedValueError

__all__ = ["decode_dict", "encode_dict"]

_YAML = (".yaml", ".yml")
_YAML_ESCAPED = frozenset("\x85\u2028\u2029\ufeff")


def encode_dict(content: object, name: str) -> bytes:
    """Write a dictionary, or a list, as a text that people and other programs read.

    Parameters
    ----------
    content
        A dictionary, list or tuple of such, text, numbers, dates and None. NumPy's scalars and arrays become
        numbers and lists, sets become lists, and any other object its `str()`.
    name
        The artifact's name: `.yaml` and `.yml` give YAML with the keys in their order, all else JSON with an indent of
        2. JSON keeps dates as text; NaN and infinity as `NaN` and `Infinity`, as MLflow and Python's json do; and
        keys that are no text as the text of them.

    Returns
    -------
    data : bytes
        The file's content, UTF-8.

    Raises
    ------
    UnsupportedValueError
        If the content is neither a dictionary nor a list.
    InvalidInputError
        If it contains itself, or an integer of more digits than Python reads.
    """
    if not isinstance(content, (Mapping, list, tuple)):
        raise UnsupportedValueError("the dictionary", content, "log text with nbflow.log_text.")
    as_yaml = extension(name) in _YAML
    try:
        plain = _plain(content, as_yaml=as_yaml)
        return (_to_yaml(plain) if as_yaml else _to_json(plain)).encode()
    except RecursionError as exc:
        rule = "It contains itself, or is nested too deeply to be read again. Log a part of it."
        raise InvalidInputError("the dictionary", f"for {name}", rule) from exc
    except ValueError as exc:  # an integer of more digits than Python reads again
        raise InvalidInputError("the dictionary", f"for {name}", f"It cannot be written as text: {exc}.") from exc


def decode_dict(data: bytes, name: str) -> Any:
    """Read what `encode_dict`, MLflow or anybody wrote.

    Parameters
    ----------
    data
        A file's content, UTF-8.
    name
        The artifact's name, for the format and for the error.

    Raises
    ------
    InvalidInputError
        If it is not JSON, or not YAML of plain values.
    """
    kind = "YAML" if extension(name) in _YAML else "JSON"
    import yaml

    try:
        return yaml.safe_load(data) if kind == "YAML" else json.loads(data)
    except (ValueError, RecursionError, yaml.YAMLError) as exc:
        raise InvalidInputError("the artifact", name, f"It cannot be read as {kind}: {exc}") from exc


def _to_json(plain: object) -> str:
    text = json.dumps(plain, indent=2, ensure_ascii=False)
    # Half a character (a lone surrogate) cannot be written as UTF-8, but escaped it can.
    return json.dumps(plain, indent=2) if any("\ud800" <= c <= "\udfff" for c in text) else text


def _to_yaml(plain: object) -> str:
    import yaml

    class Dumper(yaml.SafeDumper):
        """PyYAML's own, but for line separators: it writes some as they are, and reads others in their place."""

    def represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
        style = '"' if _YAML_ESCAPED.intersection(text) else None
        return dumper.represent_scalar("tag:yaml.org,2002:str", text, style)

    Dumper.add_representer(str, represent_text)
    text: str = yaml.dump(plain, Dumper=Dumper, sort_keys=False, allow_unicode=True, default_flow_style=False)
    return text


def _plain(value: Any, *, as_yaml: bool) -> Any:
    """Reduce a value to what JSON or YAML has. Copies, so that YAML does not write an anchor for what is shared."""
    if isinstance(value, Mapping):
        return {_key(key, as_yaml=as_yaml): _plain(child, as_yaml=as_yaml) for key, child in value.items()}
    if isinstance(value, (set, frozenset)):
        value = sorted(value, key=str)
    if is_a(value, "numpy", "ndarray") or is_a(value, "numpy", "generic"):
        value = value.tolist()
    if isinstance(value, (list, tuple)):
        return [_plain(child, as_yaml=as_yaml) for child in value]
    if as_yaml and type(value) in (dt.date, dt.datetime, bytes):
        return value
    return _scalar(value)


def _key(key: Any, *, as_yaml: bool) -> Any:
    plain = _plain(key, as_yaml=as_yaml)
    return str(plain) if isinstance(plain, (list, dict)) else plain


def _scalar(value: Any) -> Any:
    """Take a value of a subclass, such as an enumeration's member, for what it is; an unknown one for its text."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value)
    return str.__str__(value) if isinstance(value, str) else str(value)
