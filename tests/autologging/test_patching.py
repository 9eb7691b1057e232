"""What is watched looks and behaves as it did: signatures, documentation, clones, pickles, workers."""

from __future__ import annotations

import copy
import inspect
import pickle
from collections.abc import Callable, Iterator
from typing import Any

import cloudpickle
import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.cluster import DBSCAN
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import LocalOutlierFactor
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.parallel import Parallel, delayed
from sklearn.utils.validation import has_fit_parameter

import nbflow
from nbflow.autologging.patching import Patches

ROWS, KINDS = np.arange(12.0).reshape(6, 2), np.array([0, 1] * 3)


@pytest.fixture(autouse=True)
def watched() -> None:
    nbflow.sklearn.autolog(log_models=False)


def test_signatures_and_documentation_stay() -> None:
    original = inspect.unwrap(LogisticRegression.fit)

    assert inspect.signature(LogisticRegression.fit) == inspect.signature(original)
    assert LogisticRegression.fit.__doc__ == original.__doc__
    assert LogisticRegression.fit.__qualname__ == "LogisticRegression.fit"
    assert list(inspect.signature(LogisticRegression().fit).parameters) == ["X", "y", "sample_weight"]
    assert has_fit_parameter(LogisticRegression(), "sample_weight")


def test_a_method_that_only_some_instances_have_is_there_or_not_as_before() -> None:
    with_predictor = make_pipeline(StandardScaler(), LogisticRegression())
    without = make_pipeline(StandardScaler())

    assert [hasattr(each, "score") for each in (with_predictor, without)] == [True, False]
    assert [hasattr(LocalOutlierFactor(novelty=new), "fit_predict") for new in (False, True)] == [True, False]
    assert list(inspect.signature(with_predictor.score).parameters) == ["X", "y", "sample_weight", "params"]
    assert callable(Pipeline.score)


def test_instances_hold_nothing_of_ours() -> None:
    plain = set(vars(LogisticRegression().fit(ROWS, KINDS)))
    nbflow.autolog(disable=True)

    assert plain == set(vars(LogisticRegression().fit(ROWS, KINDS)))


def through_a_pickle(estimator: Any) -> Any:
    return pickle.loads(pickle.dumps(estimator))  # noqa: S301 - made here


@pytest.mark.parametrize("copied", [clone, copy.deepcopy, through_a_pickle])
def test_estimators_are_copied_as_ever(copied: Callable[[Any], Any]) -> None:
    estimator = GridSearchCV(LogisticRegression(), {"C": [1, 2]}, cv=2).fit(ROWS, KINDS)

    twin = copied(estimator)

    assert type(twin) is GridSearchCV
    assert twin.get_params(deep=False).keys() == estimator.get_params(deep=False).keys()


def test_a_pickled_estimator_needs_no_nbflow() -> None:
    for dumps in (pickle.dumps, cloudpickle.dumps):
        assert b"nbflow" not in dumps(make_pipeline(StandardScaler(), LogisticRegression()).fit(ROWS, KINDS))


def test_a_method_is_pickled_by_its_name() -> None:
    assert through_a_pickle(LogisticRegression.fit) is LogisticRegression.fit


def test_workers_of_joblib_fit_as_ever() -> None:
    fitted = Parallel(n_jobs=2, backend="loky")(delayed(LogisticRegression(C=c).fit)(ROWS, KINDS) for c in (1, 2))

    assert [each.C for each in fitted] == [1, 2]


def test_params_that_are_routed_are_found() -> None:
    import sklearn

    with sklearn.config_context(enable_metadata_routing=True):

        class Own(ClassifierMixin, BaseEstimator):
            def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Own:  # noqa: N803 - scikit-learn's names
                return self

        routed = LogisticRegression().set_fit_request(sample_weight=True)
        assert routed.get_metadata_routing().fit.requests == {"sample_weight": True}
        assert Own().get_metadata_routing().fit.requests == {"sample_weight": None}


def test_arguments_by_position_and_by_name_arrive() -> None:
    assert LogisticRegression().fit(X=ROWS, y=KINDS).n_features_in_ == 2
    assert LogisticRegression.fit(LogisticRegression(), ROWS, y=KINDS).n_features_in_ == 2
    assert DBSCAN().fit_predict(ROWS).shape == (6,)


class Base:
    @property
    def given(self) -> int:
        return 1

    @staticmethod
    def of_nobody() -> int:
        return 2

    def of_somebody(self) -> int:
        return 3


@pytest.fixture
def patches() -> Iterator[Patches]:
    made = Patches()
    yield made
    made.undo()


def test_only_methods_are_replaced(patches: Patches) -> None:
    before = dict(vars(Base))
    for name in ("given", "of_nobody", "absent", "__doc__"):
        patches.method(Base, name, lambda *_: 0)

    assert dict(vars(Base)) == before


def test_what_somebody_else_replaced_meanwhile_stays(patches: Patches, monkeypatch: pytest.MonkeyPatch) -> None:
    patches.method(Base, "of_somebody", lambda _self, call, args, kwargs: call(*args, **kwargs) + 1)
    ours = Base.of_somebody
    monkeypatch.setattr(Base, "of_somebody", lambda self: ours(self) * 10)
    assert Base().of_somebody() == 40

    patches.undo()

    assert Base().of_somebody() == 40
