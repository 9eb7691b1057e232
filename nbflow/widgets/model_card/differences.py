"""What changed between two versions of a registered model (pure, but for the looking up)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from nbflow.drawing.format import number, size
from nbflow.drawing.model_surroundings import around_version
from nbflow.drawing.schemas import input_type, read_signature, value_of
from nbflow.drawing.surroundings import FAILED
from nbflow.tracking.direction import guess_mode, is_judged

if TYPE_CHECKING:
    from nbflow.drawing.model_surroundings import AroundVersion
    from nbflow.entities import ModelVersion
    from nbflow.mlmodel.signature import ModelSignature
    from nbflow.tracking.client import Client

__all__ = ["VersionState", "differences", "differences_with", "version_state"]

_ROWS = 200
_VALUE_LENGTH = 300


class VersionState(Struct, frozen=True):
    """What is compared of a version; None where it is not known, which is not none.

    `signature` is each input, output and param with its type, `requirements` each package with its version.
    """

    version: int
    metrics: Mapping[str, float]
    evaluated: Mapping[str, float]
    params: Mapping[str, str] | None
    signature: Mapping[str, str]
    requirements: Mapping[str, str] | None
    facts: Mapping[str, str]


def version_state(client: Client, version: ModelVersion, around: AroundVersion | None = None) -> VersionState:
    """Look up what is compared of a version."""
    around = around_version(version, client) if around is None else around
    try:
        params = None if version.run_id is None else dict(client.get_run(version.run_id).params)
    except FAILED:
        params = None
    signature = read_signature(version.signature)
    if signature is None and around.document is not None:
        signature = around.document.signature
    files = around.files
    facts = {
        "size": size(version.size_bytes) if version.size_bytes else "",
        "flavors": ", ".join(version.flavors),
        "Python": files.python or "" if files is not None else "",
        "registered by": version.user_id,
        "run": around.run or version.run_id or "",
        "description": version.description,
    }
    return VersionState(
        version.version,
        version.metrics,
        version.evaluated,
        params,
        _signature_rows(signature),
        None if files is None else dict(map(_package, files.requirements)),
        {name: value for name, value in facts.items() if value},
    )


def differences_with(client: Client, version: ModelVersion, other: int) -> dict[str, Any]:
    """Look up what changed between a version and another one of its model, whichever is older; see `differences`.

    Raises
    ------
    ModelVersionNotFoundError
        If there is no such version.
    """
    pair = sorted((client.get_model_version(version.name, other), version), key=lambda each: each.version)
    return differences(*(version_state(client, each) for each in pair))


def differences(before: VersionState, after: VersionState) -> dict[str, Any]:
    """Say what changed.

    Parameters
    ----------
    before, after
        The versions: what `after` has that `before` has not is new.

    Returns
    -------
    found : dict
        `before` and `after` are their numbers; `groups` what differs, each with a `title` and `rows` of `name`,
        `before`, `after` (texts; None where it is not there), `change` and `tone`; `n_rows` counts them where not all
        are told. `unknown` names what could not be compared.
    """
    groups = [
        _group("Metrics", before.metrics, after.metrics, _measured),
        _group("Evaluated", before.evaluated, after.evaluated, _measured),
        _group("Params", before.params, after.params, _told),
        _group("Signature", before.signature, after.signature, _told),
        _group("Environment", before.requirements, after.requirements, _told),
        _group("About it", before.facts, after.facts, _told),
    ]
    unknown = [
        name
        for name, one, other in (
            ("params", before.params, after.params),
            ("environment", before.requirements, after.requirements),
        )
        if one is None or other is None
    ]
    return {
        "before": before.version,
        "after": after.version,
        "groups": [group for group in groups if group["rows"]],
        "unknown": unknown,
    }


def _group(
    title: str,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    row: Callable[[Any, Any], dict[str, Any]],
) -> dict[str, Any]:
    if before is None or after is None:
        return {"title": title, "rows": []}
    names = [*before, *(name for name in after if name not in before)]
    changed = [name for name in names if not _same(before.get(name), after.get(name))]
    rows = [
        {"name": name, **row(before.get(name), after.get(name)), **_judged(title, name, before, after)}
        for name in changed[:_ROWS]
    ]
    return {"title": title, "rows": rows, "n_rows": len(changed)}


def _judged(title: str, name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Say whether the change of a metric is good news."""
    one, other = before.get(name), after.get(name)
    if title not in ("Metrics", "Evaluated") or one is None or other is None or not math.isfinite(other - one):
        return {"change": "", "tone": None}
    change = float(other - one)
    text = f"{'+' if change > 0 else ''}{number(change)}".replace("-", "\N{MINUS SIGN}", 1)
    if not is_judged(name):
        return {"change": text, "tone": None}
    better = (change > 0) == (guess_mode(name) == "max")
    return {"change": f"{text} {'better' if better else 'worse'}", "tone": "good" if better else "bad"}


def _measured(one: float | None, other: float | None) -> dict[str, Any]:
    return {"before": None if one is None else number(one), "after": None if other is None else number(other)}


def _told(one: str | None, other: str | None) -> dict[str, Any]:
    cut = (None if each is None else each[:_VALUE_LENGTH] for each in (one, other))
    return dict(zip(("before", "after"), cut, strict=True))


def _same(one: Any, other: Any) -> bool:
    return bool(one == other or (one != one and other != other))  # noqa: PLR0124 - NaN


def _signature_rows(signature: ModelSignature | None) -> dict[str, str]:
    if signature is None:
        return {}
    rows = {}
    for what, schema in (("input", signature.inputs), ("output", signature.outputs)):
        for name, spec in zip(schema.input_names() if schema else (), schema or (), strict=True):
            rows[f"{what} {name}"] = f"{input_type(spec)}{'' if spec.required else ', optional'}"
    for param in signature.params or ():
        rows[f"param {param.name}"] = f"{param.dtype!r}, default {value_of(param.default)}"
    return rows


def _package(line: str) -> tuple[str, str]:
    """Part a requirement into the package and the rest: `"numpy==2.1.0"`."""
    at = next((i for i, letter in enumerate(line) if not (letter.isalnum() or letter in "-_.")), len(line))
    return (line[:at], line[at:].strip() or "any") if at else (line, "")
