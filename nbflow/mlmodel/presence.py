"""Whether the columns or tensors that a model needs are there."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from nbflow.errors import SchemaEnforcementError, did_you_mean

__all__ = ["check_present"]

_MAX_NAMED = 20


def check_present(
    required: Collection[object], found: Sequence[object], known: Collection[object], remedy: str = ""
) -> None:
    """Refuse data in which a name is missing, or in which one that counts stands twice.

    Parameters
    ----------
    required
        What must be there, in the schema's order.
    found
        What there is, in the data's order.
    known
        What may be there: anything else is extra.
    remedy
        What to do where a name is missing: whole sentences.

    Raises
    ------
    SchemaEnforcementError
        If a name is missing, or in doubt.
    """
    there = set(found)
    expected = set(known)
    missing = [name for name in required if name not in there]
    extra = [name for name in found if name not in expected]
    if missing:
        note = f" Note that there were extra inputs: {_listed(extra)}." if extra else ""
        near = did_you_mean(str(missing[0]), [name for name in extra if isinstance(name, str)])
        raise SchemaEnforcementError(
            f"Model is missing inputs {_listed(missing)}.{note}{near}{remedy and f' {remedy}'}",
            column=missing[0],
            found=_listed(found),
            expected=_listed(required),
        )
    if len(there) < len(found) and (doubled := [name for name in known if found.count(name) > 1]):
        raise SchemaEnforcementError(
            f"The columns {_listed(doubled)} are in the data more than once. Leave each of them there once.",
            column=doubled[0],
            found=_listed(found),
            expected=_listed(known),
        )


def _listed(names: Collection[object]) -> str:
    shown = ", ".join(map(repr, list(names)[:_MAX_NAMED]))
    more = f" and {len(names) - _MAX_NAMED:,} more" if len(names) > _MAX_NAMED else ""
    return f"[{shown}]{more}"
