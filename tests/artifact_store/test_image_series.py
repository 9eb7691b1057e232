from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbflow.artifact_store import check_artifact_path
from nbflow.artifact_store.media import SeriesImage, image_series_name, parse_image_series_name, thumbnail_name
from nbflow.errors import InvalidInputError, InvalidNameError, LimitExceededError, UnsupportedValueError

keys = st.from_regex(r"[A-Za-z0-9_\-./ ]{1,100}", fullmatch=True)
int64 = st.integers(-(2**63), 2**63 - 1)


@given(keys, int64, st.integers(0, 2**63 - 1), st.uuids())
def test_a_name_says_what_it_was_made_of(key: str, step: int, timestamp_ms: int, unique: object) -> None:
    name = image_series_name(key, step, timestamp_ms, str(unique))

    assert check_artifact_path(name) == name
    assert parse_image_series_name(name) == SeriesImage(key, step, timestamp_ms, str(unique))
    assert parse_image_series_name(thumbnail_name(name)) == SeriesImage(
        key, step, timestamp_ms, str(unique), is_thumbnail=True
    )


def test_names_are_those_of_mlflow() -> None:
    name = image_series_name("val/grid", -3, 1700000000123, "0b8c6f3e-1f5f-4d65-9c2b-3c3f9b2f7a11")

    assert name == "images/val~grid+step+-3+timestamp+1700000000123+0b8c6f3e-1f5f-4d65-9c2b-3c3f9b2f7a11.png"
    assert thumbnail_name(name) == re.sub(r"\.png$", "+compressed.webp", name)


def test_names_of_older_mlflow_are_read_too() -> None:
    assert parse_image_series_name("images/val#grid%step%7%timestamp%12%a-b%compressed.webp") == SeriesImage(
        "val/grid", 7, 12, "a-b", is_thumbnail=True
    )


@pytest.mark.parametrize(
    "name",
    [
        "images/x.png",
        "plots/a+step+1+timestamp+2+u.png",
        "images/a/b+step+1+timestamp+2+u.png",
        "images/a+step+one+timestamp+2+u.png",
        "images/a+step+1+timestamp+2+u.jpg",
        "images/a+step+\u0661+timestamp+2+u.png",
        "images/a+step+1+timestamp+2+u.png\n",
        f"images/a+step+{'9' * 5000}+timestamp+2+u.png",
    ],
)
def test_other_artifacts_are_no_images_of_a_series(name: str) -> None:
    assert parse_image_series_name(name) is None


def test_numpy_integers_are_integers() -> None:
    assert image_series_name("k", np.int64(3), np.int32(5), "u") == "images/k+step+3+timestamp+5+u.png"  # type: ignore[arg-type]


@pytest.mark.parametrize("key", ["", "a+b", "a~b", "ü", "a\nb", "a%b", "a:b"])
def test_a_key_of_other_characters_is_refused(key: str) -> None:
    with pytest.raises(InvalidNameError, match="image key"):
        image_series_name(key, 0, 0, "u")


def test_a_key_too_long_for_its_files_is_refused_with_the_limit() -> None:
    with pytest.raises(LimitExceededError) as caught:
        image_series_name("k" * 250, 0, 1700000000000, "0" * 36)

    longest = "k" * caught.value.limit
    assert check_artifact_path(thumbnail_name(image_series_name(longest, 0, 1700000000000, "0" * 36)))


@pytest.mark.parametrize(("step", "timestamp_ms"), [(1.5, 0), ("1", 0), (None, 0), (0, 1.0)])
def test_steps_and_times_are_integers(step: object, timestamp_ms: object) -> None:
    with pytest.raises(UnsupportedValueError, match="integer"):
        image_series_name("k", step, timestamp_ms, "u")  # type: ignore[arg-type]  # that is the point


def test_a_negative_time_and_an_odd_unique_part_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="1970"):
        image_series_name("k", 0, -1, "u")
    with pytest.raises(InvalidNameError, match="unique"):
        image_series_name("k", 0, 1, "../u")


@pytest.mark.parametrize("key", [5, None, b"a", ["a"]])
def test_a_key_that_is_no_text_is_refused(key: Any) -> None:
    with pytest.raises(UnsupportedValueError, match="image key"):
        image_series_name(key, 1, 1, "a1")
