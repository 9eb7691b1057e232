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

Kind = Literal["experiment", "run", "model", "deleted_model", "new_model", "source", "store"]
"""What an argument names: an experiment or a run by id; a registered model by name, or only the one in the trash, or
one that is made if need be; a model's files by URI. Or nothing: the store as a whole."""


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


def _model(permission: Permission) -> Rule:
    return Rule((Need("model", permission, "name"),))


def _source(permission: Permission) -> Rule:
    return Rule((Need("source", permission, "model_uri"),))


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
    "search_columns": Rule(narrowed=narrowing.runs_of_experiments),
    "search_run_ids": Rule(narrowed=narrowing.runs_of_experiments),
    "search_revision": Rule(narrowed=narrowing.revision_of_searches),
    "running_runs": Rule(narrowed=narrowing.runs_of_experiments),
    "count_runs": Rule(narrowed=narrowing.runs_of_experiments),
    "count_by_experiment": Rule(narrowed=narrowing.runs_of_experiments),
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
    "open_artifact": _run(_READ),
    "load_table": _experiment(_READ),
    "log_artifact": _run(_EDIT),
    "log_artifacts": _run(_EDIT),
    "log_bytes": _run(_EDIT),
    "log_text": _run(_EDIT),
    "log_dict": _run(_EDIT),
    "log_figure": _run(_EDIT),
    "log_image": _run(_EDIT),
    "log_table": _run(_EDIT),
    # Files of models. Whoever registers them must be able to see them, and so lets those see them who see the version.
    "log_model": _run(_EDIT),
    "find_model": _source(_READ),
    "get_model_info": _source(_READ),
    "set_model_signature": _source(_EDIT),
    "register_model": Rule((Need("source", _READ, "model_uri"), Need("new_model", _EDIT, "name"))),
    # Registered models
    "create_registered_model": Rule((Need("new_model", _EDIT, "name"),)),
    "get_registered_model": _model(_READ),
    "search_registered_models": Rule(narrowed=narrowing.by_itself),
    "update_registered_model": _model(_EDIT),
    # Policies stay with a name: who gives it to another model could take them away from there.
    "rename_registered_model": _model(_MANAGE),
    "set_registered_model_tag": _model(_EDIT),
    "delete_registered_model_tag": _model(_EDIT),
    "delete_registered_model": _model(_MANAGE),
    "restore_registered_model": Rule((Need("deleted_model", _MANAGE, "name"),)),
    # Their versions
    "create_model_version": Rule(
        (Need("model", _EDIT, "name"), Need("source", _READ, "source"), Need("run", _READ, "run_id", optional=True))
    ),
    "copy_model_version": Rule((Need("source", _READ, "src_model_uri"), Need("new_model", _EDIT, "dst_name"))),
    "get_model_version": _model(_READ),
    "get_model_version_by_alias": _model(_READ),
    "get_model_version_download_uri": _model(_READ),
    "get_model_version_stages": _model(_READ),
    "get_latest_versions": _model(_READ),
    "search_model_versions": Rule(narrowed=narrowing.by_itself),
    "update_model_version": _model(_EDIT),
    "set_model_version_tag": _model(_EDIT),
    "delete_model_version_tag": _model(_EDIT),
    "transition_model_version_stage": _model(_EDIT),
    "delete_model_version": _model(_MANAGE),
    "restore_model_version": _model(_MANAGE),
    # Aliases, where the policies hold besides, and what people say
    "set_registered_model_alias": _model(_EDIT),
    "delete_registered_model_alias": _model(_EDIT),
    "get_alias_policies": _model(_READ),
    "set_alias_policy": _model(_MANAGE),
    "delete_alias_policy": _model(_MANAGE),
    "model_history": _model(_READ),
    "add_comment": _model(_EDIT),
    "request_approval": _model(_EDIT),
    "approve": _model(_EDIT),
    "reject": _model(_EDIT),
    "log_evaluation": _model(_EDIT),
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
    "set_registered_model_permission": _model(_MANAGE),
    "delete_registered_model_permission": _model(_MANAGE),
    "list_registered_model_permissions": _model(_READ),
    "get_permission": Rule(
        (Need("experiment", _READ, "experiment_id", optional=True), Need("model", _READ, "name", optional=True)),
        narrowing.somebodys_permission,
    ),
}
