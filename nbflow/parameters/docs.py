"""What a docstring says of each parameter: in the forms of numpy, of Google and of Sphinx (pure)."""

from __future__ import annotations

import inspect
import re

__all__ = ["parameter_help"]

_SPHINX = re.compile(r"^\s*:param\s+(?:[^:]*\s)?\*{0,2}(\w+)\s*:\s*(.*)$")
_NUMPY_NAMES = re.compile(r"^\*{0,2}\w+(\s*,\s*\*{0,2}\w+)*(\s*:.*)?$")
_GOOGLE_ITEM = re.compile(r"^(\s+)\*{0,2}(\w+)\s*(\([^)]*\))?\s*:\s*(.*)$")
_SECTIONS = {"parameters", "other parameters"}
_MAX_LENGTH = 600


def parameter_help(docstring: str | None) -> dict[str, str]:
    """Find what is said of parameters.

    Parameters
    ----------
    docstring
        Of a function or a class; None for none.

    Returns
    -------
    help : dict of str to str
        By the parameter's name, in one line.
    """
    if not docstring:
        return {}
    lines = inspect.cleandoc(docstring).splitlines()
    found: dict[str, list[str]] = {}
    for read in (_numpy, _google, _sphinx):
        for name, said in read(lines).items():
            found.setdefault(name, said)
    return {name: _joined(said) for name, said in found.items()}


def _joined(lines: list[str]) -> str:
    text = " ".join(" ".join(lines).split())
    return text if len(text) <= _MAX_LENGTH else f"{text[:_MAX_LENGTH]}…"


def _numpy(lines: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    inside, names = False, list[str]()
    for i, line in enumerate(lines):
        below = lines[i + 1].strip() if i + 1 < len(lines) else ""
        if line.strip() and below and set(below) <= {"-"}:
            inside, names = line.strip().lower() in _SECTIONS, []
        elif not inside or (line.strip() and set(line.strip()) <= {"-"}):
            continue
        elif line and not line[0].isspace():
            head = line.partition(":")[0] if _NUMPY_NAMES.match(line) else ""
            names = [name.strip().lstrip("*") for name in head.split(",") if name.strip()]
            found |= {name: [] for name in names}
        else:
            for name in names:
                found[name].append(line)
    return found


def _google(lines: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    inside, name, indent = False, "", 0
    for line in lines:
        if line.strip() in ("Args:", "Arguments:", "Parameters:"):
            inside, name, indent = True, "", 0
        elif inside and line and not line[0].isspace():
            inside = False
        elif inside and (item := _GOOGLE_ITEM.match(line)) and (not indent or len(item[1]) <= indent):
            name, indent = item[2], len(item[1])
            found[name] = [item[4]]
        elif inside and name:
            found[name].append(line)
    return found


def _sphinx(lines: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    name = ""
    for line in lines:
        if item := _SPHINX.match(line):
            name = item[1]
            found[name] = [item[2]]
        elif line.lstrip().startswith(":") or not line.strip():
            name = ""
        elif name:
            found[name].append(line)
    return found
