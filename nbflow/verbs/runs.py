"""The verbs about runs."""

from __future__ import annotations

from nbflow.verbs.options import VerbGroup
from nbflow.verbs.run_changes import delete_runs, move_runs, restore_runs
from nbflow.verbs.run_compare import compare_runs
from nbflow.verbs.run_export import export_runs
from nbflow.verbs.run_list import list_runs
from nbflow.verbs.run_show import show_run

__all__ = ["runs"]

runs = VerbGroup(
    "runs",
    commands=[list_runs, show_run, compare_runs, export_runs, move_runs, delete_runs, restore_runs],
    usual="list",
    help="List, show, compare, export, move, delete and restore runs.",
)
