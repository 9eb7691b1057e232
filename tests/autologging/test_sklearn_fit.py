"""A `fit` of scikit-learn becomes a run: what is in it, which calls count, and how it ends."""

from __future__ import annotations

import json
import threading
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from joblib import parallel_config  # type: ignore[import-untyped]
from scipy import sparse
from sklearn import metrics
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.cluster import DBSCAN, KMeans
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestClassifier, StackingClassifier, VotingClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.model_selection import cross_val_predict, cross_val_score, learning_curve
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVC

import nbflow

if TYPE_CHECKING:
    import pandas as pd

    from nbflow.entities import Run

    Data = tuple[pd.DataFrame, pd.Series[Any]]
    Runs = Callable[[], list[Run]]
    TheRun = Callable[[], Run]
    Troubles = Callable[[], frozenset[tuple[str, str]]]

ROWS, KINDS = np.arange(24.0).reshape(12, 2), np.array([0, 1] * 6)


@pytest.fixture
def watched() -> None:
    nbflow.sklearn.autolog(log_models=False)


# What is logged


@pytest.mark.usefixtures("watched")
def test_a_fit_becomes_a_finished_run(the_run: TheRun) -> None:
    fitted = LogisticRegression(C=2).fit(ROWS, KINDS)

    run = the_run()
    assert run.status == "FINISHED"
    assert run.params == {name: str(value) for name, value in fitted.get_params(deep=True).items()}
    assert run.tags["mlflow.autologging"] == "sklearn"
    assert run.tags["estimator_name"] == "LogisticRegression"
    assert run.tags["estimator_class"] == "sklearn.linear_model._logistic.LogisticRegression"
    assert nbflow.active_run() is None


@pytest.mark.usefixtures("watched")
def test_the_active_run_is_logged_to_and_goes_on(the_run: TheRun) -> None:
    with nbflow.start_run(run_name="mine"):
        LinearRegression().fit(ROWS, KINDS)

        assert the_run().status == "RUNNING"
    assert "mlflow.autologging" not in the_run().tags
    assert the_run().params["fit_intercept"] == "True"


@pytest.mark.usefixtures("watched")
def test_a_classifier_has_its_metrics_on_the_training_data(the_run: TheRun, flowers: Data) -> None:
    rows, kinds = flowers
    weights = np.linspace(1, 2, len(rows))
    with nbflow.start_run():
        fitted = LogisticRegression(max_iter=500).fit(rows, kinds, sample_weight=weights)

    predicted, chances = fitted.predict(rows), fitted.predict_proba(rows)
    how: dict[str, Any] = {"average": "weighted", "sample_weight": weights}
    expected = {
        "training_accuracy_score": metrics.accuracy_score(kinds, predicted, sample_weight=weights),
        "training_f1_score": metrics.f1_score(kinds, predicted, **how),
        "training_log_loss": metrics.log_loss(kinds, chances, sample_weight=weights),
        "training_precision_score": metrics.precision_score(kinds, predicted, **how),
        "training_recall_score": metrics.recall_score(kinds, predicted, **how),
        "training_roc_auc": metrics.roc_auc_score(kinds, chances, multi_class="ovr", **how),
        "training_score": metrics.accuracy_score(kinds, predicted, sample_weight=weights),
    }
    assert the_run().metrics == pytest.approx(expected)


def test_metrics_of_one_class_are_those_of_the_positive_label(the_run: TheRun) -> None:
    nbflow.sklearn.autolog(log_models=False, pos_label="yes")
    answers = np.where(KINDS == 1, "yes", "no")

    fitted = LogisticRegression().fit(ROWS, answers)

    expected = metrics.recall_score(answers, fitted.predict(ROWS), pos_label="yes")
    assert the_run().metrics["training_recall_score"] == pytest.approx(expected)


@pytest.mark.usefixtures("watched")
def test_a_regressor_has_its_metrics_on_the_training_data(the_run: TheRun) -> None:
    fitted = Ridge().fit(ROWS, KINDS)

    predicted = fitted.predict(ROWS)
    expected = {
        "training_mean_absolute_error": metrics.mean_absolute_error(KINDS, predicted),
        "training_mean_squared_error": metrics.mean_squared_error(KINDS, predicted),
        "training_r2_score": metrics.r2_score(KINDS, predicted),
        "training_root_mean_squared_error": metrics.root_mean_squared_error(KINDS, predicted),
        "training_score": metrics.r2_score(KINDS, predicted),
    }
    assert the_run().metrics == pytest.approx(expected)


