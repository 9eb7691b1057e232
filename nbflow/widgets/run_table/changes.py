"""What a table of runs does to them: rename, tag, delete and take back, as far as it goes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from nbflow.errors import NbflowError

if TYPE_CHECKING:
    from nbflow.tracking.client import Client

__all__ = ["delete_runs", "rename_run", "restore_runs", "tag_runs"]


def rename_run(client: Client, run_ids: Iterable[str], name: str) -> dict[str, Any]:
    """Give runs another name.

    Returns
    -------
    outcome : dict
        `done`, the ids of the runs that were changed, and `failed`, for each other one `run_id`, `code` and `message`.
    """
    return _each(run_ids, lambda each: client.update_run(each, name=name))


def tag_runs(client: Client, run_ids: Iterable[str], key: str, value: str | None) -> dict[str, Any]:
    """Set a tag of runs; without a value, take it away. The outcome is as in `rename_run`."""
    if value is None:
        return _each(run_ids, lambda each: client.delete_tag(each, key))
    return _each(run_ids, lambda each: client.set_tag(each, key, value))


def delete_runs(client: Client, run_ids: Iterable[str]) -> dict[str, Any]:
    """Put runs into the trash. The outcome is as in `rename_run`."""
    return _each(run_ids, client.delete_run)


def restore_runs(client: Client, run_ids: Iterable[str]) -> dict[str, Any]:
    """Take runs out of the trash. The outcome is as in `rename_run`."""
    return _each(run_ids, client.restore_run)


def _each(run_ids: Iterable[str], change: Callable[[str], object]) -> dict[str, Any]:
    done, failed = [], []
    for run_id in run_ids:
        try:
            change(run_id)
            done.append(run_id)
        except NbflowError as exc:
            failed.append({"run_id": run_id, "code": exc.error_code, "message": str(exc)})
    return {"done": done, "failed": failed}
