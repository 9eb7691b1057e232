"""The part of `Client` that is about registered models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbflow.errors import AliasPolicyError, RegisteredModelNotFoundError
from nbflow.names import check_key
from nbflow.registry import VersionFacts, check_model_name, missing, strictest
from nbflow.tracking.paging import PagedList, check_view_type, page_of
from nbflow.tracking.registry_lookup import RegistryLookup, checked_model_tags, checked_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nbflow.entities import AliasPolicy, RegisteredModel
    from nbflow.search.tree import Key
    from nbflow.store.model_fold import ModelState, VersionState

__all__ = ["STAGES_BY_VIEW", "RegisteredModelCalls", "look_up_tag"]

STAGES_BY_VIEW = {1: ("active",), 2: ("deleted",), 3: ("active", "deleted")}
# MLflow's clients add `tags.mlflow.prompt.is_prompt != 'true'` to each filter, and mean models without the tag too.
_PROMPT_TAG = "mlflow.prompt.is_prompt"


class RegisteredModelCalls(RegistryLookup):
    """Creating, finding, changing and deleting registered models."""

    def create_registered_model(
        self, name: str, tags: Mapping[str, Any] | None = None, description: str | None = None
    ) -> RegisteredModel:
        """Create a registered model, without versions yet.

        Parameters
        ----------
        name
            1 to 256 characters, without `/` and `:`. The name of a deleted model can be used again; what its policies
            asked for, the new one's ask for too.
        tags
            Its first tags.
        description
            What it is.

        Returns
        -------
        model : RegisteredModel
            The new model.

        Raises
        ------
        RegisteredModelExistsError
            If an active model has the name.
        InvalidInputError
            If the name, the description or a tag cannot be used.
        StoreError
            If the store cannot be written to.
        """
        check_model_name(name)
        text, checked = checked_text(description, "the description"), checked_model_tags(tags)
        self._store.prepare()
        self._check_may_take(name)
        state = self._store.models.create(
            name,
            self._who(),
            description=text,
            tags=checked,
            policies=self._policies_of_name(name),
            owner=None if self._identity is None else self._identity.user,
        )
        return self._model_record(state)

    def get_registered_model(self, name: str) -> RegisteredModel:
        """Give a registered model.

        Raises
        ------
        RegisteredModelNotFoundError
            If it is not there, or in the trash.
        """
        return self._model_record(self._model(name))

    def update_registered_model(self, name: str, description: str | None = None) -> RegisteredModel:
        """Say what a registered model is; None takes the description away.

        Raises
        ------
        RegisteredModelNotFoundError
            If it is not there.
        """
        text = checked_text(description, "the description")
        log = self._model_log(name)
        log.describe(text, self._who())
        return self._model_record(log.state)

    def rename_registered_model(self, name: str, new_name: str) -> RegisteredModel:
        """Give a registered model another name. Versions, aliases, tags and policies go with it.

        What the policies of a model that had the new name before ask for, this one's ask for too.

        Raises
        ------
        RegisteredModelNotFoundError
            If it is not there.
        RegisteredModelExistsError
            If another active model has the name.
        AliasPolicyError
            If an alias stands for a version that a policy of the new name does not allow.
        """
        check_model_name(new_name)
        model = self._model(name)
        if new_name != model.current_name:
            self._check_may_take(new_name)
            policies = self._policies_for(model, new_name)
            self._store.models.rename(model.folder, new_name, self._who(), policies)
        return self._model_record(self._store.models.log(model.folder).refresh())

    def delete_registered_model(self, name: str) -> None:
        """Put a registered model, and with it its versions, into the trash.

        Raises
        ------
        RegisteredModelNotFoundError
            If it is not there, or in the trash already.
        """
        self._model_log(name).delete(self._who())

    def restore_registered_model(self, name: str) -> RegisteredModel:
        """Take the registered model that had this name last out of the trash, with versions, aliases and history.

        Raises
        ------
        RegisteredModelNotFoundError
            If there is no such model in the trash.
        RegisteredModelExistsError
            If another model has its name by now.
        AliasPolicyError
            If an alias stands for a version that a policy, which its name got meanwhile, does not allow.
        """
        self._found(name)
        model = self._store.models.last_deleted(name)
        if model is None:
            raise RegisteredModelNotFoundError(name, "There is none in the trash.")
        self._store.models.restore(model.folder, self._who(), self._policies_for(model, name))
        return self._model_record(self._store.models.log(model.folder).refresh())

    def set_registered_model_tag(self, name: str, key: str, value: Any) -> None:
        """Set a tag of a registered model.

        Raises
        ------
        RegisteredModelNotFoundError
            If it is not there.
        """
        ((key, text),) = checked_model_tags({check_key(key, "tag name"): value}).items()
        self._model_log(name).set_tag(key, text, self._who())

    def delete_registered_model_tag(self, name: str, key: str) -> None:
        """Take a tag of a registered model away; nothing happens when it is not set.

        Raises
        ------
        RegisteredModelNotFoundError
            If the model is not there.
        """
        log = self._model_log(name)
        key = str(key)
        old = log.state.tags.get(key)
        if old is not None and old.value is not None:
            log.delete_tag(key, self._who())

    def search_registered_models(
        self,
        filter_string: str | None = None,
        max_results: int | None = 100,
        order_by: Sequence[str] | None = None,
        page_token: str | None = None,
        view_type: int = 1,
    ) -> PagedList[RegisteredModel]:
        """Find registered models.

        Parameters
        ----------
        filter_string
            Such as `"name LIKE 'fraud%' AND tags.team = 'risk'"`; also `aliases`, `user_id`, `creation_timestamp`,
            `last_updated_timestamp`.
        max_results
            The most to give, 1 to 50,000; None is all.
        order_by
            Such as `["last_updated_timestamp DESC"]`; ties, and all without it, by name.
        page_token
            `token` of the previous page's list.
        view_type
            `ViewType.ACTIVE_ONLY` (1), `DELETED_ONLY` (2) or `ALL` (3).

        Returns
        -------
        models : PagedList of RegisteredModel
            Its `token` is None on the last page.

        Raises
        ------
        InvalidFilterError
            If the filter or the order does not parse.
        InvalidInputError
            If another argument cannot be used.
        """
        # Here, not above: a training script never searches, and the grammar costs a third of the import.
        from nbflow.search import REGISTERED_MODELS, parse_filter, parse_order
        from nbflow.search.evaluate import matches, sort_by

        node = parse_filter(filter_string, REGISTERED_MODELS)
        orders = REGISTERED_MODELS.complete(parse_order(order_by, REGISTERED_MODELS))
        stages = STAGES_BY_VIEW[check_view_type(view_type, "view_type")]
        states = self._seen(self._store.models.all()) if self._store.check() else []
        records = (self._model_record(state) for state in states if ("active", "deleted")[state.deleted] in stages)
        found = [each for each in records if matches(node, lambda key, each=each: _look_up(each, key))]  # type: ignore[misc]
        return page_of(sort_by(found, orders, _look_up), max_results, page_token)

    # Policies that go with a name

    def _policies_of_name(self, name: str, model: ModelState | None = None) -> list[AliasPolicy]:
        """Give the policies of the model that had a name last, if that is another one.

        Else a policy could be gone round: by renaming its model, or deleting it, and giving its name to another.
        """
        from nbflow.store.model_entity import policies_of

        holder = self._store.models.last_holder(name)
        return [] if holder is None or (model is not None and holder.folder == model.folder) else policies_of(holder)

    def _policies_for(self, model: ModelState, name: str) -> list[AliasPolicy]:
        """Give the policies that a model gets with a name, once its aliases are seen to be allowed by them.

        Raises
        ------
        AliasPolicyError
            If one is not.
        """
        from nbflow.store.model_entity import policies_of

        own = policies_of(model)
        new = [each for each in strictest([*own, *self._policies_of_name(name, model)]) if each not in own]
        for policy in new:
            version = self._store.models.target(model, policy.alias)
            for each in [] if version is None else [version]:
                self._check_policy(model, each, policy)
            for each in self._in_stage(model, policy.alias):
                self._check_policy(model, each, policy)
        return new

    def _check_policy(self, model: ModelState, version: VersionState, policy: AliasPolicy) -> None:
        """Raise if a version does not have what a policy asks for."""
        facts = VersionFacts(frozenset(version.registrants), self._who(), version.standing, version.evaluated)
        lacking = missing(policy, facts)
        if lacking:
            raise AliasPolicyError(model.current_name, version.version, policy.alias, lacking)

    def _in_stage(self, model: ModelState, stage: str) -> list[VersionState]:
        """Read the versions in the stage that is called as an alias, in whatever case."""
        from nbflow.registry import ACTIVE_STAGES

        if stage.casefold() not in {each.casefold() for each in ACTIVE_STAGES}:
            return []
        versions = self._store.models.versions(model.folder)
        return [each for each in versions if not each.deleted and each.current_stage.casefold() == stage.casefold()]


def look_up_tag(tags: Mapping[str, str], key: str) -> str | None:
    """Give a tag's value; None when it is not set."""
    return tags.get(key, "" if key == _PROMPT_TAG else None)


def _look_up(model: RegisteredModel, key: Key) -> Any:
    if key.entity == "tag":
        return look_up_tag(model.tags, key.name)
    return tuple(model.aliases) or None if key.name == "aliases" else getattr(model, key.name)
