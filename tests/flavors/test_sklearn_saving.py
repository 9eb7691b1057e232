from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from scipy import stats
from sklearn import ensemble, linear_model, model_selection, neighbors, pipeline, preprocessing, svm, tree
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.cluster import Birch
from sklearn.compose import ColumnTransformer

from nbflow.errors import InvalidInputError, UnsupportedValueError
from nbflow.flavors.loading import load_native, load_pyfunc
from nbflow.flavors.saving import save_model
from nbflow.mlmodel.document import Model
from nbflow.mlmodel.trust import Trust

if TYPE_CHECKING:
    import pandas as pd

Save = Callable[..., tuple[Path, Model]]

NOWHERE = Trust()  # nothing is known of the model
MINE = Trust(all=True)


class Doubler(TransformerMixin, BaseEstimator):  # type: ignore[misc] # scikit-learn has no types
    def fit(self, X: Any, y: Any = None) -> Doubler:  # noqa: N803 - scikit-learn's names
        return self

    def transform(self, X: Any) -> Any:  # noqa: N803
        return X * 2


def mixed_columns() -> Any:
    columns = [("numbers", preprocessing.StandardScaler(), ["a", "b"]), ("rest", preprocessing.OneHotEncoder(), ["c"])]
    return pipeline.make_pipeline(ColumnTransformer(columns), ensemble.RandomForestClassifier(3))


@pytest.mark.parametrize(
    "model",
    [
        pytest.param(ensemble.RandomForestClassifier(3), id="forest"),
        pytest.param(ensemble.ExtraTreesRegressor(3), id="extra trees"),
        pytest.param(ensemble.GradientBoostingClassifier(n_estimators=3), id="boosting"),
        pytest.param(ensemble.HistGradientBoostingClassifier(max_iter=3), id="histogram boosting"),
        pytest.param(ensemble.IsolationForest(n_estimators=3, max_features=2), id="isolation forest"),
        pytest.param(ensemble.BaggingClassifier(n_estimators=2, max_features=2), id="bagging"),
        pytest.param(ensemble.AdaBoostClassifier(n_estimators=2), id="adaboost"),
        pytest.param(
            ensemble.StackingClassifier(
                [("l", linear_model.LogisticRegression()), ("t", tree.DecisionTreeClassifier())]
            ),
            id="stacking",
        ),
        pytest.param(neighbors.KNeighborsClassifier(), id="neighbors"),
        pytest.param(svm.SVC(), id="support vectors"),
        pytest.param(mixed_columns(), id="pipeline by column"),
        pytest.param(
            model_selection.GridSearchCV(ensemble.RandomForestClassifier(3), {"max_depth": [1, 2]}, cv=2),
            id="grid search",
        ),
    ],
)
def test_what_scikit_learn_has_is_saved_without_a_word_and_loads_from_anywhere(
    model: Any, save: Save, table: pd.DataFrame, labels: pd.Series[int]
) -> None:
    model.fit(table, labels)

    folder, document = save("sklearn", model, input_example=table.head(3))

    assert document.flavors["sklearn"]["serialization_format"] == "skops"
    np.testing.assert_array_equal(load_native(folder, "sklearn", trusted=NOWHERE).predict(table), model.predict(table))
    np.testing.assert_array_equal(load_pyfunc(folder, trusted=NOWHERE).predict(table), model.predict(table))


def test_several_classes_are_boosted_alike(save: Save, table: pd.DataFrame) -> None:
    model = ensemble.GradientBoostingClassifier(n_estimators=2).fit(table, np.arange(len(table)) % 3)

    folder, _ = save("sklearn", model)

    np.testing.assert_array_equal(load_native(folder, "sklearn", trusted=NOWHERE).predict(table), model.predict(table))


def test_an_unfitted_model_can_be_kept(save: Save) -> None:
    folder, _ = save("sklearn", linear_model.LogisticRegression(C=3.0))

    assert load_native(folder, "sklearn", trusted=NOWHERE).C == 3.0


def test_a_class_of_the_users_is_pickled_with_one_word_about_it(
    save: Save, table: pd.DataFrame, labels: pd.Series[int]
) -> None:
    model = pipeline.make_pipeline(Doubler(), linear_model.LogisticRegression()).fit(table, labels)

    with pytest.warns(UserWarning, match=r"pickle.*Doubler.*runs code when it is loaded") as told:
        folder, document = save("sklearn", model)

    assert len(told) == 1
    assert told[0].filename.endswith("conftest.py")  # where `save` calls nbflow
    assert document.flavors["sklearn"]["serialization_format"] == "cloudpickle"
    assert not (folder / "model.skops").exists()
    np.testing.assert_array_equal(load_native(folder, "sklearn", trusted=MINE).predict(table), model.predict(table))


@pytest.mark.parametrize(
    "model",
    [
        pytest.param(Birch(n_clusters=2), id="skops refuses it"),
        pytest.param(
            pipeline.make_pipeline(preprocessing.FunctionTransformer(lambda x: x), linear_model.LinearRegression()),
            id="a lambda",
        ),
    ],
)
def test_what_skops_cannot_keep_is_pickled(model: Any, save: Save, table: pd.DataFrame, labels: pd.Series[int]) -> None:
    model.fit(table, labels)

    with pytest.warns(UserWarning, match="The model is saved as a pickle"):
        folder, _ = save("sklearn", model)

    np.testing.assert_array_equal(load_native(folder, "sklearn", trusted=MINE).predict(table), model.predict(table))


