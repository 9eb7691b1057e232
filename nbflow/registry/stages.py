"""The stages of a model version (pure): MLflow's, deprecated there in favour of aliases."""

from __future__ import annotations

from nbflow.errors import InvalidInputError, UnsupportedValueError

__all__ = ["ACTIVE_STAGES", "ARCHIVED", "STAGES", "check_stage"]

STAGES = ("None", "Staging", "Production", "Archived")
ACTIVE_STAGES = ("Staging", "Production")
ARCHIVED = "Archived"


def check_stage(stage: object) -> str:
    """Give a stage its canonical spelling.

    Raises
    ------
    UnsupportedValueError
        If it is not a `str`.
    InvalidInputError
        If there is no such stage.
    """
    if not isinstance(stage, str):
        raise UnsupportedValueError("stage", stage, "stages are strings, such as 'Production'.")
    for known in STAGES:
        if known.lower() == stage.lower():
            return known
    raise InvalidInputError("stage", stage, f"Value must be one of {', '.join(STAGES)}.")
