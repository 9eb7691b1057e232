"""How a run's params, tags and metrics become one list of values (pure).

Runs of one kind have one shape: the same keys, and numbers in the same places. So what is worked out of the keys, such
as which column each value goes to, is worked out once for each shape and not once for each run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbflow.store.series import Series

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["NAN", "NO_SHAPE", "Name", "Shape", "lay_out", "names_of", "number_of"]

NAN = "nan"  # SQLite has no NaN: as a text it sorts behind all numbers, as MLflow sorts it

Name = tuple[str, str, str]
"""Entity (`metric`, `param`, `tag`), key, facet: `""` is the value itself, `num` a text's number, or an aggregate."""
Shape = tuple[tuple[str, ...], tuple[str, ...], tuple[bool, ...], tuple[str, ...], tuple[bool, ...]]
"""Keys of params, keys of tags, which of their texts are numbers, keys of metrics, which of them are series."""

NO_SHAPE: Shape = ((), (), (), (), ())

_BEGINS_NUMBER = frozenset("0123456789+-.iI")
_LONGEST_NUMBER = 40


def lay_out(
    params: dict[str, str], tags: dict[str, str], metrics: dict[str, float | Series]
) -> tuple[Shape, list[str | float]]:
    """Put all values of a run into one list.

    Parameters
    ----------
    params, tags
        Their texts.
    metrics
        A metric of one point is its value, one of more is a `Series`.

    Returns
    -------
    shape : tuple
        The run's shape.
    values : list
        The values, in the order of `names_of(shape)`.
    """
    texts = [*params.values(), *tags.values()]
    numbers: list[float] = []
    is_number: list[bool] = []
    for text in texts:
        # What a text begins with shows, without a call, that it is none: most are words.
        if text[:1] in _BEGINS_NUMBER and (number := number_of(text)) is not None:
            numbers.append(number)
            is_number.append(True)
        else:
            is_number.append(False)
    plain: Any = metrics.values()
    of_metrics: Iterable[float | str]
    if Series in map(type, plain):
        is_series = tuple([type(value) is Series for value in plain])
        of_metrics = [number for value in plain for number in _numbers_in(value)]
    else:
        is_series = (False,) * len(metrics)
        # A NaN among them makes the sum one; so do two infinities.
        total = sum(plain)
        of_metrics = plain if total == total else map(_sortable, plain)  # noqa: PLR0124 (NaN)
    shape = (tuple(params), tuple(tags), tuple(is_number), tuple(metrics), is_series)
    return shape, [*texts, *numbers, *of_metrics]


def names_of(shape: Shape) -> Iterator[Name]:
    """Name the values of a run of a shape."""
    params, tags, is_number, metrics, is_series = shape
    texts = [*(("param", key) for key in params), *(("tag", key) for key in tags)]
    yield from ((entity, key, "") for entity, key in texts)
    yield from ((entity, key, "num") for (entity, key), number in zip(texts, is_number, strict=True) if number)
    for key, series in zip(metrics, is_series, strict=True):
        yield "metric", key, ""
        if series:
            yield from (("metric", key, facet) for facet in ("min", "max", "first", "mean"))


def _numbers_in(value: float | Series) -> list[float | str]:
    numbers = (
        [value.last[2], value.low, value.high, value.first[2], value.mean] if isinstance(value, Series) else [value]
    )
    return [_sortable(number) for number in numbers]


def _sortable(number: float) -> float | str:
    return number if number == number else NAN  # noqa: PLR0124 (NaN)


def number_of(text: str) -> float | None:
    """Read a param's or tag's text as the number that a filter compares; None when it is none, or NaN."""
    if text[:1] not in _BEGINS_NUMBER or len(text) > _LONGEST_NUMBER:
        return None
    try:
        number = float(text)
    except ValueError:
        return None
    return number if number == number and "_" not in text else None  # noqa: PLR0124 (NaN)
