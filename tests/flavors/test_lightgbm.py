from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import lightgbm
import numpy as np
import pytest
from sklearn import linear_model

from nbflow.errors import InvalidInputError, ModelFormatError, SchemaEnforcementError, UntrustedModelError
from nbflow.flavors.lightgbm import LightgbmFlavor
from nbflow.flavors.lightgbm_text import text_fault
from nbflow.flavors.loading import load_native, load_pyfunc
from nbflow.flavors.saving import save_model
from nbflow.mlmodel.document import Model
from nbflow.mlmodel.trust import Trust

if TYPE_CHECKING:
    import pandas as pd

Save = Callable[..., tuple[Path, Model]]

NOWHERE = Trust()  # nothing is known of the model
MINE = Trust(all=True)

SMALL: dict[str, Any] = {"n_estimators": 3, "verbose": -1}


@pytest.fixture(scope="module")
def booster(table: pd.DataFrame, labels: pd.Series[int]) -> lightgbm.Booster:
    return lightgbm.train({"objective": "binary", "verbose": -1}, lightgbm.Dataset(table, labels), 3)


def with_entries(folder: Path, **entries: Any) -> Path:
    """Have the MLmodel file of a model say something else; None takes an entry away."""
    document = Model.load(folder)
    document.flavors["lightgbm"].update(entries)
    document.save(folder)
    return folder


def test_a_booster_is_kept_as_its_text_and_loads_from_anywhere(
    save: Save, booster: lightgbm.Booster, table: pd.DataFrame
) -> None:
    folder, document = save("lightgbm", booster, input_example=table.head(3))

    expected = booster.predict(table)
    assert document.flavors["lightgbm"]["data"] == "model.lgb"
    np.testing.assert_array_equal(load_native(folder, "lightgbm", trusted=NOWHERE).predict(table), expected)
    np.testing.assert_array_equal(load_pyfunc(folder, trusted=NOWHERE).predict(table), expected)


@pytest.mark.parametrize(
    ("model", "target"),
    [
        pytest.param(lightgbm.LGBMClassifier(**SMALL), "classes", id="classifier"),
        pytest.param(lightgbm.LGBMRegressor(**SMALL), "numbers", id="regressor"),
        pytest.param(lightgbm.LGBMModel(objective="regression", **SMALL), "numbers", id="model"),
        pytest.param(lightgbm.LGBMRegressor(boosting_type="dart", **SMALL), "numbers", id="dart"),
    ],
)
def test_an_estimator_is_kept_without_a_pickle_and_loads_from_anywhere(
    model: Any, target: str, save: Save, table: pd.DataFrame
) -> None:
    model.fit(table, np.arange(len(table)) % 3 if target == "classes" else table.a)

    folder, document = save("lightgbm", model, input_example=table.head(3))

    assert document.flavors["lightgbm"]["data"] == "model.skops"
    loaded = load_native(folder, "lightgbm", trusted=NOWHERE)
    assert type(loaded) is type(model)
    np.testing.assert_array_equal(loaded.predict(table), model.predict(table))
    np.testing.assert_array_equal(load_pyfunc(folder, trusted=NOWHERE).predict(table), model.predict(table))
    if target == "classes":
        np.testing.assert_array_equal(loaded.predict_proba(table), model.predict_proba(table))


def test_a_ranker_is_kept_without_a_pickle(save: Save, table: pd.DataFrame, labels: pd.Series[int]) -> None:
    model = lightgbm.LGBMRanker(**SMALL).fit(table, labels, group=[30, 30])

    folder, _ = save("lightgbm", model)

    np.testing.assert_array_equal(load_pyfunc(folder, trusted=NOWHERE).predict(table), model.predict(table))


def test_columns_of_categories_are_kept(save: Save, table: pd.DataFrame) -> None:
    data = table.assign(kind=np.arange(len(table)) % 3)
    data["kind"] = data.kind.astype("category")
    model = lightgbm.LGBMRegressor(min_child_samples=1, **SMALL).fit(data, data.a + data.kind.astype(int))

    folder, _ = save("lightgbm", model)

    np.testing.assert_array_equal(load_native(folder, "lightgbm", trusted=NOWHERE).predict(data), model.predict(data))


