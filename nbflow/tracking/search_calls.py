"""The part of `Client` that searches runs."""

from __future__ import annotations

import hashlib
import time
from typing import TYPE_CHECKING

from nbflow.errors import InvalidInputError, LimitExceededError, UnsupportedValueError
from nbflow.tracking.paging import PagedList, check_max_results, check_view_type, offset_of, token_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbflow.entities import Run
    from nbflow.store.cells import RunCounts
    from nbflow.store.filestore import FileStore
    from nbflow.store.query import Selection
    from nbflow.tracking.frame import RunFrame
    from nbflow.tracking.run_columns import RunColumns

__all__ = ["SearchCalls", "check_experiment_ids", "frame_of", "in_experiment"]

_ALL = 2**62  # more than there can be, and what SQLite can count to
_LONGEST_ID = 18
# Each is up to three terms, and SQLite (3.40, for one) crashes when a join is ordered by more than 63.
_MAX_ORDERS = 20
_ACTIVE = {1: True, 2: False, 3: None}


class SearchCalls:
    """Searching runs."""

    _store: FileStore

    def search_runs(
        self,
        experiment_ids: Sequence[str] | str | None,
        filter_string: str = "",
        run_view_type: int = 1,
        max_results: int = 1000,
        order_by: Sequence[str] | None = None,
        page_token: str | None = None,
    ) -> PagedList[Run]:
        """Find runs.

        Parameters
        ----------
        experiment_ids
            The experiments to look in; unknown ones have no runs. None looks in all.
        filter_string
            Such as `"metrics.loss < 0.1 AND params.lr >= 0.01"`; empty takes all.
        run_view_type
            `ViewType.ACTIVE_ONLY` (1), `DELETED_ONLY` (2) or `ALL` (3).
        max_results
            The most to give, 1 to 50,000.
        order_by
            Such as `["metrics.loss ASC"]`, up to 20; ties, and all without it, by start (latest first), then id.
        page_token
            `token` of the previous page's list.

        Returns
        -------
        runs : PagedList of Run
            Its `token` is None on the last page.

        Raises
        ------
        InvalidFilterError
            If the filter or the order does not parse.
        InvalidInputError
            If another argument cannot be used.
        """
        check_max_results(max_results)
        offset = offset_of(page_token)
        # One more than asked for tells whether there is a next page.
        selection = _selection(experiment_ids, filter_string, run_view_type, max_results + 1, order_by, offset)
        runs = self._store.index.runs(selection)
        return PagedList(runs[:max_results], token_for(offset + max_results) if len(runs) > max_results else None)

    def search_frame(
        self,
        experiment_ids: Sequence[str] | str | None,
        filter_string: str = "",
        run_view_type: int = 1,
        max_results: int | None = None,
        order_by: Sequence[str] | None = None,
    ) -> RunFrame:
        """Find runs, as a `RunFrame`; None for `experiment_ids` looks in all, None for `max_results` gives all.

        Raises
        ------
        InvalidFilterError
            If the filter or the order does not parse.
        InvalidInputError
            If another argument cannot be used.
        """
        if max_results is not None:
            check_max_results(max_results, None)
        from nbflow.tracking.frame import Search

        time_ms = int(time.time() * 1000)
        runs = frame_of(self._store, _selection(experiment_ids, filter_string, run_view_type, max_results, order_by))
        runs.found_by = Search(
            experiment_ids=None if experiment_ids is None else check_experiment_ids(experiment_ids),
            filter_string=filter_string,
            run_view_type=run_view_type,
            max_results=max_results,
            order_by=None if order_by is None else list(order_by),
            n_runs=len(runs),
            time_ms=time_ms,
        )
        return runs

    def search_columns(
        self,
        experiment_ids: Sequence[str] | str | None,
        columns: Sequence[str],
        filter_string: str = "",
        run_view_type: int = 1,
        max_results: int = 1000,
        order_by: Sequence[str] | None = None,
        page_token: str | None = None,
    ) -> RunColumns:
        """Find runs, and give some of what they have: for a list of many, much faster than their records.

        Parameters
        ----------
        columns
            What is wanted: those of a `RunFrame`, such as `"run_id"` or `"metrics.loss"`, up to 500; also `"duration"`
            (in seconds) and aggregates such as `"metrics.loss.min"`.
        experiment_ids, filter_string, run_view_type, max_results, order_by, page_token
            As in `search_runs`.

        Returns
        -------
        found : RunColumns
            Also a column that no run has.

        Raises
        ------
        InvalidFilterError
            If the filter or the order does not parse.
        InvalidInputError
            If another argument cannot be used.
        """
        from nbflow.search.tree import Key
        from nbflow.tracking.run_columns import RunColumns, column_keys

        keys = column_keys(columns)
        check_max_results(max_results)
        offset = offset_of(page_token)
        selection = _selection(experiment_ids, filter_string, run_view_type, max_results + 1, order_by, offset)
        # Ids too: how many runs there are must be known where no column is wanted.
        ids, *values = self._store.index.cells(selection, [Key("attribute", "run_id"), *keys])
        token = token_for(offset + max_results) if len(ids) > max_results else None
        cut = {name: of[:max_results] for name, of in zip(columns, values, strict=True)}
        return RunColumns(cut, min(len(ids), max_results), token)

    def search_run_ids(
        self,
        experiment_ids: Sequence[str] | str | None = None,
        filter_string: str = "",
        run_view_type: int = 1,
    ) -> list[str]:
        """Find the ids of runs, all of them; see `search_runs` for the arguments.

        Raises
        ------
        InvalidFilterError
            If the filter does not parse.
        InvalidInputError
            If another argument cannot be used.
        """
        return self._store.index.run_ids(_selection(experiment_ids, filter_string, run_view_type))

    def running_runs(self, experiment_ids: Sequence[str] | str | None = None) -> list[Run]:
        """Find the runs that run now, the latest first; None looks in all experiments.

        Raises
        ------
        InvalidInputError
            If one is no experiment's id.
        """
        among = None if experiment_ids is None else set(map(int, check_experiment_ids(experiment_ids)))
        found = self._store.index.running()
        return [run for run in found if among is None or int(run.info.experiment_id) in among]

    def count_by_experiment(self, experiment_ids: Sequence[str] | str | None = None) -> dict[str, RunCounts]:
        """Count the runs of experiments; None looks in all.

        Returns
        -------
        counts : dict of str to RunCounts
            By experiment: `active` runs, those of them that are `running`, and `deleted` ones. Experiments without
            runs are left out.

        Raises
        ------
        InvalidInputError
            If one is no experiment's id.
        """
        counts = self._store.index.counts()
        if experiment_ids is None:
            return {str(number): of for number, of in counts.items()}
        return {each: counts[int(each)] for each in check_experiment_ids(experiment_ids) if int(each) in counts}

    def search_revision(self, experiment_ids: Sequence[str] | str | None = None) -> str:
        """Give a text that is another one once anything changed that a search in these experiments could tell.

        It is good as long as this process lives, and for who asks: who may see more or less gets another one.

        Raises
        ------
        InvalidInputError
            If one is no experiment's id.
        """
        revision = "-".join(map(str, self._store.index.stamp()))
        if experiment_ids is None:
            return revision
        among = ",".join(sorted(set(check_experiment_ids(experiment_ids))))
        return f"{revision}-{hashlib.sha256(among.encode()).hexdigest()[:16]}"

    def count_runs(
        self,
        experiment_ids: Sequence[str] | str | None = None,
        filter_string: str = "",
        run_view_type: int = 1,
    ) -> int:
        """Count runs; see `search_runs` for the arguments, of which None looks in all experiments.

        Raises
        ------
        InvalidFilterError
            If the filter does not parse.
        InvalidInputError
            If another argument cannot be used.
        """
        return self._store.index.count(_selection(experiment_ids, filter_string, run_view_type))


