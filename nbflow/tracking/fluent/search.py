"""Searching runs, with MLflow's defaults."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Literal, overload

from nbflow.errors import InvalidInputError
from nbflow.tracking.client import Client
from nbflow.tracking.fluent.experiments import current_experiment_id
from nbflow.tracking.paging import MAX_PAGE, check_max_results

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbflow.entities import Run
    from nbflow.tracking.frame import RunFrame

__all__ = ["search_runs"]


@overload
def search_runs(
    experiment_ids: Sequence[str] | None = None,
    filter_string: str = "",
    run_view_type: int = 1,
    max_results: int = 100_000,
    order_by: Sequence[str] | None = None,
    output_format: Literal["pandas"] = "pandas",
    search_all_experiments: bool = False,  # noqa: FBT001, FBT002 (MLflow's signature)
    experiment_names: Sequence[str] | None = None,
) -> RunFrame: ...


@overload
def search_runs(
    experiment_ids: Sequence[str] | None = None,
    filter_string: str = "",
    run_view_type: int = 1,
    max_results: int = 100_000,
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
    max_results: int = 100_000,
    order_by: Sequence[str] | None = None,
    output_format: Literal["pandas", "list"] = "pandas",
    search_all_experiments: bool = False,  # noqa: FBT001, FBT002 (MLflow's signature)
    experiment_names: Sequence[str] | None = None,
) -> RunFrame | list[Run]:
    """Find runs.

    Parameters
    ----------
    experiment_ids, experiment_names
        The experiments to look in; neither is the one in use. Names that are not there are left out with a warning.
    filter_string
        Such as `"metrics.loss < 0.1 AND (params.model = 'mlp' OR tags.kind IS NULL)"`.
    run_view_type
        `ViewType.ACTIVE_ONLY` (1), `DELETED_ONLY` (2) or `ALL` (3).
    max_results
        The most to give.
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
    if experiment_ids and experiment_names:
        raise InvalidInputError(
            "experiment_ids and experiment_names",
            (experiment_ids, experiment_names),
            "Only experiment_ids or experiment_names can be used, but not both.",
        )
    if output_format not in ("pandas", "list"):
        raise InvalidInputError("output_format", output_format, "It is 'pandas' or 'list'.")
    check_max_results(max_results, None)
    client = Client()
    ids: Sequence[str] | None = experiment_ids
    if experiment_names:
        ids = _ids_of(client, experiment_names)
    elif not experiment_ids:
        if experiment_ids is not None and not search_all_experiments and experiment_ids == []:
            ids = []
        else:
            ids = None if search_all_experiments else [current_experiment_id()]
    if output_format == "pandas":
        return client.search_frame(ids, filter_string, run_view_type, max_results, order_by)
    if ids is None:
        ids = [e.experiment_id for e in client.search_experiments(3, None)]
    runs: list[Run] = []
    token: str | None = None
    while True:
        page = client.search_runs(
            ids, filter_string, run_view_type, min(MAX_PAGE, max_results - len(runs)), order_by, token
        )
        runs += page
        token = page.token
        if token is None or len(runs) >= max_results:
            return runs


def _ids_of(client: Client, names: Sequence[str]) -> list[str]:
    ids = []
    for name in names:
        experiment = client.get_experiment_by_name(name)
        if experiment is None:
            warnings.warn(f"No experiment is named {name!r}; it is left out of the search.", UserWarning, stacklevel=3)
        else:
            ids.append(experiment.experiment_id)
    return ids
