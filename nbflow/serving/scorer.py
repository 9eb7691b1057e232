"""From the body of a request to the answer: what a thread does with it. It knows nothing of HTTP's connections."""

from __future__ import annotations

import logging
import sys
import traceback
import uuid
from typing import TYPE_CHECKING, Any

from nbflow.errors import NbflowError, PredictionError, shown
from nbflow.serving.answer import TEXT, Answer, failure, predictions_to_json
from nbflow.serving.body import Asked, read_body, unsupported
from nbflow.serving.settings import ServingSettings

if TYPE_CHECKING:
    from nbflow.flavors.pyfunc_model import PyFuncModel

__all__ = ["Scorer", "predict_once"]

_LOG = logging.getLogger(__name__)
_SHOWN = 300
_NO_JSON = "What the model predicts cannot be written as JSON."
_OK, _UNSUPPORTED, _SERVER_ERROR = 200, 415, 500


class Scorer:
    """Answers requests by a model.

    Parameters
    ----------
    model
        The model.
    settings
        What it keeps to.
    """

    def __init__(self, model: PyFuncModel, settings: ServingSettings | None = None) -> None:
        self.model = model
        self.settings = settings or ServingSettings()

    def score(self, body: bytes, content_type: str) -> Answer:
        """Answer a request. Whatever goes wrong is an answer, too.

        Parameters
        ----------
        body
            Its body.
        content_type
            Its type; `""` where it does not say.
        """
        fault = unsupported(content_type)
        if fault:
            return Answer(_UNSUPPORTED, fault.encode(), TEXT)
        try:
            asked = read_body(body, content_type, self.model.metadata, max_cells=self.settings.max_bytes)
        except NbflowError as exc:
            return self._refused(exc)
        # The door of a request: a form that no reader has foreseen leaves the server as it is.
        except Exception as exc:  # noqa: BLE001
            return self._failed(exc, "BAD_REQUEST", f"Invalid input. It could not be read. {_named(exc)}")
        return self._answered(asked)

    def _answered(self, asked: Asked) -> Answer:
        try:
            predictions = _predict(self.model, asked)
        except PredictionError as exc:
            return self._failed(exc.__cause__ or exc, exc.error_code, str(exc))
        except NbflowError as exc:
            return self._refused(exc, f"Failed to predict data '{shown(asked.data)}'. \nError: ")
        try:
            return Answer(_OK, predictions_to_json(predictions, bare=asked.bare))
        except Exception as exc:  # noqa: BLE001 - what a model gives may raise anything when it is looked at
            return self._failed(exc, "INTERNAL_ERROR", f"{_NO_JSON} {_named(exc)}")

    def _refused(self, error: NbflowError, before: str = "") -> Answer:
        """Answer with an error that says all there is to say to whoever sent the request."""
        answer = failure(error.error_code, before + str(error), stack_trace=self._stack_trace(error))
        if answer.status >= _SERVER_ERROR:
            return self._failed(error, error.error_code, before + str(error))
        return answer

    def _failed(self, error: BaseException, error_code: str, message: str) -> Answer:
        """Log an error with its traceback, and answer with no more than where that is."""
        number = uuid.uuid4().hex[:8]
        _LOG.error("Request failed (%s)", number, exc_info=error)
        told = f"{message} The server's log has the traceback, under {number}."
        return failure(error_code, told, stack_trace=self._stack_trace(error))

    def _stack_trace(self, error: BaseException) -> str:
        return "".join(traceback.format_exception(error)) if self.settings.debug else ""


def predict_once(model: PyFuncModel, body: bytes, content_type: str) -> bytes:
    """Answer one request, to whoever has the model on this machine.

    Parameters
    ----------
    model
        The model.
    body
        What a request's body would be.
    content_type
        Its type.

    Returns
    -------
    text : bytes
        The predictions as JSON.

    Raises
    ------
    NbflowError
        If the body, the data or the params are not what they must be.
    PredictionError
        If the model raises an error; the log has the traceback.
    """
    asked = read_body(body, content_type, model.metadata, max_cells=sys.maxsize)
    try:
        predictions = _predict(model, asked)
        return predictions_to_json(predictions, bare=asked.bare)
    except NbflowError as exc:
        if isinstance(exc, PredictionError):
            _LOG.exception("The model failed", exc_info=exc.__cause__)
        raise
    except Exception as exc:
        raise PredictionError(f"{_NO_JSON} {_named(exc)}") from exc


def _predict(model: PyFuncModel, asked: Asked) -> Any:
    try:
        return model.predict(asked.data, asked.params)
    except (NbflowError, KeyboardInterrupt):
        raise
    # The door of the model, whose code is anybody's: one that calls sys.exit does not end the server.
    except BaseException as exc:
        raise PredictionError(_named(exc)) from exc


def _named(error: BaseException) -> str:
    """Name an error in one line that ends with a full stop."""
    text = " ".join(str(error).split())[:_SHOWN].rstrip(".")
    return f"{type(error).__name__}: {text}." if text else f"{type(error).__name__}."
