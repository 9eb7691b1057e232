"""The part of `Client` that is about experiments."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from nbflow.errors import ExperimentNotFoundError, InvalidUriError, LimitExceededError, UnsupportedValueError
from nbflow.names import MAX_EXPERIMENT_TAG, check_experiment_name, check_key, check_length
from nbflow.tracking.paging import PagedList, check_view_type, page_of
from nbflow.values import text_value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nbflow.entities import Experiment, Identity
    from nbflow.search.tree import Key
    from nbflow.store.filestore import FileStore

__all__ = ["ExperimentCalls"]

_NEWEST_FIRST = ("creation_time DESC", "experiment_id ASC")
_MAX_LOCATION = 2048
_STAGES = {1: ("active",), 2: ("deleted",), 3: ("active", "deleted")}


class ExperimentCalls:
    """Creating, finding, changing and deleting experiments."""

    _store: FileStore
    _identity: Identity | None

    def create_experiment(
        self,
        name: str,
        artifact_location: str | os.PathLike[str] | None = None,
        tags: Mapping[str, Any] | None = None,
    ) -> str:
        """Create an experiment.

        Parameters
        ----------
        name
            1 to 500 characters. The id is derived from it: the same name is the same experiment in every store.
            The name of a deleted experiment can be used again.
        artifact_location
            Where its runs keep their artifacts, as a folder (made absolute) or an fsspec URL; None is in the store.
        tags
            Its first tags.

        Returns
        -------
        experiment_id : str
            Decimal digits.

        Raises
        ------
        ExperimentExistsError
            If an active experiment has the name.
        InvalidInputError
            If the name, the location or a tag cannot be used.
        StoreError
            If the store cannot be written to.
        """
        check_experiment_name(name)
        location = None if artifact_location is None else _location(artifact_location)
        checked = _experiment_tags({} if tags is None else tags)
        self._store.prepare()
        owner = None if self._identity is None else self._identity.user
        return self._store.experiments.create(name, location, checked, owner)

    def get_experiment(self, experiment_id: str) -> Experiment:
        """Give an experiment by id, deleted or not.

        Raises
        ------
        ExperimentNotFoundError
            If it is not there.
        """
        return self._store.experiment(str(experiment_id))

    def get_experiment_by_name(self, name: str) -> Experiment | None:
        """Give an experiment by name: the active one, else the last deleted one, else None."""
        return self._store.experiment_named(check_experiment_name(name))

    def rename_experiment(self, experiment_id: str, new_name: str) -> None:
        """Give an experiment another name; its id stays.

        Raises
        ------
        ExperimentNotFoundError
            If it is not there.
        ExperimentDeletedError
            If it is in the trash.
        ExperimentExistsError
            If another active experiment has the name.
        """
        check_experiment_name(new_name)
        self._store.check()
        self._store.experiments.rename(self.get_experiment(experiment_id).experiment_id, new_name)

    def delete_experiment(self, experiment_id: str) -> None:
        """Put an experiment, and with it its runs, into the trash.

        Raises
        ------
        ExperimentNotFoundError
            If it is not there, or in the trash already.
        """
        if self.get_experiment(experiment_id).lifecycle_stage == "deleted":
            raise ExperimentNotFoundError(experiment_id)
        self._store.delete_experiment(str(experiment_id))

    def restore_experiment(self, experiment_id: str) -> None:
        """Take an experiment out of the trash, and its runs but those that were deleted themselves.

        Raises
        ------
        ExperimentNotFoundError
            If it is not in the trash.
        ExperimentExistsError
            If another experiment has its name by now.
        """
        self._store.check()
        self._store.experiments.restore(str(experiment_id))

    def set_experiment_tag(self, experiment_id: str, key: str, value: Any) -> None:
        """Set a tag of an experiment.

        Raises
        ------
        ExperimentNotFoundError
            If the experiment is not there.
        ExperimentDeletedError
            If it is in the trash.
        """
        self.set_experiment_tags(experiment_id, {check_key(key, "tag name"): value})

    def set_experiment_tags(self, experiment_id: str, tags: Mapping[str, Any]) -> None:
        """Set tags of an experiment, all of them or none.

        Raises
        ------
        ExperimentNotFoundError
            If the experiment is not there.
        ExperimentDeletedError
            If it is in the trash.
        """
        checked = _experiment_tags(tags)
        self._store.experiments.log(self.get_experiment(experiment_id).experiment_id).set_tags(checked)

    def delete_experiment_tag(self, experiment_id: str, key: str) -> None:
        """Take a tag of an experiment away.

        Raises
        ------
        TagNotFoundError
            If it is not set.
        """
        self._store.experiments.log(self.get_experiment(experiment_id).experiment_id).delete_tag(key)

    def search_experiments(
        self,
        view_type: int = 1,
        max_results: int | None = 1000,
        filter_string: str | None = None,
        order_by: Sequence[str] | None = None,
        page_token: str | None = None,
    ) -> PagedList[Experiment]:
        """Find experiments.

        Parameters
        ----------
        view_type
            `ViewType.ACTIVE_ONLY` (1), `DELETED_ONLY` (2) or `ALL` (3).
        max_results
            The most to give, 1 to 50,000; None is all.
        filter_string
            Such as `"name LIKE 'tune%' AND tags.team = 'vision'"`.
        order_by
            Such as `["name DESC"]`; ties, and all without it, by creation (latest first), then id.
        page_token
            `token` of the previous page's list.

        Returns
        -------
        experiments : PagedList of Experiment
            Its `token` is None on the last page.

        Raises
        ------
        InvalidFilterError
            If the filter or the order does not parse.
        InvalidInputError
            If another argument cannot be used.
        """
        # Here, not above: a training script never searches, and the grammar costs a third of the import.
        from nbflow.search import EXPERIMENTS, parse_filter, parse_order
        from nbflow.search.evaluate import matches, sort_by

        node = parse_filter(filter_string, EXPERIMENTS)
        orders = (*parse_order(order_by, EXPERIMENTS), *parse_order(_NEWEST_FIRST, EXPERIMENTS))
        stages = _STAGES[check_view_type(view_type, "view_type")]
        found = [
            experiment
            for experiment in self._store.all_experiments()
            if experiment.lifecycle_stage in stages and matches(node, lambda key, e=experiment: _look_up(e, key))  # type: ignore[misc]
        ]
        return page_of(sort_by(found, orders, _look_up), max_results, page_token)


def _location(given: Any) -> str:
    rule = "It is a folder or a URL such as 's3://bucket/path'."
    if not isinstance(given, str | os.PathLike):
        raise UnsupportedValueError("artifact_location", given, rule)
    from nbflow.artifact_store import open_artifacts

    text = os.fspath(given)
    if not isinstance(text, str) or text.startswith(("runs:", "models:")):
        raise InvalidUriError(given, rule)
    # Opened for its errors, while somebody is there who can mend them.
    folder = open_artifacts(os.path.expanduser(text)).local_path()  # noqa: PTH111 - it may be a URL
    location = text if folder is None else str(folder)
    if len(location) > _MAX_LOCATION:
        raise LimitExceededError("artifact_location", len(location), _MAX_LOCATION)
    return location


def _look_up(experiment: Experiment, key: Key) -> Any:
    return experiment.tags.get(key.name) if key.entity == "tag" else getattr(experiment, key.name)


def _experiment_tags(tags: Mapping[str, Any]) -> dict[str, str]:
    if not hasattr(tags, "items"):
        raise UnsupportedValueError("tags", tags, "give a dict of names and values.")
    return {
        check_key(key, "tag name"): check_length(
            text_value(value, f"the value of tag {key!r}"), f"the value of tag {key!r}", MAX_EXPERIMENT_TAG
        )
        for key, value in tags.items()
    }
