"""The same requests get the same answers as from MLflow's scoring server: status, code, and what the model is given.

Where nbflow means to differ stands at the end.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

if TYPE_CHECKING:
    import httpx


JSON, CSV, PARQUET = "application/json", "text/csv", "application/vnd.apache.parquet"

# A body, and its type where it is not JSON.
Body = Any


def column(kind: Any, name: str | None = "a", *, required: bool = True) -> dict[str, Any]:
    """Give a column of a schema as JSON has it."""
    base = kind if isinstance(kind, dict) else {"type": kind}
    return {**base, **({} if name is None else {"name": name}), "required": required}


def tensor(dtype: str, *shape: int, name: str | None = None) -> dict[str, Any]:
    spec = {"type": "tensor", "tensor-spec": {"dtype": dtype, "shape": list(shape)}}
    return spec if name is None else {"name": name, **spec}


def split(columns: list[str] | None, *rows: list[Any], **more: Any) -> dict[str, Any]:
    return {"dataframe_split": {**({} if columns is None else {"columns": columns}), "data": list(rows)}, **more}


def records(*rows: Any) -> dict[str, Any]:
    return {"dataframe_records": list(rows)}


def parquet(**columns: Any) -> tuple[bytes, str]:
    file = io.BytesIO()
    pd.DataFrame(columns).to_parquet(file)
    return file.getvalue(), PARQUET


PARAM = {"name": "p", "type": "long", "default": 1, "shape": None}
SCHEMAS: dict[str, tuple[list[dict[str, Any]] | None, list[dict[str, Any]] | None]] = {
    "no signature": (None, None),
    "columns": ([column("double"), column("long", "b"), column("string", "c", required=False)], [PARAM]),
    "types": (
        [column(kind, kind[:4], required=False) for kind in ("binary", "datetime", "boolean", "integer", "float")],
        None,
    ),
    "one column": ([column("double")], None),
    "one text": ([column("string", None)], None),
    "unnamed columns": ([column("double", None)] * 2, None),
    "tensor": ([tensor("float32", -1, 2)], None),
    "tensors": ([tensor("float32", -1, 2, name="u"), tensor("int64", -1, name="v")], None),
    "nested": (
        [
            column({"type": "array", "items": {"type": "long"}}, "l"),
            column({"type": "object", "properties": {"x": {"type": "long", "required": True}}}, "o", required=False),
            column("any", "z", required=False),
        ],
        None,
    ),
    "params": ([column("double", required=False)], [{**PARAM, "name": "temperature", "type": "double"}]),
}

CASES: dict[str, list[Body]] = {
    "no signature": [
        split(["a", "b"], [1, 2], [3, 4]),
        {"dataframe_split": {"data": [[1, 2]], "index": [7]}},
        {"dataframe_split": {"data": [[1, 2]], "q": 1}},
        {"dataframe_split": {"columns": ["a"]}},
        split(["a"], [1, 2]),
        {"dataframe_split": [1]},
        {"dataframe_split": 3},
        records({"a": 1}, {"a": 2, "b": "x"}),
        records(1, 2),
        records(),
        {"dataframe_records": {"a": 1}},
        {"dataframe_records": 3},
        {"instances": [[1, 2], [3, 4]]},
        {"instances": [{"a": 1, "b": 2}, {"a": 3, "b": 4}]},
        {"instances": [{"a": 1, "b": 2}, {"a": 3}]},
        {"instances": [{"a": 1}, 2]},
        {"instances": {"a": [1, 2], "b": [1]}},
        {"instances": "x"},
        {"inputs": {"a": [1, 2], "b": ["x", "y"]}},
        {"inputs": [1, 2]},
        {"inputs": [[1], [2, 3]]},
        {"inputs": [{"a": 1}, {"a": 2}]},
        {"inputs": 3},
        {"inputs": "x"},
        {"inputs": {}},
        {"inputs": None},
        '{"inputs": [NaN, Infinity, null]}',
        {"inputs": [1], "params": {"p": 1}},
        {"inputs": [1], "params": 3},
        {"inputs": [1], "other": 1},
        {"inputs": [1], "instances": [1]},
        {"other": 1},
        {},
        [],
        3,
        "nope",
        "",
        b"\xff",
        '{"inputs": [1]}'.encode("utf-16"),
        {"messages": [{"role": "user", "content": "hi"}]},
        {"prompt": "hi", "temperature": 1},
        {"input": ["a"], "inputs": [1]},
        ("a,b\n1,x\n2,y\n", CSV),
        ("a\n1\n", "text/csv; charset=utf-8"),
        ("a\n1\n", "text/csv; charset=UTF-8"),
        ("a\n1\n", "text/csv;charset=latin-1"),
        ("a\n1\n", "text/csv; header=present"),
        (b"\xef\xbb\xbfa\n1\n", CSV),
        (b"\xff\xfe", CSV),
        ("", CSV),
        ("a,b\n1,2,3\n1\n1,2,3,4,5\n", CSV),
        parquet(a=[1], b=["x"]),
        (b"PAR1nope", PARQUET),
        (b"", PARQUET),
        ("x", "text/plain"),
        ('{"inputs": [1]}', ""),
        ('{"inputs": [1]}', "application/json; charset=utf-16"),
        ('{"inputs": [1]}', "application/json;format=pandas-split"),
    ],
    "columns": [
        split(["a", "b", "c"], [1, 2, "x"]),
        split(["b", "a", "z"], [1.7, 2, 3]),
        split(["a", "b"], ["1.5", "2"]),
        split(["a", "b"], ["x", 2]),
        split(["a", "b"], [None, 2]),
        split(["a", "b"], [1, None]),
        split(["a", "b", "c"], [1, 2, None], [1, 2, "y"]),
        split(["a", "b", "c"], [1, 2, 3]),
        split(["a"], [1]),
        split(["a", "b"], [1, 2], params={"p": 5}),
        split(["a", "b"], [1, 2], params={"p": "x"}),
        split(["a", "b"], [1, 2], params=3),
        records({"a": 1, "b": 2}),
        records({"a": 1, "b": 2}, {"a": 2}),
        {"instances": [{"a": 1, "b": 2}, {"a": 2, "b": 3}]},
        {"instances": [{"a": 1, "b": 2, "c": "x"}, {"a": 2, "b": 3}]},
        {"instances": [[1, 2]]},
        {"inputs": {"a": [1.5], "b": [2.7], "c": ["s"]}},
        {"inputs": {"a": 1, "b": 2}},
        {"inputs": [{"a": 1, "b": 2}]},
        {"inputs": {"a": ["x"], "b": [2]}},
        {"inputs": [1, 2]},
        {"inputs": 3},
        {"messages": [1], "p": 4},
        ("a,b,c\n1,2,007\n", CSV),
        ("a,b\n1.5,2.5\n", CSV),
        ("a,b\n,2\n", CSV),
        ("a,b\n1,\n", CSV),
        ("a\n1\n", CSV),
        ("a,b\nx,2\n", CSV),
        parquet(a=[1.0], b=[2]),
        parquet(a=[1.0], b=[2.5]),
    ],
    "types": [
        split(["bina", "date", "bool", "inte", "floa"], ["aGk=", "2024-05-01", True, 3, 1.5]),
        split(["bina"], ["no base64!"]),
        split(["date"], ["2024-05-01T10:00:00Z"]),
        split(["date"], [None], ["2024-05-01"]),
        split(["date"], [5]),
        split(["date"], ["x"]),
        split(["bool"], [1]),
        split(["bool"], ["x"]),
        split(["inte"], [3e9]),
        split(["inte"], [1.5]),
        split(["floa"], [1e300]),
        {"inputs": {"date": ["2024-05-01"], "bool": [True], "inte": [3], "floa": [1.5]}},
        {"inputs": {"bina": ["aGk="]}},
        {"inputs": {"date": ["x"]}},
        {"inputs": {"inte": [3_000_000_000]}},
        {"instances": [{"inte": 3, "bool": True}]},
        ("inte,bool\n3,True\n", CSV),
        ("bool\nyes\n", CSV),
        ("inte\n\n", CSV),
    ],
    "one column": [
        {"inputs": [1, 2]},
        {"inputs": 3},
        {"inputs": {"a": [1]}},
        {"inputs": [{"a": 1}, {"a": 2}]},
        {"inputs": [1, {"a": 2}]},
        {"inputs": ["x"]},
        {"instances": [1, 2]},
        {"instances": [[1], [2]]},
    ],
    "one text": [
        {"inputs": ["a", "b"]},
        {"inputs": "a"},
        {"inputs": {"a": 1}},
        {"instances": [{"a": "x"}]},
        split(None, ["a"]),
        split(["q"], ["a"]),
        ("q\nx\n", CSV),
    ],
    "unnamed columns": [
        {"inputs": [[1, 2]]},
        split(None, [1, 2]),
        split(None, [1]),
        ("p,q\n1,2\n", CSV),
        ("p,q\n1.5,2.5\n", CSV),
    ],
    "tensor": [
        {"inputs": [[1, 2], [3, 4]]},
        {"inputs": [[1, 2, 3]]},
        {"inputs": [["x", "y"]]},
        {"inputs": {"a": [1]}},
        {"inputs": [1, 2]},
        {"inputs": 1},
        {"instances": [[1, 2]]},
        {"instances": [{"a": [1, 2]}]},
        split(None, [1, 2]),
        records({"a": 1, "b": 2}),
    ],
    "tensors": [
        {"inputs": {"u": [[1, 2]], "v": [3]}},
        {"inputs": {"u": [[1, 2]]}},
        {"inputs": [[1, 2]]},
        {"instances": [{"u": [1, 2], "v": 3}, {"u": [3, 4], "v": 5}]},
        {"instances": {"u": [[1, 2]], "v": [1, 2]}},
        split(["u", "v"], [[1, 2], 3]),
    ],
    "nested": [
        records({"l": [1, 2], "o": {"x": 1}, "z": {"any": [1]}}),
        {"instances": [{"l": [1, 2]}, {"l": [3, 4]}]},
    ],
    "params": [
        {"messages": [{"role": "user", "content": "hi"}], "temperature": 1, "a": 2},
        {"prompt": "x", "a": [1], "params": {"temperature": 2}},
        split(["a"], [1], params={"temperature": 1}),
    ],
}


def echo(data: Any) -> dict[str, Any]:
    """Say what the model was given."""
    if isinstance(data, pd.DataFrame):
        kinds = {str(name): str(kind) for name, kind in data.dtypes.items()}
        return {"frame": data.astype(str).to_dict(orient="list"), "dtypes": kinds, "index": data.index.tolist()}
    if isinstance(data, np.ndarray):
        return {"array": str(data.tolist()), "dtype": str(data.dtype)}
    if isinstance(data, dict):
        return {str(name): echo(value) for name, value in data.items()}
    return {"list": [echo(each) for each in data]} if isinstance(data, list) else {"value": repr(data)}


@pytest.fixture(scope="module")
def theirs() -> Callable[..., Any]:
    """Give what makes MLflow's application of a function of the data."""
    with warnings.catch_warnings(action="ignore"):
        pytest.importorskip("mlflow", reason="mlflow, which nbflow is compared with, is not installed")
        from mlflow.models import Model, ModelSignature
        from mlflow.pyfunc import PyFuncModel as Theirs
        from mlflow.pyfunc import scoring_server

    class Predictor:
        def __init__(self, function: Callable[[Any], Any]) -> None:
            self.function = function

        def predict(self, data: Any, params: Any = None) -> Any:
            return self.function(data)

    def made(function: Callable[[Any], Any], inputs: Any = None, params: Any = None, *, hinted: bool = False) -> Any:
        signature = None
        if inputs or params:
            columns, kinds = (None if each is None else json.dumps(each) for each in (inputs, params))
            signature = ModelSignature.from_dict({"inputs": columns, "outputs": None, "params": kinds})
            signature._is_signature_from_type_hint = hinted
        document = Model(signature=signature)
        document.add_flavor("python_function", loader_module="mlflow.pyfunc.model")
        return scoring_server.init(Theirs(document, model_impl=Predictor(function)))

    return made


