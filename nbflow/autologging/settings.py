"""What is logged of a library's training, as the user asked for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct, field

from nbflow.errors import InvalidInputError, UnsupportedValueError

__all__ = ["FLAVORS", "Settings", "check_interval", "settings_from"]

FLAVORS = ("lightgbm", "sklearn", "xgboost")
"""The libraries that are watched."""

_SWITCHES = (
    "log_models",
    "log_input_examples",
    "log_model_signatures",
    "log_datasets",
    "exclusive",
    "silent",
    "log_post_training_metrics",
)


class Settings(Struct, frozen=True, kw_only=True):
    """What one library's `autolog` was called with.

    Parameters
    ----------
    log_models, log_input_examples, log_model_signatures, log_datasets
        What is kept besides params and metrics.
    exclusive
        Whether nothing is logged to a run that the user started.
    silent
        Whether nothing is said of what could not be logged.
    registered_model_name
        As the next version of which registered model each model is registered.
    extra_tags
        Tags of the runs that are started.
    max_tuning_runs
        How many of a search's candidates get a run; None is all.
    log_post_training_metrics
        Whether `score`, called after `fit`, is logged.
    serialization_format, model_format
        How models are kept; None is the flavor's own choice.
    pos_label
        Which class of two is the positive one.
    importance_types
        Which measures of importance are kept; None is the library's usual ones.
    """

    log_models: bool = True
    log_input_examples: bool = False
    log_model_signatures: bool = True
    log_datasets: bool = True
    exclusive: bool = False
    silent: bool = False
    registered_model_name: str | None = None
    extra_tags: Mapping[str, str] = field(default_factory=dict)
    max_tuning_runs: int | None = 5
    log_post_training_metrics: bool = True
    serialization_format: str | None = None
    model_format: str | None = None
    pos_label: Any = None
    importance_types: Sequence[str] | None = None


def settings_from(given: Mapping[str, Any]) -> Settings:
    """Check what `autolog` was called with.

    Raises
    ------
    UnsupportedValueError
        If an argument is of another type than it must be.
    InvalidInputError
        If it is out of range, or a name or a tag cannot be used.
    """
    from nbflow.registry import check_model_name
    from nbflow.tracking.run_calls import checked_tags

    for name in _SWITCHES:
        if not isinstance(given.get(name, False), bool):
            raise UnsupportedValueError(name, given[name], "it is True or False.")
    most = given.get("max_tuning_runs")
    if most is not None and (isinstance(most, bool) or not isinstance(most, int) or most < 0):
        raise InvalidInputError("max_tuning_runs", most, "It is a number of runs, 0 or more, or None for all.")
    if (model_name := given.get("registered_model_name")) is not None:
        check_model_name(model_name)
    kinds = given.get("importance_types")
    if kinds is not None and (isinstance(kinds, str) or not all(isinstance(kind, str) for kind in kinds)):
        raise InvalidInputError("importance_types", kinds, "It is a list of names, such as ['weight', 'gain'].")
    _check_formats(given)
    return Settings(**{**given, "extra_tags": checked_tags(given.get("extra_tags") or {})})


def _check_formats(given: Mapping[str, Any]) -> None:
    from nbflow.flavors import sklearn, xgboost

    for name, known in (("serialization_format", sklearn.FORMATS), ("model_format", xgboost.FORMATS)):
        if given.get(name) not in (*known, None):  # a tuple: what was given may have no hash
            raise InvalidInputError(name, given[name], f"It is one of {', '.join(known)}, or None.")


def check_interval(name: str, given: Any) -> int | None:
    """Check how often something is logged; None is never.

    Raises
    ------
    InvalidInputError
        If it is no number, or below 1.
    """
    if given is not None and (isinstance(given, bool) or not isinstance(given, int) or given < 1):
        raise InvalidInputError(name, given, "It is a number, 1 or more, or None for never.")
    return given
