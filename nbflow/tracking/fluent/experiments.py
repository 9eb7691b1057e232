"""Experiments: which one runs go into, and what can be done with them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from nbflow.errors import ExperimentDeletedError, ExperimentExistsError, ExperimentNotFoundError, InvalidInputError
from nbflow.tracking.client import Client

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nbflow.entities import Experiment

__all__ = [
    "create_experiment",
    "current_experiment_id",
    "delete_experiment",
    "delete_experiment_tag",
    "get_experiment",
    "get_experiment_by_name",
    "rename_experiment",
    "restore_experiment",
    "search_experiments",
    "set_experiment",
    "set_experiment_tag",
    "set_experiment_tags",
]

_ENV_ID = "NBFLOW_EXPERIMENT_ID"
_ENV_NAME = "NBFLOW_EXPERIMENT_NAME"

# The experiment that `set_experiment` chose in each store: another store has others.
_chosen: dict[str, str] = {}


def set_experiment(experiment_name: str | None = None, experiment_id: str | None = None) -> Experiment:
    """Choose the experiment that new runs go into; it is made when it is not there.

    Parameters
    ----------
    experiment_name, experiment_id
        One of them.

    Returns
    -------
    experiment : Experiment
        The experiment.

    Raises
    ------
    InvalidInputError
        If both or neither are given.
    ExperimentNotFoundError
        If there is no experiment of this id.
    ExperimentDeletedError
        If there is, in the trash. The name of a deleted experiment makes a new one.
    """
    if (experiment_name is None) == (experiment_id is None):
        raise InvalidInputError(
            "experiment_name and experiment_id", (experiment_name, experiment_id), "Give exactly one of them."
        )
    client = Client()
    if experiment_id is not None:
        experiment = client.get_experiment(experiment_id)
        if experiment.lifecycle_stage == "deleted":
            raise ExperimentDeletedError(experiment.name)
    else:
        experiment = _get_or_create(client, experiment_name)
    _chosen[client.tracking_uri] = experiment.experiment_id
    # For processes that are started from here; there a name of before would contradict the id.
    os.environ[_ENV_ID] = experiment.experiment_id
    if _ENV_NAME in os.environ:
        os.environ[_ENV_NAME] = experiment.name
    return experiment


def _get_or_create(client: Client, name: Any) -> Experiment:
    for _ in range(2):
        experiment = client.get_experiment_by_name(name)
        if experiment is not None and experiment.lifecycle_stage == "active":
            return experiment
        try:
            return client.get_experiment(client.create_experiment(name))
        except ExperimentExistsError as exc:  # somebody was quicker
            taken = exc
    return client.get_experiment(taken.experiment_id)


def current_experiment_id() -> str:
    """Give the experiment that a new run goes into.

    Returns
    -------
    experiment_id : str
        What `set_experiment` chose, else `$NBFLOW_EXPERIMENT_NAME` (made when it is not there), else
        `$NBFLOW_EXPERIMENT_ID`, else `"0"`.

    Raises
    ------
    InvalidInputError
        If the two variables name different experiments.
    ExperimentNotFoundError
        If the variable names one that is not there.
    """
    client = Client()
    chosen = _chosen.get(client.tracking_uri)
    if chosen is not None:
        return chosen
    by_id, name = os.environ.get(_ENV_ID), os.environ.get(_ENV_NAME)
    # An id that set_experiment left there for another store binds nobody in this one.
    left = by_id in _chosen.values()
    if name:
        named = client.get_experiment_by_name(name)
        if by_id and not left and (named is None or named.experiment_id != by_id):
            raise InvalidInputError(_ENV_ID, by_id, f"{_ENV_NAME} is {name!r}, another experiment. Set one of them.")
        return _get_or_create(client, name).experiment_id
    if by_id:
        try:
            return client.get_experiment(by_id).experiment_id
        except ExperimentNotFoundError:
            if not left:
                raise
    return "0"


def create_experiment(
    name: str, artifact_location: str | os.PathLike[str] | None = None, tags: Mapping[str, Any] | None = None
) -> str:
    """Create an experiment; see `Client.create_experiment`.

    Returns
    -------
    experiment_id : str
        Its id.
    """
    return Client().create_experiment(name, artifact_location, tags)


def get_experiment(experiment_id: str) -> Experiment:
    """Give an experiment by id, deleted or not; see `Client.get_experiment`."""
    return Client().get_experiment(experiment_id)


def get_experiment_by_name(name: str) -> Experiment | None:
    """Give an experiment by name: the active one, else the last deleted one, else None."""
    return Client().get_experiment_by_name(name)


def search_experiments(
    view_type: int = 1,
    max_results: int | None = None,
    filter_string: str | None = None,
    order_by: Sequence[str] | None = None,
) -> list[Experiment]:
    """Find experiments, all pages of them; see `Client.search_experiments`."""
    return list(Client().search_experiments(view_type, max_results, filter_string, order_by))


def rename_experiment(experiment_id: str, new_name: str) -> None:
    """Give an experiment another name; see `Client.rename_experiment`."""
    Client().rename_experiment(experiment_id, new_name)


def delete_experiment(experiment_id: str) -> None:
    """Put an experiment, and with it its runs, into the trash; see `Client.delete_experiment`."""
    Client().delete_experiment(experiment_id)


def restore_experiment(experiment_id: str) -> None:
    """Take an experiment out of the trash; see `Client.restore_experiment`."""
    Client().restore_experiment(experiment_id)


def set_experiment_tag(key: str, value: Any) -> None:
    """Set a tag of the experiment that new runs go into."""
    Client().set_experiment_tag(_existing_experiment_id(), key, value)


def set_experiment_tags(tags: Mapping[str, Any]) -> None:
    """Set tags of the experiment that new runs go into."""
    Client().set_experiment_tags(_existing_experiment_id(), tags)


def delete_experiment_tag(key: str) -> None:
    """Take a tag of the experiment that new runs go into away."""
    Client().delete_experiment_tag(_existing_experiment_id(), key)


def _existing_experiment_id() -> str:
    experiment_id = current_experiment_id()
    client = Client()
    try:
        client.get_experiment(experiment_id)
    except ExperimentNotFoundError:
        if experiment_id != "0":
            raise
        client._store.prepare()  # noqa: SLF001 (Default comes with the store)
    return experiment_id
