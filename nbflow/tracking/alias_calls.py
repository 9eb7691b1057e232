"""The part of `Client` that is about what a version is for: aliases, their policies, and stages."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from nbflow.errors import AliasNotFoundError, InvalidInputError, ModelVersionNotFoundError
from nbflow.registry import ACTIVE_STAGES, STAGES, check_alias, check_policy, check_stage
from nbflow.registry.aliases import LATEST, is_reserved
from nbflow.registry.stages import ARCHIVED
from nbflow.tracking.model_version_calls import ModelVersionCalls

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nbflow.entities import AliasPolicy, ModelVersion
    from nbflow.store.model_fold import ModelState, VersionState

__all__ = ["AliasCalls"]


class AliasCalls(ModelVersionCalls):
    """Setting and reading aliases, policies and stages."""

    def set_registered_model_alias(self, name: str, alias: str, version: int | str) -> None:
        """Let an alias stand for a version, whatever it stood for before.

        Parameters
        ----------
        name
            The registered model.
        alias
            Letters, digits, `_` and `-`; not `latest`, which is always the newest version, nor such as `v3`.
        version
            The version's number.

        Raises
        ------
        AliasPolicyError
            If the alias has a policy, and the version does not have what it asks for.
        ModelVersionNotFoundError
            If there is no such version.
        InvalidNameError
            If the alias may not be called so.
        """
        alias = check_alias(alias)
        model, log = self._version(name, version)
        self._check_policies(model, log.state, lambda guarded: guarded == alias)
        self._store.models.log(model.folder).set_alias(alias, log.state, self._who())

    def delete_registered_model_alias(self, name: str, alias: str) -> None:
        """Take an alias away; nothing happens when there is none.

        Raises
        ------
        RegisteredModelNotFoundError
            If there is no such model.
        """
        log = self._model_log(name)
        alias = str(alias)
        target = log.state.aliases.get(alias)
        if target is not None and target.version is not None:
            log.delete_aliases([alias], self._who())

    def get_model_version_by_alias(self, name: str, alias: str) -> ModelVersion:
        """Give the version that an alias stands for; `latest` is the newest one.

        Raises
        ------
        RegisteredModelNotFoundError
            If there is no such model.
        AliasNotFoundError
            If there is no such alias.
        ModelVersionNotFoundError
            If there is no version yet that could be the latest.
        """
        return self._record(*self._aliased(name, str(alias)))

    # Policies

    def set_alias_policy(self, name: str, alias: str, approvals: int = 0, require: str | None = None) -> AliasPolicy:
        """Say what a version must have before an alias may stand for it, from now on.

        It holds for whoever moves the alias, by whatever way. A policy of the alias `production` or `staging` also
        guards the stage of that name. It goes with the model when that is renamed, and stays with the name, too.

        Parameters
        ----------
        name
            The registered model.
        alias
            The alias, which need not be set.
        approvals
            How many must have approved the version who neither registered it nor move the alias. Whoever rejected it,
            and has not approved it since, keeps it from getting the alias. Names that differ in capitals only, or in
            how Unicode writes a letter, count as one.
        require
            A filter on the metrics that `nbflow.evaluate` found of the version, such as `"metrics.accuracy >= 0.9"`.

        Returns
        -------
        policy : AliasPolicy
            The policy.

        Raises
        ------
        RegisteredModelNotFoundError
            If there is no such model.
        InvalidInputError
            If the alias may not be called so, or the policy asks for nothing.
        """
        policy = check_policy(check_alias(alias), approvals, require)
        self._model_log(name).set_policy(policy, self._who())
        return policy

    def delete_alias_policy(self, name: str, alias: str) -> None:
        """Let an alias ask for nothing; nothing happens when it has no policy.

        Raises
        ------
        RegisteredModelNotFoundError
            If there is no such model.
        """
        log = self._model_log(name)
        alias = str(alias)
        policy = log.state.policies.get(alias)
        if policy is not None and policy.stands:
            log.delete_policy(alias, self._who())

    def get_alias_policies(self, name: str) -> list[AliasPolicy]:
        """Give the policies of a registered model, by alias.

        Raises
        ------
        RegisteredModelNotFoundError
            If there is no such model.
        """
        from nbflow.store.model_entity import policies_of

        return policies_of(self._model(name))

    # Stages

    def transition_model_version_stage(
        self, name: str, version: int | str, stage: str, archive_existing_versions: bool = False
    ) -> ModelVersion:
        """Give a version another stage. Deprecated, as in MLflow: use aliases.

        Parameters
        ----------
        name, version
            The version.
        stage
            None, Staging, Production or Archived, in any case.
        archive_existing_versions
            Whether the others in that stage, which is Staging or Production, become Archived.

        Raises
        ------
        AliasPolicyError
            If the alias of that name has a policy, and the version does not have what it asks for.
        ModelVersionNotFoundError
            If there is no such version.
        InvalidInputError
            If there is no such stage, or none whose versions could be archived.
        """
        _deprecated("transition_model_version_stage")
        wanted = check_stage(stage)
        if archive_existing_versions and wanted not in ACTIVE_STAGES:
            rule = f"Versions in stage {wanted} are not archived: only those in {' and '.join(ACTIVE_STAGES)}."
            raise InvalidInputError("archive_existing_versions", archive_existing_versions, rule)
        model, log = self._version(name, version)
        self._check_stage_policies(model, log.state, wanted)
        log.stage(wanted, self._who())
        if archive_existing_versions:
            for other in self._store.models.versions(model.folder):
                if not other.deleted and other.version != log.version and other.current_stage == wanted:
                    self._store.models.version(model.folder, other.version).stage(ARCHIVED, self._who())
        return self._record(model, log.state)

    def get_latest_versions(self, name: str, stages: Sequence[str] | None = None) -> list[ModelVersion]:
        """Give the newest version of each stage. Deprecated, as in MLflow: use aliases, or the alias `latest`.

        Parameters
        ----------
        name
            The registered model.
        stages
            Which stages; None or none are all.

        Raises
        ------
        RegisteredModelNotFoundError
            If there is no such model.
        InvalidInputError
            If there is no such stage.
        """
        _deprecated("get_latest_versions")
        wanted = {check_stage(stage) for stage in stages or STAGES}
        latest = self.get_registered_model(name).latest_versions
        return [version for version in latest if version.current_stage in wanted]

    def get_model_version_stages(self, name: str, version: int | str) -> list[str]:
        """Give the stages that there are. Deprecated, as in MLflow."""
        _deprecated("get_model_version_stages")
        return list(STAGES)

    # For other parts of Client

    def _version_named(self, name: str, version: int | None, alias: str | None, stage: str | None) -> ModelVersion:
        """Give the version that a `models:/` URI names; one of the last three is given."""
        return self._record(*self._state_named(name, version, alias, stage))

    def _state_named(
        self, name: str, version: int | None, alias: str | None, stage: str | None
    ) -> tuple[ModelState, VersionState]:
        """Give a model and its version that a `models:/` URI names, as their logs have them."""
        if version is not None:
            model, log = self._version(name, version)
            return model, log.state
        if alias is not None:
            return self._aliased(name, alias)
        model = self._model(name)
        try:
            newest = self._newest(model, stage)
        except InvalidInputError as exc:
            raise InvalidInputError(exc.what, exc.value, exc.rule + self._alias_hint(model, stage)) from None
        if newest is None:
            raise ModelVersionNotFoundError(
                name, stage, f"No version is in this stage.{self._alias_hint(model, stage)}"
            )
        return model, newest

    def _aliased(self, name: str, alias: str) -> tuple[ModelState, VersionState]:
        model = self._model(name)
        if alias.lower() == LATEST:
            newest = self._newest(model)
            if newest is None:
                raise ModelVersionNotFoundError(name, LATEST, "It has no version.")
            return model, newest
        version = None if is_reserved(alias) else self._store.models.target(model, alias)
        if version is None:
            raise AliasNotFoundError(name, alias, self._model_record(model).aliases)
        return model, version

    def _alias_hint(self, model: ModelState, stage: str | None) -> str:
        """Say how to name an alias that was written as a stage is."""
        from nbflow.tracking.model_sources import alias_uri

        if stage is None or self._store.models.target(model, stage) is None:
            return ""
        return f" There is an alias of that name: {alias_uri(model.current_name, stage)}"

    def _check_stage_policies(self, model: ModelState, version: VersionState, stage: str) -> None:
        """Raise if a version does not have what the alias that is called as a stage, in whatever case, asks for."""
        if stage in ACTIVE_STAGES:
            self._check_policies(model, version, lambda guarded: guarded.casefold() == stage.casefold())

    def _check_policies(self, model: ModelState, version: VersionState, is_meant: Callable[[str], bool]) -> None:
        """Raise if a version does not have what the policies of some aliases ask for."""
        from nbflow.store.model_entity import policies_of

        for policy in policies_of(model):
            if is_meant(policy.alias):
                self._check_policy(model, version, policy)


def _deprecated(name: str) -> None:
    warnings.warn(
        f"{name} is deprecated, as the stages of models are in MLflow. Use aliases: set_registered_model_alias, "
        "get_model_version_by_alias.",
        FutureWarning,
        stacklevel=3,
    )
