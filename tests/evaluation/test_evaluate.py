"""`nbflow.evaluate`: scikit-learn's metrics, charts that hold their data, thresholds that list what fails."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics as sk
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import nbflow
from nbflow.errors import InvalidInputError, ModelValidationError, UnsupportedValueError
from nbflow.models import MetricThreshold, make_metric


def zeros(rows: pd.DataFrame) -> Any:
    return np.zeros(len(rows))


def halves(rows: pd.DataFrame) -> Any:
    return np.full(len(rows), 0.5)


@pytest.fixture(scope="module")
def cancer() -> tuple[pd.DataFrame, Any]:
    data = load_breast_cancer(as_frame=True)
    frame = data.frame[["mean radius", "mean texture", "mean area", "target"]]
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(frame.drop(columns="target"), frame["target"])
    return frame, model


@pytest.fixture(scope="module")
def diabetes() -> tuple[pd.DataFrame, Any]:
    frame = load_diabetes(as_frame=True).frame[["bmi", "bp", "age", "target"]]
    return frame, LinearRegression().fit(frame.drop(columns="target"), frame["target"])


def test_a_classifier_has_the_metrics_of_mlflow(cancer: tuple[pd.DataFrame, Any]) -> None:
    frame, model = cancer
    with nbflow.start_run() as run:
        result = nbflow.evaluate(model, frame, targets="target", model_type="classifier", charts=False)
    predicted = model.predict(frame.drop(columns="target"))
    probability = model.predict_proba(frame.drop(columns="target"))[:, 1]
    assert result.metrics == pytest.approx(
        {
            "example_count": len(frame),
            "accuracy_score": sk.accuracy_score(frame["target"], predicted),
            "precision_score": sk.precision_score(frame["target"], predicted),
            "recall_score": sk.recall_score(frame["target"], predicted),
            "f1_score": sk.f1_score(frame["target"], predicted),
            "true_negatives": ((predicted == 0) & (frame["target"] == 0)).sum(),
            "false_positives": ((predicted == 1) & (frame["target"] == 0)).sum(),
            "false_negatives": ((predicted == 0) & (frame["target"] == 1)).sum(),
            "true_positives": ((predicted == 1) & (frame["target"] == 1)).sum(),
            "log_loss": sk.log_loss(frame["target"], probability),
            "roc_auc": sk.roc_auc_score(frame["target"], probability),
            "precision_recall_auc": sk.average_precision_score(frame["target"], probability),
        }
    )
    logged = nbflow.get_run(run.run_id)
    assert logged.metrics == pytest.approx(result.metrics)
    (used,) = logged.inputs.dataset_inputs
    assert [(tag.key, tag.value) for tag in used.tags] == [("mlflow.data.context", "eval")]


def test_the_positive_class_can_be_the_other_one(cancer: tuple[pd.DataFrame, Any]) -> None:
    frame, model = cancer
    result = nbflow.evaluate(model, frame, targets="target", model_type="classifier", pos_label=0, charts=False)
    predicted = model.predict(frame.drop(columns="target"))
    assert result.metrics["recall_score"] == pytest.approx(sk.recall_score(frame["target"], predicted, pos_label=0))
    assert result.metrics["true_positives"] == ((predicted == 0) & (frame["target"] == 0)).sum()


def test_several_classes_are_weighted() -> None:
    frame = load_iris(as_frame=True).frame
    model = LogisticRegression(max_iter=500).fit(frame.drop(columns="target"), frame["target"])
    result = nbflow.evaluate(model, frame, targets="target", model_type="classifier")
    predicted = model.predict(frame.drop(columns="target"))
    assert result.metrics["f1_score"] == pytest.approx(sk.f1_score(frame["target"], predicted, average="weighted"))
    assert list(result.tables["per_class_metrics"]["class"]) == ["0", "1", "2"]
    assert result.tables["feature_importance"]["feature"].iloc[0].startswith("petal")


def test_a_regressor_has_the_metrics_of_mlflow(diabetes: tuple[pd.DataFrame, Any]) -> None:
    frame, model = diabetes
    result = nbflow.evaluate(model, frame, targets="target", model_type="regressor")
    y, predicted = frame["target"], model.predict(frame.drop(columns="target"))
    assert result.metrics == pytest.approx(
        {
            "example_count": len(y),
            "mean_absolute_error": sk.mean_absolute_error(y, predicted),
            "mean_squared_error": sk.mean_squared_error(y, predicted),
            "root_mean_squared_error": sk.root_mean_squared_error(y, predicted),
            "sum_on_target": y.sum(),
            "mean_on_target": y.mean(),
            "r2_score": sk.r2_score(y, predicted),
            "max_error": sk.max_error(y, predicted),
            "mean_absolute_percentage_error": sk.mean_absolute_percentage_error(y, predicted),
        }
    )
    assert set(result.charts) == {"residuals", "predicted_actual", "permutation_importance"}


def test_charts_are_artifacts_that_hold_their_data(cancer: tuple[pd.DataFrame, Any]) -> None:
    frame, model = cancer
    with nbflow.start_run() as run:
        result = nbflow.evaluate(model, frame, targets="target", model_type="classifier")
    client = nbflow.Client()
    assert set(result.charts) == {
        "confusion_matrix", "roc_curve", "precision_recall_curve", "calibration_curve", "permutation_importance"
    }  # fmt: skip
    for name in result.charts:
        spec = json.loads(client.read_artifact(run.run_id, result.artifacts[name]))
        assert sum(map(len, spec["datasets"].values())) > 1
        assert "vega-lite" in spec["$schema"]
    roc = json.loads(client.read_artifact(run.run_id, "evaluation/roc_curve.json"))
    assert max(map(len, roc["datasets"].values())) <= 200


def test_nothing_runs_on_after_an_evaluation_without_a_run(diabetes: tuple[pd.DataFrame, Any]) -> None:
    frame, model = diabetes
    result = nbflow.evaluate(model, frame, targets="target", model_type="regressor", charts=False)
    assert nbflow.active_run() is None
    assert result.run_id is not None
    assert nbflow.get_run(result.run_id).status == "FINISHED"


def test_a_failing_threshold_is_told_with_all_others(diabetes: tuple[pd.DataFrame, Any]) -> None:
    frame, model = diabetes
    wanted = {"r2_score": 0.99, "mean_absolute_error": 1.0, "example_count": 10.0}
    with nbflow.start_run() as run, pytest.raises(ModelValidationError) as caught:
        nbflow.evaluate(model, frame, targets="target", model_type="regressor", thresholds=wanted, charts=False)
    assert len(caught.value.failures) == 2
    assert "r2_score" in str(caught.value)
    assert "must be at most 1" in str(caught.value)
    assert "r2_score" in nbflow.get_run(run.run_id).metrics, "what was measured is logged before it is judged"


@pytest.mark.parametrize(
    ("change", "passes"),
    [
        (MetricThreshold(min_absolute_change=0.1), True),
        (MetricThreshold(min_absolute_change=0.9), False),
        (MetricThreshold(min_relative_change=0.0), True),
        (MetricThreshold(threshold=0.1, greater_is_better=False), False),
    ],
)
def test_a_model_is_held_against_a_baseline(
    diabetes: tuple[pd.DataFrame, Any], change: MetricThreshold, passes: bool
) -> None:
    frame, model = diabetes
    mean = float(frame["target"].mean())

    def judge() -> Any:
        return nbflow.evaluate(
            model,
            frame,
            targets="target",
            model_type="regressor",
            baseline=lambda rows: np.full(len(rows), mean),
            thresholds={"r2_score": change},
            charts=False,
        )

    if passes:
        assert judge().baseline_metrics["r2_score"] == pytest.approx(0.0)
    else:
        with pytest.raises(ModelValidationError):
            judge()


def test_metrics_of_ones_own(diabetes: tuple[pd.DataFrame, Any]) -> None:
    frame, model = diabetes

    def bias(predictions: Any, targets: Any) -> float:
        return float(np.mean(predictions - targets))

    result = nbflow.evaluate(
        model,
        frame,
        targets="target",
        model_type="regressor",
        extra_metrics=[sk.median_absolute_error, make_metric(eval_fn=bias, greater_is_better=False)],
        charts=False,
    )
    predicted = model.predict(frame.drop(columns="target"))
    assert result.metrics["median_absolute_error"] == pytest.approx(
        sk.median_absolute_error(frame["target"], predicted)
    )
    assert result.metrics["bias"] == pytest.approx(np.mean(predicted - frame["target"]))


def test_thresholds_go_by_the_better_side_of_a_metric_of_ones_own(diabetes: tuple[pd.DataFrame, Any]) -> None:
    frame, model = diabetes

    def judge(better: bool) -> Any:
        odd = make_metric(eval_fn=lambda _predictions, _targets: 0.1, greater_is_better=better, name="oddness")
        return nbflow.evaluate(
            model,
            frame,
            targets="target",
            model_type="regressor",
            extra_metrics=[odd],
            thresholds={"oddness": 0.5},
            charts=False,
        )

    assert judge(better=False).metrics["oddness"] == 0.1
    with pytest.raises(ModelValidationError, match=r"oddness is 0\.1, and must be at least 0\.5"):
        judge(better=True)


@pytest.mark.parametrize("thresholds", [{"r2": 0.5}, {"r2_score": MetricThreshold(min_absolute_change=0.1)}])
def test_a_threshold_that_cannot_be_checked_is_told_before_anything_is_logged(
    diabetes: tuple[pd.DataFrame, Any], thresholds: Any
) -> None:
    frame, model = diabetes
    with nbflow.start_run() as run, pytest.raises(InvalidInputError):
        nbflow.evaluate(model, frame, targets="target", model_type="regressor", thresholds=thresholds, charts=False)
    assert nbflow.get_run(run.run_id).metrics == {}


def test_a_saved_model_gets_the_columns_of_its_signature_for_probabilities_too(
    cancer: tuple[pd.DataFrame, Any],
) -> None:
    frame, model = cancer
    features = frame.drop(columns="target")
    with nbflow.start_run():
        info = nbflow.sklearn.log_model(
            model, "model", signature=nbflow.models.infer_signature(features), pip_requirements=["scikit-learn"]
        )
    turned = frame[frame.columns[::-1]].assign(patient=range(len(frame)))
    expected = nbflow.evaluate(model, frame, targets="target", model_type="classifier", charts=False)
    result = nbflow.evaluate(info.model_uri, turned, targets="target", model_type="classifier", charts=False)
    assert result.metrics == pytest.approx(expected.metrics)


@pytest.mark.parametrize("dtype", ["Int64", "boolean", "category", "object", "float32", "int64[pyarrow]"])
def test_truths_may_be_of_any_type_of_pandas(cancer: tuple[pd.DataFrame, Any], dtype: Any) -> None:
    frame, model = cancer
    judged = frame.assign(target=frame["target"].astype(dtype))
    result = nbflow.evaluate(model, judged, targets="target", model_type="classifier", charts=False)
    assert result.metrics["accuracy_score"] == model.score(frame.drop(columns="target"), frame["target"])


def test_a_change_of_a_metric_that_the_baseline_has_not_is_told(cancer: tuple[pd.DataFrame, Any]) -> None:
    frame, model = cancer
    with pytest.raises(InvalidInputError, match="no such metric of the baseline"):
        nbflow.evaluate(
            model,
            frame,
            targets="target",
            model_type="classifier",
            baseline=lambda rows: np.ones(len(rows), int),  # without probabilities
            thresholds={"roc_auc": MetricThreshold(min_absolute_change=0.1)},
            charts=False,
        )


@pytest.mark.parametrize("as_array", [False, True])
def test_the_model_is_given_the_features_that_are_named(as_array: bool) -> None:
    frame = pd.DataFrame({"a": [1.0, 2.0], "b": [3.0, 4.0], "truth": [1.0, 2.0]})
    seen: list[list[str]] = []

    def predict(rows: pd.DataFrame) -> Any:
        seen.append(list(rows.columns))
        return rows[rows.columns[0]]

    data: Any = frame[["a", "b"]].to_numpy() if as_array else frame
    names = ["a", "b"] if as_array else ["a"]
    result = nbflow.evaluate(
        predict, data, targets=frame["truth"], model_type="regressor", feature_names=names, charts=False
    )
    assert seen == [names]
    assert result.metrics["max_error"] == 0.0


def test_a_column_may_be_named_by_a_number() -> None:
    frame = pd.DataFrame({0: [1.0, 2.0, 3.0], 1: [2.0, 4.0, 6.0]})
    result = nbflow.evaluate(lambda rows: 2 * rows[0], frame, targets=1, model_type="regressor", charts=False)
    assert result.metrics["max_error"] == 0.0


def test_predictions_that_are_there_need_no_model() -> None:
    frame = pd.DataFrame({"truth": ["a", "b", "a", "b"], "said": ["a", "b", "b", "b"]})
    result = nbflow.evaluate(data=frame, targets="truth", predictions="said", model_type="classifier")
    assert result.metrics["accuracy_score"] == 0.75
    assert set(result.charts) == {"confusion_matrix"}


def test_a_registered_version_remembers_what_was_found(cancer: tuple[pd.DataFrame, Any]) -> None:
    frame, model = cancer
    with nbflow.start_run():
        nbflow.sklearn.log_model(model, "model", registered_model_name="Cancer")
    result = nbflow.evaluate("models:/Cancer/1", frame, targets="target", model_type="classifier", charts=False)
    client = nbflow.Client()
    client.set_alias_policy("Cancer", "champion", require="metrics.accuracy_score > 0.99")
    with pytest.raises(nbflow.errors.AliasPolicyError):
        client.set_registered_model_alias("Cancer", "champion", 1)
    client.set_alias_policy("Cancer", "champion", require="metrics.accuracy_score > 0.5")
    client.set_registered_model_alias("Cancer", "champion", 1)
    assert result.metrics["accuracy_score"] > 0.5
    assert any(entry.action == "evaluated" for entry in client.model_history("Cancer"))


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ({"model_type": "clusterer"}, "classifier, regressor"),
        ({"targets": "nothing"}, "no such column"),
        ({"targets": None}, "what is true"),
        ({"data": [[1, 2]]}, "DataFrame"),
        ({"model": None}, "Give one of them"),
        ({"model": 3}, "give a URI"),
        ({"thresholds": {"r2": 0.5}}, "no such metric"),
        ({"thresholds": {"r2_score": "high"}}, "number"),
        ({"thresholds": {"r2_score": MetricThreshold(min_absolute_change=0.1)}}, "baseline"),
        ({"extra_metrics": [3]}, "functions"),
        ({"targets": np.zeros(3)}, "one for each"),
        ({"model": lambda _: np.zeros(3)}, "one for each"),
        ({"targets": 7}, "no such column"),
        ({"targets": np.zeros((442, 2))}, "one value for each row"),
        ({"targets": np.full(442, np.nan)}, "442 missing of 442.*Leave out"),
        ({"targets": np.full(442, "high"), "model": zeros}, "judged by numbers"),
        ({"targets": np.full(442, np.inf), "model": zeros}, "infinite"),
        ({"model": lambda rows: np.full(len(rows), np.nan)}, "442 missing"),
        ({"model_type": "classifier"}, "fractions.*regressor"),
        ({"model_type": "classifier", "targets": np.zeros(442), "model": halves}, "fractions.*the model's prediction"),
        ({"model_type": "classifier", "targets": np.full(442, "a"), "model": zeros}, "compared with text|same type"),
        ({"model_type": "classifier", "targets": np.array(["a", 1] * 221, dtype=object), "model": zeros}, "same type"),
        ({"thresholds": [0.5]}, "a dictionary"),
        ({"thresholds": {"r2_score": float("nan")}}, "number"),
        ({"thresholds": {"r2_score": MetricThreshold()}}, "asks for nothing"),
        ({"extra_metrics": "f1"}, "a list of functions"),
        ({"extra_metrics": sk.r2_score}, "a list of functions"),
        ({"extra_metrics": [lambda _y, _predicted: 1.0]}, "needs one"),
    ],
)
def test_bad_input_is_told(diabetes: tuple[pd.DataFrame, Any], arguments: dict[str, Any], word: str) -> None:
    frame, model = diabetes
    given = {"model": model, "data": frame, "targets": "target", "model_type": "regressor", "charts": False}
    with pytest.raises((InvalidInputError, UnsupportedValueError), match=word):
        nbflow.evaluate(**given | arguments)


def test_a_result_says_what_was_judged(cancer: tuple[pd.DataFrame, Any]) -> None:
    frame, model = cancer
    with nbflow.start_run():
        nbflow.sklearn.log_model(model, "model", registered_model_name="Cancer")
    nbflow.Client().set_registered_model_alias("Cancer", "champion", 1)

    def judge(model: Any) -> nbflow.evaluation.EvaluationResult:
        return nbflow.evaluate(model, frame, targets="target", model_type="classifier", charts=False)

    def guess(features: pd.DataFrame) -> Any:
        return model.predict(features)

    digest = nbflow.data.from_pandas(frame, targets="target").digest
    assert judge("models:/Cancer/1").model == "models:/Cancer/1"
    assert judge("models:/Cancer@champion").model == "models:/Cancer@champion (version 1)"
    assert judge(model).model == type(model).__name__
    assert judge(guess).model == "guess"
    assert judge(guess).dataset.endswith(f"({digest})")
