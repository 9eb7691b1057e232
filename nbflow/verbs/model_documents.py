"""What `--json` gives of registered models and versions in a list, and how aliases and policies are written (pure).

Keys are stable, as in `nbflow.verbs.documents`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from nbflow.entities import AliasPolicy, ModelVersion, RegisteredModel

__all__ = ["aliases_text", "policy_text", "registered_document", "version_document"]


def aliases_text(model: RegisteredModel) -> str:
    """Say what each alias of a model stands for: `champion=5,old=1`."""
    return ",".join(f"{alias}={version}" for alias, version in model.aliases.items())


def policy_text(policy: AliasPolicy) -> str:
    """Say what a policy asks for: `1 approval and metrics.accuracy >= 0.9`."""
    plural = "" if policy.approvals == 1 else "s"
    approvals = f"{policy.approvals} approval{plural}" if policy.approvals else ""
    return " and ".join(part for part in (approvals, policy.require) if part)


def registered_document(model: RegisteredModel, n_versions: int | None) -> dict[str, Any]:
    """Make the document of a registered model in a list; None is a number of versions that nobody knows."""
    return {**msgspec.to_builtins(model), "n_versions": n_versions}


def version_document(version: ModelVersion) -> dict[str, Any]:
    """Make the document of a version."""
    document: dict[str, Any] = msgspec.to_builtins(version)
    return document
