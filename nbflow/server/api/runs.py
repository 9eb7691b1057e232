"""Routes about runs: lists of them, and what is done to several at once."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from nbflow.errors import LimitExceededError
from nbflow.provenance.tags import KERNEL_TAG
from nbflow.search import RUNS
from nbflow.server.api.views import View, view_type
from nbflow.server.routing import Call, route
from nbflow.widgets.listed import ATTRIBUTES, listed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from nbflow.entities import Run
    from nbflow.server.encoding import Kept
    from nbflow.tracking.client import Client

__all__ = [
    "ActiveQuery",
    "ActiveRun",
    "ActiveRuns",
    "Coded",
    "Failed",
    "FilterRuns",
    "Keys",
    "KeysQuery",
    "Outcome",
    "RenameRun",
    "RunIds",
    "RunList",
    "RunsPage",
    "RunsQuery",
    "Sparklines",
    "SparklinesOf",
    "TableColumn",
    "TagRuns",
    "active_runs",
    "delete_runs",
    "filter_runs",
    "keys_of_runs",
    "rename_run",
    "restore_runs",
    "search_runs",
    "sparklines_of_runs",
    "tag_runs",
]

_NEWEST = 200
_MOST_AT_ONCE = 1000
_NOTEBOOK_TAG = "mlflow.source.name"


class RunsQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Which runs, in which order, and what of them.

    Parameters
    ----------
    experiment_id
        Where to look; all experiments where none is named.
    column
        Names of columns, such as `metrics.loss`; what a run has by itself where none is named.
    """

    experiment_id: tuple[str, ...] = ()
    filter: str = ""
    order_by: tuple[str, ...] = ()
    column: tuple[str, ...] = ()
    view: View = "active"
    max_results: int = 100
    page_token: str | None = None


class Coded(Struct, frozen=True):
    """Values of which many are alike: for each run its place in `texts`, -1 where it is missing."""

    codes: list[int]
    texts: list[str]


class TableColumn(Struct, frozen=True):
    """A column of runs: in `values` there is a value for each, null where it is missing.

    Parameters
    ----------
    id
        Its name as it is asked for.
    kind, name
        `attribute`, `param`, `metric`, `tag` or `other`, and what people call it.
    type
        `number`, `text`, `status`, `time` (milliseconds since 1970) or `duration` (seconds).
    best
        Which of a metric's values are the good ones, `min` or `max`, where its name says so.
    values
        What JSON has no number for is `"NaN"`, `"Infinity"` or `"-Infinity"`.
    """

    id: str
    kind: str
    name: str
    type: str
    best: str | None
    values: list[Any] | Coded


class RunsPage(Struct, frozen=True):
    """Some of the runs that were found, column by column; `n_found` is how many were found in all."""

    columns: list[TableColumn]
    n_rows: int
    n_found: int
    next_page_token: str | None


class KeysQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Of which experiments; all where none is named."""

    experiment_id: tuple[str, ...] = ()


class Keys(Struct, frozen=True):
    """Names that a filter can have."""

    params: list[str]
    metrics: list[str]
    tags: list[str]
    attributes: list[str]


class FilterRuns(Struct, frozen=True, forbid_unknown_fields=True):
    """Which runs; no experiments are all of them."""

    experiment_ids: tuple[str, ...] = ()
    filter: str = ""
    view: View = "active"


class RunList(Struct, frozen=True):
    """Runs by their ids."""

    run_ids: list[str]


class SparklinesOf(Struct, frozen=True, forbid_unknown_fields=True):
    """Of which runs and metrics."""

    run_ids: tuple[str, ...]
    metrics: tuple[str, ...]


class Sparklines(Struct, frozen=True):
    """How metrics went, by run and metric; runs and metrics of fewer than two values are left out."""

    lines: dict[str, dict[str, list[float]]]


class RenameRun(Struct, frozen=True, forbid_unknown_fields=True):
    """A run, and its new name."""

    run_id: str
    name: str


class TagRuns(Struct, frozen=True, forbid_unknown_fields=True):
    """Runs, and a tag of theirs; null takes it away."""

    run_ids: tuple[str, ...]
    key: str
    value: str | None


class RunIds(Struct, frozen=True, forbid_unknown_fields=True):
    """Runs by their ids, up to 1,000."""

    run_ids: tuple[str, ...]


class Failed(Struct, frozen=True):
    """A run that was not changed, and why."""

    run_id: str
    code: str
    message: str


class Outcome(Struct, frozen=True):
    """What became of a change to several runs: it goes as far as it goes."""

    done: list[str]
    failed: list[Failed]


class ActiveQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Of which notebook, by its path below the server's root, and of which kernel, where that is known."""

    notebook: str
    kernel_id: str | None = None


class ActiveRun(Struct, frozen=True):
    """A run that runs now."""

    run_id: str
    name: str
    status: str
    start_time: int
    experiment_id: str


class ActiveRuns(Struct, frozen=True):
    """Runs that run now, the latest first."""

    runs: list[ActiveRun]


@route("GET", "/stores/{store}/runs", query=RunsQuery, answer=RunsPage)
def search_runs(call: Call) -> Kept:
    """Find runs, and give columns of them."""
    client, query = call.client, call.query
    revision = client.search_revision(query.experiment_id or None)

    def count() -> int:
        """Count once for all pages and orders of a search, as long as nothing changed."""
        of = (call.identity, query.experiment_id, query.filter, query.view)
        make = partial(client.count_runs, query.experiment_id or None, query.filter, view_type(query.view))
        return call.store.counts.get(of, revision, make)

    return call.store.answers.get((call.identity, query), revision, lambda: _page(client, query, count))


