"""What a model raises: the client is told what, and where more is; the server goes on."""

from __future__ import annotations

import logging
from typing import Any

import numpy as np
import pytest

from nbflow.errors import ArtifactNotFoundError, InvalidRequestError, PredictionError
from nbflow.serving import ServingSettings
from nbflow.serving.scorer import predict_once

BODY = {"inputs": [1]}
COLUMN = [{"type": "double", "name": "a", "required": True}]


def broken(_data: Any) -> None:
    raise ValueError("X has 3 features")


def test_the_traceback_stays_with_the_server(app: Any, ask: Any, caplog: pytest.LogCaptureFixture) -> None:
    answer = ask(app(broken), BODY)

    assert answer.status_code == 400
    assert answer.json()["error_code"] == "BAD_REQUEST"
    assert "ValueError: X has 3 features." in answer.json()["message"]
    assert "stack_trace" not in answer.json()
    assert "Traceback" not in answer.text
    (record,) = caplog.records
    number = answer.json()["message"].split()[-1].rstrip(".")
    assert number in record.message
    assert record.exc_info is not None
    assert "broken" in logging.Formatter().formatException(record.exc_info)


def test_whoever_debugs_is_sent_the_traceback(app: Any, ask: Any) -> None:
    answer = ask(app(broken, ServingSettings(debug=True)), BODY)

    assert "in broken" in answer.json()["stack_trace"]


def test_a_long_message_is_cut(app: Any, ask: Any) -> None:
    def long(_data: Any) -> None:
        raise ValueError("x" * 10_000)

    assert len(ask(app(long), BODY).text) < 1000


@pytest.mark.parametrize("error", [SystemExit(3), RecursionError(), MemoryError(), GeneratorExit(), StopIteration()])
def test_no_error_of_a_model_ends_the_server(error: BaseException, app: Any, ask: Any) -> None:
    failing = True

    def predict(data: Any) -> int:
        if failing:
            raise error
        return len(data)

    application = app(predict)
    first = ask(application, BODY)
    failing = False

    assert first.status_code == 400
    assert ask(application, BODY).json() == {"predictions": 1}


def test_an_error_of_ours_within_a_model_keeps_its_code(app: Any, ask: Any) -> None:
    def predict(_data: Any) -> None:
        raise ArtifactNotFoundError("a.txt", "run 1")

    answer = ask(app(predict), BODY)

    assert (answer.status_code, answer.json()["error_code"]) == (404, "RESOURCE_DOES_NOT_EXIST")
    assert "a.txt" in answer.json()["message"]


def test_data_that_do_not_fit_are_told_without_a_word_in_the_log(
    app: Any, ask: Any, caplog: pytest.LogCaptureFixture
) -> None:
    answer = ask(app(inputs=COLUMN), {"inputs": {"b": [1.0]}})

    assert (answer.status_code, answer.json()["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    assert answer.json()["message"].startswith("Failed to predict data '")
    assert "Model is missing inputs ['a']" in answer.json()["message"]
    assert caplog.records == []


def test_predictions_that_are_no_json_are_the_servers_fault(app: Any, ask: Any) -> None:
    answer = ask(app(lambda _: object()), BODY)

    assert answer.status_code == 500
    assert "cannot be written as JSON. TypeError" in answer.json()["message"]


def test_predictions_that_contain_themselves_are_no_json(app: Any, ask: Any) -> None:
    endless: list[Any] = []
    endless.append(endless)

    assert ask(app(lambda _: endless), BODY).status_code == 500


def test_once_the_predictions_are_what_a_server_would_answer(model: Any) -> None:
    text = predict_once(model(lambda data: data * 2), b'{"inputs": [1.5]}', "application/json")

    assert text == b'{"predictions": [3.0]}'


def test_once_whatever_goes_wrong_is_an_error_of_ours(model: Any) -> None:
    with pytest.raises(PredictionError, match="X has 3 features") as caught:
        predict_once(model(broken), b'{"inputs": [1]}', "application/json")
    assert isinstance(caught.value.__cause__, ValueError)
    with pytest.raises(InvalidRequestError, match="exactly one of the input fields"):
        predict_once(model(broken), b"{}", "application/json")
    with pytest.raises(PredictionError, match="cannot be written"):
        predict_once(model(lambda _: np.array([1j])), b'{"inputs": [1]}', "application/json")
