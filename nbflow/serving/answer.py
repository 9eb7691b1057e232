"""What a request is answered with: predictions and errors as JSON, in the form of MLflow's scoring server."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

from nbflow.mlmodel.jsonable import jsonable

__all__ = ["JSON", "TEXT", "Answer", "failure", "predictions_to_json"]

JSON = "application/json"
TEXT = "text/plain"

# MLflow's statuses of its codes; what is not named here is an error of the server.
_STATUS = {
    "ABORTED": 409,
    "BAD_REQUEST": 400,
    "DEADLINE_EXCEEDED": 504,
    "ENDPOINT_NOT_FOUND": 404,
    "INVALID_PARAMETER_VALUE": 400,
    "PERMISSION_DENIED": 403,
    "RESOURCE_ALREADY_EXISTS": 400,
    "RESOURCE_CONFLICT": 409,
    "RESOURCE_DOES_NOT_EXIST": 404,
    "TEMPORARILY_UNAVAILABLE": 503,
}
_SERVER_ERROR = 500


class Answer(Struct, frozen=True):
    """The answer to a request.

    Parameters
    ----------
    status
        The status of HTTP.
    body
        What is sent.
    media_type
        What it is.
    headers
        Further headers.
    """

    status: int
    body: bytes
    media_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)


def predictions_to_json(predictions: Any, *, bare: bool = False) -> bytes:
    """Write predictions as JSON.

    Parameters
    ----------
    predictions
        What a model gave: a DataFrame and a Series become records, an array lists; bytes become base64, times ISO.
        NaN and infinities stay `NaN` and `Infinity`, which JSON does not know and Python's readers take.
    bare
        Whether they are the whole document, and not its entry `predictions`.

    Raises
    ------
    TypeError, ValueError, RecursionError
        If they hold something that JSON cannot.
    """
    plain = _plain(predictions)
    return json.dumps(plain if bare else {"predictions": plain}, default=jsonable).encode()


def failure(
    error_code: str,
    message: str,
    *,
    status: int | None = None,
    stack_trace: str = "",
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Make the answer of an error.

    Parameters
    ----------
    error_code
        Its code.
    message
        What went wrong, and what to do.
    status
        The status of HTTP; None is that of the code.
    stack_trace
        What Python says of it; `""` keeps it for the server's own.
    headers
        Further headers.
    """
    document = {"error_code": error_code, "message": message}
    if stack_trace:
        document["stack_trace"] = stack_trace
    body = json.dumps(document).encode()
    return Answer(status or _STATUS.get(error_code, _SERVER_ERROR), body, JSON, headers or {})


def _plain(predictions: Any) -> Any:
    import numpy as np
    import pandas as pd

    if isinstance(predictions, pd.Series):
        predictions = pd.DataFrame(predictions)
    if isinstance(predictions, pd.DataFrame):
        return predictions.to_dict(orient="records")
    return predictions.tolist() if isinstance(predictions, np.ndarray) else predictions
