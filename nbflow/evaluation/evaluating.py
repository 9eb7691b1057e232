"""`evaluate`: judge a model by data whose truth is known, and log what was found."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal, get_args

from nbflow.entities import DatasetInput, InputTag, Metric
from nbflow.errors import InvalidInputError
from nbflow.evaluation.dataset import read_rows
from nbflow.evaluation.extra import extra_values, read_extra
from nbflow.evaluation.result import EvaluationResult
from nbflow.evaluation.scores import Predictions, classifier_metrics, regressor_metrics
from nbflow.evaluation.subjects import Subject, subject_of
from nbflow.evaluation.thresholds import check_measured, check_thresholds, read_thresholds
from nbflow.evaluation.values import check_classes, check_numbers, one_for_each
from nbflow.provenance import context_tags
from nbflow.tracking.active import active_run
from nbflow.tracking.client import Client
from nbflow.tracking.fluent.runs import start_run
from nbflow.values import time_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from nbflow.data.datasets import Dataset
    from nbflow.evaluation.dataset import Rows
    from nbflow.evaluation.thresholds import MetricThreshold

__all__ = ["evaluate"]

ModelType = Literal["classifier", "regressor"]
_FOLDER = "evaluation"
_PREDICTION = "the model's prediction"


def evaluate(  # noqa: PLR0913 - MLflow's arguments
    model: Any = None,
    data: Any = None,
    *,
    targets: Any = None,
    model_type: ModelType,
    predictions: str | None = None,
    feature_names: Sequence[str] | None = None,
    extra_metrics: Iterable[Any] | Mapping[str, Any] | None = None,
    baseline: Any = None,
    thresholds: Mapping[str, MetricThreshold | float] | None = None,
    pos_label: Any = None,
    charts: bool = True,
    trust: bool | None = None,
) -> EvaluationResult:
    """Judge a model by data whose truth is known, and log metrics and charts to the active run.

    Parameters
    ----------
    model
        A URI or path of a model, a loaded one, a fitted estimator, or a function from features to predictions; None
        with `predictions`.
    data
        A DataFrame, or an array of shape (n_rows, n_features).
    targets
        The column that holds the truth, or an array of shape (n_rows,). None may be missing.
    model_type
        `"classifier"` or `"regressor"`.
    predictions
        Instead of a model: the column that holds its predictions.
    feature_names
        The columns that the model is given; None is all but the targets and the predictions.
    extra_metrics
        Further metrics: functions of targets and predictions, as scikit-learn's are, or what `make_metric` made.
    baseline
        Another model, given as `model` is, to compare with: its metrics are logged as `baseline/<name>`.
    thresholds
        What the metrics must reach: `{"accuracy_score": 0.9}`, or `MetricThreshold` for more. Checked when everything
        has been logged.
    pos_label
        Which of two classes is the positive one; None is the second of them, sorted.
    charts
        Whether charts and the importance of features are made, too.
    trust
        As in `nbflow.pyfunc.load_model`.

    Returns
    -------
    result : EvaluationResult
        `metrics`, `charts` (Altair) and `tables`, which are among the run's artifacts, too, in `evaluation/`; and
        `model` and `dataset`: what was judged, and by what. For a model that was named as a registered version, the
        metrics also go into that version's history, where policies look.

    Raises
    ------
    InvalidInputError
        If an argument cannot be used, or values are missing among the targets or the predictions.
    ModelNotFoundError
        If there is no such model.
    SchemaEnforcementError
        If the data do not fit the model's signature.
    ModelValidationError
        If a threshold is not reached: it lists all that are not.
    """
    if model_type not in get_args(ModelType):
        raise InvalidInputError("model_type", model_type, f"It is one of {', '.join(get_args(ModelType))}.")
    if (model is None) == (predictions is None):
        raise InvalidInputError("model and predictions", (model, predictions), "Give one of them.")
    extra = read_extra(extra_metrics)
    better = {name: metric.greater_is_better for name, metric in extra.items()}
    wanted = read_thresholds(thresholds, better, has_baseline=baseline is not None)
    rows = read_rows(data, targets, predictions, feature_names)
    client = Client()
    column = f"the predictions in column {predictions}"
    subject = Subject(lambda _: rows.predictions, column) if model is None else subject_of(model, client, trust=trust)
    other = None if baseline is None else subject_of(baseline, client, trust=trust)

    given = _predict(subject, rows, model_type, pos_label)
    judge = classifier_metrics if model_type == "classifier" else regressor_metrics
    metrics = judge(given) | extra_values(extra, given)
    before: dict[str, float] = {}
    if other is not None:
        theirs = _predict(other, rows, model_type, pos_label)
        before = judge(theirs) | extra_values(extra, theirs)
    check_measured(wanted, metrics, before)
    drawn, tables = _look(subject, rows, given, model_type, with_model=model is not None) if charts else ({}, {})
    with _run() as run_id:
        dataset = _dataset(rows)
        result = EvaluationResult(
            metrics,
            before,
            drawn,
            tables,
            run_id=run_id,
            thresholds=wanted,
            model=subject.name,
            dataset=f"{dataset.name} ({dataset.digest})",
        )
        _log(client, result, dataset, subject)
    check_thresholds(wanted, metrics, before)
    return result


def _predict(subject: Subject, rows: Rows, model_type: str, pos_label: Any) -> Predictions:
    import numpy as np

    predicted = np.asarray(subject.predict(rows.features))
    if predicted.size != len(rows.targets):
        raise InvalidInputError(
            _PREDICTION, f"shape {predicted.shape}", f"It is one for each of {len(rows.targets)} rows."
        )
    predicted = one_for_each(predicted.reshape(-1), _PREDICTION, "Judge it by rows for which it predicts something.")
    if model_type == "regressor":
        check_numbers(rows.targets, "targets")
        check_numbers(predicted, _PREDICTION)
        return Predictions(rows.targets, predicted)
    check_classes(rows.targets, predicted, "targets")
    check_classes(predicted, rows.targets, _PREDICTION)
    seen = np.unique(np.concatenate([np.unique(rows.targets), np.unique(predicted)]))
    classes = seen if subject.classes is None else np.union1d(seen, subject.classes)
    given = Predictions(rows.targets, predicted, classes=classes.tolist())
    if subject.probabilities is not None and len(classes) == len(subject.classes):
        given.probabilities = np.asarray(subject.probabilities(rows.features))
    if given.binary:
        given.positive = given.classes[1] if pos_label is None else pos_label
    if given.binary and given.positive not in given.classes:
        raise InvalidInputError("pos_label", pos_label, f"It is one of {given.classes}.")
    return given


def _look(
    subject: Subject, rows: Rows, given: Predictions, model_type: str, *, with_model: bool
) -> tuple[dict[str, Any], dict[str, Any]]:
    import pandas as pd

    from nbflow.evaluation.charts import classifier_charts, importance_chart, regressor_charts
    from nbflow.evaluation.importance import permutation_table

    tables = {}
    classify = model_type == "classifier"
    drawn: dict[str, Any] = dict(classifier_charts(given) if classify else regressor_charts(given))
    if classify and not given.binary:
        from sklearn.metrics import classification_report

        report = classification_report(
            given.targets, given.predicted, labels=given.classes, output_dict=True, zero_division=0
        )
        of_classes = [{"class": str(label), **report[str(label)]} for label in given.classes if str(label) in report]
        tables["per_class_metrics"] = pd.DataFrame(of_classes)
    table = permutation_table(subject.predict, rows.features, rows.targets, classify=classify) if with_model else None
    if table is not None:
        tables["feature_importance"] = table
        drawn["permutation_importance"] = importance_chart(table)
    return drawn, tables


@contextmanager
def _run() -> Iterator[str]:
    """Give the run to log to: the active one, or a new one that ends with the evaluation."""
    active = active_run()
    if active is not None:
        yield active.run_id
        return
    with start_run() as run:
        yield run.run_id


def _log(client: Client, result: EvaluationResult, dataset: Dataset, subject: Subject) -> None:
    run_id = result.run_id
    assert run_id is not None
    now = time_value(None)
    logged = result.metrics | {f"baseline/{name}": value for name, value in result.baseline_metrics.items()}
    used = DatasetInput(dataset.to_entity(context_tags()), (InputTag("mlflow.data.context", "eval"),))
    client.log_inputs(run_id, [used])
    client.log_batch(run_id, metrics=[Metric(name, value, now) for name, value in logged.items()])
    for name, chart in result.charts.items():
        result.artifacts[name] = f"{_FOLDER}/{name}.json"
        client.log_figure(run_id, chart, result.artifacts[name])
    for name, table in result.tables.items():
        result.artifacts[name] = f"{_FOLDER}/{name}.csv"
        client.log_text(run_id, table.to_csv(index=False), result.artifacts[name])
    if subject.version is not None:
        client.log_evaluation(*subject.version, result.metrics, dataset=result.dataset)


def _dataset(rows: Rows) -> Dataset:
    from nbflow.data import from_numpy, from_pandas

    if rows.target_name is not None:
        return from_pandas(rows.frame, targets=rows.target_name)
    return (
        from_numpy(rows.frame, targets=rows.targets) if not hasattr(rows.frame, "columns") else from_pandas(rows.frame)
    )
