"""A training of XGBoost becomes a run: params, metrics of each round, importance, the model."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from sklearn.model_selection import GridSearchCV, cross_val_score

import nbflow

xgb = pytest.importorskip("xgboost", reason="XGBoost is not installed")

if TYPE_CHECKING:
    import pandas as pd

    from nbflow.entities import Run

    Data = tuple[pd.DataFrame, pd.Series[Any]]
    Runs = Callable[[], list[Run]]
    TheRun = Callable[[], Run]

PARAMS = {"max_depth": 2, "objective": "binary:logistic", "eval_metric": ["logloss", "auc"], "nthread": 1}


@pytest.fixture
def matrix(flowers: Data) -> Any:
    return xgb.DMatrix(flowers[0], label=(flowers[1] == 2).astype(int))


def history(run: Run, key: str) -> list[tuple[int, float]]:
    return [(point.step, point.value) for point in nbflow.get_metric_history(run.info.run_id, key)]


def steps(run: Run, key: str) -> list[int]:
    return sorted(step for step, _ in history(run, key))


def test_train_is_logged_with_its_params_and_rounds(the_run: TheRun, matrix: Any) -> None:
    nbflow.xgboost.autolog(log_models=False)
    found: dict[str, Any] = {}

    xgb.train(PARAMS, matrix, 4, evals=[(matrix, "train")], evals_result=found, verbose_eval=False)

    run = the_run()
    assert run.status == "FINISHED"
    assert run.tags["mlflow.autologging"] == "xgboost"
    assert {name: run.params[name] for name in ("max_depth", "num_boost_round", "early_stopping_rounds")} == {
        "max_depth": "2",
        "num_boost_round": "4",
        "early_stopping_rounds": "None",
    }
    assert history(run, "train-logloss") == list(enumerate(found["train"]["logloss"]))
    assert set(run.metrics) == {"train-logloss", "train-auc"}


def test_early_stopping_leaves_the_best_rounds_metrics_as_the_latest(the_run: TheRun, matrix: Any) -> None:
    nbflow.xgboost.autolog(log_models=False)

    params = {**PARAMS, "eval_metric": ["auc"]}
    booster = xgb.train(params, matrix, 9, evals=[(matrix, "v")], early_stopping_rounds=2, verbose_eval=False)

    run = the_run()
    last = int(run.metrics["stopped_iteration"])
    assert run.metrics["best_iteration"] == booster.best_iteration
    assert last == booster.best_iteration + 2
    assert run.metrics["v-auc"] == booster.best_score
    assert steps(run, "v-auc") == list(range(last + 2))


def test_callbacks_of_the_users_are_called_as_ever(the_run: TheRun, matrix: Any) -> None:
    nbflow.xgboost.autolog(log_models=False)

    class Stop(xgb.callback.TrainingCallback):  # type: ignore[name-defined]
        def after_iteration(self, _model: Any, epoch: int, _evals_log: Any) -> bool:
            return epoch == 1

    given = [Stop()]
    booster = xgb.train(PARAMS, matrix, 5, evals=[(matrix, "train")], callbacks=given, verbose_eval=False)

    assert booster.num_boosted_rounds() == 2
    assert len(given) == 1
    assert steps(the_run(), "train-auc") == [0, 1]


def test_the_importance_of_features_is_a_file_and_a_chart(
    the_run: TheRun, matrix: Any, files: Callable[[Run], list[str]]
) -> None:
    import altair as alt

    nbflow.xgboost.autolog(log_models=False, importance_types=["weight", "gain"])

    booster = xgb.train(PARAMS, matrix, 2)

    run = the_run()
    for kind in ("weight", "gain"):
        uri = f"runs:/{run.info.run_id}/feature_importance_{kind}"
        numbers = nbflow.artifacts.load_dict(f"{uri}.json")
        chart = nbflow.artifacts.load_dict(f"{uri}.vl.json")
        assert numbers == pytest.approx(booster.get_score(importance_type=kind))
        assert list(numbers.values()) == sorted(numbers.values(), reverse=True)
        assert [row["feature"] for row in chart["data"]["values"]] == list(numbers)
        assert isinstance(alt.Chart.from_dict(chart), alt.Chart)
    assert len(files(run)) == 4


def test_the_booster_is_logged_with_the_signature_of_what_the_matrix_was_made_of(
    the_run: TheRun, flowers: Data
) -> None:
    nbflow.xgboost.autolog()
    rows, kinds = flowers

    matrix = xgb.DMatrix(rows, label=kinds)
    booster = xgb.train({"max_depth": 2, "nthread": 1}, matrix, 2)

    uri = f"runs:/{the_run().info.run_id}/model"
    signature = nbflow.models.get_model_info(uri).signature
    assert signature is not None
    assert signature.inputs is not None
    assert signature.inputs.input_names() == list(rows.columns)
    assert nbflow.pyfunc.load_model(uri).predict(rows) == pytest.approx(booster.predict(matrix))


def test_the_data_sets_are_named(the_run: TheRun, matrix: Any) -> None:
    nbflow.xgboost.autolog(log_models=False)

    xgb.train(PARAMS, matrix, 1, evals=[(matrix, "held_out")], verbose_eval=False)

    used = the_run().inputs.dataset_inputs
    assert [(each.dataset.name, each.tags[0].value) for each in used] == [("dataset", "train"), ("held_out", "eval")]


def test_an_estimator_is_logged_as_itself(the_run: TheRun, flowers: Data) -> None:
    nbflow.xgboost.autolog()
    rows, kinds = flowers

    fitted = xgb.XGBClassifier(n_estimators=3, max_depth=2, n_jobs=1)
    fitted.fit(rows, kinds, eval_set=[(rows, kinds)], verbose=False)

    run = the_run()
    loaded = nbflow.xgboost.load_model(f"runs:/{run.info.run_id}/model")
    assert type(loaded) is xgb.XGBClassifier
    assert (loaded.predict(rows) == fitted.predict(rows)).all()
    assert run.params["objective"] == "multi:softprob"
    assert run.params["num_boost_round"] == "3"
    assert [value for _, value in history(run, "validation_0-mlogloss")] == pytest.approx(
        fitted.evals_result()["validation_0"]["mlogloss"]
    )
    used = run.inputs.dataset_inputs
    assert [each.dataset.name for each in used] == ["dataset", "validation_0"]


def test_both_libraries_watched_make_one_run(the_run: TheRun, flowers: Data) -> None:
    nbflow.autolog(log_models=False)

    xgb.XGBRegressor(n_estimators=2, n_jobs=1).fit(*flowers)

    assert the_run().tags["mlflow.autologging"] == "xgboost"


def test_candidates_and_folds_are_no_trainings(runs: Runs, flowers: Data) -> None:
    nbflow.xgboost.autolog(log_models=False)
    estimator = xgb.XGBClassifier(n_estimators=2, n_jobs=1)

    cross_val_score(estimator, *flowers, cv=2)
    GridSearchCV(estimator, {"max_depth": [1, 2]}, cv=2).fit(*flowers)

    assert runs() == []


def test_an_exception_of_the_training_is_the_users(the_run: TheRun, matrix: Any) -> None:
    nbflow.xgboost.autolog(log_models=False)

    with pytest.raises(xgb.core.XGBoostError, match="no_such"):
        xgb.train({"objective": "no_such"}, matrix, 1)

    assert the_run().status == "FAILED"


def test_what_goes_wrong_in_a_round_does_not_end_the_training(
    matrix: Any, troubles: Callable[[], frozenset[tuple[str, str]]]
) -> None:
    nbflow.xgboost.autolog(log_models=False)

    with nbflow.start_run() as run:

        class Delete(xgb.callback.TrainingCallback):  # type: ignore[name-defined]
            def before_iteration(self, _model: Any, epoch: int, _evals_log: Any) -> bool:
                if epoch == 1:
                    nbflow.delete_run(run.run_id)
                return False

        with pytest.warns(RuntimeWarning, match="could not log"):
            booster = xgb.train(PARAMS, matrix, 3, evals=[(matrix, "train")], callbacks=[Delete()], verbose_eval=False)

    assert booster.num_boosted_rounds() == 3
    assert troubles()


def test_switched_off_the_functions_are_the_librarys_own(matrix: Any, runs: Runs) -> None:
    before = xgb.train, xgb.sklearn.train, vars(xgb.XGBModel)["fit"], vars(xgb.DMatrix)["__init__"]

    nbflow.xgboost.autolog()
    nbflow.xgboost.autolog(disable=True)
    xgb.train({}, matrix, 1)

    assert (xgb.train, xgb.sklearn.train, vars(xgb.XGBModel)["fit"], vars(xgb.DMatrix)["__init__"]) == before
    assert runs() == []


def test_names_that_no_metric_can_have_are_made_ones_that_can(the_run: TheRun, flowers: Data) -> None:
    nbflow.xgboost.autolog(log_models=False)
    ranked = xgb.DMatrix(flowers[0], label=flowers[1])
    ranked.set_group([75, 75])

    params = {"objective": "rank:ndcg", "eval_metric": "ndcg@3", "nthread": 1}
    xgb.train(params, ranked, 2, evals=[(ranked, "train")], verbose_eval=False)

    assert json.dumps(sorted(the_run().metrics)) == '["train-ndcg_at_3"]'
