"""`nbflow.autolog`: every library that is known, at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nbflow.autologging.settings import FLAVORS, settings_from
from nbflow.autologging.switch import turn_off, turn_on
from nbflow.errors import InvalidInputError, did_you_mean

__all__ = ["autolog", "autolog_flavor"]


def autolog(  # noqa: PLR0913 - MLflow's arguments
    *,
    log_input_examples: bool = False,
    log_model_signatures: bool = True,
    log_models: bool = True,
    log_datasets: bool = True,
    log_traces: bool = True,  # noqa: ARG001 - as documented
    disable: bool = False,
    exclusive: bool = False,
    disable_for_unsupported_versions: bool = False,  # noqa: ARG001 - as documented
    silent: bool = False,
    extra_tags: Mapping[str, str] | None = None,
    exclude_flavors: Sequence[str] | None = None,
) -> None:
    """Log what scikit-learn, XGBoost and LightGBM train, without a call in the training code.

    Each training becomes a run of its own, or goes to the run that is active. It works for what is imported already
    and for what is imported later, until it is called with `disable=True`. The libraries' own functions
    (`nbflow.sklearn.autolog` ...) have more arguments; of several calls the last one counts.

    Parameters
    ----------
    log_input_examples
        Whether a few rows of the training data are kept with each model.
    log_model_signatures
        Whether what a model takes and gives is kept with it.
    log_models
        Whether models are logged.
    log_datasets
        Whether the data sets are named as inputs of the run.
    log_traces
        MLflow's; there are no traces here.
    disable
        Watch no longer, and put back what was replaced in the libraries.
    exclusive
        Log nothing to runs that were started by hand, only to runs of its own.
    disable_for_unsupported_versions
        MLflow's; there is no list of versions here.
    silent
        Say nothing of what cannot be logged.
    extra_tags
        Tags of the runs that it starts.
    exclude_flavors
        Libraries that are left as they are: `["xgboost"]`.

    Raises
    ------
    InvalidInputError
        If an argument is not what it must be.
    """
    for name in exclude_flavors or ():
        if name not in FLAVORS:
            rule = f"They are {', '.join(FLAVORS)}.{did_you_mean(str(name), list(FLAVORS))}"
            raise InvalidInputError("exclude_flavors", name, rule)
    given = {
        "log_input_examples": log_input_examples,
        "log_model_signatures": log_model_signatures,
        "log_models": log_models,
        "log_datasets": log_datasets,
        "exclusive": exclusive,
        "silent": silent,
        "extra_tags": extra_tags,
    }
    for flavor in FLAVORS:
        if flavor not in (exclude_flavors or ()):
            autolog_flavor(flavor, disable=disable, **given)


def autolog_flavor(flavor: str, *, disable: bool, **given: Any) -> None:
    """Watch one library, or no longer.

    Parameters
    ----------
    flavor
        One of `FLAVORS`.
    disable
        Whether it is watched no longer.
    **given
        The fields of `Settings`.

    Raises
    ------
    InvalidInputError
        If one is not what it must be; then nothing has changed.
    """
    settings = settings_from(given)
    if disable:
        turn_off(flavor)
    else:
        turn_on(flavor, settings)
