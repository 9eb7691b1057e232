from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbflow.drawing.format import MISSING, count, duration, is_number, moment, moments, number, numbers, size


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (None, MISSING),
        (0, "0 ms"),
        (850, "850 ms"),
        (1_000, "1.0 s"),
        (9_949, "9.9 s"),
        (9_950, "10 s"),
        (59_499, "59 s"),
        (59_500, "1 min"),
        (192_000, "3 min 12 s"),
        (3_599_600, "1 h"),
        (7_500_000, "2 h 5 min"),
        (90_000_000, "1 d 1 h"),
        (86_400_000 * 1234, "1,234 d"),
        (-5_000, "-5.0 s"),
    ],
)
def test_durations_have_at_most_two_units(ms: int | None, text: str) -> None:
    assert duration(ms) == text


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (None, MISSING),
        (0, "1970-01-01 00:00"),
        (1_763_900_000_000, "2025-11-23 12:13"),
        (-1, "1969-12-31 23:59"),
        (10**18, "1000000000000000000 ms"),
    ],
)
def test_times_are_in_utc_to_the_minute(ms: int | None, text: str) -> None:
    assert moment(ms) == text


AT = 1_795_539_959_007


@pytest.mark.parametrize(
    ("times", "texts"),
    [
        ([AT, AT + 60_000, AT, None], ["17:05", "17:06", "17:05", MISSING]),
        ([AT, AT - 1000], ["17:05:59", "17:05:58"]),
        ([AT, AT + 1, 10**18], ["17:05:59.007", "17:05:59.008", "1000000000000000000 ms"]),
        ([], []),
    ],
)
def test_times_are_written_as_exactly_as_tells_them_apart(times: list[int | None], texts: list[str]) -> None:
    assert [text.removeprefix("2026-11-24 ") for text in moments(times)] == texts


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.9333333333, "0.933333"),
        (1234.0, "1,234"),
        (1.5e-07, "1.5e-07"),
        (1e20, "1e+20"),
        (math.nan, "nan"),
        (-math.inf, "-inf"),
    ],
)
def test_a_number_has_six_digits(value: float, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([0.93, 0.9333, 0.7], ["0.9300", "0.9333", "0.7000"]),
        ([0.5, 0.25], ["0.50", "0.25"]),
        ([0.3 - 0.02, 0.3], ["0.28", "0.30"]),
        ([1.0, 1234567.0], ["1", "1,234,567"]),
        ([0.99999, 1.0], ["0.99999", "1.00000"]),
        ([0.1 + 0.2, 0.3], ["0.3", "0.3"]),
        ([1e-7, 0.5], ["1e-07", "0.5"]),
        ([1e300, 2.5], ["1e+300", "2.5"]),
        ([123.456, 0.001234], ["123.4560", "0.0012"]),
        ([1234567.891, 1.5], ["1,234,567.891", "1.500"]),
        ([0.5, None, math.nan, math.inf], ["0.5", MISSING, "nan", "inf"]),
        ([0.0, -0.0], ["0", "-0"]),
        ([], []),
    ],
)
def test_the_numbers_of_a_column_have_the_same_decimals(values: list[float | None], texts: list[str]) -> None:
    assert numbers(values) == texts


@given(st.lists(st.none() | st.floats()))
def test_any_numbers_can_be_written_and_read_as_numbers(values: list[float | None]) -> None:
    written = numbers(values)

    assert len(written) == len(values)
    assert all(text == MISSING or is_number(text.replace(",", "")) for text in written)


@pytest.mark.parametrize("text", ["1", "-0.5", "1e-3", ".5", "5.", "+2", "nan", "inf", "-Infinity"])
def test_a_number_is_known_as_one(text: str) -> None:
    assert is_number(text)


@pytest.mark.parametrize("text", ["", "a", "1 2", "0x10", "1_000", "1,5", "٣", "1\n", "True"])
def test_other_text_is_not_a_number(text: str) -> None:
    assert not is_number(text)


def test_one_is_not_many() -> None:
    assert [count(1, "run"), count(1234, "run"), count(2, "entry", "entries")] == ["1 run", "1,234 runs", "2 entries"]


@pytest.mark.parametrize(
    ("n_bytes", "text"),
    [
        (None, MISSING),
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (12_345_678_901, "12.3 GB"),
        (10**16, "10000.0 TB"),
    ],
)
def test_a_size_has_a_unit(n_bytes: int | None, text: str) -> None:
    assert size(n_bytes) == text
