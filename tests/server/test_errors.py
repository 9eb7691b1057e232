from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

from nbflow import errors
from nbflow.errors import (
    AliasNotFoundError,
    ExperimentExistsError,
    IndexBuildingError,
    InvalidFilterError,
    NbflowError,
    NewerFormatError,
    NotAStoreError,
    PermissionDeniedError,
    RunNotFoundError,
    StoreReadError,
    StoreTimeoutError,
    UntrustedModelError,
)
from nbflow.server.errors import error_body, http_error_body, status_of


def below(cls: type[NbflowError]) -> Iterator[type[NbflowError]]:
    yield cls
    for each in cls.__subclasses__():
        yield from below(each)


ALL = sorted({cls for cls in below(NbflowError) if cls.__module__ == errors.__name__}, key=lambda cls: cls.__name__)


@pytest.mark.parametrize("cls", ALL, ids=lambda cls: cls.__name__)
def test_every_error_has_a_status_of_its_own_kind(cls: type[NbflowError]) -> None:
    status = status_of(cls)

    assert 400 <= status < 600
    # The store's fault, or ours, and never that of who asked; and the other way round.
    is_ours = issubclass(cls, errors.StoreError) and cls is not NotAStoreError
    assert not is_ours or status >= 500
    if issubclass(cls, errors.InvalidInputError | errors.NotFoundError | errors.ConflictError | PermissionDeniedError):
        assert status < 500


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (InvalidFilterError("a ==", 3, "A value."), 400, "INVALID_PARAMETER_VALUE"),
        (RunNotFoundError("0"), 404, "RESOURCE_DOES_NOT_EXIST"),
        (AliasNotFoundError("m", "a"), 404, "INVALID_PARAMETER_VALUE"),
        (ExperimentExistsError("x", "7"), 409, "RESOURCE_ALREADY_EXISTS"),
        (PermissionDeniedError("ada", "EDIT", "READ", "the store"), 403, "PERMISSION_DENIED"),
        (UntrustedModelError("p", ["f"]), 403, "PERMISSION_DENIED"),
        (StoreTimeoutError("p", 10), 503, "TEMPORARILY_UNAVAILABLE"),
        (StoreReadError("p", 5, "I/O error"), 503, "INTERNAL_ERROR"),
        (NewerFormatError("p", 9, 1), 501, "INTERNAL_ERROR"),
        (NotAStoreError("p", "it is a file"), 400, "INVALID_PARAMETER_VALUE"),
    ],
    ids=lambda each: type(each).__name__ if isinstance(each, NbflowError) else None,
)
def test_statuses(error: NbflowError, status: int, code: str) -> None:
    body = error_body(error)

    assert status_of(error) == status
    assert body["error_code"] == code
    assert body["message"] == str(error)
    assert msgspec.json.decode(msgspec.json.encode(body)) == body


def test_how_far_an_index_is_does_not_tell_how_many_runs_there_are() -> None:
    error = IndexBuildingError("p", 2_222, 6_666)

    body = error_body(error)

    assert status_of(error) == 503
    assert body["details"] == {"n_done": 33, "n_runs": 100}
    assert "33 % is read" in body["message"]
    assert "666" not in body["message"]


def test_a_filter_that_does_not_parse_says_where() -> None:
    assert error_body(InvalidFilterError("a ==", 3, "A value."))["details"] == {"position": 3, "expected": "A value."}


def test_an_error_about_a_text_that_utf_8_does_not_have_can_be_sent() -> None:
    body = error_body(RunNotFoundError("\ud800"))

    assert msgspec.json.encode(body)


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "BAD_REQUEST"),
        (401, "UNAUTHENTICATED"),
        (403, "PERMISSION_DENIED"),
        (404, "ENDPOINT_NOT_FOUND"),
        (405, "METHOD_NOT_ALLOWED"),
        (413, "REQUEST_LIMIT_EXCEEDED"),
        (416, "BAD_REQUEST"),
        (500, "INTERNAL_ERROR"),
    ],
)
def test_errors_that_are_not_ours_have_the_same_form(status: int, code: str) -> None:
    body = http_error_body(status)

    assert body["error_code"] == code
    assert body["message"]
    assert body["details"] == {}
