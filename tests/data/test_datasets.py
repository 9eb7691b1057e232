from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbflow import entities
from nbflow.data import Dataset, DatasetSource, NumpyDataset, PandasDataset, from_numpy, from_pandas
from nbflow.errors import (
    InvalidInputError,
    InvalidNameError,
    InvalidUriError,
    LimitExceededError,
    UnsupportedValueError,
)

FRAME = pd.DataFrame({"x": [1, 2], "y": [0, 1]})


def test_a_frame_is_described_as_mlflow_does() -> None:
    dataset = from_pandas(FRAME, source="xy.csv", targets="y", name="xy")

    assert isinstance(dataset, PandasDataset)
    assert isinstance(dataset, Dataset)
    assert dataset.df is FRAME
    assert (dataset.name, dataset.targets, dataset.predictions) == ("xy", "y", None)
    assert dataset.to_entity() == entities.Dataset(
        name="xy",
        digest=dataset.digest,
        source_type="local",
        source='{"uri": "xy.csv"}',
        schema='{"mlflow_colspec": [{"type": "long", "name": "x", "required": true}, '
        '{"type": "long", "name": "y", "required": true}]}',
        profile='{"num_rows": 2, "num_elements": 4}',
    )


def test_arrays_are_described_as_mlflow_does() -> None:
    features, targets = np.zeros((2, 3)), {"t": np.zeros(2, "int8")}

    dataset = from_numpy(features, source="s3://bucket/x.npy", targets=targets)

    assert isinstance(dataset, NumpyDataset)
    assert dataset.features is features
    assert dataset.targets is targets
    entity = dataset.to_entity()
    assert (entity.name, entity.source_type, entity.source) == ("dataset", "s3", '{"uri": "s3://bucket/x.npy"}')
    assert json.loads(entity.profile or "") == {
        "features_shape": [2, 3],
        "features_size": 6,
        "features_nbytes": 48,
        "targets_shape": {"t": [2]},
        "targets_size": {"t": 2},
        "targets_nbytes": {"t": 2},
    }


def test_a_data_set_is_described_when_it_is_made() -> None:
    frame = FRAME.copy()
    dataset = from_pandas(frame)
    before = dataset.to_entity()

    frame["z"] = 3

    assert dataset.to_entity() == before
    assert from_pandas(frame).digest != before.digest


@pytest.mark.parametrize(
    ("source", "source_type", "text"),
    [
        ("data/iris.csv", "local", {"uri": "data/iris.csv"}),
        (Path("data") / "iris.csv", "local", {"uri": str(Path("data") / "iris.csv")}),
        ("file:///data/iris.csv", "local", {"uri": "file:///data/iris.csv"}),
        (r"C:\data\iris.csv", "local", {"uri": r"C:\data\iris.csv"}),
        ("http://host/iris.csv", "http", {"url": "http://host/iris.csv"}),
        ("https://host/iris.csv", "http", {"url": "https://host/iris.csv"}),
        ("S3://bucket/iris", "s3", {"uri": "S3://bucket/iris"}),
        ("gs://bucket/iris", "gs", {"uri": "gs://bucket/iris"}),
        ("hf://datasets/iris", "hf", {"uri": "hf://datasets/iris"}),
        (DatasetSource("delta", "table@3"), "delta", {"uri": "table@3"}),
        ("ünï code.csv", "local", {"uri": "ünï code.csv"}),
    ],
)
def test_a_source_has_the_type_of_its_address(source: Any, source_type: str, text: dict[str, str]) -> None:
    entity = from_pandas(FRAME, source=source).to_entity()

    assert entity.source_type == source_type
    assert json.loads(entity.source) == text


def test_without_a_source_it_is_the_code_with_the_tags_of_its_run() -> None:
    dataset = from_pandas(FRAME)

    assert json.loads(dataset.to_entity().source) == {"tags": {}}
    entity = dataset.to_entity({"mlflow.source.name": "train.py"})
    assert entity.source_type == "code"
    assert json.loads(entity.source) == {"tags": {"mlflow.source.name": "train.py"}}
    assert json.loads(from_pandas(FRAME, source="a.csv").to_entity({"a": "b"}).source) == {"uri": "a.csv"}


