"""The table of what each method of `Client` needs: which of its arguments name what, and which permission there.

A method that is not in the table is refused to whoever comes with an identity.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

from msgspec import Struct

from nbflow.access import Permission
from nbflow.tracking import narrowing

__all__ = ["RULES", "Kind", "Need", "Rule"]

Kind = Literal["experiment", "run", "store"]


class Need(Struct, frozen=True):
    """A permission that a call takes.

    Parameters
    ----------
    kind
        What it is needed on.
    permission
        How much of it.
    argument
        The argument that names it; or, on the store, that calls for it.
    optional
        Whether the need holds only where that argument is given.
    """

    kind: Kind
    permission: Permission
    argument: str = ""
    optional: bool = False


class Rule(Struct, frozen=True):
    """What a method needs.

    Parameters
    ----------
    needs
        All of these permissions.
    narrowed
        How the call is kept to what may be seen, beyond what its arguments name; None where it is so by itself.
    """

    needs: tuple[Need, ...] = ()
    narrowed: Callable[[Callable[..., Any], Any, dict[str, Any]], Any] | None = None


def _run(permission: Permission) -> Rule:
    return Rule((Need("run", permission, "run_id"),))


def _experiment(permission: Permission) -> Rule:
    return Rule((Need("experiment", permission, "experiment_id"),))


def _store(permission: Permission) -> Rule:
    return Rule((Need("store", permission),))


_READ, _EDIT, _MANAGE = Permission.READ, Permission.EDIT, Permission.MANAGE

RULES: Mapping[str, Rule] = {
    # Experiments. Where artifacts lie on the server's disks, or with its credentials, is for those who manage it.
    "create_experiment": Rule((Need("store", _EDIT), Need("store", _MANAGE, "artifact_location", optional=True))),
    "get_experiment": _experiment(_READ),
    "get_experiment_by_name": Rule(narrowed=narrowing.experiment_named),
    "search_experiments": Rule(narrowed=narrowing.some_experiments),
    "rename_experiment": _experiment(_EDIT),
    "set_experiment_tag": _experiment(_EDIT),
    "set_experiment_tags": _experiment(_EDIT),
    "delete_experiment_tag": _experiment(_EDIT),
    "delete_experiment": _experiment(_MANAGE),
    "restore_experiment": _experiment(_MANAGE),
    # Runs
    "create_run": _experiment(_EDIT),
    "get_run": _run(_READ),
    "get_parent_run": Rule((Need("run", _READ, "run_id"),), narrowing.parent_run),
    "get_metric_history": _run(_READ),
    "get_metric_arrays": _run(_READ),
    "search_runs": Rule(narrowed=narrowing.runs_of_experiments),
    "search_frame": Rule(narrowed=narrowing.runs_of_experiments),
    "count_runs": Rule(narrowed=narrowing.runs_of_experiments),
    "set_terminated": _run(_EDIT),
    "update_run": _run(_EDIT),
    "log_param": _run(_EDIT),
    "log_metric": _run(_EDIT),
    "set_tag": _run(_EDIT),
    "delete_tag": _run(_EDIT),
    "log_batch": _run(_EDIT),
    "log_inputs": _run(_EDIT),
    "move_run": Rule((Need("run", _EDIT, "run_id"), Need("experiment", _EDIT, "experiment_id"))),
    "delete_run": _run(_MANAGE),
    "restore_run": _run(_MANAGE),
    # Artifacts
    "list_artifacts": _run(_READ),
    "walk_artifacts": _run(_READ),
    "download_artifacts": _run(_READ),
    "read_artifact": _run(_READ),
    "load_table": _experiment(_READ),
    "log_artifact": _run(_EDIT),
    "log_artifacts": _run(_EDIT),
    "log_bytes": _run(_EDIT),
    "log_text": _run(_EDIT),
    "log_dict": _run(_EDIT),
    "log_figure": _run(_EDIT),
    "log_image": _run(_EDIT),
    "log_table": _run(_EDIT),
    # The store as a whole
    "doctor": _store(_MANAGE),
    "gc": _store(_MANAGE),
    "merge": _store(_MANAGE),
    # Permissions
    "set_experiment_permission": _experiment(_MANAGE),
    "delete_experiment_permission": _experiment(_MANAGE),
    "list_experiment_permissions": _experiment(_READ),
    "set_store_permission": _store(_MANAGE),
    "delete_store_permission": _store(_MANAGE),
    "list_store_permissions": _store(_READ),
    "get_permission": Rule(
        (Need("experiment", _READ, "experiment_id", optional=True),), narrowing.somebodys_permission
    ),
}
