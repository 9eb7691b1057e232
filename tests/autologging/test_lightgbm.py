"""A training of LightGBM becomes a run: params, metrics of each round, importance, the model."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

import nbflow

lgb = pytest.importorskip("lightgbm", reason="LightGBM is not installed")

if TYPE_CHECKING:
    import pandas as pd

    from nbflow.entities import Run

    Data = tuple[pd.DataFrame, pd.Series[Any]]
    Runs = Callable[[], list[Run]]
    TheRun = Callable[[], Run]

PARAMS = {"objective": "binary", "metric": ["binary_logloss", "auc"], "verbose": -1, "num_threads": 1}


@pytest.fixture
def sets(flowers: Data) -> tuple[Any, Any]:
    rows, kinds = flowers
    return lgb.Dataset(rows, label=kinds == 2), lgb.Dataset(rows[::2], label=kinds[::2] == 2)


def steps(run: Run, key: str) -> list[int]:
    return sorted(point.step for point in nbflow.get_metric_history(run.info.run_id, key))


def test_train_is_logged_with_its_params_and_rounds(the_run: TheRun, sets: tuple[Any, Any]) -> None:
    nbflow.lightgbm.autolog(log_models=False)
    data, valid = sets

    lgb.train(PARAMS, data, 3, valid_sets=[valid], valid_names=["held_out"])

    run = the_run()
    assert run.status == "FINISHED"
    assert run.tags["mlflow.autologging"] == "lightgbm"
    assert {name: run.params[name] for name in ("objective", "num_boost_round", "keep_training_booster")} == {
        "objective": "binary",
        "num_boost_round": "3",
        "keep_training_booster": "False",
    }
    assert set(run.metrics) == {"held_out-auc", "held_out-binary_logloss"}
    assert steps(run, "held_out-auc") == [0, 1, 2]
    used = run.inputs.dataset_inputs
    assert [(each.dataset.name, each.tags[0].value) for each in used] == [("dataset", "train"), ("held_out", "eval")]


def test_early_stopping_leaves_the_best_rounds_metrics_as_the_latest(the_run: TheRun, sets: tuple[Any, Any]) -> None:
    nbflow.lightgbm.autolog(log_models=False)
    data, valid = sets

    stop = lgb.early_stopping(1, first_metric_only=True, verbose=False)
    params = {**PARAMS, "metric": ["auc"], "learning_rate": 1.0}
    booster = lgb.train(params, data, 30, valid_sets=[valid], callbacks=[stop])

    run = the_run()
    assert booster.best_iteration > 0
    assert run.metrics["best_iteration"] == booster.best_iteration
    assert run.metrics["stopped_iteration"] == booster.best_iteration + 1
    assert run.metrics["valid_0-auc"] == booster.best_score["valid_0"]["auc"]
    assert steps(run, "valid_0-auc") == list(range(booster.best_iteration + 2))


def test_the_importance_of_features_is_a_file_and_a_chart(
    the_run: TheRun, sets: tuple[Any, Any], files: Callable[[Run], list[str]]
) -> None:
    nbflow.lightgbm.autolog(log_models=False)

    booster = lgb.train(PARAMS, sets[0], 2)

    run = the_run()
    assert files(run) == [
        "feature_importance_gain.json",
        "feature_importance_gain.vl.json",
        "feature_importance_split.json",
        "feature_importance_split.vl.json",
    ]
    numbers = nbflow.artifacts.load_dict(f"runs:/{run.info.run_id}/feature_importance_split.json")
    expected = dict(zip(booster.feature_name(), booster.feature_importance("split"), strict=True))
    assert numbers == expected


def test_the_booster_is_logged_with_its_signature(the_run: TheRun, flowers: Data) -> None:
    nbflow.lightgbm.autolog()
    rows, kinds = flowers

    booster = lgb.train(PARAMS, lgb.Dataset(rows, label=kinds == 2), 2)

    uri = f"runs:/{the_run().info.run_id}/model"
    signature = nbflow.models.get_model_info(uri).signature
    assert signature is not None
    assert signature.inputs is not None
    assert signature.inputs.input_names() == list(rows.columns)
    assert nbflow.pyfunc.load_model(uri).predict(rows) == pytest.approx(booster.predict(rows))


@pytest.mark.filterwarnings("ignore::lightgbm.basic.LGBMDeprecationWarning")  # eval_set, since 4.7
@pytest.mark.parametrize("given", ["eval_set", "eval_X"])
def test_an_estimator_is_logged_as_itself(the_run: TheRun, flowers: Data, given: str) -> None:
    nbflow.lightgbm.autolog()
    rows, kinds = flowers
    evaluated: dict[str, Any] = {"eval_set": [(rows[::2], kinds[::2])]}
    if given == "eval_X":
        if not hasattr(lgb.sklearn, "_validate_eval_set_Xy"):
            pytest.skip("this LightGBM has no eval_X")
        evaluated = {"eval_X": rows[::2], "eval_y": kinds[::2]}

    fitted = lgb.LGBMClassifier(n_estimators=2, verbose=-1, n_jobs=1).fit(rows, kinds, **evaluated)

    run = the_run()
    loaded = nbflow.lightgbm.load_model(f"runs:/{run.info.run_id}/model")
    assert type(loaded) is lgb.LGBMClassifier
    assert (loaded.predict(rows) == fitted.predict(rows)).all()
    assert run.params["num_boost_round"] == "2"
    assert steps(run, "valid_0-multi_logloss") == [0, 1]
    assert [each.dataset.name for each in run.inputs.dataset_inputs] == ["dataset", "valid_0"]


def test_both_libraries_watched_make_one_run(the_run: TheRun, flowers: Data) -> None:
    nbflow.autolog(log_models=False)

    lgb.LGBMRegressor(n_estimators=2, verbose=-1, n_jobs=1).fit(*flowers)

    assert the_run().tags["mlflow.autologging"] == "lightgbm"


def test_an_exception_of_the_training_is_the_users(the_run: TheRun, sets: tuple[Any, Any]) -> None:
    nbflow.lightgbm.autolog(log_models=False)

    with pytest.raises(lgb.basic.LightGBMError, match="no_such"):
        lgb.train({**PARAMS, "objective": "no_such"}, sets[0], 1)

    assert the_run().status == "FAILED"


def test_switched_off_the_functions_are_the_librarys_own() -> None:
    before = lgb.train, lgb.sklearn.train, vars(lgb.LGBMModel)["fit"]

    nbflow.lightgbm.autolog()
    nbflow.lightgbm.autolog(disable=True)

    assert (lgb.train, lgb.sklearn.train, vars(lgb.LGBMModel)["fit"]) == before