def test_an_estimator_logged_as_of_scikit_learn_is_told_where_to_go(save: Save, table: pd.DataFrame) -> None:
    with pytest.warns(UserWarning, match=r"nbflow\.lightgbm\.log_model keeps it without one"):
        save("sklearn", lightgbm.LGBMRegressor(**SMALL).fit(table, table.a))


def test_what_skops_cannot_keep_is_pickled_with_a_word(save: Save, table: pd.DataFrame) -> None:
    model = lightgbm.LGBMRegressor(objective=lambda y, p: (p - y, np.ones_like(y)), **SMALL).fit(table, table.a)

    with pytest.warns(UserWarning, match="The model is saved as a pickle") as told:
        folder, document = save("lightgbm", model)

    assert "log_model" not in str(told[0].message)

    assert document.flavors["lightgbm"]["serialization_format"] == "cloudpickle"
    with pytest.raises(UntrustedModelError, match=r"model\.pkl"):
        load_native(folder, "lightgbm", trusted=NOWHERE)
    np.testing.assert_array_equal(load_pyfunc(folder, trusted=MINE).predict(table), model.predict(table))


@pytest.mark.parametrize("how", ["cloudpickle", "pickle"])
def test_a_pickle_that_is_asked_for_needs_trust(how: str, save: Save, table: pd.DataFrame) -> None:
    model = lightgbm.LGBMRegressor(**SMALL).fit(table, table.a)

    folder, _ = save("lightgbm", model, options={"serialization_format": how})

    with pytest.raises(UntrustedModelError, match=r"model\.pkl"):
        load_pyfunc(folder, trusted=NOWHERE)
    np.testing.assert_array_equal(load_pyfunc(folder, trusted=MINE).predict(table), model.predict(table))


def test_types_that_run_code_are_not_made_of_a_skops_file(save: Save, table: pd.DataFrame) -> None:
    folder, document = save("lightgbm", lightgbm.LGBMRegressor(**SMALL).fit(table, table.a))
    listed = document.flavors["lightgbm"]["skops_trusted_types"]
    with_entries(folder, skops_trusted_types=[*listed, "subprocess.Popen"])

    with pytest.raises(UntrustedModelError, match=r"subprocess\.Popen"):
        load_native(folder, "lightgbm", trusted=NOWHERE)
    own = LightgbmFlavor(skops_trusted_types=["subprocess.Popen"])
    assert load_native(folder, own, trusted=NOWHERE).n_estimators == 3


def test_data_that_do_not_fit_are_refused_before_lightgbm_sees_them(
    save: Save, booster: lightgbm.Booster, table: pd.DataFrame
) -> None:
    folder, _ = save("lightgbm", booster, input_example=table.head(3))

    with pytest.raises(SchemaEnforcementError, match="missing inputs"):
        load_pyfunc(folder, trusted=NOWHERE).predict(table[["a", "b"]])


@pytest.mark.parametrize(
    ("model", "said"),
    [
        pytest.param(linear_model.LinearRegression(), "a model of LightGBM is a Booster", id="scikit-learn's"),
        pytest.param(lightgbm.LGBMClassifier, "This is a class: make an instance", id="a class"),
        pytest.param(lightgbm.LGBMClassifier(), "It is not fitted", id="not fitted"),
    ],
)
def test_what_is_no_fitted_model_of_lightgbm_is_refused(model: Any, said: str, save: Save, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=said):
        save("lightgbm", model)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        pytest.param({"serialization_format": "json"}, "It is one of skops", id="format"),
        pytest.param({"skops_trusted_types": "a.B"}, "It is a list of types", id="types"),
        pytest.param({"model_format": "txt"}, "has the options serialization_format", id="name"),
    ],
)
def test_wrong_options_are_refused(options: dict[str, Any], said: str, save: Save, table: pd.DataFrame) -> None:
    with pytest.raises(InvalidInputError, match=said):
        save("lightgbm", lightgbm.LGBMRegressor(**SMALL).fit(table, table.a), options=options)


def test_mlflows_first_models_said_no_class(save: Save, booster: lightgbm.Booster, table: pd.DataFrame) -> None:
    folder = with_entries(save("lightgbm", booster)[0], model_class=None)

    np.testing.assert_array_equal(
        load_native(folder, "lightgbm", trusted=NOWHERE).predict(table), booster.predict(table)
    )


