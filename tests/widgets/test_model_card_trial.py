"""Trying a model on one row."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import nbflow
from nbflow.errors import InvalidRequestError
from nbflow.models import infer_signature
from nbflow.pyfunc import PythonModel
from nbflow.widgets.model_card.trial import answer_table, trial_of
from nbflow.widgets.model_card.widget import ModelCard


class Echo(PythonModel):
    """Gives back what it was given."""

    def predict(self, context: Any, model_input: Any, params: Any = None) -> Any:
        if params:
            model_input = model_input.assign(**params)
        return model_input


Card = Callable[..., ModelCard]


@pytest.fixture
def echo(tmp_path: Path) -> Card:
    """Log a model that echoes, and give its card with the model loaded."""
    nbflow.set_tracking_uri(str(tmp_path / "nbruns"))

    def carded(**said: Any) -> ModelCard:
        with nbflow.start_run():
            card = ModelCard(nbflow.pyfunc.log_model("echo", Echo(), **said))
        assert card._answer("load", {})["problem"] is None
        return card

    return carded


FRAME = pd.DataFrame(
    {
        "n": pd.Series([3], dtype="int64"),
        "x": [0.5],
        "f": pd.Series([0.25], dtype="float32"),
        "s": ["a"],
        "b": [True],
        "t": [pd.Timestamp("2026-11-24 13:05")],
        "l": [[1, 2]],
    }
)


def predict(card: ModelCard, row: dict[str, Any], params: dict[str, Any] | None = None) -> Any:
    return card._answer("predict", {"row": row, "params": params or {}})


def test_fields_are_of_the_signature_and_begin_with_the_example(echo: Card) -> None:
    card = echo(input_example=FRAME)

    fields = card._data()["trial"]["fields"]

    kinds = ["int", "float", "float", "str", "bool", "datetime", "list"]
    assert [field["kind"] for field in fields] == kinds
    assert [field.get("default") for field in fields[:5]] == ["3", "0.5", "0.25", "a", True]


def test_the_example_is_predicted_as_it_is(echo: Card) -> None:
    answer = predict(echo(input_example=FRAME), {})["answer"]

    assert answer["columns"] == list(FRAME.columns)
    assert answer["rows"] == [["3", "0.5", "0.25", "a", "True", "Timestamp('2026-11-24 13:05:00')", "[1, 2]"]]


def test_what_is_typed_is_predicted(echo: Card) -> None:
    row = {"0": "7", "1": "nan", "3": "🦊", "4": False, "6": "[5]"}

    answer = predict(echo(input_example=FRAME), row)["answer"]

    assert answer["rows"][0][:2] == ["7", "nan"]
    assert answer["rows"][0][3:5] == ["🦊", "False"]
    assert answer["rows"][0][6] == "[5]"


@pytest.mark.parametrize(("key", "entry", "column"), [("0", "many", "n"), ("1", "much", "x"), ("6", "[1,", "l")])
def test_what_does_not_fit_is_refused_by_the_signature_which_names_the_column(
    echo: Card, key: str, entry: str, column: str
) -> None:
    problem = predict(echo(input_example=FRAME), {key: entry})["problem"]

    assert column in problem["message"]
    assert problem["field"] == key


def test_params_have_fields_too(echo: Card) -> None:
    signature = infer_signature(FRAME[["x"]], params={"above": 0.5, "tags": ["a"]})
    card = echo(signature=signature)

    assert [each["name"] for each in card._data()["trial"]["params"]] == ["above", "tags"]
    answer = predict(card, {"0": "1"}, {"0": "0.75", "1": '["b"]'})["answer"]
    assert answer["rows"] == [["1.0", "0.75", "b"]]


def test_a_column_without_an_example_must_be_given(echo: Card) -> None:
    card = echo(signature=infer_signature(FRAME[["x", "s"]]))

    assert [field["required"] for field in card._data()["trial"]["fields"]] == [True, True]
    assert predict(card, {"0": "1", "1": "b"})["answer"]["rows"] == [["1.0", "b"]]


def test_tensors_are_lists_of_lists(echo: Card) -> None:
    card = echo(input_example=np.zeros((2, 3), dtype="float32"))

    (field,) = card._data()["trial"]["fields"]
    assert (field["name"], field["annotation"]) == ("data", "float32 n×3")  # noqa: RUF001
    assert field["default"] == "[[0.0, 0.0, 0.0]]"
    assert predict(card, {"0": "[[1, 2, 3]]"})["answer"]["rows"] == [["1.0", "2.0", "3.0"]]
    assert "shape" in predict(card, {"0": "[[1, 2]]"})["problem"]["message"]


def test_without_a_signature_the_example_says_what_it_takes(echo: Card) -> None:
    card = echo(signature=False, input_example=FRAME[["x", "s"]])

    assert [field["kind"] for field in card._data()["trial"]["fields"]] == ["float", "str"]
    assert predict(card, {"0": "2"})["answer"]["rows"] == [["2.0", "a"]]


def test_with_neither_it_says_that_it_cannot(echo: Card) -> None:
    card = echo(signature=False)

    assert "neither a signature nor an input example" in card._data()["trial"]["reason"]
    with pytest.raises(InvalidRequestError, match="neither"):
        predict(card, {})


def test_a_model_predicts_when_it_is_loaded_and_given_a_row(echo: Card) -> None:
    card = echo(input_example=FRAME)
    card._loaded = None
    with pytest.raises(InvalidRequestError, match="not loaded"):
        predict(card, {})
    assert card._answer("load", {})["problem"] is None
    with pytest.raises(InvalidRequestError, match="no objects"):
        card._answer("predict", {"row": [], "params": {}})


def test_what_the_model_raises_is_the_answer(echo: Card) -> None:
    card = echo(input_example=FRAME)
    assert card._loaded is not None
    card._loaded._predict = None  # type: ignore[assignment]

    assert predict(card, {})["problem"]["message"].startswith("TypeError: ")


@pytest.mark.usefixtures("echo")
def test_a_model_that_needs_trust_says_so_with_the_code_that_gives_it(tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    nbflow.pyfunc.save_model(folder, python_model=Echo(), input_example=FRAME[["x"]])

    problem = ModelCard(str(folder))._answer("load", {})["problem"]

    assert "would run the code" in problem["message"]
    assert problem["code"].endswith("trust=True)")
    assert ModelCard(str(folder), trust=True)._answer("load", {})["problem"] is None


def test_a_model_that_does_not_load_says_why(echo: Card) -> None:
    card = echo(input_example=FRAME)
    folder = card._client.find_model(card.uri).folder
    next(folder.glob("*.pkl")).write_bytes(pickle.dumps(3))

    problem = ModelCard(card.uri)._answer("load", {})["problem"]

    assert "This is not what the store wrote" in problem["message"]


@pytest.mark.parametrize(
    ("found", "columns", "rows"),
    [
        (np.array([1, 2]), ["prediction"], [["1"], ["2"]]),
        (np.array([[1.5, 2]]), ["0", "1"], [["1.5", "2.0"]]),
        (pd.Series(["a"], name="kind"), ["kind"], [["a"]]),
        ([{"a": 1}], ["prediction"], [['{"a": 1}']]),
        ({"a": np.zeros((1, 2))}, ["a"], [["[[0.0, 0.0]]"]]),
        ("words", ["prediction"], [["words"]]),
        (None, ["prediction"], [["None"]]),
        ([], ["prediction"], []),
    ],
)
def test_any_prediction_is_a_table_of_texts(found: Any, columns: list[str], rows: list[list[str]]) -> None:
    table = answer_table(found)

    assert (table["columns"], table["rows"], table["n_rows"]) == (columns, rows, len(rows))


def test_a_large_prediction_is_cut_and_says_so() -> None:
    table = answer_table(np.zeros((1_000, 90)))

    assert (len(table["rows"]), len(table["columns"])) == (20, 50)
    assert (table["n_rows"], table["n_columns"]) == (1_000, 90)


def test_too_many_columns_for_a_form_is_told() -> None:
    signature = infer_signature(pd.DataFrame(np.zeros((1, 2_000)), columns=[f"c{i}" for i in range(2_000)]))

    assert "2,000 columns" in trial_of(signature, None, None).reason
