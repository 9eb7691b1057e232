"""The tags that a new run gets by itself."""

from __future__ import annotations

from nbflow.names import MAX_TAG
from nbflow.provenance._text import storable
from nbflow.provenance.git import git_state
from nbflow.provenance.place import cell_id, kernel_id
from nbflow.provenance.source import source, source_dir
from nbflow.provenance.user import user_name

__all__ = ["CELL_TAG", "KERNEL_TAG", "context_tags"]

CELL_TAG, KERNEL_TAG = "nbflow.source.cell_id", "nbflow.source.kernel_id"


def context_tags() -> dict[str, str]:
    """Tell where a run that starts now comes from.

    Returns
    -------
    tags : dict of str to str
        `mlflow.user`, `mlflow.source.name`, `mlflow.source.type`; in a git repository with a commit also
        `mlflow.source.git.commit`, `.branch` and `.repoURL` as far as there are any, and `nbflow.source.git.dirty`
        (`true` or `false`; absent if git could not tell); in a kernel, where it is known, `nbflow.source.cell_id`, the
        cell that is executed, and `nbflow.source.kernel_id`. Values are cut to the length of a tag.
    """
    name, kind = source()
    tags = {"mlflow.user": user_name(), "mlflow.source.name": name, "mlflow.source.type": kind}
    place = {CELL_TAG: cell_id(), KERNEL_TAG: kernel_id()}
    tags |= {key: value for key, value in place.items() if value is not None}
    folder = source_dir()
    state = None if folder is None else git_state(folder)
    if state is not None:
        dirty = None if state.dirty is None else str(state.dirty).lower()
        git = {
            "mlflow.source.git.commit": state.commit,
            "mlflow.source.git.branch": state.branch,
            "mlflow.source.git.repoURL": state.repo_url,
            "nbflow.source.git.dirty": dirty,
        }
        tags |= {key: value for key, value in git.items() if value is not None}
    return {key: storable(value, MAX_TAG) for key, value in tags.items()}