def test_a_pickle_of_mlflows_that_does_not_say_how_it_was_made_is_loaded(save: Save, table: pd.DataFrame) -> None:
    model = lightgbm.LGBMRegressor(**SMALL).fit(table, table.a)
    folder, _ = save("lightgbm", model, options={"serialization_format": "cloudpickle"})
    with_entries(folder, serialization_format=None)

    assert load_native(folder, "lightgbm", trusted=MINE).n_estimators == 3
    with pytest.raises(UntrustedModelError):
        load_native(folder, "lightgbm", trusted=NOWHERE)


# LightGBM ends the process for most of these.
def test_a_text_that_was_cut_off_anywhere_is_told(
    save: Save, booster: lightgbm.Booster, capfd: pytest.CaptureFixture[str]
) -> None:
    folder, _ = save("lightgbm", booster)
    file = folder / "model.lgb"
    whole = file.read_bytes()
    trees, parameters = whole.index(b"end of trees"), whole.index(b"\nparameters:")

    for length in [0, 5, *range(40, trees, 97), *range(parameters + 20, whole.index(b"\nend of parameters"), 297)]:
        file.write_bytes(whole[:length])
        with pytest.raises(ModelFormatError, match="damaged"):
            load_native(folder, "lightgbm", trusted=NOWHERE)
    capfd.readouterr()  # LightGBM prints, too


def test_line_ends_that_were_changed_on_the_way_are_told(save: Save, booster: lightgbm.Booster) -> None:
    folder, _ = save("lightgbm", booster)
    file = folder / "model.lgb"
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))

    with pytest.raises(ModelFormatError, match="line"):
        load_native(folder, "lightgbm", trusted=NOWHERE)


def test_a_text_without_splits_or_trees_is_whole(tmp_path: Path, table: pd.DataFrame) -> None:
    data = lightgbm.Dataset(table, np.ones(len(table)), params={"verbose": -1})
    flat, empty = lightgbm.train({"verbose": -1}, data, 1), lightgbm.Booster({"verbose": -1}, data)

    for name, model in {"flat": flat, "empty": empty}.items():
        model.save_model(tmp_path / name)
        assert text_fault(tmp_path / name) == ""


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        pytest.param({"data": "gone.lgb"}, "is missing", id="missing"),
        pytest.param({"data": "../model.lgb"}, "climbs", id="outside"),
        pytest.param({"model_class": 3}, "which is no class", id="class"),
    ],
)
def test_entries_that_say_nothing_are_told(
    entries: dict[str, Any], said: str, save: Save, booster: lightgbm.Booster
) -> None:
    folder = with_entries(save("lightgbm", booster)[0], **entries)

    with pytest.raises(ModelFormatError, match=said):
        load_native(folder, "lightgbm", trusted=NOWHERE)


def test_what_is_in_a_pickle_has_to_be_lightgbms(save: Save, table: pd.DataFrame) -> None:
    model = lightgbm.LGBMRegressor(**SMALL).fit(table, table.a)
    folder, _ = save("lightgbm", model, options={"serialization_format": "pickle"})
    (folder / "model.pkl").write_bytes(pickle.dumps([1]))

    with pytest.raises(ModelFormatError, match="is a list, and no LGBMModel"):
        load_native(folder, "lightgbm", trusted=MINE)


def test_what_it_takes_to_load_it_is_known_without_loading_it(
    tmp_path: Path, table: pd.DataFrame, booster: lightgbm.Booster
) -> None:
    save_model("lightgbm", booster, tmp_path / "booster")
    model = lightgbm.LGBMRegressor(**SMALL).fit(table.to_numpy(), table.a)
    save_model("lightgbm", model, tmp_path / "estimator")

    def names(folder: str) -> list[str]:
        lines = (tmp_path / folder / "requirements.txt").read_text().splitlines()
        return [line.partition("==")[0] for line in lines]

    assert names("booster") == ["lightgbm", "numpy", "pandas", "scipy"]
    assert {"lightgbm", "numpy", "scikit-learn", "scipy", "skops"} <= set(names("estimator"))