def asked(ask: Callable[..., httpx.Response], app: Any, body: Body) -> httpx.Response:
    content, content_type = body if isinstance(body, tuple) else (body, JSON)
    with warnings.catch_warnings(action="ignore"):
        return ask(app, content, content_type)


def meaning(response: httpx.Response) -> Any:
    """Give what two answers must have in common."""
    if response.status_code == 200:
        return 200, response.json()
    kind = response.headers["content-type"].partition(";")[0]
    code = response.json()["error_code"] if kind == JSON and response.status_code == 400 else kind
    return response.status_code, code


@pytest.mark.parametrize("name", CASES)
def test_the_same_requests_are_understood_alike(
    name: str, theirs: Callable[..., Any], app: Callable[..., Any], ask: Callable[..., httpx.Response]
) -> None:
    inputs, params = SCHEMAS[name]
    their_app, our_app = theirs(echo, inputs, params), app(echo, inputs=inputs, params=params)

    differences = {
        repr(body)[:200]: (got, expected)
        for body in CASES[name]
        if (got := meaning(asked(ask, our_app, body))) != (expected := meaning(asked(ask, their_app, body)))
    }

    assert differences == {}


@pytest.mark.parametrize("body", [{"inputs": ["a"]}, {"dataframe_split": {"data": [[1]]}}, {"messages": []}], ids=str)
def test_a_model_with_type_hints_takes_inputs_alone(
    body: Any, theirs: Callable[..., Any], app: Callable[..., Any], ask: Callable[..., httpx.Response]
) -> None:
    inputs = [column("string", None)]
    their_app = theirs(echo, inputs, hinted=True)
    our_app = app(echo, inputs=inputs, is_signature_from_type_hint=True)

    assert ask(our_app, body).status_code == ask(their_app, body).status_code