@pytest.mark.parametrize("how", ["cloudpickle", "pickle"])
def test_a_pickle_that_is_asked_for_is_not_warned_of(
    how: str, save: Save, table: pd.DataFrame, labels: pd.Series[int]
) -> None:
    model = linear_model.LogisticRegression().fit(table, labels)

    folder, document = save("sklearn", model, options={"serialization_format": how})

    assert document.flavors["sklearn"]["serialization_format"] == how
    np.testing.assert_array_equal(load_native(folder, "sklearn", trusted=MINE).predict(table), model.predict(table))


def test_skops_that_is_asked_for_and_cannot_is_an_error(save: Save) -> None:
    with pytest.raises(InvalidInputError, match=r"Birch.*Use 'cloudpickle'"):
        save("sklearn", Birch(), options={"serialization_format": "skops"})


@pytest.mark.filterwarnings("ignore:A Doubler has no predict")
def test_types_that_the_user_trusts_are_kept_by_skops(save: Save, monkeypatch: pytest.MonkeyPatch) -> None:
    # skops imports what it makes: a module of pytest's importlib mode has to be found by its name.
    monkeypatch.setitem(sys.modules, Doubler.__module__, sys.modules[__name__])
    name = f"{Doubler.__module__}.Doubler"

    _, document = save("sklearn", Doubler(), options={"skops_trusted_types": [Doubler]})

    assert document.flavors["sklearn"]["serialization_format"] == "skops"
    assert document.flavors["sklearn"]["skops_trusted_types"] == [name]


@pytest.mark.parametrize(
    ("model", "said"),
    [
        pytest.param(3, "of type int", id="a number"),
        pytest.param(linear_model.LogisticRegression, "make an instance", id="a class"),
        pytest.param("model.pkl", "of type str", id="a path"),
        pytest.param(None, "of type NoneType", id="nothing"),
    ],
)
def test_what_is_no_model_is_refused(model: Any, said: str, save: Save, tmp_path: Path) -> None:
    with pytest.raises(UnsupportedValueError, match=said):
        save("sklearn", model)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"serialization_format": "joblib"}, "skops, cloudpickle, pickle"),
        ({"pyfunc_predict_fn": "transform"}, "predict_proba"),
        ({"pyfunc_predict_fn": "predict_log_proba"}, "no such method"),
        ({"skops_trusted_types": "sklearn.tree"}, "list of types"),
        ({"serialisation_format": "skops"}, "Did you mean 'serialization_format'"),
    ],
)
def test_wrong_options_are_told(options: dict[str, Any], said: str, save: Save, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=said):
        save("sklearn", linear_model.LinearRegression(), options=options)

    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_pickled_is_told(save: Save) -> None:
    model = linear_model.LinearRegression()
    model.lock = threading.Lock()

    with pytest.raises(InvalidInputError, match="cannot be pickled"):
        save("sklearn", model, options={"serialization_format": "pickle"})


def test_another_method_can_be_the_one_that_predicts(save: Save, table: pd.DataFrame, labels: pd.Series[int]) -> None:
    model = linear_model.LogisticRegression().fit(table, labels)

    folder, document = save(
        "sklearn", model, input_example=table.head(2), options={"pyfunc_predict_fn": "predict_proba"}
    )

    np.testing.assert_array_equal(load_pyfunc(folder, trusted=NOWHERE).predict(table), model.predict_proba(table))
    assert document.signature is not None
    assert document.signature.outputs is not None
    assert document.signature.outputs.is_tensor_spec()


def test_what_does_not_predict_is_kept_for_its_own_library(save: Save, table: pd.DataFrame) -> None:
    scaler = preprocessing.StandardScaler().fit(table)

    with pytest.warns(UserWarning, match="StandardScaler has no predict"):
        folder, document = save("sklearn", scaler)

    assert list(document.flavors) == ["sklearn"]
    np.testing.assert_array_equal(load_native(folder, "sklearn", trusted=NOWHERE).mean_, scaler.mean_)


def test_a_skops_file_says_what_it_takes_to_load_it(
    tmp_path: Path, table: pd.DataFrame, labels: pd.Series[int]
) -> None:
    save_model("sklearn", linear_model.LogisticRegression().fit(table, labels), tmp_path / "m")

    names = [line.partition("==")[0] for line in (tmp_path / "m" / "requirements.txt").read_text().splitlines()]
    assert names == ["numpy", "pandas", "scikit-learn", "scipy", "skops"]


def test_a_search_over_distributions_is_kept(save: Save, table: pd.DataFrame, labels: pd.Series[int]) -> None:
    search = model_selection.RandomizedSearchCV(
        linear_model.LogisticRegression(), {"C": stats.uniform(0.1, 1)}, cv=2, n_iter=2, random_state=0
    ).fit(table, labels)

    folder, document = save("sklearn", search)

    assert document.flavors["sklearn"]["serialization_format"] == "skops"
    np.testing.assert_array_equal(load_native(folder, "sklearn", trusted=MINE).predict(table), search.predict(table))