@route("GET", "/stores/{store}/keys", query=KeysQuery, answer=Keys)
def keys_of_runs(call: Call) -> Kept:
    """Give the names that the newest runs have, for completion."""
    client, query = call.client, call.query
    revision = client.search_revision(query.experiment_id or None)
    return call.store.answers.get((call.identity, query), revision, lambda: _keys(client, query))


@route("POST", "/stores/{store}/runs/filter", body=FilterRuns, answer=RunList, reads=True)
def filter_runs(call: Call) -> RunList:
    """Find the ids of all runs that pass a filter."""
    body = call.body
    found = call.client.search_run_ids(body.experiment_ids or None, body.filter, view_type(body.view))
    return RunList(found)


@route("POST", "/stores/{store}/runs/sparklines", body=SparklinesOf, answer=Sparklines, reads=True)
def sparklines_of_runs(call: Call) -> dict[str, Any]:
    """Give a few points of metrics, the lowest and highest among them."""
    from nbflow.widgets.run_table.sparklines import sparklines

    return sparklines(call.client, call.body.run_ids, call.body.metrics)


@route("POST", "/stores/{store}/runs/rename", body=RenameRun, answer=Outcome)
def rename_run(call: Call) -> dict[str, Any]:
    """Give a run another name."""
    from nbflow.widgets.run_table import changes

    return changes.rename_run(call.client, [call.body.run_id], call.body.name)


@route("POST", "/stores/{store}/runs/tag", body=TagRuns, answer=Outcome)
def tag_runs(call: Call) -> dict[str, Any]:
    """Set a tag of runs, or take it away."""
    from nbflow.widgets.run_table import changes

    return changes.tag_runs(call.client, _some(call.body.run_ids), call.body.key, call.body.value)


@route("POST", "/stores/{store}/runs/delete", body=RunIds, answer=Outcome)
def delete_runs(call: Call) -> dict[str, Any]:
    """Put runs into the trash."""
    from nbflow.widgets.run_table import changes

    return changes.delete_runs(call.client, _some(call.body.run_ids))


@route("POST", "/stores/{store}/runs/restore", body=RunIds, answer=Outcome)
def restore_runs(call: Call) -> dict[str, Any]:
    """Take runs out of the trash."""
    from nbflow.widgets.run_table import changes

    return changes.restore_runs(call.client, _some(call.body.run_ids))


@route("GET", "/stores/{store}/runs/active", query=ActiveQuery, answer=ActiveRuns)
def active_runs(call: Call) -> ActiveRuns:
    """Find the runs that a notebook's kernel has running."""
    root, query = call.server.root_dir, call.query
    roots = () if root is None else (root, Path(os.path.realpath(root)))
    notebook = None if root is None else _real(root.joinpath(*filter(None, query.notebook.split("/"))))
    found = [run for run in call.client.running_runs() if _is_of(run, notebook, roots, query.kernel_id)]
    return ActiveRuns(
        [ActiveRun(run.run_id, run.name, run.status, run.info.start_time, run.info.experiment_id) for run in found]
    )


def _page(client: Client, query: RunsQuery, count: Callable[[], int]) -> dict[str, Any]:
    found = client.search_columns(
        query.experiment_id or None,
        query.column or tuple(ATTRIBUTES),
        query.filter,
        view_type(query.view),
        query.max_results,
        query.order_by,
        query.page_token,
    )
    columns = [listed(name, values) for name, values in found.values.items()]
    is_all = found.token is None and query.page_token is None
    n_found = found.n_runs if is_all else count()
    return {"columns": columns, "n_rows": found.n_runs, "n_found": n_found, "next_page_token": found.token}


def _keys(client: Client, query: KeysQuery) -> Keys:
    newest = client.search_runs(query.experiment_id or None, max_results=_NEWEST)
    return Keys(
        _names(run.params for run in newest),
        _names(run.metrics for run in newest),
        _names(run.tags for run in newest),
        [attribute.name for attribute in RUNS.attributes],
    )


def _names(of_runs: Iterable[Iterable[str]]) -> list[str]:
    return sorted({name for names in of_runs for name in names})


def _some(run_ids: Sequence[str]) -> list[str]:
    if len(run_ids) > _MOST_AT_ONCE:
        raise LimitExceededError("run_ids", len(run_ids), _MOST_AT_ONCE, "Change some, then the others.", unit="runs")
    return list(dict.fromkeys(run_ids))


def _is_of(run: Run, notebook: str | None, roots: Sequence[Path], kernel_id: str | None) -> bool:
    """Tell whether a run is a kernel's; of a run that does not know its kernel, whether it is the notebook's."""
    kernel = run.tags.get(KERNEL_TAG)
    if kernel is not None and kernel_id is not None:
        return kernel == kernel_id
    source = run.tags.get(_NOTEBOOK_TAG)
    if notebook is None or source is None:
        return False
    # As it is written, first: anybody can write such a tag, and where a path leads may be a disk that hangs.
    written = Path(os.path.normpath(source))
    return any(written.is_relative_to(root) for root in roots) and _real(written) == notebook


def _real(path: Path) -> str | None:
    try:
        return os.path.realpath(path)
    except (OSError, ValueError):  # a NUL in it
        return None