PREDICTIONS: dict[str, Any] = {
    "array": np.array([[1.5, np.nan], [np.inf, -np.inf]]),
    "array of texts": np.array(["a", "b"]),
    "array of objects": np.array([b"hi", None, np.float32(1.5)], dtype=object),
    "array of times": np.array(["2024-05-01"], dtype="datetime64[ns]"),
    "array of truths": np.array([True]),
    "DataFrame": pd.DataFrame({"a": [1.5, None], "b": ["x", "y"], "t": [pd.Timestamp("2024-05-01"), pd.NaT]}),
    "DataFrame without names": pd.DataFrame([[1, 2]]),
    "Series": pd.Series([1, 2], name="s"),
    "Series without a name": pd.Series([1.5]),
    "dict": {"a": np.int64(1), "b": np.array([1]), "c": b"hi", "d": dt.date(2024, 5, 1), 3: None},
    "list": [1, "x", {"y": [dt.datetime(2024, 5, 1, 12)]}],  # noqa: DTZ001 - as a model may give it
    "number": 1.5,
    "None": None,
    "an object": object(),
    "a complex number": 1j,
    "a set": {1},
    "a DataFrame with tuples for names": pd.DataFrame([[1]], columns=pd.MultiIndex.from_tuples([("a", "b")])),
}