@pytest.mark.parametrize("source", [3, b"x", ["a.csv"], {"uri": "x"}])
def test_a_source_of_another_type_is_refused(source: Any) -> None:
    with pytest.raises(UnsupportedValueError, match="source"):
        from_pandas(FRAME, source=source)


def test_an_empty_source_is_refused() -> None:
    with pytest.raises(InvalidUriError, match="Leave it out"):
        from_numpy(np.zeros(1), source="")


def test_a_digest_of_ones_own_is_kept() -> None:
    assert from_pandas(FRAME, digest="v1.2").digest == "v1.2"
    assert from_numpy(np.zeros(1), digest="é" * 36).digest == "é" * 36
    assert from_pandas(FRAME, digest="").digest == from_pandas(FRAME).digest


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=500).filter(str.strip))
def test_any_name_that_can_be_shown_is_kept(name: str) -> None:
    assert from_numpy(np.zeros(1), name=name).to_entity().name == name


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "a\0", "\ud800"])
def test_names_and_digests_that_cannot_be_shown_are_refused(name: str) -> None:
    with pytest.raises(InvalidNameError, match="name"):
        from_pandas(FRAME, name=name)
    if name:
        with pytest.raises(InvalidNameError, match="digest"):
            from_numpy(np.zeros(1), digest=name)


@pytest.mark.parametrize("name", [3, b"x", ["a"]])
def test_names_and_digests_are_text(name: Any) -> None:
    with pytest.raises(UnsupportedValueError, match="name"):
        from_pandas(FRAME, name=name)
    with pytest.raises(UnsupportedValueError, match="digest"):
        from_pandas(FRAME, digest=name)


@pytest.mark.parametrize(
    ("arguments", "limit"),
    [({"name": "n" * 501}, 500), ({"digest": "d" * 37}, 36), ({"source": "s" * 65_536}, 65_535)],
)
def test_what_is_longer_than_mlflow_allows_is_refused(arguments: dict[str, Any], limit: int) -> None:
    with pytest.raises(LimitExceededError) as caught:
        from_pandas(FRAME, **arguments).to_entity()

    assert caught.value.limit == limit


def test_a_schema_longer_than_mlflow_allows_is_refused_with_what_to_do() -> None:
    dataset = from_numpy({f"{'n' * 1000}{number}": np.zeros(1) for number in range(1100)})

    with pytest.raises(LimitExceededError, match="fewer columns") as caught:
        dataset.to_entity()

    assert caught.value.limit == 1_048_575


@pytest.mark.parametrize("data", [[[1, 2]], {"a": [1]}, pd.Series([1]), np.zeros((1, 1)), "x.csv", None])
def test_only_frames_are_frames(data: Any) -> None:
    with pytest.raises(UnsupportedValueError, match="DataFrame"):
        from_pandas(data)


@pytest.mark.parametrize("data", [[1, 2], {"a": [1]}, FRAME, "x", None, {1: np.zeros(1)}])
def test_only_arrays_are_arrays(data: Any) -> None:
    with pytest.raises(UnsupportedValueError):
        from_numpy(data)
    if data is not None:
        with pytest.raises(UnsupportedValueError, match="targets"):
            from_numpy(np.zeros(1), targets=data)


def test_a_dictionary_of_no_arrays_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="empty"):
        from_numpy({})


@pytest.mark.parametrize("argument", ["targets", "predictions"])
def test_columns_that_are_named_must_be_there(argument: str) -> None:
    frame = pd.DataFrame({"label": [1], "other": [2]})

    with pytest.raises(InvalidInputError, match="Did you mean 'label'"):
        from_pandas(frame, **{argument: "lable"})
    with pytest.raises(UnsupportedValueError, match=argument):
        from_pandas(frame, **{argument: ["label"]})  # type: ignore[arg-type]  # that is the point
    assert getattr(from_pandas(frame, **{argument: "label"}), argument) == "label"


def test_a_data_set_shows_its_name_and_digest() -> None:
    assert repr(from_pandas(FRAME, name="xy", digest="d1")) == "<PandasDataset name='xy' digest='d1'>"
