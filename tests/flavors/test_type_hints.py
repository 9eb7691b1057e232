"""The annotations of a model's predict: the signature that they make, and the data that is held against them."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nbflow
from nbflow.errors import SchemaEnforcementError
from nbflow.flavors.loading import load_pyfunc
from nbflow.flavors.python_model import hints_of
from nbflow.flavors.saving import save_model
from nbflow.flavors.type_hints import checker, signature_from_hints
from nbflow.mlmodel.document import Model
from nbflow.mlmodel.trust import Trust
from nbflow.mlmodel.validate import validate

MINE = Trust(all=True)


def lengths(texts: list[str]) -> list[int]:
    assert type(texts) is list
    return [len(text) for text in texts]


def saved(tmp_path: Path, model: Any, **options: Any) -> Path:
    save_model("python_function", model, tmp_path / "model", pip_requirements=[], options={}, **options)
    return tmp_path / "model"


def predict(folder: Path, data: Any, params: Any = None) -> Any:
    return load_pyfunc(folder, trusted=MINE).predict(data, params)


# The signature


HINTS = [
    list[str],
    list[int],
    list[float],
    list[bool],
    list[bytes],
    list[dt.datetime],
    list[Any],
    list[list[str]],
    list[dict[str, int]],
    list[dict[str, list[float]]],
    list[dict[str, str | None]],
    list[dict[str, Any]],
    list[int | str],
]


@pytest.mark.parametrize("hint", HINTS, ids=str)
@pytest.mark.filterwarnings("ignore")
def test_it_is_the_one_that_mlflow_makes(hint: Any) -> None:
    type_hints = pytest.importorskip("mlflow.types.type_hints")

    ours = signature_from_hints(hint, None)

    assert ours is not None
    assert ours.inputs is not None
    assert ours.inputs.to_json() == json.dumps(type_hints._infer_schema_from_list_type_hint(hint).to_dict())


@pytest.mark.parametrize(
    "hint",
    [
        *(None, str, list, list[str] | None, list[str | None], dict[str, str], list[dict[int, str]]),
        *(pd.DataFrame, np.ndarray, list[pd.DataFrame], list[set[str]], "list[str]", list[object]),
    ],
    ids=str,
)
def test_what_is_no_list_of_values_makes_none(hint: Any) -> None:
    assert signature_from_hints(hint, None) is None
    assert checker(hint) is None


@pytest.mark.parametrize(
    ("hint", "outputs"),
    [(list[int], "long"), (float, "double"), (None, "any"), (pd.Series, "any"), (list[set[int]], "any")],
    ids=str,
)
def test_what_comes_back_is_anything_where_nothing_is_said(hint: Any, outputs: str) -> None:
    signature = signature_from_hints(list[str], hint)

    assert signature is not None
    assert signature.outputs is not None
    assert signature.outputs.to_dict() == [{"type": outputs, "required": True}]


def test_a_model_gets_it_without_an_example(tmp_path: Path) -> None:
    document = Model.load(saved(tmp_path, lengths))

    assert document.signature is not None
    assert document.signature.to_dict() == {
        "inputs": '[{"type": "string", "required": true}]',
        "outputs": '[{"type": "long", "required": true}]',
        "params": None,
    }
    assert document.other["is_signature_from_type_hint"] is True


class Joined(nbflow.pyfunc.PythonModel):
    def predict(
        self, context: Any, model_input: list[dict[str, int]], params: dict[str, Any] | None = None
    ) -> list[str]:
        assert type(model_input) is list
        return [str(params and params["by"]).join(map(str, row.values())) for row in model_input]


def test_a_class_with_params_gets_them_from_the_example(tmp_path: Path) -> None:
    folder = saved(tmp_path, Joined(), input_example=([{"a": 1, "b": 2}], {"by": "-"}))

    signature = Model.load(folder).signature
    assert signature is not None
    assert signature.params is not None
    assert predict(folder, [{"a": 3, "b": 4}]) == ["3-4"]
    assert predict(folder, pd.DataFrame({"a": [3], "b": [4]}), {"by": "+"}) == ["3+4"]
    assert validate(folder) == []


def test_a_signature_that_is_given_is_taken(tmp_path: Path) -> None:
    def count(texts: list[str]) -> int:
        return len(texts)

    given_one = nbflow.models.infer_signature(pd.DataFrame({"text": ["a"]}))
    assert Model.load(saved(tmp_path, count, signature=given_one)).signature == given_one
    assert "is_signature_from_type_hint" not in Model.load(tmp_path / "model").other
    assert predict(tmp_path / "model", pd.DataFrame({"text": ["a", "b"]})) == 2


def test_none_is_made_when_none_is_wanted(tmp_path: Path) -> None:
    assert Model.load(saved(tmp_path, lengths, signature=False)).signature is None


def test_an_example_that_does_not_fit_makes_the_signature(tmp_path: Path) -> None:
    def total(data: list[str]) -> int:
        return int(data["a"].sum())  # type: ignore[call-overload]

    with pytest.warns(UserWarning, match="does not fit"):
        folder = saved(tmp_path, total, input_example=pd.DataFrame({"a": [1], "b": [2]}))

    signature = Model.load(folder).signature
    assert signature is not None
    assert signature.inputs is not None
    assert signature.inputs.input_names() == ["a", "b"]


# The data


def test_data_is_handed_over_as_a_list(tmp_path: Path) -> None:
    folder = saved(tmp_path, lengths)

    for data in (["a", "bb"], np.array(["a", "bb"]), pd.Series(["a", "bb"]), pd.DataFrame({"x": ["a", "bb"]})):
        assert predict(folder, data) == [1, 2]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (["a", 1], "at 1 expected str, but got int 1"),
        ("a", "expected list, but got str"),
        (pd.DataFrame({"a": ["x"], "b": ["y"]}), "has 2"),
        ([1] * 10, "and 5 more"),
    ],
    ids=str,
)
def test_data_that_does_not_fit_is_refused(tmp_path: Path, data: Any, problem: str) -> None:
    with pytest.raises(SchemaEnforcementError, match=problem) as caught:
        predict(saved(tmp_path, lengths), data)

    assert "`list[str]`" in str(caught.value)


def check(hint: Any, data: Any) -> Any:
    checked = checker(hint)
    assert checked is not None
    return checked(data)


def test_numbers_and_what_json_has_no_word_for_are_cast() -> None:
    assert check(list[float], [1, 2.5]) == [1.0, 2.5]
    assert check(list[dt.datetime], ["2026-01-02T03:04:05+00:00"]) == [dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)]
    assert check(list[bytes], ["AAE="]) == [b"\x00\x01"]
    assert check(list[dict[str, int | None]], [{"a": None, "b": 1}]) == [{"a": None, "b": 1}]
    for hint, data in [
        (list[int], [1.0]),
        (list[bytes], ["?"]),
        (list[dt.datetime], ["x"]),
        (list[dict[str, int]], [{1: 1}]),
    ]:
        with pytest.raises(SchemaEnforcementError):
            check(hint, data)


@given(st.lists(st.dictionaries(st.text(), st.lists(st.integers()))))
def test_what_fits_comes_through_as_it_is(data: list[dict[str, list[int]]]) -> None:
    assert check(list[dict[str, list[int]]], data) == data


def test_hints_that_cannot_be_read_are_none() -> None:
    def unknown(data: "Nowhere") -> None: ...  # type: ignore[name-defined]  # noqa: F821, UP037

    assert hints_of(unknown).input is None


def test_mlflow_loads_it_and_predicts(tmp_path: Path) -> None:
    pyfunc = pytest.importorskip("mlflow.pyfunc")

    assert pyfunc.load_model(str(saved(tmp_path, lengths))).predict(["a", "bb"]) == [1, 2]