@pytest.mark.usefixtures("watched")
def test_without_targets_there_are_no_metrics(the_run: TheRun) -> None:
    KMeans(2, n_init=1).fit(ROWS)

    assert the_run().metrics == {}


@pytest.mark.usefixtures("watched")
def test_the_data_and_a_drawing_are_kept(the_run: TheRun, files: Callable[[Run], list[str]], flowers: Data) -> None:
    make_pipeline(StandardScaler(), SVC()).fit(*flowers)

    (used,) = the_run().inputs.dataset_inputs
    assert used.dataset.digest == nbflow.data.from_pandas(flowers[0]).digest
    assert [(tag.key, tag.value) for tag in used.tags] == [("mlflow.data.context", "train")]
    assert files(the_run()) == ["estimator.html"]
    assert "StandardScaler" in nbflow.artifacts.load_text(f"runs:/{the_run().info.run_id}/estimator.html")


def test_the_model_is_logged_with_its_signature(the_run: TheRun, flowers: Data) -> None:
    nbflow.sklearn.autolog()
    rows, kinds = flowers

    fitted = RandomForestClassifier(3).fit(rows, kinds)

    uri = f"runs:/{the_run().info.run_id}/model"
    loaded = nbflow.pyfunc.load_model(uri)
    signature = nbflow.models.get_model_info(uri).signature
    assert (loaded.predict(rows) == fitted.predict(rows)).all()
    assert signature is not None
    assert signature.inputs is not None
    assert signature.inputs.input_names() == list(rows.columns)
    assert json.loads(signature.to_dict()["outputs"] or "") == [
        {"type": "tensor", "tensor-spec": {"dtype": "int64", "shape": [-1]}}
    ]


def test_a_few_rows_are_kept_with_the_model_when_asked_for(the_run: TheRun, flowers: Data) -> None:
    nbflow.sklearn.autolog(log_input_examples=True)

    SVC().fit(*flowers)

    loaded = nbflow.pyfunc.load_model(f"runs:/{the_run().info.run_id}/model")
    assert loaded.input_example is not None
    assert len(loaded.input_example) == 5


def test_what_is_not_asked_for_is_not_logged(the_run: TheRun, files: Callable[[Run], list[str]]) -> None:
    nbflow.sklearn.autolog(log_models=False, log_datasets=False, extra_tags={"team": "a"})

    LogisticRegression().fit(ROWS, KINDS)

    assert files(the_run()) == ["estimator.html"]
    assert the_run().inputs.dataset_inputs == ()
    assert the_run().tags["team"] == "a"


def test_a_model_is_registered_under_the_name_that_is_set(the_run: TheRun) -> None:
    nbflow.sklearn.autolog(registered_model_name="sorter", log_model_signatures=False)

    LogisticRegression().fit(ROWS, KINDS)

    (version,) = nbflow.search_model_versions()
    assert (version.name, version.run_id) == ("sorter", the_run().info.run_id)


def test_a_transformer_is_kept_though_it_does_not_predict(the_run: TheRun) -> None:
    nbflow.sklearn.autolog()

    with pytest.warns(UserWarning, match="has no predict"):
        PCA(1).fit(ROWS)

    signature = nbflow.models.get_model_info(f"runs:/{the_run().info.run_id}/model").signature
    assert signature is not None
    assert "-1, 1" in (signature.to_dict()["outputs"] or "").replace("[", "").replace("]", "")


@pytest.mark.usefixtures("watched")
def test_long_params_are_cut_with_a_word(the_run: TheRun) -> None:
    LogisticRegression(class_weight=dict.fromkeys(range(5000), 1.0)).fit(ROWS, KINDS)

    text = the_run().params["class_weight"]
    assert len(text) == 6000
    assert text.endswith("characters)")


