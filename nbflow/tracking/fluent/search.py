"""Searching runs, with MLflow's defaults."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, Literal, overload

from nbflow.entities import ViewType
from nbflow.errors import InvalidInputError, UnsupportedValueError
from nbflow.tracking.client import Client
from nbflow.tracking.fluent.experiments import current_experiment_id
from nbflow.tracking.paging import MAX_PAGE, check_max_results

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nbflow.entities import Run
    from nbflow.tracking.frame import RunFrame

__all__ = ["search_runs"]


@overload
def search_runs(
    experiment_ids: Sequence[str] | None = None,
    filter_string: str = "",
    run_view_type: int = 1,
    max_results: int | None = 100_000,
    order_by: Sequence[str] | None = None,
    output_format: Literal["pandas"] = "pandas",
    search_all_experiments: bool = False,
    experiment_names: Sequence[str] | None = None,
) -> RunFrame: ...


@overload
def search_runs(
    experiment_ids: Sequence[str] | None = None,
    filter_string: str = "",
    run_view_type: int = 1,
    max_results: int | None = 100_000,
    order_by: Sequence[str] | None = None,
    *,
    output_format: Literal["list"],
    search_all_experiments: bool = False,
    experiment_names: Sequence[str] | None = None,
) -> list[Run]: ...


def search_runs(
    experiment_ids: Sequence[str] | None = None,
    filter_string: str = "",
    run_view_type: int = 1,
    max_results: int | None = 100_000,
    order_by: Sequence[str] | None = None,
    output_format: Literal["pandas", "list"] = "pandas",
    search_all_experiments: bool = False,
    experiment_names: Sequence[str] | None = None,
) -> RunFrame | list[Run]:
    """Find runs.

    Parameters
    ----------
    experiment_ids, experiment_names
        The experiments to look in; neither is the one in use, an empty list is none. Names that are not there are left
        out with a warning.
    filter_string
        Such as `"metrics.loss < 0.1 AND (params.model = 'mlp' OR tags.kind IS NULL)"`.
    run_view_type
        `ViewType.ACTIVE_ONLY` (1), `DELETED_ONLY` (2) or `ALL` (3).
    max_results
        The most to give; None is all.
    order_by
        Such as `["metrics.loss ASC"]`; ties, and all without it, by start (latest first), then id.
    output_format
        `"pandas"` gives a `RunFrame`, `"list"` a list of `Run`.
    search_all_experiments
        Whether to look in all experiments, when none are named.

    Returns
    -------
    runs : RunFrame, shape (n_runs, n_columns), or list of Run
        With MLflow's columns: `run_id`, `experiment_id`, `status`, `artifact_uri`, `start_time`, `end_time`, then
        `metrics.*`, `params.*` and `tags.*`.

    Raises
    ------
    InvalidFilterError
        If the filter or the order does not parse; the message shows where.
    InvalidInputError
        If another argument cannot be used.
    """
    if output_format not in ("pandas", "list"):
        raise InvalidInputError("output_format", output_format, "It is 'pandas' or 'list'.")
    if max_results is not None:
        check_max_results(max_results, None)
    client = Client()
    ids = _ids(client, experiment_ids, experiment_names, everywhere=search_all_experiments)
    if output_format == "pandas":
        return client.search_frame(ids, filter_string, run_view_type, max_results, order_by)
    if ids is None:
        ids = [e.experiment_id for e in client.search_experiments(ViewType.ALL, None)]
    runs: list[Run] = []
    token: str | None = None
    while True:
        wanted = MAX_PAGE if max_results is None else min(MAX_PAGE, max_results - len(runs))
        page = client.search_runs(ids, filter_string, run_view_type, wanted, order_by, token)
        runs += page
        token = page.token
        if token is None or len(runs) == max_results:
            return runs


def _ids(
    client: Client, given_ids: Iterable[str] | None, given_names: Iterable[str] | None, *, everywhere: bool
) -> list[str] | None:
    """Say which experiments to look in; None is all."""
    ids, names = _listed("experiment_ids", given_ids), _listed("experiment_names", given_names)
    if ids and names:
        raise InvalidInputError(
            "experiment_ids and experiment_names",
            (ids, names),
            "Only experiment_ids or experiment_names can be used, but not both.",
        )
    if ids:
        return ids
    if names:
        return _ids_of(client, names)
    if everywhere:
        return None
    return [current_experiment_id()] if ids is None and names is None else []


def _listed(what: str, given: Iterable[Any] | None) -> list[Any] | None:
    """Make a list of what was given for one: a list, an array, a column of a frame, or a single one."""
    if given is None or isinstance(given, str | int):
        return None if given is None else [given]
    try:
        return list(given)
    except TypeError:
        raise UnsupportedValueError(what, given, "give a list.") from None


def _ids_of(client: Client, names: Sequence[str]) -> list[str]:
    ids = []
    for name in names:
        experiment = client.get_experiment_by_name(name)
        if experiment is None:
            warnings.warn(f"No experiment is named {name!r}; it is left out of the search.", UserWarning, stacklevel=4)
        else:
            ids.append(experiment.experiment_id)
    return ids
