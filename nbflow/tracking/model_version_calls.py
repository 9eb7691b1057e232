"""The part of `Client` that is about versions of registered models."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from nbflow.errors import InvalidInputError, InvalidUriError, ModelVersionNotFoundError, RegisteredModelExistsError
from nbflow.names import check_key
from nbflow.registry import check_model_name, check_stage
from nbflow.tracking.paging import PagedList, check_view_type, page_of
from nbflow.tracking.registered_model_calls import STAGES_BY_VIEW, RegisteredModelCalls, look_up_tag
from nbflow.tracking.registry_lookup import checked_model_tags, checked_text
from nbflow.uris import parse_model_uri, parse_run_uri

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from nbflow.entities import ModelVersion, Run
    from nbflow.search.tree import Key, Node
    from nbflow.store.model_fold import ModelState, VersionState
    from nbflow.store.modellog import VersionLog
    from nbflow.store.models import ModelFacts, NewVersion

__all__ = ["ModelVersionCalls"]


class ModelVersionCalls(RegisteredModelCalls):
    """Creating, finding, changing and deleting versions of registered models."""

    if TYPE_CHECKING:  # what another part of Client gives

        def get_run(self, run_id: str) -> Run: ...  # noqa: D102
        def _run_path(self, folder: Path) -> tuple[str, str] | None: ...
        def _version_named(
            self, name: str, version: int | None, alias: str | None, stage: str | None
        ) -> ModelVersion: ...
        def _check_stage_policies(self, model: ModelState, version: VersionState, stage: str) -> None: ...

    def create_model_version(
        self,
        name: str,
        source: str,
        run_id: str | None = None,
        tags: Mapping[str, Any] | None = None,
        run_link: str | None = None,
        description: str | None = None,
        await_creation_for: int | None = 300,
        model_id: str | None = None,
    ) -> ModelVersion:
        """Make what lies at a URI the next version of a registered model. `register_model` looks at the files, too.

        Parameters
        ----------
        name
            The registered model, which is there.
        source
            `runs:/<run_id>/<path>`, `models:/<name>/<version>`, the folder of a run's artifact, or the URL of
            artifacts elsewhere. What is said of the files is what the run, or that version, says of them.
        run_id
            The run that made the model; None is the one in the source.
        tags, description
            Those of the version.
        run_link
            A URL of that run, for people.
        await_creation_for
            For MLflow's scripts: the version is READY at once.
        model_id
            MLflow's id of the model, if it has one.

        Returns
        -------
        version : ModelVersion
            Its number is one more than that of any version there ever was.

        Raises
        ------
        RegisteredModelNotFoundError
            If the model is not there.
        ModelVersionNotFoundError, RunNotFoundError
            If what the source names is not there.
        InvalidInputError
            If the source, or something else, cannot be used.
        """
        from msgspec.structs import replace

        from nbflow.tracking.model_sources import resolve_source

        checked = checked_model_tags(tags)
        model = self._model(name)
        new, put = resolve_source(self, checked_text(source, "the source"), run_id)
        new = replace(
            new,
            run_link=None if run_link is None else checked_text(run_link, "run_link"),
            description=checked_text(description, "the description"),
            tags=checked,
        )
        if model_id is not None and new.facts.model_uuid is None:
            new = replace(new, facts=replace(new.facts, model_uuid=checked_text(model_id, "model_id")))
        return self._add_version(model, new, put)

    def get_model_version(self, name: str, version: int | str) -> ModelVersion:
        """Give a version.

        Raises
        ------
        RegisteredModelNotFoundError
            If there is no such model.
        ModelVersionNotFoundError
            If there is no such version, or it is in the trash.
        InvalidInputError
            If it is no number.
        """
        model, log = self._version(name, version)
        return self._record(model, log.state)

    def update_model_version(self, name: str, version: int | str, description: str | None = None) -> ModelVersion:
        """Say what a version is; `""` takes the description away.

        Raises
        ------
        ModelVersionNotFoundError
            If it is not there.
        InvalidInputError
            If there is no new description.
        """
        if description is None:
            raise InvalidInputError("description", None, 'Give the new one; "" takes it away.')
        text = checked_text(description, "the description")
        model, log = self._version(name, version)
        log.describe(text, self._who())
        return self._record(model, log.state)

    def delete_model_version(self, name: str, version: int | str) -> None:
        """Put a version into the trash, and take away the aliases that stand for it. Its number stays used.

        Raises
        ------
        ModelVersionNotFoundError
            If it is not there, or in the trash already.
        """
        model, log = self._version(name, version)
        self._take_aliases(model, log)
        log.delete(self._who())

    def restore_model_version(self, name: str, version: int | str) -> ModelVersion:
        """Take a version out of the trash. The aliases that stood for it do not come back.

        Raises
        ------
        RegisteredModelNotFoundError
            If there is no such model.
        ModelVersionNotFoundError
            If there is no such version in the trash.
        AliasPolicyError
            If it is in a stage for which it does not have what a policy, set meanwhile perhaps, asks for.
        """
        model = self._model(name)
        log = self._version_log(model, version, deleted=True)
        if not log.state.deleted:
            raise ModelVersionNotFoundError(name, log.version, "It is not in the trash.")
        self._check_stage_policies(model, log.state, log.state.current_stage)
        self._take_aliases(model, log)  # those that another store gave it meanwhile
        log.restore(self._who())
        return self._record(self._model(name), log.state)

    def set_model_version_tag(
        self,
        name: str,
        version: int | str | None = None,
        key: str | None = None,
        value: Any = None,
        stage: str | None = None,
    ) -> None:
        """Set a tag of a version, or of the newest one in a stage.

        Raises
        ------
        ModelVersionNotFoundError
            If there is no such version.
        InvalidInputError
            If both or neither of version and stage are given, or the tag cannot be used.
        """
        ((key, text),) = checked_model_tags({check_key(key, "tag name"): value}).items()
        _, log = self._version(name, self._one_of(name, version, stage))
        log.set_tag(key, text, self._who())

    def delete_model_version_tag(
        self, name: str, version: int | str | None = None, key: str | None = None, stage: str | None = None
    ) -> None:
        """Take a tag of a version, or of the newest one in a stage, away; nothing happens when it is not set.

        Raises
        ------
        ModelVersionNotFoundError
            If there is no such version.
        InvalidInputError
            If both or neither of version and stage are given.
        """
        model, log = self._version(name, self._one_of(name, version, stage))
        key = str(key)
        if key in self._record(model, log.state).tags:
            log.delete_tag(key, self._who())

    def copy_model_version(self, src_model_uri: str, dst_name: str) -> ModelVersion:
        """Make a version of one model the next version of another, which is made when it is not there.

        Description and tags go with it; aliases, stage and approvals do not.

        Parameters
        ----------
        src_model_uri
            `models:/<name>/<version>` or `models:/<name>@<alias>`.
        dst_name
            The other model.

        Raises
        ------
        InvalidUriError
            If it is no such URI.
        RegisteredModelNotFoundError, ModelVersionNotFoundError, AliasNotFoundError
            If what it names is not there.
        """
        from nbflow.tracking.model_sources import model_uri

        check_model_name(dst_name)
        uri: object = src_model_uri
        named = parse_model_uri(uri) if isinstance(uri, str) else None
        if named is None or named.path:
            raise InvalidUriError(src_model_uri, "It has the form models:/<name>/<version> or models:/<name>@<alias>.")
        version = self._version_named(named.name, named.version, named.alias, named.stage)
        self._model_or_new(dst_name)
        source = model_uri(version.name, version.version)
        return self.create_model_version(
            dst_name, source, None, version.tags, version.run_link, version.description or None
        )

    def get_model_version_download_uri(self, name: str, version: int | str) -> str:
        """Say where a version's files are: a folder or a URL, never `models:/` or `runs:/`.

        Raises
        ------
        ModelVersionNotFoundError
            If there is no such version.
        RunNotFoundError
            If the run that holds the files is gone.
        """
        model, log = self._version(name, version)
        return self._place_of(model, log.state)

    def _place_of(self, model: ModelState, version: VersionState) -> str:
        """Say where a version's files are."""
        own = self._store.layout.version_artifacts(model.folder, version.version)
        if own.is_dir():
            return str(own)
        location = version.location
        of_run = parse_run_uri(location)
        if of_run is None:
            return location
        root = self.get_run(of_run.run_id).info.artifact_uri
        return f"{root.rstrip('/')}/{of_run.path}" if of_run.path else root

    def search_model_versions(
        self,
        filter_string: str | None = None,
        max_results: int | None = 10_000,
        order_by: Sequence[str] | None = None,
        page_token: str | None = None,
        view_type: int = 1,
    ) -> PagedList[ModelVersion]:
        """Find versions of registered models.

        Parameters
        ----------
        filter_string
            Such as `"name = 'fraud' AND metrics.auc > 0.9"`; also `tags.*`, `run_id`, `version_number`, `aliases`,
            `source_path`, `user_id`, `creation_timestamp`, `last_updated_timestamp`.
        max_results
            The most to give, 1 to 50,000; None is all.
        order_by
            Such as `["version_number DESC"]`; ties, and all without it, by last change (latest first), then name,
            then number (highest first).
        page_token
            `token` of the previous page's list.
        view_type
            `ViewType.ACTIVE_ONLY` (1), `DELETED_ONLY` (2) or `ALL` (3).

        Returns
        -------
        versions : PagedList of ModelVersion
            Its `token` is None on the last page.

        Raises
        ------
        InvalidFilterError
            If the filter or the order does not parse.
        InvalidInputError
            If another argument cannot be used.
        """
        from nbflow.search import MODEL_VERSIONS, parse_filter, parse_order
        from nbflow.search.evaluate import matches, sort_by

        node = parse_filter(filter_string, MODEL_VERSIONS)
        orders = MODEL_VERSIONS.complete(parse_order(order_by, MODEL_VERSIONS))
        stages = STAGES_BY_VIEW[check_view_type(view_type, "view_type")]
        found = [
            version
            for model in self._models_named(_only_name(node))
            for state in self._store.models.versions(model.folder)
            if (version := self._record(model, state)).lifecycle_stage in stages
            and matches(node, lambda key, version=version: _look_up(version, key))  # type: ignore[misc]
        ]
        return page_of(sort_by(found, orders, _look_up), max_results, page_token)

    # For other parts of Client

    def _register(
        self,
        name: str,
        *,
        source: str,
        run_id: str | None,
        facts: ModelFacts,
        tags: Mapping[str, Any] | None = None,
        description: str | None = None,
        put: Callable[[Path], object] | None = None,
    ) -> ModelVersion:
        """Make the next version of a model, of whose files the caller knows all; the model is made if need be.

        Parameters
        ----------
        name
            The registered model.
        source
            Where the files are; no `models:/` URI.
        run_id
            The run that made them.
        facts
            What is known of them.
        tags, description
            Those of the version.
        put
            Called with a place in the store, to put files of the version's own into, before there is a version.
        """
        from nbflow.store.models import NewVersion

        check_model_name(name)
        new = NewVersion(
            checked_text(source, "the source"),
            facts,
            run_id=run_id,
            description=checked_text(description, "the description"),
            tags=checked_model_tags(tags),
        )
        return self._add_version(self._model_or_new(name), new, put)

    def _add_version(
        self, model: ModelState, new: NewVersion, put: Callable[[Path], object] | None = None
    ) -> ModelVersion:
        state = self._store.models.register(model.folder, self._who(), new, put=put)
        return self._record(self._store.models.log(model.folder).refresh(), state)

    def _take_aliases(self, model: ModelState, log: VersionLog) -> None:
        """Take away the aliases that stand for a version."""
        from nbflow.store.model_entity import aliases_of

        aliases = aliases_of(log.state, model)
        if aliases:
            self._store.models.log(model.folder).delete_aliases(aliases, self._who())

    def _model_or_new(self, name: str) -> ModelState:
        """Find an active model, or make it."""
        existing = self._store.models.find(name) if self._store.check() else None
        if existing is None or existing.deleted:
            with contextlib.suppress(RegisteredModelExistsError):  # somebody else was quicker
                self.create_registered_model(name)
            self._check_may_edit(name)
        return self._model(name)

    def _one_of(self, name: str, version: int | str | None, stage: str | None) -> int | str:
        if (version is None) == (stage is None):
            raise InvalidInputError("version", version, "Give either the version or a stage, and not both.")
        return version if version is not None else self._version_named(name, None, None, stage).version

    def _models_named(self, name: str | None) -> list[ModelState]:
        if not self._store.check():
            return []
        return self._seen(self._store.models.all() if name is None else self._store.models.all_named(name))

    def _newest(self, model: ModelState, stage: str | None = None) -> VersionState | None:
        """Read the newest version of a model, or of those in a stage."""
        wanted = None if stage is None else check_stage(stage)
        versions = self._store.models.versions(model.folder)
        live = [each for each in versions if not each.deleted and wanted in (None, each.current_stage)]
        return live[-1] if live else None


def _only_name(node: Node | None) -> str | None:
    """Give the one name that versions have which match a filter, if it says so: the others need not be read."""
    from nbflow.search import And, Comparison

    if isinstance(node, And):
        return next((name for part in node.parts if (name := _only_name(part)) is not None), None)
    if isinstance(node, Comparison) and (node.key.entity, node.key.name, node.op) == ("attribute", "name", "="):
        return str(node.value)
    return None


_FIELDS = {"version_number": "version", "source_path": "source"}


def _look_up(version: ModelVersion, key: Key) -> Any:
    if key.entity == "tag":
        return look_up_tag(version.tags, key.name)
    if key.entity == "metric":
        return version.metrics.get(key.name)
    if key.name == "aliases":
        return version.aliases or None
    return getattr(version, _FIELDS.get(key.name, key.name))
