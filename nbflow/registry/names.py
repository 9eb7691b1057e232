"""What registered models may be called, and what a version's number looks like (pure). The rules are MLflow's."""

from __future__ import annotations

import re

from nbflow.errors import InvalidInputError, InvalidNameError, LimitExceededError, UnsupportedValueError

__all__ = ["MAX_MODEL_NAME", "MAX_MODEL_TAG", "check_model_name", "check_version"]

MAX_MODEL_NAME = 256  # what MLflow's databases hold
MAX_MODEL_TAG = 100_000
_HIGHEST_VERSION = 10**9
_DIGITS = re.compile(r"[0-9]{1,10}")


def check_model_name(name: object) -> str:
    """Check the name of a registered model: what can stand in `models:/<name>/<version>`.

    Returns
    -------
    name : str
        The same name, as a `str` and nothing else.

    Raises
    ------
    UnsupportedValueError
        If it is not a `str`.
    InvalidNameError
        If it is blank, `.` or `..`, has a `/` or a `:`, or a character that no terminal or file can show.
    LimitExceededError
        If it is longer than 256 characters.
    """
    if not isinstance(name, str):
        raise UnsupportedValueError("the model name", name, "names are strings.")
    name = str.__str__(name)
    if not name.strip():
        raise InvalidNameError("model name", name, "It must not be blank.")
    if len(name) > MAX_MODEL_NAME:
        raise LimitExceededError("the model name", len(name), MAX_MODEL_NAME)
    if "/" in name or ":" in name:
        raise InvalidNameError("model name", name, "Names cannot contain '/' or ':'.")
    if name in (".", ".."):
        raise InvalidNameError("model name", name, "Names may be treated as files, and this one is a folder's.")
    if any(c < " " or c == "\x7f" or "\ud800" <= c <= "\udfff" for c in name):
        raise InvalidNameError("model name", name, "Control characters and lone surrogates are not allowed.")
    return name


def check_version(version: object) -> int:
    """Read a version's number.

    Parameters
    ----------
    version
        An integer, or its decimal digits: MLflow gives them as text.

    Raises
    ------
    InvalidInputError
        If it is neither, or not from 1 to 1,000,000,000.
    """
    number = 0
    if isinstance(version, str) and _DIGITS.fullmatch(version):
        number = int(version)
    elif hasattr(version, "__index__") and not isinstance(version, bool):
        number = version.__index__()  # numpy's integers too
    if not 1 <= number <= _HIGHEST_VERSION:
        raise InvalidInputError("version", version, "A version is a whole number from 1, such as 3 or '3'.")
    return number
