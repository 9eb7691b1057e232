from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import xgboost
from sklearn import linear_model

from nbflow.errors import InvalidInputError, ModelFormatError, SchemaEnforcementError, UntrustedModelError
from nbflow.flavors.loading import load_native, load_pyfunc
from nbflow.flavors.saving import save_model
from nbflow.mlmodel.document import Model
from nbflow.mlmodel.infer import infer_signature
from nbflow.mlmodel.trust import Trust

if TYPE_CHECKING:
    import pandas as pd

Save = Callable[..., tuple[Path, Model]]

NOWHERE = Trust()  # nothing is known of the model
MINE = Trust(all=True)

OWN_CLASS = """
import xgboost

class Doubled(xgboost.XGBRegressor):
    def predict(self, X, **options):
        return 2 * super().predict(X, **options)
"""


@pytest.fixture(scope="module")
def booster(table: pd.DataFrame, labels: pd.Series[int]) -> xgboost.Booster:
    return xgboost.train({"objective": "binary:logistic"}, xgboost.DMatrix(table, labels), 3)


def with_entries(folder: Path, **entries: Any) -> Path:
    """Have the MLmodel file of a model say something else; None takes an entry away."""
    document = Model.load(folder)
    document.flavors["xgboost"].update(entries)
    document.save(folder)
    return folder


@pytest.mark.parametrize("model_format", ["ubj", "json"])
def test_a_booster_is_kept_in_either_format_and_loads_from_anywhere(
    model_format: str, save: Save, booster: xgboost.Booster, table: pd.DataFrame
) -> None:
    folder, document = save("xgboost", booster, input_example=table.head(3), options={"model_format": model_format})

    expected = booster.predict(xgboost.DMatrix(table))
    assert (folder / f"model.{model_format}").is_file()
    assert document.flavors["xgboost"]["model_class"] == "xgboost.core.Booster"
    loaded = load_native(folder, "xgboost", trusted=NOWHERE)
    np.testing.assert_array_equal(loaded.predict(xgboost.DMatrix(table)), expected)
    np.testing.assert_array_equal(load_pyfunc(folder, trusted=NOWHERE).predict(table), expected)


@pytest.mark.parametrize(
    ("model", "target"),
    [
        pytest.param(xgboost.XGBClassifier(n_estimators=3), "classes", id="classifier"),
        pytest.param(xgboost.XGBRegressor(n_estimators=3), "numbers", id="regressor"),
        pytest.param(xgboost.XGBRFClassifier(n_estimators=3), "classes", id="forest"),
        pytest.param(xgboost.XGBRegressor(n_estimators=3, booster="dart"), "numbers", id="dart"),
    ],
)
def test_an_estimator_comes_back_as_what_it_was(model: Any, target: str, save: Save, table: pd.DataFrame) -> None:
    model.fit(table, np.arange(len(table)) % 3 if target == "classes" else table.a)

    folder, document = save("xgboost", model, input_example=table.head(3))

    loaded = load_native(folder, "xgboost", trusted=NOWHERE)
    assert type(loaded) is type(model)
    np.testing.assert_array_equal(loaded.predict(table), model.predict(table))
    np.testing.assert_array_equal(load_pyfunc(folder, trusted=NOWHERE).predict(table), model.predict(table))
    assert document.signature is not None
    assert document.signature.outputs is not None
    if target == "classes":
        np.testing.assert_array_equal(loaded.predict_proba(table), model.predict_proba(table))


def test_a_ranker_comes_back(save: Save, table: pd.DataFrame, labels: pd.Series[int]) -> None:
    model = xgboost.XGBRanker(n_estimators=3).fit(table, labels, qid=np.arange(len(table)) // 20)

    folder, _ = save("xgboost", model)

    np.testing.assert_array_equal(load_pyfunc(folder, trusted=NOWHERE).predict(table), model.predict(table))


def test_data_that_do_not_fit_are_refused_before_xgboost_sees_them(
    save: Save, booster: xgboost.Booster, table: pd.DataFrame
) -> None:
    folder, _ = save("xgboost", booster, input_example=table.head(3))

    with pytest.raises(SchemaEnforcementError, match="missing inputs"):
        load_pyfunc(folder, trusted=NOWHERE).predict(table[["a", "b"]])


def test_params_of_the_signature_reach_the_booster(save: Save, booster: xgboost.Booster, table: pd.DataFrame) -> None:
    signature = infer_signature(table, params={"output_margin": True})

    folder, _ = save("xgboost", booster, signature=signature)

    predicted = load_pyfunc(folder, trusted=NOWHERE).predict(table)
    np.testing.assert_array_equal(predicted, booster.predict(xgboost.DMatrix(table), output_margin=True))


def test_params_that_predict_does_not_take_are_left_out_with_a_word(
    save: Save, booster: xgboost.Booster, table: pd.DataFrame
) -> None:
    folder, _ = save("xgboost", booster, signature=infer_signature(table, params={"temperature": 0.5}))
    model = load_pyfunc(folder, trusted=NOWHERE)

    with pytest.warns(UserWarning, match="does not take the params temperature"):
        predicted = model.predict(table)

    np.testing.assert_array_equal(predicted, booster.predict(xgboost.DMatrix(table)))


@pytest.mark.parametrize(
    ("model", "said"),
    [
        pytest.param(linear_model.LinearRegression(), "a model of XGBoost is a Booster", id="scikit-learn's"),
        pytest.param(xgboost.XGBClassifier, "This is a class: make an instance", id="a class"),
        pytest.param(xgboost.XGBClassifier(), "is it fitted", id="an estimator that is not fitted"),
        pytest.param(xgboost.Booster(), "is it fitted", id="a booster that is not fitted"),
    ],
)
def test_what_is_no_fitted_model_of_xgboost_is_refused(model: Any, said: str, save: Save, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=said):
        save("xgboost", model)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        pytest.param({"model_format": "deprecated"}, "It is one of ubj, json", id="format"),
        pytest.param({"format": "json"}, "Did you mean 'model_format'", id="name"),
    ],
)
def test_wrong_options_are_refused(options: dict[str, Any], said: str, save: Save, booster: xgboost.Booster) -> None:
    with pytest.raises(InvalidInputError, match=said):
        save("xgboost", booster, options=options)


