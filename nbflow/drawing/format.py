"""Numbers, durations and times as a person reads them (pure)."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

__all__ = ["MISSING", "count", "duration", "is_number", "moment", "moments", "number", "numbers", "size"]

MISSING = "–"  # noqa: RUF001 (an en dash, as in printed tables)

_TO = (16, 19, 23)  # characters of a time to the minute, second, millisecond
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|[+-]?inf(inity)?|nan", re.IGNORECASE | re.ASCII)
_SECOND, _TENTHS_BELOW = 1_000, 9_950  # milliseconds
_DIGITS = 4  # significant ones of the largest number in a column
_MOST_DIGITS = 10
_INTEGER_BELOW = 1e15
_UNITS = ("B", "kB", "MB", "GB", "TB")
_THOUSAND = 1000
_SMALL, _LARGE = -4, 6  # beyond these exponents, powers of ten read better


def count(n: int, noun: str, plural: str | None = None) -> str:
    """Say how many: `count(1234, "run")` is `"1,234 runs"`."""
    return f"{n:,} {noun if n == 1 else plural or f'{noun}s'}"


def duration(ms: int | None) -> str:
    """Say how long: `850 ms`, `1.2 s`, `3 min 12 s`, `2 h 5 min`, `4 d 3 h`.

    Parameters
    ----------
    ms
        Milliseconds; None is missing. Less than 0 happens where two clocks disagree.

    Returns
    -------
    text : str
        At most two units.
    """
    if ms is None:
        return MISSING
    if ms < 0:
        return f"-{duration(-ms)}"
    if ms < _SECOND:
        return f"{ms} ms"
    if ms < _TENTHS_BELOW:
        return f"{ms / _SECOND:.1f} s"
    minutes, seconds = divmod(round(ms / _SECOND), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    units = [(days, "d"), (hours, "h"), (minutes, "min"), (seconds, "s")]
    while not units[0][0]:
        del units[0]
    return " ".join(f"{value:,} {unit}" for value, unit in units[:2] if value)


def moment(ms: int | None) -> str:
    """Say when, in UTC, to the minute: `2026-11-23 17:05`.

    Parameters
    ----------
    ms
        Milliseconds since the epoch; None is missing.

    Returns
    -------
    text : str
        Outside the years 1 to 9999 the milliseconds themselves.
    """
    return moments([ms])[0]


def moments(times: Sequence[int | None]) -> list[str]:
    """Say when, in UTC: to the minute, and to the second or finer where several fall into one minute.

    Parameters
    ----------
    times
        Milliseconds since the epoch; None is missing.

    Returns
    -------
    texts : list of str
        As long as `times`, all to the same digit.
    """
    exact = [None if ms is None else _exact_moment(ms) for ms in times]
    known = {text for text in exact if text is not None}
    length = next((n for n in _TO if len({text[:n] for text in known}) == len(known)), _TO[0])
    return [
        MISSING if ms is None else f"{ms} ms" if text is None else text[:length]
        for ms, text in zip(times, exact, strict=True)
    ]


def _exact_moment(ms: int) -> str | None:
    try:
        return (_EPOCH + timedelta(milliseconds=ms)).isoformat(" ", "milliseconds")[: _TO[-1]]
    except OverflowError:
        return None


def is_number(text: str) -> bool:
    """Tell whether a param's text is a number."""
    return _NUMBER.fullmatch(text) is not None


def number(value: float) -> str:
    """Write one number with up to 6 significant digits: `0.933333`, `1,234`, `1.5e-07`, `nan`, `inf`."""
    if not math.isfinite(value):
        return str(value)
    if value.is_integer() and abs(value) < _INTEGER_BELOW:
        return f"{value:,.0f}"
    return f"{value:.6g}"


def numbers(values: Sequence[float | None]) -> list[str]:
    """Write a column of numbers alike, so that their decimal points stand below each other.

    Parameters
    ----------
    values
        The numbers; None is missing.

    Returns
    -------
    texts : list of str
        As many decimals as tell different numbers apart, at most 10; powers of ten where the column has very small or
        very large numbers.
    """
    finite = [value for value in values if value is not None and math.isfinite(value)]
    write = _writer(finite)
    return [MISSING if value is None else write(value) if math.isfinite(value) else str(value) for value in values]


def size(n_bytes: int | None) -> str:
    """Write a size: `999 B`, `1.5 kB`, `12.3 GB`; None is missing."""
    if n_bytes is None:
        return MISSING
    if n_bytes < _THOUSAND:
        return f"{n_bytes} B"
    value, unit = float(n_bytes), 0
    while value >= _THOUSAND and unit < len(_UNITS) - 1:
        value, unit = value / _THOUSAND, unit + 1
    return f"{value:.1f} {_UNITS[unit]}"


def _writer(values: Sequence[float]) -> Callable[[float], str]:
    if all(value.is_integer() and abs(value) < _INTEGER_BELOW for value in values):
        return "{:,.0f}".format
    sizes = [abs(value) for value in values if value]
    largest, smallest = math.floor(math.log10(max(sizes))), math.floor(math.log10(min(sizes)))
    if largest > _LARGE or smallest < _SMALL:
        return _telling_apart("{{:.{}g}}", _DIGITS, values)
    for decimals in range(_DIGITS):
        # Nearly equal will do: 0.3 - 0.02 is 0.27999999999999997.
        if all(math.isclose(float(f"{value:.{decimals}f}"), value, rel_tol=1e-12) for value in values):
            return f"{{:,.{decimals}f}}".format
    return _telling_apart("{{:,.{}f}}", max(_DIGITS - 1 - largest, 1 - smallest, 1), values)


def _telling_apart(template: str, start: int, values: Sequence[float]) -> Callable[[float], str]:
    """Take as few digits, from `start` on, as write different values differently."""
    n_different = len(set(values))
    for digits in range(start, _MOST_DIGITS):
        write = template.format(digits).format
        if len({write(value) for value in values}) == n_different:
            return write
    return template.format(start).format  # not to be told apart in a table