def frame_of(store: FileStore, selection: Selection) -> RunFrame:
    """Make a frame of runs."""
    from nbflow.tracking.frame import RunFrame

    table = store.index.table(selection)
    return RunFrame.from_columns(table.columns, str(store.root), table.order)


def in_experiment(experiment_id: str) -> Selection:
    """Select the active runs of an experiment.

    Raises
    ------
    InvalidInputError
        If it is no experiment's id.
    """
    return _selection([experiment_id], "", 1)


def _selection(
    experiment_ids: Sequence[str] | str | None,
    filter_string: str,
    run_view_type: int,
    limit: int | None = None,
    order_by: Sequence[str] | None = None,
    offset: int = 0,
) -> Selection:
    from nbflow.search import RUNS, parse_filter, parse_order
    from nbflow.store.query import Selection

    active = _ACTIVE[check_view_type(run_view_type, "run_view_type")]
    orders = parse_order(order_by, RUNS)
    if len(orders) > _MAX_ORDERS:
        raise LimitExceededError("order_by", len(orders), _MAX_ORDERS, "Leave out the last ones.", unit="keys")
    return Selection(
        node=parse_filter(filter_string, RUNS),
        order=orders,
        experiment_ids=None if experiment_ids is None else check_experiment_ids(experiment_ids),
        active=active,
        limit=None if limit is None else min(limit, _ALL),
        offset=offset,
    )


def check_experiment_ids(experiment_ids: Sequence[str] | str) -> list[str]:
    """Check the experiments to look in: ids, or numbers, or one.

    Raises
    ------
    UnsupportedValueError
        If one is neither text nor number.
    InvalidInputError
        If one is no experiment's id.
    """
    ids = [experiment_ids] if isinstance(experiment_ids, str | int) else list(experiment_ids)
    for each in ids:
        if not isinstance(each, str | int):
            raise UnsupportedValueError("experiment_ids", each, "give a list of experiment ids.")
        if not str(each).isascii() or not str(each).isdecimal() or len(str(each)) > _LONGEST_ID:
            raise InvalidInputError("experiment_ids", each, "An experiment id is up to 18 decimal digits.")
    return [str(each) for each in ids]