@pytest.mark.usefixtures("watched")
@pytest.mark.parametrize(
    ("estimator", "rows", "targets"),
    [
        (LogisticRegression(), sparse.csr_matrix(ROWS), KINDS),
        (LogisticRegression(), ROWS.tolist(), KINDS.tolist()),
        (make_pipeline(TfidfVectorizer(), LogisticRegression()), ["a good one", "a bad one"], [1, 0]),
        (LinearRegression(), ROWS, np.stack([KINDS, KINDS], axis=1)),
        (DBSCAN(), ROWS, None),
    ],
)
def test_data_of_every_kind_is_taken(the_run: TheRun, estimator: Any, rows: Any, targets: Any) -> None:
    nbflow.sklearn.autolog(log_models=hasattr(estimator, "predict"))

    estimator.fit(rows, targets)

    assert the_run().status == "FINISHED"


@pytest.mark.usefixtures("watched", "troubles")
def test_another_training_in_a_run_keeps_the_first_params_and_says_so(the_run: TheRun) -> None:
    with nbflow.start_run():
        Ridge(alpha=1.0).fit(ROWS, KINDS)
        with pytest.warns(RuntimeWarning, match="other values of these params already, and keeps them: alpha"):
            Ridge(alpha=2.0).fit(ROWS, KINDS)
        LinearRegression().fit(ROWS, KINDS)

    assert the_run().params["alpha"] == "1.0"
    assert the_run().params["n_jobs"] == "None"


# Which calls count


@pytest.mark.usefixtures("watched")
@pytest.mark.parametrize(
    "estimator",
    [
        make_pipeline(StandardScaler(), PCA(1), LogisticRegression()),
        VotingClassifier([("a", LogisticRegression()), ("b", SVC())], n_jobs=2),
        StackingClassifier([("a", LogisticRegression()), ("b", SVC())], cv=2),
        RandomForestClassifier(4, n_jobs=2),
    ],
)
def test_what_an_estimator_fits_itself_is_no_training_of_its_own(the_run: TheRun, estimator: Any) -> None:
    with parallel_config(backend="threading"):
        estimator.fit(ROWS, KINDS)

    assert the_run().tags["estimator_name"] == type(estimator).__name__


@pytest.mark.usefixtures("watched")
def test_cross_validation_is_no_training(runs: Runs) -> None:
    cross_val_score(LogisticRegression(), ROWS, KINDS, cv=2)
    cross_val_predict(LogisticRegression(), ROWS, KINDS, cv=2)
    learning_curve(LogisticRegression(), ROWS, KINDS, cv=2, train_sizes=[0.5, 1.0])
    for backend in ("threading", "loky"):
        with parallel_config(backend=backend):
            cross_val_score(LogisticRegression(), ROWS, KINDS, cv=2, n_jobs=2)

    assert runs() == []


@pytest.mark.usefixtures("watched")
def test_preparing_data_is_no_training(runs: Runs) -> None:
    StandardScaler().fit(ROWS)
    StandardScaler().fit_transform(ROWS)
    OneHotEncoder().fit(ROWS)

    assert runs() == []


@pytest.mark.usefixtures("watched")
@pytest.mark.parametrize(
    ("estimator", "method"),
    [(KMeans(2, n_init=1), "fit_predict"), (DBSCAN(), "fit_predict"), (PCA(1), "fit_transform")],
)
def test_fitting_and_answering_at_once_is_one_training(the_run: TheRun, estimator: Any, method: str) -> None:
    answer = getattr(estimator, method)(ROWS)

    assert len(answer) == len(ROWS)
    assert the_run().tags["estimator_name"] == type(estimator).__name__


@pytest.mark.usefixtures("watched")
def test_a_class_that_inherits_its_fit_is_watched(the_run: TheRun) -> None:
    class Own(LogisticRegression):
        pass

    Own().fit(ROWS, KINDS)

    assert the_run().tags["estimator_name"] == "Own"


@pytest.mark.usefixtures("watched")
def test_a_fit_of_the_users_own_is_not(runs: Runs) -> None:
    class Own(ClassifierMixin, BaseEstimator):
        def fit(self, rows: Any, _kinds: Any) -> Own:
            self.classes_ = rows
            return self

    Own().fit(ROWS, KINDS)

    assert runs() == []


