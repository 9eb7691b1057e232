"""Routes about experiments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from nbflow.server.api.views import View, view_type
from nbflow.server.routing import Call, route

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbflow import entities
    from nbflow.store.cells import RunCounts

__all__ = [
    "ChangeExperiment",
    "Experiment",
    "ExperimentsPage",
    "ExperimentsQuery",
    "NewExperiment",
    "change_experiment",
    "create_experiment",
    "delete_experiment",
    "get_experiment",
    "restore_experiment",
    "search_experiments",
]

_PLACE = "/stores/{store}/experiments/{experiment_id}"


class Experiment(Struct, frozen=True):
    """An experiment, and what there is in it.

    Parameters
    ----------
    experiment_id, name, lifecycle_stage, creation_time, last_update_time, tags
        As in `nbflow.entities.Experiment`.
    runs
        How many runs it has: those in the trash count only where it is there itself.
    running
        How many of them run now.
    permission
        What the asker may do with it and its runs.
    """

    experiment_id: str
    name: str
    lifecycle_stage: str
    creation_time: int | None
    last_update_time: int | None
    tags: dict[str, str]
    runs: int
    running: int
    permission: str


class ExperimentsQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Which experiments, and in which order."""

    filter: str = ""
    view: View = "active"
    order_by: tuple[str, ...] = ()
    max_results: int = 1000
    page_token: str | None = None


class ExperimentsPage(Struct, frozen=True):
    """Some of the experiments that were found."""

    experiments: list[Experiment]
    next_page_token: str | None


class NewExperiment(Struct, frozen=True, forbid_unknown_fields=True):
    """What an experiment begins with."""

    name: str
    tags: dict[str, str] = {}


class ChangeExperiment(Struct, frozen=True, forbid_unknown_fields=True):
    """What is to be different: null leaves the name, and takes a tag away."""

    name: str | None = None
    tags: dict[str, str | None] = {}


@route("GET", "/stores/{store}/experiments", query=ExperimentsQuery, answer=ExperimentsPage)
def search_experiments(call: Call) -> ExperimentsPage:
    """Find experiments."""
    query = call.query
    found = call.client.search_experiments(
        view_type(query.view), query.max_results, query.filter, query.order_by, query.page_token
    )
    return ExperimentsPage(_told(call, found), found.token)


@route("POST", "/stores/{store}/experiments", body=NewExperiment, answer=Experiment)
def create_experiment(call: Call) -> Experiment:
    """Create an experiment."""
    return _one(call, call.client.create_experiment(call.body.name, tags=call.body.tags))


@route("GET", _PLACE, answer=Experiment)
def get_experiment(call: Call) -> Experiment:
    """Give an experiment, in the trash or not."""
    return _one(call, call.path["experiment_id"])


@route("PATCH", _PLACE, body=ChangeExperiment, answer=Experiment)
def change_experiment(call: Call) -> Experiment:
    """Rename an experiment, set tags of it and take tags away."""
    client, experiment_id = call.client, call.path["experiment_id"]
    before = client.get_experiment(experiment_id)
    if call.body.name is not None and call.body.name != before.name:
        client.rename_experiment(experiment_id, call.body.name)
    tags = {key: value for key, value in call.body.tags.items() if value is not None}
    if tags:
        client.set_experiment_tags(experiment_id, tags)
    for key in call.body.tags.keys() - tags.keys():
        if key in before.tags:
            client.delete_experiment_tag(experiment_id, key)
    return _one(call, experiment_id)


@route("DELETE", _PLACE)
def delete_experiment(call: Call) -> None:
    """Put an experiment into the trash, and with it its runs."""
    call.client.delete_experiment(call.path["experiment_id"])


@route("POST", f"{_PLACE}/restore")
def restore_experiment(call: Call) -> None:
    """Take an experiment out of the trash."""
    call.client.restore_experiment(call.path["experiment_id"])


def _one(call: Call, experiment_id: str) -> Experiment:
    (told,) = _told(call, [call.client.get_experiment(experiment_id)])
    return told


def _told(call: Call, found: Sequence[entities.Experiment]) -> list[Experiment]:
    counts = call.client.count_by_experiment([each.experiment_id for each in found])
    return [_with(each, counts.get(each.experiment_id), call.permission(each.experiment_id)) for each in found]


def _with(found: entities.Experiment, counts: RunCounts | None, permission: str) -> Experiment:
    runs = 0
    if counts is not None:
        runs = counts.active if found.lifecycle_stage == "active" else counts.deleted
    return Experiment(
        experiment_id=found.experiment_id,
        name=found.name,
        lifecycle_stage=found.lifecycle_stage,
        creation_time=found.creation_time,
        last_update_time=found.last_update_time,
        tags=found.tags,
        runs=runs,
        running=0 if counts is None else counts.running,
        permission=permission,
    )
