"""A search for params: one run with the table, and one below it for each of the best candidates."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from joblib import parallel_config  # type: ignore[import-untyped]
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

import nbflow

if TYPE_CHECKING:
    from nbflow.entities import Run

    Data = tuple[pd.DataFrame, pd.Series[Any]]
    Runs = Callable[[], list[Run]]

PARENT = "mlflow.parentRunId"


def split(found: list[Run]) -> tuple[Run, list[Run]]:
    (parent,) = [run for run in found if PARENT not in run.tags]
    children = [run for run in found if run.tags.get(PARENT) == parent.info.run_id]
    assert len(children) == len(found) - 1
    return parent, sorted(children, key=lambda run: run.metrics.get("rank_test_score", 0))


def test_the_run_of_a_search_has_the_best_params_and_the_table(
    runs: Runs, flowers: Data, files: Callable[[Run], list[str]]
) -> None:
    nbflow.sklearn.autolog(log_models=False)

    search = GridSearchCV(SVC(tol=0.01), {"C": [0.01, 1, 100]}, cv=3).fit(*flowers)

    parent, _ = split(runs())
    assert parent.params["best_C"] == str(search.best_params_["C"])
    assert parent.params["estimator"] == "SVC(tol=0.01)"
    assert "estimator__C" not in parent.params
    assert parent.metrics["best_cv_score"] == search.best_score_
    assert parent.metrics["training_score"] == search.score(*flowers)
    assert files(parent) == ["cv_results.csv", "estimator.html"]
    table = pd.read_csv(io.StringIO(nbflow.artifacts.load_text(f"runs:/{parent.info.run_id}/cv_results.csv")))
    assert table["mean_test_score"].tolist() == pytest.approx(search.cv_results_["mean_test_score"])


def test_the_last_active_run_is_that_of_the_search(runs: Runs, flowers: Data) -> None:
    nbflow.sklearn.autolog(log_models=False)

    GridSearchCV(SVC(tol=0.01), {"C": [0.1, 1]}, cv=2).fit(*flowers)

    parent, children = split(runs())
    last = nbflow.last_active_run()
    assert last is not None
    assert last.info.run_id == parent.info.run_id
    assert {run.info.status for run in children} == {"FINISHED"}


def test_the_best_candidates_have_runs_below_it(runs: Runs, flowers: Data) -> None:
    nbflow.sklearn.autolog(log_models=False, max_tuning_runs=2, extra_tags={"team": "a"})

    search = GridSearchCV(SVC(tol=0.01), {"C": [0.001, 0.01, 1]}, cv=3).fit(*flowers)

    _, children = split(runs())
    best = np.argsort(search.cv_results_["rank_test_score"], kind="stable")[:2]
    assert [child.params["C"] for child in children] == [str(search.cv_results_["params"][at]["C"]) for at in best]
    for child, at in zip(children, best, strict=True):
        assert child.status == "FINISHED"
        assert child.params["tol"] == "0.01"
        assert child.tags["mlflow.autologging"] == "sklearn"
        assert child.tags["estimator_name"] == "SVC"
        assert child.tags["team"] == "a"
        assert set(child.metrics) == {
            "mean_fit_time",
            "mean_score_time",
            "mean_test_score",
            "rank_test_score",
            "std_fit_time",
            "std_score_time",
            "std_test_score",
        }
        assert child.metrics["mean_test_score"] == search.cv_results_["mean_test_score"][at]
        assert len(child.inputs.dataset_inputs) == 1


@pytest.mark.parametrize(("most", "expected"), [(0, 0), (None, 3)])
def test_there_can_be_no_run_or_one_for_each_candidate(
    runs: Runs, flowers: Data, most: int | None, expected: int
) -> None:
    nbflow.sklearn.autolog(log_models=False, max_tuning_runs=most)

    GridSearchCV(SVC(tol=0.01), {"C": [0.1, 1, 10]}, cv=2).fit(*flowers)

    assert len(split(runs())[1]) == expected


def test_of_several_scores_the_one_that_decides_ranks(runs: Runs, flowers: Data) -> None:
    nbflow.sklearn.autolog(log_models=False, max_tuning_runs=1)

    search = RandomizedSearchCV(
        make_pipeline(StandardScaler(), SVC()),
        {"svc__C": [0.0001, 1]},
        n_iter=2,
        cv=2,
        scoring=["accuracy", "f1_macro"],
        refit="f1_macro",
    ).fit(*flowers)

    parent, (child,) = split(runs())
    assert parent.metrics["best_cv_score"] == search.best_score_
    assert child.metrics["rank_test_f1_macro"] == 1
    assert child.params["svc__C"] == parent.params["best_svc__C"]


def test_the_models_are_the_search_and_the_best_estimator(runs: Runs, flowers: Data) -> None:
    nbflow.sklearn.autolog(max_tuning_runs=0)
    rows, kinds = flowers

    search = GridSearchCV(SVC(tol=0.01), {"C": [0.1, 1]}, cv=2).fit(rows, kinds)

    (run,) = runs()
    for name in ("model", "best_estimator"):
        loaded = nbflow.pyfunc.load_model(f"runs:/{run.info.run_id}/{name}")
        assert (loaded.predict(rows) == search.predict(rows)).all()


def test_a_search_that_fits_no_best_one_is_logged_without_a_model(
    runs: Runs, flowers: Data, files: Callable[[Run], list[str]]
) -> None:
    nbflow.sklearn.autolog(max_tuning_runs=1)

    GridSearchCV(SVC(tol=0.01), {"C": [0.1, 1]}, cv=2, refit=False).fit(*flowers)

    parent, children = split(runs())
    assert files(parent) == ["cv_results.csv", "estimator.html"]
    assert len(children) == 1


def test_a_search_in_a_run_of_the_users_belongs_to_it(runs: Runs, flowers: Data) -> None:
    nbflow.sklearn.autolog(log_models=False, max_tuning_runs=1)
    nbflow.set_experiment("elsewhere")

    with nbflow.start_run(experiment_id="0") as mine:
        GridSearchCV(SVC(tol=0.01), {"C": [0.1, 1]}, cv=2).fit(*flowers)

    parent, (child,) = split(runs())
    assert parent.info.run_id == mine.run_id
    assert child.info.experiment_id == "0"


def test_candidates_in_threads_are_no_trainings_of_their_own(runs: Runs, flowers: Data) -> None:
    nbflow.sklearn.autolog(log_models=False, max_tuning_runs=0)

    with parallel_config(backend="threading"):
        GridSearchCV(SVC(tol=0.01), {"C": [0.1, 1]}, cv=2, n_jobs=2).fit(*flowers)

    assert [run.tags["estimator_name"] for run in runs()] == ["GridSearchCV"]
