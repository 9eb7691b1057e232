"""From the states of registered models and versions to the records that callers see (pure)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbflow.entities import AliasPolicy, ModelVersion, RegisteredModel
from nbflow.store.model_events import numbers_from

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nbflow.store.model_fold import ModelState, VersionState
    from nbflow.store.stamps import Stamped

__all__ = ["aliases_of", "model_of", "policies_of", "version_of"]


def version_of(state: VersionState, model: ModelState) -> ModelVersion:
    """Make the record of a version.

    Parameters
    ----------
    state
        Its folded log.
    model
        That of its model: which says the name, the aliases, and whether the version is in the trash with it.
    """
    first = state.registered
    described = state.description
    return ModelVersion(
        name=model.current_name,
        version=state.version,
        creation_timestamp=first.time,
        last_updated_timestamp=state.updated_time,
        current_stage=state.current_stage,
        description=first.description if described is None else described.value or "",
        source=first.source,
        run_id=first.run_id,
        run_link=first.run_link,
        user_id=first.by,
        tags=_with(first.tags, state.tags),
        aliases=() if state.deleted or model.deleted else aliases_of(state, model),
        metrics=numbers_from(first.metrics),
        signature=first.signature,
        flavors=first.flavors,
        model_uuid=first.model_uuid,
        size_bytes=first.size,
        files=first.files,
        lifecycle_stage="deleted" if state.deleted or model.deleted else "active",
        evaluated=state.evaluated,
    )


def model_of(state: ModelState, versions: Sequence[VersionState]) -> RegisteredModel:
    """Make the record of a registered model.

    Parameters
    ----------
    state
        Its folded log.
    versions
        Those of all its versions, by number.
    """
    live = [version for version in versions if not version.deleted]
    latest = {version.current_stage: version for version in live}
    described = state.description
    return RegisteredModel(
        name=state.current_name,
        creation_timestamp=state.creation_time,
        # As in MLflow, what happens to a version happens to its model; but not what is said about it.
        last_updated_timestamp=max([state.updated_time, *(version.updated_time for version in versions)]),
        description="" if described is None else described.value or "",
        user_id=state.user,
        tags=_with({}, state.tags),
        aliases=dict(sorted((alias, version.version) for version in live for alias in aliases_of(version, state))),
        latest_versions=tuple(
            version_of(version, state) for version in sorted(latest.values(), key=lambda each: each.version)
        ),
        lifecycle_stage="deleted" if state.deleted else "active",
    )


def aliases_of(version: VersionState, model: ModelState) -> tuple[str, ...]:
    """List the aliases that stand for a version."""
    return tuple(
        sorted(
            alias
            for alias, target in model.aliases.items()
            if target.version is not None and version.is_meant(target.version, target.id)
        )
    )


def policies_of(model: ModelState) -> list[AliasPolicy]:
    """List the policies of a model, by alias."""
    return [
        AliasPolicy(alias, policy.approvals, policy.require)
        for alias, policy in sorted(model.policies.items())
        if policy.stands
    ]


def _with(first: Mapping[str, str], later: Mapping[str, Stamped]) -> dict[str, str]:
    """Give tags with what was set and taken away later."""
    tags: dict[str, str | None] = {**first, **{key: tag.value for key, tag in later.items()}}
    return {key: value for key, value in tags.items() if value is not None}
