"""What a policy asks of a version before an alias may stand for it, and what of that is missing (pure)."""

from __future__ import annotations

import math
import operator
import unicodedata
from typing import TYPE_CHECKING

from msgspec import Struct, field

from nbflow.entities import AliasPolicy
from nbflow.errors import InvalidInputError, UnsupportedValueError, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nbflow.search.tree import Node

__all__ = ["VersionFacts", "check_policy", "missing", "strictest"]

_MOST_APPROVALS = 100


class VersionFacts(Struct, frozen=True):
    """What a policy is held against.

    Parameters
    ----------
    registered_by
        Who registered the version, and, of a copy, who registered what it was copied from.
    mover
        Who moves the alias.
    verdicts
        What each reviewer said last: whether it was an approval.
    metrics
        What evaluations found.
    """

    registered_by: frozenset[str]
    mover: str
    verdicts: dict[str, bool] = field(default_factory=dict)
    metrics: dict[str, float] = field(default_factory=dict)


def check_policy(alias: str, approvals: object, require: object) -> AliasPolicy:
    """Make a policy that can be held against versions.

    Parameters
    ----------
    alias
        The alias, checked.
    approvals
        How many others must have approved.
    require
        A filter on what evaluations found, such as `"metrics.accuracy >= 0.9"`; `""` or None for none.

    Raises
    ------
    UnsupportedValueError
        If one of them is of another type.
    InvalidInputError
        If both ask for nothing, or the number is out of range.
    InvalidFilterError
        If the filter does not parse.
    """
    from nbflow.search import EVALUATIONS, parse_filter

    try:
        number = operator.index(approvals)  # type: ignore[arg-type]  # what it is not, it says
    except TypeError:
        raise UnsupportedValueError("approvals", approvals, "it is how many others must have approved.") from None
    if isinstance(approvals, bool) or not 0 <= number <= _MOST_APPROVALS:
        raise InvalidInputError("approvals", approvals, f"It is a whole number from 0 to {_MOST_APPROVALS}.")
    if not isinstance(require, str | None):
        raise UnsupportedValueError("require", require, "it is a filter such as 'metrics.accuracy >= 0.9'.")
    text = (require or "").strip()
    if text:
        parse_filter(text, EVALUATIONS)
    elif not number:
        rule = "A policy asks for approvals, or for what evaluate finds (require='metrics.accuracy >= 0.9'), or both."
        raise InvalidInputError("the policy", {"approvals": approvals, "require": require}, rule)
    return AliasPolicy(alias, number, text)


def missing(policy: AliasPolicy, facts: VersionFacts) -> tuple[str, ...]:
    """List what a version lacks.

    Parameters
    ----------
    policy
        What the alias asks for.
    facts
        What is known of the version, and who moves the alias.

    Returns
    -------
    missing : tuple of str
        A sentence for each thing; empty when the alias may stand for the version.
    """
    return (*_rejections(facts), *_approvals(policy.approvals, facts), *_unmet(policy.require, facts.metrics))


def strictest(policies: Iterable[AliasPolicy]) -> list[AliasPolicy]:
    """Make one policy for each alias that asks for all that any of several asks for."""
    merged: dict[str, AliasPolicy] = {}
    for policy in policies:
        old = merged.get(policy.alias)
        if old is not None:
            approvals = max(old.approvals, policy.approvals)
            merged[policy.alias] = AliasPolicy(policy.alias, approvals, _both(old.require, policy.require))
        else:
            merged[policy.alias] = policy
    return [merged[alias] for alias in sorted(merged)]


def _both(one: str, other: str) -> str:
    """Join two filters by AND, without saying anything twice."""
    from nbflow.search import And, format_filter

    parts = tuple(dict.fromkeys((*_parts(one), *_parts(other))))
    return format_filter(And(parts) if len(parts) > 1 else parts[0]) if parts else ""


def _parts(require: str) -> tuple[Node, ...]:
    """Take a filter apart into what is joined by AND."""
    from nbflow.search import EVALUATIONS, And, parse_filter

    node = parse_filter(require, EVALUATIONS) if require else None
    return () if node is None else node.parts if isinstance(node, And) else (node,)


def _rejections(facts: VersionFacts) -> Iterable[str]:
    return (
        f"{shown(reviewer)} rejected it; a rejection stands until its author approves."
        for reviewer, approved in facts.verdicts.items()
        if not approved
    )


def _approvals(wanted: int, facts: VersionFacts) -> Iterable[str]:
    given = [reviewer for reviewer, approved in facts.verdicts.items() if approved]
    authors, mover = {_person(name) for name in facts.registered_by}, _person(facts.mover)
    counted = {_person(reviewer) for reviewer in given} - authors - {mover}
    lacking = wanted - len(counted)
    if lacking <= 0:
        return ()
    noun = "approval" if lacking == 1 else "approvals"
    more = "more " if counted else ""
    void = [
        f"{shown(reviewer)} {'registered it' if _person(reviewer) in authors else 'moves the alias'}"
        for reviewer in given
        if _person(reviewer) not in counted
    ]
    but = f" (given, but {' and '.join(void)})" if void else ""
    return (f"{lacking} {more}{noun} by somebody who neither registered it nor moves the alias{but}.",)


def _person(name: str) -> str:
    """Give what the spellings of one name have in common: to many who know users, `Ann` is `ann`."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def _unmet(require: str, metrics: Mapping[str, float]) -> Iterable[str]:
    from nbflow.search import format_filter

    # Of NaN no comparison is true but !=, which no policy should pass by.
    known = {name: value for name, value in metrics.items() if not math.isnan(value)}
    for part in _parts(require):
        if not _holds(part, known):
            names = sorted(_names(part))
            told = [f"metrics.{name} is {metrics[name]:g}" for name in names if name in metrics]
            unknown = [name for name in names if name not in metrics]
            if unknown:
                told.append(f"evaluate has not found {' and '.join(unknown)} yet")
            yield f"{format_filter(part)}: {', '.join(told)}."


def _holds(node: Node, metrics: Mapping[str, float]) -> bool:
    """Tell whether a filter is true, but that NOT needs to know: what was not evaluated passes nothing."""
    from nbflow.search import And, Not, Or
    from nbflow.search.evaluate import matches

    if isinstance(node, And | Or):
        return (all if isinstance(node, And) else any)(_holds(part, metrics) for part in node.parts)
    if isinstance(node, Not):
        return _names(node) <= metrics.keys() and not _holds(node.part, metrics)
    return matches(node, lambda key: metrics.get(key.name))


def _names(node: Node) -> set[str]:
    from nbflow.search import And, Not, Or

    if isinstance(node, And | Or):
        return {name for part in node.parts for name in _names(part)}
    return _names(node.part) if isinstance(node, Not) else {node.key.name}
