"""Columns of runs by name, for who wants few of them: see `Client.search_columns`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from nbflow.errors import InvalidInputError, LimitExceededError, UnsupportedValueError, did_you_mean
from nbflow.search.tree import Entity, Key

__all__ = ["MAX_COLUMNS", "RunColumns", "column_keys"]

MAX_COLUMNS = 500
"""So many columns can be asked for at once."""

_ATTRIBUTES = (
    "run_id",
    "experiment_id",
    "status",
    "artifact_uri",
    "start_time",
    "end_time",
    "duration",
)
_ENTITIES: dict[str, Entity] = {"metrics": "metric", "params": "param", "tags": "tag"}


class RunColumns(Struct, frozen=True):
    """Some columns of the runs that were found.

    Parameters
    ----------
    values
        By column, a value for each run, None where it is absent: numbers of metrics, NaN among them, times in
        milliseconds since the epoch, durations in seconds, else text.
    n_runs
        How many runs these are.
    token
        What to give as `page_token` for the next page; None when this is the last.
    """

    values: dict[str, list[Any]]
    n_runs: int
    token: str | None = None


def column_keys(columns: Sequence[str]) -> list[Key]:
    """Tell what columns are by their names.

    Raises
    ------
    InvalidInputError
        If one is no column of runs, or is there twice.
    LimitExceededError
        If there are too many.
    UnsupportedValueError
        If one is no text.
    """
    if isinstance(columns, str):
        raise UnsupportedValueError("columns", columns, "give a list of names, such as ['run_id', 'metrics.loss'].")
    if len(columns) > MAX_COLUMNS:
        raise LimitExceededError("columns", len(columns), MAX_COLUMNS, "Ask for some of them.", unit="columns")
    if len(set(columns)) < len(columns):
        raise InvalidInputError("columns", list(columns), "Name each once.")
    return [_key(name) for name in columns]


def _key(name: Any) -> Key:
    if not isinstance(name, str):
        raise UnsupportedValueError("columns", name, "give names, such as 'metrics.loss'.")
    if name in _ATTRIBUTES:
        return Key("attribute", name)
    head, dot, rest = name.partition(".")
    if not dot or head not in _ENTITIES:
        rule = f"A column is metrics.<name>, params.<name>, tags.<name>, or one of {', '.join(_ATTRIBUTES)}."
        raise InvalidInputError("columns", name, f"{rule}{did_you_mean(name, _ATTRIBUTES)}")
    return Key(_ENTITIES[head], rest)