@pytest.mark.usefixtures("watched")
def test_trainings_in_threads_have_runs_of_their_own(runs: Runs) -> None:
    threads = [threading.Thread(target=LogisticRegression(C=c).fit, args=(ROWS, KINDS)) for c in (1.0, 2.0, 3.0, 4.0)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted((run.status, run.params["C"]) for run in runs()) == [("FINISHED", f"{c}.0") for c in range(1, 5)]


def test_exclusive_leaves_the_users_runs_alone(runs: Runs) -> None:
    nbflow.sklearn.autolog(log_models=False, exclusive=True)

    with nbflow.start_run(run_name="mine"):
        make_pipeline(StandardScaler(), LogisticRegression()).fit(ROWS, KINDS)
    LogisticRegression().fit(ROWS, KINDS)

    mine, own = runs()
    assert mine.params == {}
    assert own.params["C"] == "1.0"


# How it ends


@pytest.mark.usefixtures("watched")
def test_an_exception_of_the_training_is_the_users_and_ends_the_run_failed(the_run: TheRun) -> None:
    with pytest.raises(ValueError, match="C"):
        LogisticRegression(C=-1).fit(ROWS, KINDS)

    run = the_run()
    assert run.status == "FAILED"
    assert run.error is not None
    assert "InvalidParameterError" in run.error.type
    assert run.params["C"] == "-1"


@pytest.mark.usefixtures("watched")
def test_wrong_arguments_are_told_as_ever(the_run: TheRun) -> None:
    with pytest.raises(TypeError, match="fit\\(\\) got an unexpected keyword argument 'nonsense'"):
        LogisticRegression().fit(ROWS, KINDS, nonsense=1)

    assert the_run().status == "FAILED"


class Interrupting(LogisticRegression):
    def predict(self, rows: Any) -> Any:
        raise KeyboardInterrupt

    def get_params(self, deep: bool = True) -> Any:
        return {"answer": 1}


@pytest.mark.usefixtures("watched")
def test_an_interrupt_ends_the_run_killed(the_run: TheRun) -> None:
    with pytest.raises(KeyboardInterrupt):
        Interrupting().fit(ROWS, KINDS)

    assert the_run().status == "KILLED"


class Strange(LogisticRegression):
    def get_params(self, deep: bool = True) -> Any:
        if deep:
            raise OSError("no params today")
        return super().get_params(deep)

    def predict_proba(self, rows: Any) -> Any:
        raise ArithmeticError("no chances today")


@pytest.mark.usefixtures("watched", "troubles")
def test_what_cannot_be_logged_is_told_once_and_the_rest_is_logged(the_run: TheRun) -> None:
    with warnings.catch_warnings(record=True) as told, nbflow.start_run():
        warnings.simplefilter("always")
        for _ in range(2):
            Strange().fit(ROWS, KINDS)

    texts = sorted(str(each.message) for each in told)
    assert [text.partition(":")[0] for text in texts] == [
        "nbflow could not log the estimator as a page, and goes on",
        "nbflow could not log the metric training_log_loss, and goes on",
        "nbflow could not log the metric training_roc_auc, and goes on",
        "nbflow could not log the params, and goes on",
    ]
    assert {each.filename for each in told} == {__file__}
    assert the_run().metrics["training_accuracy_score"] > 0


def test_silent_says_nothing(the_run: TheRun) -> None:
    nbflow.sklearn.autolog(silent=True)

    Strange().fit(ROWS, KINDS)

    assert the_run().status == "FINISHED"


@pytest.mark.usefixtures("watched")
def test_a_store_that_cannot_be_written_does_not_end_a_training(
    tmp_path: Path, troubles: Troubles, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    nbflow.set_tracking_uri(tmp_path / "file" / "store")

    for _ in range(2):  # warnings are errors here: even so they do not reach the training
        fitted = make_pipeline(StandardScaler(), LogisticRegression()).fit(ROWS, KINDS)

    assert fitted.n_features_in_ == 2
    assert len(troubles()) == 1
    assert capsys.readouterr().err.count("no run could be started") == 1


@pytest.mark.usefixtures("watched", "troubles")
def test_a_run_that_is_deleted_meanwhile_does_not_end_a_training() -> None:
    with nbflow.start_run() as run:
        nbflow.delete_run(run.run_id)
        with pytest.warns(RuntimeWarning, match="could not log"):
            fitted = LogisticRegression().fit(ROWS, KINDS)

    assert fitted.n_features_in_ == 2
