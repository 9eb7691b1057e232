"""Errors as answers: the status of each, and the one form that all have."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from nbflow import errors
from nbflow.widgets.wire import clean_text

if TYPE_CHECKING:
    from nbflow.errors import NbflowError

__all__ = ["error_body", "http_error_body", "status_of"]

# By class: the nearest one above an error counts.
_STATUSES: dict[type[NbflowError], int] = {
    errors.NbflowError: 500,
    errors.InvalidInputError: 400,
    errors.NotFoundError: 404,
    errors.LocalFileNotFoundError: 404,
    errors.ConflictError: 409,
    errors.NotAllowedError: 403,
    errors.PermissionDeniedError: 403,
    errors.UntrustedModelError: 403,
    errors.ModelValidationError: 400,
    errors.PredictionError: 400,
    # The store's fault, not that of who asked: it may be well again soon.
    errors.StoreError: 503,
    # A path that somebody gave; or a store that was made something else.
    errors.NotAStoreError: 400,
    errors.NewerFormatError: 501,
    errors.MissingDependencyError: 501,
}

# What a page does more with than show it: where a filter goes wrong, which names there are.
_DETAILS: dict[type[NbflowError], tuple[str, ...]] = {
    errors.InvalidFilterError: ("position", "expected"),
    errors.AliasPolicyError: ("missing",),
    errors.ColumnNotFoundError: ("known",),
    errors.ExperimentExistsError: ("experiment_id",),
    errors.PermissionDeniedError: ("needed", "have"),
    errors.StoreNotOpenError: ("store_id",),
    errors.StoreTimeoutError: ("limit_s",),
    errors.IndexBuildingError: ("n_done", "n_runs"),
}

_PARTS = 100
_ONCE = "It is made once; what is asked is answered when it is ready."

_CODES = {
    400: "BAD_REQUEST",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "ENDPOINT_NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    413: "REQUEST_LIMIT_EXCEEDED",
    503: "TEMPORARILY_UNAVAILABLE",
}

_MESSAGES = {
    400: "The request cannot be read.",
    401: "Nobody is logged in. Log in, or send the server's token.",
    403: "The server does not let you do this.",
    404: "There is nothing at this address, or nothing for a page of another origin.",
    405: "This address does not take this method.",
    413: "The request is too large.",
    500: "Something went wrong in nbflow's server. Its log has more.",
}


def status_of(error: NbflowError | type[NbflowError]) -> int:
    """Give the status of the answer that an error becomes."""
    cls = error if isinstance(error, type) else type(error)
    return next(_STATUSES[each] for each in cls.__mro__ if each in _STATUSES)


def error_body(error: NbflowError) -> dict[str, Any]:
    """Make the answer that an error becomes.

    Returns
    -------
    body : dict
        `error_code`, MLflow's word for the cause; `message`, for people; `details`, for programs.
    """
    if isinstance(error, errors.IndexBuildingError):
        error = _in_parts(error)
    names = next((_DETAILS[cls] for cls in type(error).__mro__ if cls in _DETAILS), ())
    details = {name: getattr(error, name) for name in names}
    return {"error_code": error.error_code, "message": clean_text(str(error)), "details": details}


def _in_parts(error: errors.IndexBuildingError) -> errors.IndexBuildingError:
    """Say in parts of a hundred how far an index is: how many runs there are is not for everybody to know."""
    n_done = _PARTS * error.n_done // max(error.n_runs, 1)
    told = errors.IndexBuildingError(error.path, n_done, _PARTS)
    told.args = (f"The index of the store {error.path} is being made: {n_done} % is read. {_ONCE}",)
    return told


def http_error_body(status: int, message: str | None = None) -> dict[str, Any]:
    """Make the answer for what is no error of ours: nobody logged in, no such address, too large a body.

    Parameters
    ----------
    status
        The answer's status.
    message
        What to say; None says what the status means.
    """
    code = _CODES.get(status, "BAD_REQUEST" if status < 500 else "INTERNAL_ERROR")  # noqa: PLR2004 - HTTP's border
    told = message or _MESSAGES.get(status) or HTTPStatus(status).phrase
    return {"error_code": code, "message": told, "details": {}}
