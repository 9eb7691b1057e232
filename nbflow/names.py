"""What names, keys and ids may be. The rules are MLflow's, so that what is logged here can move there."""

from __future__ import annotations

import functools
import posixpath
import re
import secrets

from nbflow.errors import InvalidNameError, LimitExceededError, UnsupportedValueError

__all__ = [
    "MAX_EXPERIMENT_NAME",
    "MAX_EXPERIMENT_TAG",
    "MAX_KEY",
    "MAX_TAG",
    "MAX_VALUE",
    "check_experiment_name",
    "check_key",
    "check_length",
    "check_run_id",
    "is_temporary_name",
    "temporary_name",
]

MAX_KEY = 250
# MLflow cuts longer values on its server. Nothing is cut here; what a person cannot read belongs into an artifact.
MAX_VALUE = 1_000_000
MAX_TAG = 8000
MAX_EXPERIMENT_NAME = 500
MAX_EXPERIMENT_TAG = 20000

_KEY = re.compile(r"[/\w.\- :]+")
_RUN_ID = re.compile(r"[0-9a-f]{32}")
_TEMPORARY = re.compile(r"\.nbflow\.tmp-[0-9a-f]{16}")


def check_key(key: object, kind: str) -> str:
    """Check the name of a metric, param or tag.

    Parameters
    ----------
    key
        What the caller gave.
    kind
        What it names, for the message: `"metric name"`, `"param name"`, `"tag name"`.

    Returns
    -------
    key : str
        The same key, as a `str` and nothing else.

    Raises
    ------
    UnsupportedValueError
        If it is not a `str`.
    InvalidNameError
        If it is empty, has other characters than letters, digits, `_ - . : /` and space, or would be another
        path when normalized (`a//b`, `../a`, `/a`): MLflow keeps keys as file names.
    LimitExceededError
        If it is longer than 250 characters.
    """
    if not isinstance(key, str):
        raise UnsupportedValueError(f"the {kind}", key, "names are strings.")
    key = str.__str__(key)  # numpy.str_, for one, is a str that no log can be written from
    if not _is_key(key):
        raise _key_error(key, kind)
    return key


def check_length(value: str, what: str, limit: int) -> str:
    """Check the length of a text, in characters.

    Raises
    ------
    LimitExceededError
        If it is longer than the limit.
    """
    if len(value) > limit:
        raise LimitExceededError(what, len(value), limit, "Log long text as an artifact: nbflow.log_text(text, file).")
    return value


def check_experiment_name(name: object) -> str:
    """Check an experiment's name: 1 to 500 characters, any but control characters and lone surrogates.

    Raises
    ------
    UnsupportedValueError
        If it is not a `str`.
    InvalidNameError
        If it is blank, or has a character that no terminal or file can show.
    LimitExceededError
        If it is too long.
    """
    if not isinstance(name, str):
        raise UnsupportedValueError("the experiment name", name, "names are strings.")
    if not name.strip():
        raise InvalidNameError("experiment name", name, "It must not be blank.")
    if len(name) > MAX_EXPERIMENT_NAME:
        raise LimitExceededError("the experiment name", len(name), MAX_EXPERIMENT_NAME)
    if any(c < " " or c == "\x7f" or "\ud800" <= c <= "\udfff" for c in name):
        raise InvalidNameError("experiment name", name, "Control characters and lone surrogates are not allowed.")
    return str.__str__(name)


def check_run_id(run_id: object) -> str:
    """Check the form of a run id: 32 lower-case hex digits.

    Raises
    ------
    InvalidNameError
        If it has another form.
    """
    if not isinstance(run_id, str) or not _RUN_ID.fullmatch(run_id):
        raise InvalidNameError("run id", run_id, "A run id is 32 lower-case hex digits, such as run.info.run_id.")
    return str.__str__(run_id)


def temporary_name() -> str:
    """Name a file that is being written: no two are the same, and no listing shows it.

    It does not grow with the name that the file will have, which may be 255 bytes long.
    """
    return f".nbflow.tmp-{secrets.token_hex(8)}"


def is_temporary_name(name: str) -> bool:
    """Tell whether a file's name is one that `temporary_name` gives."""
    return _TEMPORARY.fullmatch(name) is not None


@functools.lru_cache(maxsize=4096)
def _is_key(key: str) -> bool:
    # Remembered: the same few names come with every run, and three looks at each in a run are a twentieth of its cost.
    normal = len(key) <= MAX_KEY and _KEY.fullmatch(key) is not None and posixpath.normpath(key) == key
    return normal and key != "." and not key.startswith(("..", "/"))


def _key_error(key: str, kind: str) -> InvalidNameError | LimitExceededError:
    """Say what is wrong with a key."""
    if not key:
        return InvalidNameError(kind, key, "It must not be empty.")
    if len(key) > MAX_KEY:
        return LimitExceededError(f"the {kind}", len(key), MAX_KEY)
    if not _KEY.fullmatch(key):
        return InvalidNameError(
            kind,
            key,
            "Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), "
            "colons (:) and slashes (/).",
        )
    problem = (
        f"Names may be treated as files, and this one would resolve to {posixpath.normpath(key)!r}. Use another one."
    )
    return InvalidNameError(kind, key, problem)
