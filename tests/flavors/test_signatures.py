from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn import linear_model, preprocessing

from nbflow.errors import InvalidInputError, SchemaEnforcementError, UnsupportedValueError
from nbflow.flavors.loading import load_pyfunc
from nbflow.flavors.saving import save_model
from nbflow.mlmodel import ModelSignature, infer_signature
from nbflow.mlmodel.document import Model
from nbflow.mlmodel.trust import Trust

Save = Callable[..., tuple[Path, Model]]

MINE = Trust(all=True)


@pytest.fixture
def fitted(table: pd.DataFrame, labels: pd.Series[int]) -> Any:
    return linear_model.LogisticRegression().fit(table, labels)


def inputs_of(document: Model) -> Any:
    assert document.signature is not None
    return json.loads(document.signature.to_dict()["inputs"] or "null")


def test_it_is_made_of_the_example_and_of_what_is_predicted_for_it(
    fitted: Any, save: Save, table: pd.DataFrame
) -> None:
    folder, document = save("sklearn", fitted, input_example=table.head(2))

    assert [column["name"] for column in inputs_of(document)] == ["a", "b", "c"]
    assert document.signature is not None
    assert json.loads(document.signature.to_dict()["outputs"] or "") == [{"type": "long", "required": True}]
    assert Model.load(folder).signature == document.signature
    pd.testing.assert_frame_equal(load_pyfunc(folder, trusted=MINE).input_example, table.head(2))


def test_arrays_make_tensors(save: Save, table: pd.DataFrame, labels: pd.Series[int]) -> None:
    model = linear_model.LogisticRegression().fit(table.to_numpy(), labels)

    _, document = save("sklearn", model, input_example=table.to_numpy()[:2])

    assert inputs_of(document) == [{"type": "tensor", "tensor-spec": {"dtype": "float64", "shape": [-1, 3]}}]


def test_without_an_example_there_is_none(fitted: Any, save: Save) -> None:
    assert save("sklearn", fitted)[1].signature is None


def test_there_is_none_where_none_is_wanted(fitted: Any, save: Save, table: pd.DataFrame) -> None:
    folder, document = save("sklearn", fitted, input_example=table.head(2), signature=False)

    assert document.signature is None
    assert load_pyfunc(folder, trusted=MINE).predict(table.head(1)).shape == (1,)


def test_one_that_is_given_is_kept(fitted: Any, save: Save, table: pd.DataFrame) -> None:
    given = infer_signature(table, fitted.predict(table))

    _, document = save("sklearn", fitted, signature=given)

    assert document.signature == given


def test_an_example_that_does_not_fit_the_one_that_is_given_is_told(
    fitted: Any, save: Save, table: pd.DataFrame, tmp_path: Path
) -> None:
    with pytest.raises(InvalidInputError, match=r"does not match the model signature.*missing inputs \['c'\]"):
        save("sklearn", fitted, signature=infer_signature(table), input_example=table[["a", "b"]])

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("signature", ["x", True, {"inputs": "[]"}], ids=repr)
def test_what_is_no_signature_is_told(signature: Any, fitted: Any, save: Save) -> None:
    with pytest.raises(UnsupportedValueError, match="infer_signature"):
        save("sklearn", fitted, signature=signature)


def test_a_model_that_does_not_predict_is_saved_without_one(save: Save, table: pd.DataFrame) -> None:
    with pytest.warns(UserWarning, match=r"without a signature.*NotFittedError"):
        _, document = save("sklearn", linear_model.LogisticRegression(), input_example=table.head(2))

    assert document.signature is None
    assert document.saved_input_example_info is not None


def test_an_example_is_not_changed_by_a_model_that_changes_its_input(save: Save, table: pd.DataFrame) -> None:
    def predict(data: Any) -> Any:
        data["z"] = 0
        return data

    folder, document = save("python_function", predict, input_example=table.head(2))

    assert [column["name"] for column in inputs_of(document)] == ["a", "b", "c"]
    assert list(load_pyfunc(folder, trusted=MINE).input_example.columns) == ["a", "b", "c"]


def test_what_cannot_be_described_comes_out_as_anything(save: Save) -> None:
    _, document = save("python_function", lambda data: pd.DataFrame({"a": [data, 1j]}), input_example=[1])

    assert isinstance(document.signature, ModelSignature)
    assert json.loads(document.signature.to_dict()["outputs"] or "") == [{"type": "any", "required": True}]


def test_an_example_for_what_does_not_predict_is_kept(save: Save, table: pd.DataFrame) -> None:
    with pytest.warns(UserWarning, match="has no predict"):
        _, document = save("sklearn", preprocessing.StandardScaler().fit(table), input_example=table.head(1))

    assert document.saved_input_example_info is not None
    assert document.signature is None


def test_data_is_held_against_it(fitted: Any, save: Save, table: pd.DataFrame) -> None:
    folder, _ = save("sklearn", fitted, input_example=table.head(2))
    model = load_pyfunc(folder, trusted=MINE)

    shuffled = table[["c", "a", "b"]].assign(more="x")
    np.testing.assert_array_equal(model.predict(shuffled), fitted.predict(table))
    with pytest.raises(SchemaEnforcementError, match="missing inputs"):
        model.predict(table[["a"]])
    with pytest.raises(SchemaEnforcementError, match="Can not safely convert"):
        model.predict(table.astype(str))


def test_params_without_a_place_are_left_out_with_a_word(fitted: Any, save: Save, table: pd.DataFrame) -> None:
    folder, _ = save("sklearn", fitted, input_example=table.head(2))

    with pytest.warns(UserWarning, match="params"):
        assert load_pyfunc(folder, trusted=MINE).predict(table, {"k": 1}).shape == (len(table),)


def test_a_model_that_mlflow_says_checks_itself_gets_its_data_as_it_comes(save: Save) -> None:
    folder, document = save("python_function", lambda data: type(data).__name__, input_example=["a"])
    assert load_pyfunc(folder, trusted=MINE).predict(["a"]) == "DataFrame"

    document.other["is_signature_from_type_hint"] = True
    document.save(folder)

    assert load_pyfunc(folder, trusted=MINE).predict(["a"]) == "list"


def test_one_warning_says_what_a_model_was_handed_that_does_not_predict(tmp_path: Path) -> None:
    with pytest.warns(UserWarning) as told:  # noqa: PT030 - counted below
        save_model("python_function", lambda data: data["a"], tmp_path / "model", input_example=[1, 2], options={})

    (text,) = [str(each.message) for each in told]
    assert "handed as a DataFrame" in text
    assert "KeyError: 'a'" in text
    assert "signature=False" in text
