from __future__ import annotations

import datetime as dt
import enum
import json
import math
from collections import OrderedDict
from decimal import Decimal
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from nbflow.artifact_store.media import decode_dict, encode_dict
from nbflow.errors import InvalidInputError, UnsupportedValueError

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=10)


@pytest.mark.parametrize("name", ["x.json", "x.yaml", "x.yml", "x", "x.txt"])
@given(content=st.dictionaries(st.text(), values))
def test_what_is_written_is_read(name: str, content: dict[str, Any]) -> None:
    assert decode_dict(encode_dict(content, name), name) == content


@pytest.mark.parametrize("name", ["x.json", "x.yaml"])
@given(text=st.text(st.characters(categories=["Cs", "Cc", "Zl", "Zp", "Cf", "L"])))
def test_half_characters_and_separators_survive(name: str, text: str) -> None:
    assert decode_dict(encode_dict({text: text}, name), name) == {text: text}


def test_json_is_indented_and_readable_and_yaml_keeps_the_order() -> None:
    content = {"z": [1], "a": "ü"}

    assert encode_dict(content, "x.json").decode() == '{\n  "z": [\n    1\n  ],\n  "a": "ü"\n}'
    assert encode_dict(content, "x.YML").decode() == "z:\n- 1\na: ü\n"


class Colour(enum.Enum):
    RED = 1


class Size(str, enum.Enum):  # noqa: UP042 - what much code still has
    SMALL = "s"


class Level(enum.IntEnum):
    LOW = 1


class Custom:
    def __str__(self) -> str:
        return "custom"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.float32(0.5), 0.5),
        (np.float64(0.1), 0.1),
        (np.int8(3), 3),
        (np.bool_(True), True),
        (np.str_("s"), "s"),
        (np.array([[1, 2], [3, 4]]), [[1, 2], [3, 4]]),
        (np.array(5), 5),
        (np.array([np.float32(1)], dtype=object), [1.0]),
        ((1, (2,)), [1, [2]]),
        ({3, 1}, [1, 3]),
        (OrderedDict(a=1), {"a": 1}),
        (MappingProxyType({"a": 1}), {"a": 1}),
        (Colour.RED, "Colour.RED"),
        (Size.SMALL, "s"),
        (Level.LOW, 1),
        (Decimal("1.50"), "1.50"),
        (PurePosixPath("a/b"), "a/b"),
        (1j, "1j"),
        (Custom(), "custom"),
        (pd.Timestamp("2020-01-02"), "2020-01-02 00:00:00"),
    ],
)
@pytest.mark.parametrize("name", ["x.json", "x.yaml"])
def test_other_values_become_what_comes_nearest(value: object, expected: object, name: str) -> None:
    assert decode_dict(encode_dict({"v": value, "list": [value]}, name), name) == {"v": expected, "list": [expected]}


def test_dates_are_text_in_json_and_dates_in_yaml() -> None:
    content = {"day": dt.date(2020, 1, 2), "time": dt.datetime(2020, 1, 2, 3, 4, 5)}  # noqa: DTZ001 - as users have

    assert decode_dict(encode_dict(content, "x.json"), "x.json") == {"day": "2020-01-02", "time": "2020-01-02 03:04:05"}
    assert decode_dict(encode_dict(content, "x.yaml"), "x.yaml") == content


@pytest.mark.parametrize("name", ["x.json", "x.yaml"])
def test_nan_and_infinity_are_read_as_they_were(name: str) -> None:
    read = decode_dict(encode_dict({"nan": math.nan, "inf": [np.inf, -np.inf]}, name), name)

    assert math.isnan(read["nan"])
    assert read["inf"] == [math.inf, -math.inf]


@pytest.mark.parametrize("name", ["x.json", "x.yaml"])
def test_keys_that_are_no_text_are_written_too(name: str) -> None:
    read = decode_dict(encode_dict({1: "a", (1, 2): "b", np.int64(3): "c", None: "d"}, name), name)

    assert {str(key).replace("None", "null"): value for key, value in read.items()} == {
        "1": "a",
        "[1, 2]": "b",
        "3": "c",
        "null": "d",
    }


def test_a_list_is_a_document_too() -> None:
    assert decode_dict(encode_dict([1, {"a": 2}], "x.json"), "x.json") == [1, {"a": 2}]


def test_yaml_has_no_anchors_and_no_tags() -> None:
    shared = [1, 2]
    text = encode_dict({"a": shared, "b": shared, "c": (1,), "d": Colour.RED}, "x.yaml").decode()

    assert "&" not in text
    assert "!" not in text


def test_yaml_text_that_looks_like_something_else_stays_text() -> None:
    content = {"a": "yes", "b": "2020-01-01", "c": "1e3", "d": "null", "e": "- x", "f": "# y", "g": "1_000"}

    assert decode_dict(encode_dict(content, "x.yaml"), "x.yaml") == content


@pytest.mark.parametrize("name", ["x.json", "x.yaml"])
def test_a_dictionary_that_contains_itself_is_refused(name: str) -> None:
    content: dict[str, Any] = {}
    content["self"] = [content]

    with pytest.raises(InvalidInputError, match="contains itself"):
        encode_dict(content, name)


@pytest.mark.parametrize("content", ["text", None, 3, b"x", {1, 2}])
def test_what_is_no_dictionary_is_refused(content: object) -> None:
    with pytest.raises(UnsupportedValueError, match="log_text"):
        encode_dict(content, "x.json")


def test_an_integer_that_could_not_be_read_again_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="digits"):
        encode_dict({"n": 10**5000}, "x.json")


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"{", "x.json"),
        (b"", "x.json"),
        (b"\xff\xfe\xff", "x.json"),
        (b"[" * 100_000, "x.json"),
        (b"a: [", "x.yaml"),
        (b"!!python/object/apply:os.system [ls]", "x.yaml"),
        (b"\xff\xfe\xff", "x.yaml"),
    ],
)
def test_what_cannot_be_read_says_which_file(data: bytes, name: str) -> None:
    with pytest.raises(InvalidInputError, match=name):
        decode_dict(data, name)


def test_what_mlflow_wrote_is_read() -> None:
    content = {"a": 1, "ü": [1.5, None, "x"]}

    assert decode_dict(json.dumps(content, indent=2).encode(), "x.json") == content
    assert decode_dict(yaml.dump(content).encode(), "x.yml") == content