@pytest.mark.parametrize("name", PREDICTIONS)
def test_predictions_are_written_alike(
    name: str, theirs: Callable[..., Any], app: Callable[..., Any], ask: Callable[..., httpx.Response]
) -> None:
    expected = ask(theirs(lambda _: PREDICTIONS[name]), {"inputs": [1]})
    got = ask(app(lambda _: PREDICTIONS[name]), {"inputs": [1]})

    assert got.status_code == expected.status_code
    if got.status_code == 200:
        assert got.text == expected.text


@pytest.mark.parametrize("path", ["/ping", "/health", "/version", "/", "/invocations"])
def test_the_other_routes_answer_alike(
    path: str, theirs: Callable[..., Any], app: Callable[..., Any], ask: Callable[..., httpx.Response]
) -> None:
    expected, got = ask(theirs(echo), path=path), ask(app(echo), path=path)

    assert (got.status_code, got.headers["content-type"]) == (expected.status_code, expected.headers["content-type"])
    assert path == "/version" or got.status_code != 200 or got.content == expected.content


def test_a_model_that_fails_is_told_alike(
    theirs: Callable[..., Any], app: Callable[..., Any], ask: Callable[..., httpx.Response]
) -> None:
    def fail(_data: Any) -> None:
        raise ValueError

    expected, got = ask(theirs(fail), {"inputs": [1]}), ask(app(fail), {"inputs": [1]})

    assert meaning(got) == meaning(expected) == (400, "BAD_REQUEST")
    assert got.json()["message"].startswith(expected.json()["message"])


# Better than MLflow: what it answers with a 500, or with its own mistake


@pytest.mark.parametrize(
    ("name", "body", "status"),
    [
        pytest.param("no signature", ('{"inputs": [1]}', None), 415, id="no content type"),
        pytest.param("no signature", "[" * 100_000, 400, id="nested deeply"),
        pytest.param("no signature", f'{{"inputs": {"1" * 5000}}}', 400, id="a number of 5000 digits"),
        pytest.param("no signature", ("a\n1\n", 'Text/CSV; charset="utf-8"'), 200, id="capitals and quotes"),
        pytest.param("types", ("bina,date\naGk=,2024-05-01\n", CSV), 200, id="bytes and times in CSV"),
        pytest.param("tensor", ("p,q\n1,2\n", CSV), 200, id="a tensor in CSV"),
    ],
)
def test_what_mlflow_does_not_take(
    name: str, body: Body, status: int, app: Callable[..., Any], ask: Callable[..., httpx.Response]
) -> None:
    inputs, params = SCHEMAS[name]

    assert asked(ask, app(echo, inputs=inputs, params=params), body).status_code == status
