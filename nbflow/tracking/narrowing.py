"""How calls that name no single resource are kept to what somebody may see.

Each function makes a call of the plain client, with the arguments by name, and gives what of its result may be seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbflow.access import Permission, check_identity
from nbflow.tracking.paging import page_of
from nbflow.tracking.search_calls import check_experiment_ids

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbflow.entities import Experiment, Run
    from nbflow.tracking.paging import PagedList
    from nbflow.tracking.rights import Rights

__all__ = [
    "by_itself",
    "experiment_named",
    "parent_run",
    "revision_of_searches",
    "runs_of_experiments",
    "some_experiments",
    "somebodys_permission",
]


def runs_of_experiments(call: Callable[..., Any], rights: Rights, given: dict[str, Any]) -> Any:
    """Look for runs only in experiments that may be seen: the index counts and cuts pages among those."""
    seen = rights.seen_experiments()
    if seen is None:
        return call(**given)
    wanted = given["experiment_ids"]
    if wanted is None:
        return call(**{**given, "experiment_ids": seen})
    among = {int(each) for each in seen}  # as the index compares them: "00" is 0, too
    kept = [each for each in check_experiment_ids(wanted) if int(each) in among]
    return call(**{**given, "experiment_ids": kept})


def revision_of_searches(call: Callable[..., str], rights: Rights, given: dict[str, Any]) -> str:
    """Give the revision of what may be seen, and of what is granted: a right that came and went is not the one before.

    Grants on experiments are in their logs, of which the index tells; those on the store are not.
    """
    granted = rights.revision()  # first, so that what is made with it is no older
    return f"{runs_of_experiments(call, rights, given)}-{granted}"


def some_experiments(
    call: Callable[..., PagedList[Experiment]], rights: Rights, given: dict[str, Any]
) -> PagedList[Experiment]:
    """Give the experiments that may be seen, and pages of those."""
    seen = rights.seen_experiments()
    if seen is None:
        return call(**given)
    ids = set(seen)
    found = call(**{**given, "max_results": None, "page_token": None})
    return page_of([each for each in found if each.experiment_id in ids], given["max_results"], given["page_token"])


def by_itself(call: Callable[..., Any], _rights: Rights, given: dict[str, Any]) -> Any:
    """Call what leaves out by itself what who asks may not see: it alone knows the things before they are records."""
    return call(**given)


def experiment_named(
    call: Callable[..., Experiment | None], rights: Rights, given: dict[str, Any]
) -> Experiment | None:
    """Give the experiment of a name, if it may be seen."""
    found = call(**given)
    if found is None or rights.on_experiment(found.experiment_id) < Permission.READ:
        return None
    return found


def parent_run(call: Callable[..., Run | None], rights: Rights, given: dict[str, Any]) -> Run | None:
    """Give a run's parent, if it may be seen."""
    found = call(**given)
    if found is None or rights.on_experiment(found.info.experiment_id) < Permission.READ:
        return None
    return found


def somebodys_permission(call: Callable[..., str], rights: Rights, given: dict[str, Any]) -> str:
    """Say what somebody may do; of others with the store only to those who may see who may do what there."""
    whole_store = given["experiment_id"] is None and given["name"] is None
    if whole_store and check_identity(given["identity"]) != rights.identity:
        rights.need_on_store(Permission.READ)
    return call(**given)
