"""What `%%nbflow run --log-vars` makes of a variable: a metric, a param, or an artifact."""

from __future__ import annotations

import datetime as dt
import enum
import io
import uuid
from collections.abc import Callable, Mapping
from decimal import Decimal
from numbers import Complex, Real
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from nbflow.artifact_store.foreign import is_a
from nbflow.entities import Param
from nbflow.errors import UnsupportedValueError
from nbflow.values import metric_value

if TYPE_CHECKING:
    from nbflow.tracking.client import Client

__all__ = ["MAX_TEXT", "log_variable"]

MAX_TEXT = 500  # characters: what is longer, or has several lines, is no param that a person reads in a table

_SCALARS = (Complex, dt.date, dt.time, dt.timedelta, enum.Enum, PurePath, uuid.UUID, type(None))


def log_variable(client: Client, run_id: str, name: str, value: object) -> None:
    """Log a variable.

    Parameters
    ----------
    client
        The store.
    run_id
        The run.
    name
        The variable's name, which becomes that of the metric, the param or the file.
    value
        A number (a one-item array or tensor, too) becomes a metric. A bool, a short text, None, a date, a path or an
        enumeration's member becomes a param. A DataFrame or Series becomes `tables/<name>.json`, a figure or image
        `figures/<name>.*`; a dict, list, tuple or set `variables/<name>.json`, a longer text `.txt`, a numpy array
        `.npy`.

    Raises
    ------
    UnsupportedValueError
        If it is anything else.
    """
    for fits, log in _WAYS:
        if fits(value):
            log(client, run_id, name, value)
            return
    raise UnsupportedValueError(
        f"the variable {name!r}", value, "save it to a file, and log that: nbflow.log_artifact."
    )


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or is_a(value, "numpy", "bool_"):
        return False
    if not isinstance(value, Real | Decimal) and not hasattr(value, "item"):
        return False
    try:
        metric_value(value)
    except UnsupportedValueError:
        return False
    return not isinstance(value, str)


def _is_short_text(value: object) -> bool:
    return isinstance(value, str) and len(value) <= MAX_TEXT and len(value.splitlines()) <= 1


def _is_scalar(value: object) -> bool:
    return isinstance(value, _SCALARS) or is_a(value, "numpy", "generic")


def _is_figure(value: object) -> bool:
    return _figure_kind(value) is not None


def _figure_kind(value: object) -> str | None:
    if is_a(value, "matplotlib.figure", "Figure"):
        return "png"
    if is_a(value, "plotly.basedatatypes", "BaseFigure"):
        return "plotly.json"
    return "vl.json" if is_a(value, "altair", "TopLevelMixin") else None


def _is_array(value: object) -> bool:
    return is_a(value, "numpy", "ndarray") and not getattr(value, "dtype").hasobject  # noqa: B009 (it has one)


def _log_metric(client: Client, run_id: str, name: str, value: Any) -> None:
    client.log_metric(run_id, name, value)


def _log_param(client: Client, run_id: str, name: str, value: object) -> None:
    client.log_batch(run_id, params=[Param(name, str(value))])


def _log_text(client: Client, run_id: str, name: str, value: Any) -> None:
    client.log_bytes(run_id, str(value).encode("utf-8", "backslashreplace"), f"variables/{name}.txt")


def _log_table(client: Client, run_id: str, name: str, value: Any) -> None:
    client.log_table(run_id, value.to_frame() if value.ndim == 1 else value, f"tables/{name}.json")


def _log_figure(client: Client, run_id: str, name: str, value: object) -> None:
    client.log_figure(run_id, value, f"figures/{name}.{_figure_kind(value)}")


def _log_image(client: Client, run_id: str, name: str, value: object) -> None:
    client.log_image(run_id, value, f"figures/{name}.png")


def _log_document(client: Client, run_id: str, name: str, value: Any) -> None:
    plain: Any = sorted(value, key=str) if isinstance(value, set | frozenset) else value
    client.log_dict(run_id, plain, f"variables/{name}.json")


def _log_array(client: Client, run_id: str, name: str, value: Any) -> None:
    import numpy as np

    file = io.BytesIO()
    np.save(file, value, allow_pickle=False)
    client.log_bytes(run_id, file.getvalue(), f"variables/{name}.npy")


# The first that fits: a numpy number is a scalar, too, and a named tuple of numbers has no `item`.
_WAYS: tuple[tuple[Callable[[object], bool], Callable[[Client, str, str, Any], None]], ...] = (
    (_is_number, _log_metric),
    (_is_short_text, _log_param),
    (lambda value: isinstance(value, str), _log_text),
    (_is_scalar, _log_param),
    (lambda value: is_a(value, "pandas", "DataFrame") or is_a(value, "pandas", "Series"), _log_table),
    (_is_figure, _log_figure),
    (lambda value: is_a(value, "PIL.Image", "Image"), _log_image),
    (lambda value: isinstance(value, Mapping | list | tuple | set | frozenset), _log_document),
    (_is_array, _log_array),
)
