"""What a logged value becomes (pure): a param's or tag's text, a metric's number, a step, a time."""

from __future__ import annotations

import math
import operator
import time
from typing import Any

from nbflow.errors import InvalidInputError, LimitExceededError, UnsupportedValueError
from nbflow.names import MAX_VALUE

__all__ = ["metric_value", "step_value", "text_value", "time_value"]

_INT64 = 2**63


def text_value(value: object, what: str) -> str:
    """Turn a param's or tag's value into text, as `str` does.

    Parameters
    ----------
    value
        Anything; None is `"None"`, as in MLflow.
    what
        What it is the value of, for the message.

    Raises
    ------
    LimitExceededError
        If the text is longer than a million characters.
    UnsupportedValueError
        If it cannot be made a text that a file can hold.
    """
    try:
        text = value if type(value) is str else str(value)
        text.encode()
    except UnicodeEncodeError as exc:
        raise UnsupportedValueError(what, value, "it has a lone surrogate, which no file can hold.") from exc
    except ValueError as exc:  # an integer of more digits than Python writes
        raise UnsupportedValueError(what, value, f"it cannot be made text: {exc}.") from exc
    if len(text) > MAX_VALUE:
        raise LimitExceededError(
            what, len(text), MAX_VALUE, "Log long text as an artifact: nbflow.log_text(text, file)."
        )
    return text


def metric_value(value: Any, what: str = "the metric's value") -> float:
    """Turn a metric's value into a float.

    Parameters
    ----------
    value
        A number, a bool, a numpy scalar, an array or tensor of one item, or a text that `float` reads. NaN and
        infinity are numbers.
    what
        What it is the value of, for the message.

    Raises
    ------
    UnsupportedValueError
        If it is anything else, or an integer too large for a float.
    """
    if type(value) is float:
        return value
    size = getattr(value, "size", None)
    try:
        # Of an array `item` takes the only one, or refuses. Tensors have a method `size`; `float` does it for them.
        return float(value.item() if isinstance(size, int) and hasattr(value, "item") else value)
    except OverflowError:
        raise UnsupportedValueError(what, value, "it is too large for a float, which ends at 1.8e308.") from None
    except (TypeError, ValueError, RuntimeError):
        raise UnsupportedValueError(what, value, "a metric is one number: log several with log_metrics.") from None


def step_value(step: Any) -> int:
    """Turn a step into an integer; None is 0.

    Raises
    ------
    UnsupportedValueError
        If it is no whole number.
    InvalidInputError
        If it does not fit into 64 bits.
    """
    if step is None:
        return 0
    try:
        whole = int(step) if isinstance(step, float) and step.is_integer() else operator.index(step)
    except TypeError:
        raise UnsupportedValueError("step", step, "a step is a whole number.") from None
    if not -_INT64 <= whole < _INT64:
        raise InvalidInputError("step", step, "A step fits into 64 bits.")
    return whole


def time_value(timestamp: Any) -> int:
    """Turn a timestamp into milliseconds since the epoch; None and 0 are now.

    Raises
    ------
    UnsupportedValueError
        If it is no number.
    InvalidInputError
        If it is negative, or does not fit into 64 bits.
    """
    if timestamp is None:
        return time.time_ns() // 1_000_000
    try:
        # Of a text or an array, `int` makes numbers that nobody meant.
        milliseconds = math.floor(timestamp)
    except (TypeError, ValueError, OverflowError):
        raise UnsupportedValueError("timestamp", timestamp, "a timestamp is milliseconds since the epoch.") from None
    if not 0 <= milliseconds < _INT64:
        raise InvalidInputError("timestamp", timestamp, "A timestamp is milliseconds since 1970, and not negative.")
    return milliseconds or time.time_ns() // 1_000_000
