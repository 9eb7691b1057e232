"""The fields of a form, as its view draws them: what JSON says of a parameter (pure)."""

from __future__ import annotations

from typing import Any

from nbflow.parameters import Parameter, Range, enter, rule
from nbflow.parameters.parameter import label

__all__ = ["field_of", "range_of", "shown_value"]

_HELP_LENGTH = 2_000
_CHOICES = 1_000
_SHOWN_LENGTH = 200


def field_of(parameter: Parameter, key: str | None = None) -> dict[str, Any]:
    """Say of a parameter what a field needs to know.

    Parameters
    ----------
    parameter
        The parameter.
    key
        What its entry goes by; None for its name.

    Returns
    -------
    field : dict
        `default` is the entry that means the default, and missing where there is none; `shown` is what stands in the
        place of a value that cannot be typed.
    """
    field: dict[str, Any] = {
        "key": parameter.name if key is None else key,
        "name": parameter.name,
        "kind": parameter.kind,
        "rule": rule(parameter),
        "help": parameter.help[:_HELP_LENGTH],
        "annotation": parameter.annotation,
        "optional": parameter.optional,
        "required": parameter.required,
        "item": parameter.item,
    }
    if parameter.kind == "choice":
        field["choices"] = [label(choice) for choice in parameter.choices[:_CHOICES]]
    if parameter.range is not None:
        field["range"] = range_of(parameter.range)
    if parameter.kind == "object":
        field["shown"] = "" if parameter.required else shown_value(parameter.default)
    elif not parameter.required:
        field["default"] = enter(parameter, parameter.default)
    return field


def range_of(found: Range) -> dict[str, Any]:
    """Give the ends of a range that a float can tell; a whole number beyond that is held against it in Python."""
    ends = {"low": found.low, "high": found.high}
    told = {name: end for name, end in ends.items() if end is not None and abs(end) < 2**53}
    return {**told, "low_open": found.low_open, "high_open": found.high_open}


def shown_value(value: object) -> str:
    """Write a value that no field can take, in short."""
    try:
        text = repr(value)
    except Exception as exc:  # noqa: BLE001 - it is anybody's
        text = f"<{type(value).__name__}: {type(exc).__name__}>"
    text = " ".join(text[: 4 * _SHOWN_LENGTH].split())
    return text if len(text) <= _SHOWN_LENGTH else f"{text[:_SHOWN_LENGTH]}…"