def test_a_class_of_the_users_is_imported_only_where_that_is_trusted(
    save: Save, table: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "doubled_trees.py"
    source.write_text(OWN_CLASS)
    monkeypatch.syspath_prepend(str(tmp_path))
    model = importlib.import_module("doubled_trees").Doubled(n_estimators=3).fit(table, table.a)

    folder, document = save("xgboost", model, code_paths=[source])

    assert document.flavors["xgboost"]["model_class"] == "doubled_trees.Doubled"
    with pytest.raises(UntrustedModelError, match="MLmodel"):
        load_native(folder, "xgboost", trusted=NOWHERE)
    np.testing.assert_array_equal(load_pyfunc(folder, trusted=MINE).predict(table), model.predict(table))


def test_a_class_that_cannot_be_imported_elsewhere_is_refused(save: Save, table: pd.DataFrame) -> None:
    class Own(xgboost.XGBRegressor):
        pass

    with pytest.raises(InvalidInputError, match="code_paths"):
        save("xgboost", Own(n_estimators=1).fit(table, table.a))


@pytest.mark.parametrize("name", ["os.system", "subprocess.Popen", "xgboost"])
def test_an_mlmodel_file_from_elsewhere_does_not_say_what_to_call(
    name: str, save: Save, booster: xgboost.Booster
) -> None:
    folder = with_entries(save("xgboost", booster)[0], model_class=name)

    with pytest.raises((UntrustedModelError, ModelFormatError)):
        load_native(folder, "xgboost", trusted=NOWHERE)


@pytest.mark.parametrize("name", ["xgboost.core.c_str", "xgboost.core.DMatrix", "xgboost.nothing.There", "os.system"])
def test_what_is_no_class_of_models_is_not_called(name: str, save: Save, booster: xgboost.Booster) -> None:
    folder = with_entries(save("xgboost", booster)[0], model_class=name)

    with pytest.raises(ModelFormatError, match="model_class"):
        load_native(folder, "xgboost", trusted=MINE)


def test_mlflows_first_models_said_no_class_and_no_format(
    save: Save, booster: xgboost.Booster, table: pd.DataFrame
) -> None:
    folder, _ = save("xgboost", booster)
    (folder / "model.ubj").rename(folder / "model.xgb")
    with_entries(folder, data="model.xgb", model_class=None, model_format=None)

    loaded = load_native(folder, "xgboost", trusted=NOWHERE)

    expected = booster.predict(xgboost.DMatrix(table))
    np.testing.assert_array_equal(loaded.predict(xgboost.DMatrix(table)), expected)


@pytest.mark.parametrize("content", [b"", b"no model", b"{}"])
def test_a_damaged_file_is_told(content: bytes, save: Save, booster: xgboost.Booster) -> None:
    folder, _ = save("xgboost", booster)
    (folder / "model.ubj").write_bytes(content)

    with pytest.raises(ModelFormatError, match=r"model\.ubj is no model of XGBoost"):
        load_native(folder, "xgboost", trusted=NOWHERE)


@pytest.mark.parametrize(
    ("data", "said"),
    [pytest.param("gone.ubj", "is missing", id="missing"), pytest.param("../model.ubj", "climbs", id="outside")],
)
def test_a_file_that_is_not_in_the_folder_is_told(data: str, said: str, save: Save, booster: xgboost.Booster) -> None:
    folder = with_entries(save("xgboost", booster)[0], data=data)

    with pytest.raises(ModelFormatError, match=said):
        load_native(folder, "xgboost", trusted=NOWHERE)


def test_what_it_takes_to_load_it_is_known_without_loading_it(
    tmp_path: Path, table: pd.DataFrame, booster: xgboost.Booster
) -> None:
    save_model("xgboost", booster, tmp_path / "booster")
    save_model("xgboost", xgboost.XGBRegressor(n_estimators=1).fit(table.to_numpy(), table.a), tmp_path / "estimator")

    def names(folder: str) -> list[str]:
        lines = (tmp_path / folder / "requirements.txt").read_text().splitlines()
        return [line.partition("==")[0].removesuffix("-cpu") for line in lines]

    assert names("booster") == ["numpy", "pandas", "scipy", "xgboost"]
    assert names("estimator") == ["numpy", "scikit-learn", "scipy", "xgboost"]


def test_an_estimator_logged_as_of_scikit_learn_is_told_where_to_go(
    save: Save, table: pd.DataFrame, labels: pd.Series[int]
) -> None:
    model = xgboost.XGBClassifier(n_estimators=2).fit(table, labels)

    with pytest.warns(UserWarning, match=r"nbflow\.xgboost\.log_model keeps it without one"):
        save("sklearn", model)
