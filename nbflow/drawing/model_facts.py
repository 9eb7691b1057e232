"""What the pages of models have in common: facts and tables, whatever they are drawn in (pure)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from nbflow.drawing.facts import Fact
from nbflow.drawing.format import count, moment, number
from nbflow.drawing.html import cut
from nbflow.drawing.schemas import value_of
from nbflow.drawing.sheet import Block, Cell, Folded, Table, cells

if TYPE_CHECKING:
    from nbflow.drawing.model_surroundings import ModelFiles
    from nbflow.entities import ModelHistoryEntry

__all__ = [
    "created_text",
    "environment",
    "example",
    "flavors_text",
    "history_table",
    "known",
    "loading_code",
    "measured",
    "metrics_table",
    "named",
    "pairs_table",
    "python_of",
    "quoted",
    "when",
]

_WRITTEN_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d")
_PLAIN = re.compile(r"[\w/:@.%+ ~-]*", re.ASCII)
_NAME_LENGTH = 40
_FIRST = 12
_HISTORY = 10
_EXAMPLE_ROWS, _EXAMPLE_COLUMNS = 5, 6
_EXAMPLE_LENGTH = 2_000
_PYTHON_FUNCTION = "python_function"


def flavors_text(flavors: Mapping[str, Any]) -> str:
    """Name flavors with the versions of their libraries: `"sklearn 1.7.2, python_function"`."""
    # What only says that it predicts comes last.
    names = sorted(flavors, key=lambda name: (name == _PYTHON_FUNCTION, name))
    return ", ".join(_flavor(name, flavors[name]) for name in names)


def python_of(flavors: Mapping[str, Any], files: ModelFiles | None) -> str | None:
    """Say which Python a model was made with; None where nothing does."""
    if files is not None and files.python is not None:
        return files.python
    config = flavors.get(_PYTHON_FUNCTION)
    version = config.get("python_version") if isinstance(config, Mapping) else None
    return None if version is None else str(version)


def created_text(text: str) -> str:
    """Write the time that an MLmodel file has, to the minute; as it stands there where it is of another form."""
    found = _WRITTEN_TIME.match(text)
    return text if found is None else f"{found[0]} UTC"


def when(time_ms: int | None) -> str | None:
    """Write a time; None where there is none."""
    return None if time_ms is None else f"{moment(time_ms)} UTC"


def named(name: str | None, ref: str | None) -> str | None:
    """Write what has a name and an id; the name is cut, so that the id is shown whole beside it."""
    return ref if name is None else f"{cut(name, _NAME_LENGTH)} ({ref})"


def known(*facts: tuple[str, str | None] | tuple[str, str | None, bool]) -> list[Fact]:
    """Make facts of names and values, without those that are not known."""
    return [Fact(fact[0], fact[1], len(fact) > 2 and bool(fact[2])) for fact in facts if fact[1]]  # noqa: PLR2004


def quoted(text: str) -> str:
    """Write a text as Python has it, in double quotes where nothing in it needs another form."""
    return f'"{text}"' if _PLAIN.fullmatch(text) else repr(text)


def loading_code(uri: str) -> str:
    """Write the line of code that loads a model."""
    return f"model = nbflow.pyfunc.load_model({quoted(uri)})"


def measured(value: float) -> Cell:
    """Write a metric's value, all digits of which are in its tool tip."""
    return Cell(number(value), tip=repr(value))


def metrics_table(metrics: Mapping[str, float], where: str) -> Table:
    """Set out metrics."""
    rows = [(Cell(key), measured(value)) for key, value in metrics.items()]
    return Table("Metrics", ("metric", "value"), rows, where, numbers=(1,), first=_FIRST)


def pairs_table(caption: str, noun: str, pairs: Mapping[str, Any], where: str) -> Table:
    """Set out names and values: params, tags, metadata."""
    rows = [cells(str(key), value_of(value)) for key, value in pairs.items()]
    return Table(caption, (noun, "value"), rows, where, first=_FIRST)


def history_table(entries: Sequence[ModelHistoryEntry], where: str, about: int | None = None) -> Table:
    """Set out the last things that were done, the newest first.

    Parameters
    ----------
    entries
        The history.
    where
        Which code has all of it.
    about
        The version that goes without saying; None says it.
    """
    last = list(reversed(entries))[:_HISTORY]
    rows = [
        (
            Cell(moment(entry.timestamp), tone="soft"),
            *cells(entry.user, entry.text.removeprefix(f"version {about}: ")),
        )
        for entry in last
    ]
    return Table("History", ("when (UTC)", "who", "what"), rows, where, n_rows=len(entries))


def environment(files: ModelFiles | None) -> Folded:
    """Set out what a model needs, to be folded away."""
    lines = () if files is None else files.requirements
    made = f"Python {files.python}, " if files is not None and files.python else ""
    return Folded(f"Environment: {made}{count(len(lines), 'requirement')}", lines)


def example(files: ModelFiles | None, info: Mapping[str, Any] | None) -> Table | Block | None:
    """Set out the first rows of an input example; None where there is none at hand."""
    value = None if files is None else files.example
    if value is None or info is None:
        return None
    if info.get("params") and isinstance(value, dict) and "inputs" in value:
        value = value["inputs"]
    if info.get("type") == "dataframe" and _is_split(value):
        return _frame(value)
    return Block("Input example", cut(value_of(value), _EXAMPLE_LENGTH))


def _flavor(name: str, config: Any) -> str:
    if name == _PYTHON_FUNCTION or not isinstance(config, Mapping):
        return name
    version = next((each for key, each in config.items() if str(key).endswith("_version")), None)
    return name if version is None else f"{name} {version}"


def _is_split(value: Any) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("data"), list):
        return False
    n_columns = len(value["data"][0]) if value["data"] and isinstance(value["data"][0], list) else 0
    named_columns = value.get("columns")
    return (
        n_columns > 0
        and all(isinstance(row, list) and len(row) == n_columns for row in value["data"])
        and (named_columns is None or (isinstance(named_columns, list) and len(named_columns) == n_columns))
    )


def _frame(value: Mapping[str, Any]) -> Table:
    data, columns = value["data"], value.get("columns") or list(range(len(value["data"][0])))
    width = min(len(columns), _EXAMPLE_COLUMNS)
    part = f", {width} of {len(columns):,} columns" if width < len(columns) else ""
    rows = [cells(*map(_short, row[:width])) for row in data[:_EXAMPLE_ROWS]]
    numbers = tuple(i for i in range(width) if all(isinstance(row[i], int | float) for row in data[:_EXAMPLE_ROWS]))
    head = tuple(_short(name) for name in columns[:width])
    return Table(f"Input example{part}", head, rows, "model.input_example", numbers, n_rows=len(data))


def _short(entry: Any) -> str:
    if isinstance(entry, float) and not isinstance(entry, bool):
        return number(entry)
    return cut(value_of(entry), _NAME_LENGTH)
