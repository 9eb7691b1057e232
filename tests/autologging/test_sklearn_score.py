"""`score` after `fit` is logged to the run of the `fit`, named after the variable that holds the data."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score

import nbflow

if TYPE_CHECKING:
    from nbflow.entities import Run

    TheRun = Callable[[], Run]

ROWS, KINDS = np.arange(24.0).reshape(12, 2), np.array([0, 1] * 6)


@pytest.fixture
def fitted() -> Any:
    nbflow.sklearn.autolog(log_models=False, max_tuning_runs=0)
    return LogisticRegression().fit(ROWS, KINDS)


def scores(run: Run) -> dict[str, float]:
    return {name: value for name, value in run.metrics.items() if "_score" in name and "training" not in name}


def test_a_score_is_named_after_its_variable(fitted: Any, the_run: TheRun) -> None:
    held_out, answers = ROWS[:6], KINDS[:6]

    value = fitted.score(held_out, answers)

    assert scores(the_run()) == {"LogisticRegression_score_held_out": value}


def test_calls_and_data_of_one_name_are_numbered_as_mlflow_does(fitted: Any, the_run: TheRun) -> None:
    part = ROWS[:6]
    fitted.score(part, KINDS[:6])
    fitted.score(part, KINDS[:6])
    part = ROWS[6:]
    fitted.score(part, KINDS[6:])
    fitted.score(X=ROWS[:2], y=KINDS[:2])

    assert list(scores(the_run())) == [
        "LogisticRegression_score_part",
        "LogisticRegression_score-2_part",
        "LogisticRegression_score-3_part-2",
        "LogisticRegression_score-4_unknown_dataset",
    ]


def test_a_name_of_the_module_is_found_too(fitted: Any, the_run: TheRun) -> None:
    fitted.score(ROWS, KINDS)

    assert list(scores(the_run())) == ["LogisticRegression_score_ROWS"]


@pytest.mark.usefixtures("fitted")
def test_a_search_scores_by_its_own_name() -> None:
    with nbflow.start_run() as run:
        search = GridSearchCV(LogisticRegression(), {"C": [1, 2]}, cv=2).fit(ROWS, KINDS)
    search.score(ROWS, KINDS)

    assert list(scores(nbflow.get_run(run.run_id))) == ["best_cv_score", "GridSearchCV_score_ROWS"]


def test_scores_of_others_are_not_logged(fitted: Any, the_run: TheRun) -> None:
    cross_val_score(fitted, ROWS, KINDS, cv=2)
    nbflow.autolog(disable=True)
    unknown = LogisticRegression().fit(ROWS, KINDS)
    nbflow.sklearn.autolog(log_models=False)
    unknown.score(ROWS, KINDS)

    assert scores(the_run()) == {}


def test_scores_are_not_logged_when_that_is_switched_off(fitted: Any, the_run: TheRun) -> None:
    nbflow.sklearn.autolog(log_post_training_metrics=False)

    fitted.score(ROWS, KINDS)

    assert scores(the_run()) == {}
