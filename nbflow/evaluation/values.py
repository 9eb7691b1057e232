"""Truths and predictions as what metrics can be computed from: one value for each row, none of them missing."""

from __future__ import annotations

from typing import Any

from nbflow.errors import InvalidInputError

__all__ = ["check_classes", "check_numbers", "one_for_each"]


def one_for_each(given: Any, what: str, remedy: str) -> Any:
    """Give values as an array of shape (n_rows,).

    Parameters
    ----------
    given
        A list, an array or a Series; of shape (n_rows,) or (n_rows, 1).
    what
        What they are, for the message: `"targets"`.
    remedy
        What to do where some are missing: a whole sentence.

    Raises
    ------
    InvalidInputError
        If they are of another shape, or one is missing.
    """
    import numpy as np
    import pandas as pd

    values = np.asarray(given)
    if values.ndim == 2 and values.shape[1] == 1:  # noqa: PLR2004
        values = values.reshape(-1)
    if values.ndim != 1:
        raise InvalidInputError(what, f"shape {values.shape}", "There is one value for each row.")
    if n_missing := int(pd.isna(values).sum()):
        raise InvalidInputError(what, f"{n_missing:,} missing of {len(values):,}", remedy)
    # Numbers among objects, as a column that once held None has them, are numbers.
    return pd.Series(values).infer_objects().to_numpy() if values.dtype == object else values


def check_classes(values: Any, other: Any, what: str) -> None:
    """Check that values are classes, and of the kind that others are, which they are compared with.

    Parameters
    ----------
    values, other
        As from `one_for_each`.
    what
        What the first are, for the message.

    Raises
    ------
    InvalidInputError
        If they are measures, or text where the others are numbers, or of several types.
    """
    if values.dtype.kind == "f" and bool((values % 1 != 0).any()):
        rule = "Classes are whole numbers or text: make classes of probabilities, or give model_type='regressor'."
        raise InvalidInputError(what, "values with fractions", rule)
    texts, others = _are_text(values), _are_text(other)
    if not any(texts) and any(others):
        raise InvalidInputError(
            what, "values that are no text", "They are compared with text: give both the same type."
        )
    if any(texts) and not (all(texts) and any(others)):
        raise InvalidInputError(what, "text", "It is compared with values that are none: give both the same type.")


def check_numbers(values: Any, what: str) -> None:
    """Check that values are finite numbers.

    Raises
    ------
    InvalidInputError
        If one is not.
    """
    import numpy as np

    if values.dtype.kind not in "biuf":
        raise InvalidInputError(what, f"values of type {values.dtype}", "A regressor is judged by numbers.")
    if not bool(np.isfinite(values).all()):
        raise InvalidInputError(what, "infinite values", "Nothing is near to them: leave out those rows.")


def _are_text(values: Any) -> list[bool]:
    """Say of each value whether it is text; of an array of one type, of the first."""
    return [isinstance(value, str) for value in (values if values.dtype == object else values[:1])]
