"""What is logged of a search for params: its table, the best params, and runs of the best candidates."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from nbflow.autologging.recorder import Recorder
from nbflow.autologging.session import AUTOLOG_TAG
from nbflow.provenance import context_tags
from nbflow.tracking.active import ActiveRun
from nbflow.tracking.run_calls import PARENT_TAG

if TYPE_CHECKING:
    import pandas as pd

    from nbflow.data import Dataset

__all__ = ["is_search", "log_search", "names_of", "searches"]


def searches(estimator: Any) -> bool:
    """Tell whether an estimator is one that tries several params, fitted or not."""
    return any(cls.__name__ == "BaseSearchCV" for cls in type(estimator).__mro__)


def is_search(estimator: Any) -> bool:
    """Tell whether a fitted estimator has tried several params, as `GridSearchCV` does."""
    results = getattr(estimator, "cv_results_", None)
    return isinstance(results, dict) and "params" in results


def names_of(estimator: Any) -> dict[str, str]:
    """Name an estimator's class, as MLflow's tags do."""
    cls = type(estimator)
    return {"estimator_name": cls.__name__, "estimator_class": f"{cls.__module__}.{cls.__name__}"}


def log_search(log: Recorder, search: Any, dataset: Dataset | None) -> None:
    """Log what a search found.

    Parameters
    ----------
    log
        The search's run.
    search
        Fitted.
    dataset
        What it searched with; None where that is not logged.
    """
    import pandas as pd

    with log.piece("the best params"):
        log.params({f"best_{name}": value for name, value in getattr(search, "best_params_", {}).items()})
        if hasattr(search, "best_score_"):
            log.metrics([("best_cv_score", search.best_score_)])
    with log.piece("the table of the search"):
        table = pd.DataFrame(search.cv_results_)
        log.text(table.to_csv(index=False), "cv_results.csv")
        with log.piece("the candidates of the search"):
            for row in _best(table, search, log.settings.max_tuning_runs):
                _log_candidate(log, search, table, row, dataset)


def _best(table: pd.DataFrame, search: Any, most: int | None) -> list[int]:
    """Give the rows of the best candidates, the best first."""
    ranks = [name for name in table.columns if name.startswith("rank_test_")]
    wanted = f"rank_test_{search.refit}" if isinstance(getattr(search, "refit", None), str) else "rank_test_score"
    by = wanted if wanted in ranks else (ranks[0] if ranks else None)
    order = range(len(table)) if by is None else table[by].argsort(kind="stable")
    return [int(row) for row in order][:most]


def _log_candidate(log: Recorder, search: Any, table: pd.DataFrame, row: int, used: Dataset | None) -> None:
    from sklearn.base import clone

    candidate = clone(search.estimator).set_params(**clone(search.cv_results_["params"][row], safe=False))
    tags = {**context_tags(), PARENT_TAG: log.run.run_id, **log.settings.extra_tags}
    tags |= {AUTOLOG_TAG: "sklearn", **names_of(candidate)}
    client = log.run.client
    # It never is the active run: the last one is to be the search's, as in MLflow.
    begun = client._begin_run(log.run.info.experiment_id, tags=tags)  # noqa: SLF001 - what start_run does
    with ActiveRun(client, begun) as run:
        child = Recorder(run, log.settings)
        child.params(candidate.get_params(deep=True))
        child.metrics(_numbers(table, row))
        child.dataset(used, "train")


def _numbers(table: pd.DataFrame, row: int) -> Iterator[tuple[str, float]]:
    """Give what was measured of a candidate, over all splits."""
    for name in table.columns:
        if not name.startswith(("param", "split")) and table[name].dtype.kind in "fiu":
            yield name, float(table[name].iloc[row])
