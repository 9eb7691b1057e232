"""The parameters of a notebook: what its cell with the tag `parameters` says. The cell is read, never run.

As papermill has it: one assignment for each parameter, the value a literal, a type behind a colon, help behind a hash::

    learning_rate: float = 0.1  # how far each step goes
    kind: Literal["l1", "l2"] = "l2"
    epochs = 10
"""

from __future__ import annotations

import ast
import io
import json
import os
import tokenize
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nbflow.errors import InvalidInputError, LocalFileNotFoundError, StoreReadError
from nbflow.parameters.parameter import NO_DEFAULT, Computed, Parameter
from nbflow.parameters.signature import parameter_of
from nbflow.parameters.types import Type
from nbflow.parameters.written_types import type_of_text

__all__ = ["TAG", "from_notebook", "from_source"]

TAG = "parameters"
_MAX_BYTES = 256 << 20
_TYPE_COMMENT = "type:"
_HELP_LENGTH = 600


def from_notebook(notebook: str | os.PathLike[str] | Mapping[str, Any]) -> tuple[Parameter, ...]:
    """Read the parameters of a notebook.

    Parameters
    ----------
    notebook
        The path of an `.ipynb` file, or its content.

    Returns
    -------
    parameters : tuple of Parameter
        In the order of the first cell with the tag `parameters`; empty where there is none.

    Raises
    ------
    LocalFileNotFoundError
        If there is no such file.
    StoreReadError
        If it cannot be read.
    InvalidInputError
        If it is no notebook, or its cell is no Python.
    """
    content = notebook if isinstance(notebook, Mapping) else _read(notebook)
    what = "the notebook" if isinstance(notebook, Mapping) else os.fspath(notebook)
    cells = content.get("cells")
    if not isinstance(cells, list):
        raise InvalidInputError("the notebook", what, "It has no cells: give an .ipynb file of format 4.")
    for cell in cells:
        if isinstance(cell, Mapping) and cell.get("cell_type") == "code" and TAG in _tags(cell):
            return from_source(_text(cell.get("source")))
    return ()


def from_source(source: str) -> tuple[Parameter, ...]:
    """Read parameters from the code of a cell.

    Parameters
    ----------
    source
        The code. Lines of magics are passed over, and assignments of anything but a name. What is no literal cannot be
        known without running it: such a parameter is an object.

    Returns
    -------
    parameters : tuple of Parameter
        A name that is given twice has the last value.

    Raises
    ------
    InvalidInputError
        If it is no Python.
    """
    lines = ["" if line.lstrip().startswith(("%", "!")) else line for line in source.splitlines()]
    code = "\n".join(lines) + "\n"
    try:
        tree = ast.parse(code)
        comments = _comments(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError, tokenize.TokenError) as exc:
        line = getattr(exc, "lineno", None)
        where = f" at line {line}" if line else ""
        rule = f"It is no Python{where}: mend the cell with the tag {TAG!r}."
        raise InvalidInputError("the parameters cell", source, rule) from exc
    found: dict[str, Parameter] = {}
    for node in tree.body:
        made = _parameter(node, comments)
        if made is not None:
            found[made.name] = made
    return tuple(found.values())


def _read(path: str | os.PathLike[str]) -> Mapping[str, Any]:
    where = Path(path)
    try:
        if where.stat().st_size > _MAX_BYTES:
            raise InvalidInputError("the notebook", str(where), f"It is larger than {_MAX_BYTES >> 20} MB.")
        content = json.loads(where.read_text(encoding="utf-8"))
    except FileNotFoundError as exc:
        raise LocalFileNotFoundError(str(where)) from exc
    except OSError as exc:
        raise StoreReadError(str(where), exc.errno, exc.strerror or str(exc)) from exc
    except (ValueError, RecursionError) as exc:
        raise InvalidInputError("the notebook", str(where), f"It is no .ipynb file: {exc}.") from exc
    if not isinstance(content, Mapping):
        raise InvalidInputError("the notebook", str(where), "It is no .ipynb file: its JSON is no dictionary.")
    return content


def _tags(cell: Mapping[str, Any]) -> list[Any]:
    metadata = cell.get("metadata")
    tags = metadata.get("tags") if isinstance(metadata, Mapping) else None
    return tags if isinstance(tags, list) else []


def _text(source: Any) -> str:
    if isinstance(source, list):
        return "".join(line for line in source if isinstance(line, str))
    return source if isinstance(source, str) else ""


def _comments(code: str) -> dict[int, str]:
    """Find the comment of each line that has one."""
    tokens = tokenize.generate_tokens(io.StringIO(code).readline)
    return {token.start[0]: token.string.lstrip("# \t") for token in tokens if token.type == tokenize.COMMENT}


def _parameter(node: ast.stmt, comments: Mapping[int, str]) -> Parameter | None:
    annotation = ""
    target: ast.expr
    if isinstance(node, ast.AnnAssign):
        target, annotation = node.target, ast.unparse(node.annotation)
    elif isinstance(node, ast.Assign) and len(node.targets) == 1:
        target = node.targets[0]
    else:
        return None
    if not isinstance(target, ast.Name):
        return None
    written, help_ = _said(comments.get(node.end_lineno or node.lineno, ""))
    annotation = annotation or written
    default = NO_DEFAULT if node.value is None else _literal(node.value)
    found = type_of_text(annotation) if annotation else None
    if default is _UNKNOWN:
        # What the cell computes stays, unless somebody gives another value.
        shown = ast.unparse(node.value) if node.value is not None else ""
        return Parameter(target.id, "object", Computed(shown), help=help_, annotation=annotation)
    if annotation and found is None:
        found = None if default is not NO_DEFAULT else Type("any")
    return parameter_of(target.id, found, default, help=help_, annotation=annotation)


def _said(comment: str) -> tuple[str, str]:
    """Part a comment into the type that it says, as in `# type: int  how many`, and the help."""
    text = " ".join(comment.split())
    if not text.startswith(_TYPE_COMMENT):
        return "", text if len(text) <= _HELP_LENGTH else f"{text[:_HELP_LENGTH]}…"
    written, _, rest = text.removeprefix(_TYPE_COMMENT).strip().partition(" ")
    return written, rest.lstrip("# ")


_UNKNOWN = object()


def _literal(node: ast.expr) -> Any:
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return _UNKNOWN
