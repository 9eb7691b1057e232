"""The MLmodel file: what is written is read, whatever stands in it."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from nbflow import __version__
from nbflow.errors import LimitExceededError, ModelNotFoundError, UnsupportedValueError
from nbflow.mlmodel.document import Model, ModelInfo
from nbflow.mlmodel.signature import ModelSignature
from nbflow.mlmodel.types import ColSpec, ParamSchema, ParamSpec, Schema
from nbflow.mlmodel.yamlfile import plain, read_yaml, yaml_text

SIGNATURE = ModelSignature(
    Schema([ColSpec("double", "a"), ColSpec("string", "ü", required=False)]),
    Schema([ColSpec("long")]),
    ParamSchema([ParamSpec("q", "long", 1)]),
)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | texts
    | st.binary(max_size=8)
    | st.dates()
    | st.datetimes()
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4), max_leaves=12
)
optional_texts = st.none() | texts
models = st.builds(
    Model,
    artifact_path=optional_texts,
    run_id=optional_texts,
    utc_time_created=texts,
    flavors=st.dictionaries(texts, st.dictionaries(texts, values, max_size=3), max_size=3),
    signature=st.none() | st.just(SIGNATURE),
    saved_input_example_info=st.none() | st.dictionaries(texts, texts, max_size=3),
    model_uuid=optional_texts,
    model_id=optional_texts,
    mlflow_version=optional_texts,
    nbflow_version=optional_texts,
    metadata=st.none() | st.dictionaries(texts, values, max_size=3),
    model_size_bytes=st.none() | st.integers(0, 2**63),
    other=st.dictionaries(texts.map(lambda text: f"other {text}"), values.filter(lambda v: v is not None), max_size=3),
)


@given(models)
def test_what_is_written_is_read(model: Model) -> None:
    text = model.to_yaml()

    assert Model.from_dict(read_yaml(text, "here")) == model


@given(values)
def test_every_plain_value_survives_yaml(value: Any) -> None:
    assert read_yaml(yaml_text(plain({"v": value}, "v")), "here") == {"v": value}


def test_a_model_is_saved_to_a_folder_and_loaded_from_it_or_from_its_file(tmp_path: Path) -> None:
    model = Model(signature=SIGNATURE, metadata={"é": 1}).add_flavor("sklearn", pickled_model="model.skops")

    model.save(tmp_path)

    assert Model.load(tmp_path) == model
    assert Model.load(tmp_path / "MLmodel") == model
    assert [path.name for path in tmp_path.iterdir()] == ["MLmodel"]


def test_the_file_is_what_mlflow_writes_but_for_the_version() -> None:
    model = Model(
        utc_time_created="2026-11-24 08:55:27.707793", model_uuid="a" * 32, signature=SIGNATURE, model_size_bytes=7
    ).add_flavor("sklearn", code=None)

    written = yaml.safe_load(model.to_yaml())

    assert written == {
        "flavors": {"sklearn": {"code": None}},
        "model_size_bytes": 7,
        "model_uuid": "a" * 32,
        "nbflow_version": __version__,
        "signature": SIGNATURE.to_dict(),
        "utc_time_created": "2026-11-24 08:55:27.707793",
    }
    assert list(written) == sorted(written)
    assert model.to_yaml().isascii()


def test_a_new_model_has_an_id_and_a_time_of_its_own() -> None:
    first, second = Model(), Model()

    assert first.model_uuid != second.model_uuid
    assert len(first.model_uuid or "") == 32
    assert abs(dt.datetime.now(dt.UTC).replace(tzinfo=None) - dt.datetime.fromisoformat(first.utc_time_created)) < (
        dt.timedelta(minutes=1)
    )


def test_unknown_keys_are_kept(tmp_path: Path) -> None:
    (tmp_path / "MLmodel").write_text("flavors: {}\nresources: {api_version: '1'}\nfuture: [1, {a: b}]\n")

    model = Model.load(tmp_path)
    model.save(tmp_path)

    assert model.other == {"resources": {"api_version": "1"}, "future": [1, {"a": "b"}]}
    assert Model.load(tmp_path) == model


def test_a_file_that_says_little_is_read(tmp_path: Path) -> None:
    """The smallest that MLflow loads; and what very old versions of it wrote has neither id nor version."""
    (tmp_path / "MLmodel").write_text(
        "flavors:\n  python_function:\n    loader_module: mlflow.sklearn\nutc_time_created: 2018-01-02 03:04:05.6\n"
    )

    model = Model.load(tmp_path)

    assert model.flavors == {"python_function": {"loader_module": "mlflow.sklearn"}}
    assert (model.model_uuid, model.mlflow_version, model.nbflow_version, model.signature) == (None, None, None, None)
    assert model.utc_time_created == "2018-01-02 03:04:05.600000"


def test_null_is_as_if_it_were_not_there(tmp_path: Path) -> None:
    (tmp_path / "MLmodel").write_text("".join(f"{name}: null\n" for name in Model.__struct_fields__ if name != "other"))

    model = Model.load(tmp_path)

    assert (model.flavors, model.signature, model.metadata) == ({}, None, None)


def test_schemas_are_those_of_the_signature() -> None:
    model = Model(signature=SIGNATURE)

    assert model.get_input_schema() == SIGNATURE.inputs
    assert model.get_output_schema() == SIGNATURE.outputs
    assert model.get_params_schema() == SIGNATURE.params
    assert Model().get_input_schema() is None
    assert Model().get_output_schema() is None
    assert Model().get_params_schema() is None


def test_numbers_of_numpy_and_times_of_pandas_are_written_as_pythons() -> None:
    metadata = {
        "n": np.int64(3),
        "f": np.float32(0.5),
        "b": np.bool_(True),
        "t": (1, 2),
        "at": pd.Timestamp(2026, 1, 2),
    }

    written = Model(metadata=metadata).to_dict()["metadata"]

    assert written == {"n": 3, "f": 0.5, "b": True, "t": [1, 2], "at": dt.datetime(2026, 1, 2)}  # noqa: DTZ001 - so meant
    assert {type(value) for value in written.values()} == {int, float, bool, list, dt.datetime}


def test_json_of_a_model_is_its_content() -> None:
    model = Model(metadata={"day": dt.date(2026, 1, 2)}, signature=SIGNATURE)

    assert json.loads(model.to_json()) == model.to_dict() | {"metadata": {"day": "2026-01-02"}}


def circle() -> dict[str, Any]:
    around: dict[str, Any] = {}
    around["again"] = around
    return around


@pytest.mark.parametrize(
    "value",
    [
        pytest.param({1, 2}, id="set"),
        pytest.param(object(), id="object"),
        pytest.param("\ud800", id="lone surrogate"),
        pytest.param({"\ud800": 1}, id="lone surrogate in a key"),
        pytest.param({(1, 2): 3}, id="tuple as a key"),
        pytest.param(10**5000, id="endless number"),
        pytest.param(np.zeros(2), id="array"),
        pytest.param(circle(), id="circle"),
        pytest.param(1j, id="complex"),
        pytest.param(pd.NaT, id="NaT"),
    ],
)
def test_what_yaml_cannot_hold_is_refused_by_name(value: Any, tmp_path: Path) -> None:
    model = Model(metadata={"mine": value})

    with pytest.raises(UnsupportedValueError, match="metadata"):
        model.save(tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_a_file_that_would_be_too_long_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(LimitExceededError, match="MLmodel"):
        Model(metadata={"all": "x" * (17 << 20)}).save(tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_what_was_there_stays_when_writing_fails(tmp_path: Path) -> None:
    Model(metadata={"first": 1}).save(tmp_path)

    with pytest.raises(UnsupportedValueError):
        Model(metadata={"second": {1}}).save(tmp_path)

    assert Model.load(tmp_path).metadata == {"first": 1}


@pytest.mark.parametrize("path", ["", "nowhere", "nowhere/MLmodel"])
def test_a_missing_file_is_told_in_mlflows_words(path: str, tmp_path: Path) -> None:
    with pytest.raises(ModelNotFoundError, match='Could not find an "MLmodel" configuration file at'):
        Model.load(tmp_path / path)


def test_info_says_what_the_model_says_and_what_is_known_besides() -> None:
    model = Model(run_id="r" * 32, artifact_path="m", signature=SIGNATURE, metadata={"a": 1}, other={"prompts": ["p"]})

    info = model.get_model_info("models:/fish/3", registered_model_version=3, tags={"k": "v"})

    assert isinstance(info, ModelInfo)
    assert (info.model_uri, info.registered_model_version, info.tags) == ("models:/fish/3", 3, {"k": "v"})
    assert (info.model_uuid, info.signature, info.metadata) == (model.model_uuid, SIGNATURE, {"a": 1})
    assert (info.run_id, info.artifact_path, info.prompts) == ("r" * 32, "m", ["p"])


def test_info_is_loaded_by_the_run_and_the_path_where_nothing_else_is_said() -> None:
    assert Model(run_id="1f", artifact_path="m").get_model_info().model_uri == "runs:/1f/m"
    assert Model(model_id="m-1f").get_model_info().model_uri == "models:/m-1f"
    assert Model().get_model_info().model_uri == ""
