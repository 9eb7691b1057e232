"""What models, aliases, versions and stages may be called."""

from __future__ import annotations

import numpy as np
import pytest

from nbflow.errors import InvalidInputError, InvalidNameError, LimitExceededError, UnsupportedValueError
from nbflow.registry import STAGES, check_alias, check_model_name, check_stage, check_version


@pytest.mark.parametrize("name", ["iris", "Iris Forest", "größe", "a.b", "...", "a@b", "50%", " x ", "x" * 256])
def test_a_model_may_be_called_so(name: str) -> None:
    assert check_model_name(name) == name


@pytest.mark.parametrize("name", ["", "  ", "a/b", "a:b", ".", "..", "a\nb", "a\x7f", "lone \udcff", "/"])
def test_a_model_may_not_be_called_so(name: str) -> None:
    with pytest.raises(InvalidNameError):
        check_model_name(name)


def test_a_name_that_is_too_long_or_no_text_is_refused() -> None:
    with pytest.raises(LimitExceededError):
        check_model_name("x" * 257)
    with pytest.raises(UnsupportedValueError):
        check_model_name(None)


@pytest.mark.parametrize("alias", ["champion", "Champion-2", "v", "v3a", "3", "größe", "x" * 255, "Production"])
def test_an_alias_may_be_called_so(alias: str) -> None:
    assert check_alias(alias) == alias


@pytest.mark.parametrize("alias", ["latest", "Latest", "LATEST", "v3", "V12", "v0"])
def test_reserved_aliases_are_refused_and_the_reason_given(alias: str) -> None:
    with pytest.raises(InvalidNameError, match="reserved"):
        check_alias(alias)


@pytest.mark.parametrize("alias", ["", "a b", "a.b", "a/b", "a@b", "a\n", "a:b"])
def test_an_alias_with_other_characters_is_refused(alias: str) -> None:
    with pytest.raises(InvalidNameError):
        check_alias(alias)


def test_an_alias_that_is_too_long_or_no_text_is_refused() -> None:
    with pytest.raises(LimitExceededError):
        check_alias("x" * 256)
    with pytest.raises(UnsupportedValueError):
        check_alias(3)


@pytest.mark.parametrize(("version", "number"), [(1, 1), ("1", 1), ("007", 7), (np.int64(3), 3), (10**9, 10**9)])
def test_a_version_is_a_whole_number_or_its_digits(version: object, number: int) -> None:
    assert check_version(version) == number
    assert type(check_version(version)) is int


@pytest.mark.parametrize("version", [0, -1, "0", "", "abc", "1.0", 1.0, True, None, "²", "-1", 10**9 + 1, "9" * 5000])
def test_anything_else_is_no_version(version: object) -> None:
    with pytest.raises(InvalidInputError, match="version"):
        check_version(version)


@pytest.mark.parametrize("stage", [*STAGES, *map(str.lower, STAGES), *map(str.upper, STAGES)])
def test_a_stage_is_found_in_any_case(stage: str) -> None:
    assert check_stage(stage) in STAGES
    assert check_stage(stage).lower() == stage.lower()


def test_there_are_no_other_stages() -> None:
    with pytest.raises(InvalidInputError, match="must be one of None, Staging, Production, Archived"):
        check_stage("Foo")
    with pytest.raises(UnsupportedValueError):
        check_stage(None)
