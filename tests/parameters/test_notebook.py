"""What a notebook's cell with the tag `parameters` says, which is read and never run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nbflow.errors import InvalidInputError, LocalFileNotFoundError
from nbflow.parameters import Parameter, Range, from_notebook, from_source, with_defaults


def by_name(source: str) -> dict[str, Parameter]:
    return {each.name: each for each in from_source(source)}


def notebook(*cells: dict[str, Any]) -> dict[str, Any]:
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": list(cells)}


def cell(source: str | list[str], *tags: str) -> dict[str, Any]:
    return {"cell_type": "code", "metadata": {"tags": list(tags)}, "source": source, "outputs": []}


def test_types_defaults_and_comments_are_read() -> None:
    found = by_name(
        "rate: float = 0.1  # how far each step goes\n"
        'kind: Literal["l1", "l2"] = "l2"\n'
        "epochs = 10 # type: int  how often\n"
        "name: str | None = None\n"
        "sizes: list[int] = [64, 32]\n"
        "depth: Annotated[int, Interval(ge=1, le=20)] = 3\n"
        "must: 'int'\n"
        "day: datetime.date = '2026-11-24'\n"
    )

    assert [(each.kind, each.required) for each in found.values()] == [
        ("float", False),
        ("choice", False),
        ("int", False),
        ("str", False),
        ("list", False),
        ("int", False),
        ("int", True),
        ("date", False),
    ]
    assert found["rate"].help == "how far each step goes"
    assert found["epochs"].help == "how often"
    assert found["depth"].range == Range(1, 20)
    assert str(found["day"].default) == "2026-11-24"


def test_nothing_is_run(tmp_path: Path) -> None:
    there = tmp_path / "there"

    found = by_name(
        f"a = open({str(there)!r}, 'w')\n"
        f"b: Annotated[int, open({str(there)!r}, 'w')] = 1\n"
        f"c: open({str(there)!r}, 'w') = 2\n"
        f"def f(x=open({str(there)!r}, 'w')): pass\n"
        "d = 3\n"
    )

    assert not there.exists()
    assert found["a"].kind == "object"
    assert repr(found["a"].default).startswith("open(")
    assert [found[name].kind for name in "bcd"] == ["int", "int", "int"]


def test_magics_and_other_statements_are_passed_over() -> None:
    found = by_name("%load_ext nbflow\n!ls\nimport os\na = b = 1\nx, y = 1, 2\nself.z = 3\nn = 1\nn = 2\n")

    assert list(found) == ["n"]
    assert found["n"].default == 2


def test_the_first_tagged_cell_counts(tmp_path: Path) -> None:
    content = notebook(cell("a = 1"), cell(["b = 2\n", "c = 3"], "parameters"), cell("d = 4", "parameters"))
    path = tmp_path / "x.ipynb"
    path.write_text(json.dumps(content), encoding="utf-8")

    assert [each.name for each in from_notebook(path)] == ["b", "c"]
    assert from_notebook(content) == from_notebook(str(path))


def test_a_notebook_without_such_a_cell_has_none() -> None:
    assert from_notebook(notebook(cell("a = 1"))) == ()


@pytest.mark.parametrize(
    ("source", "said"),
    [("a = ", "no Python at line 1"), ("a = 1\n  b = 2", "no Python at line 2"), ("a = '\ud800", "no Python")],
)
def test_a_cell_that_is_no_python_is_told(source: str, said: str) -> None:
    with pytest.raises(InvalidInputError, match=said):
        from_source(source)


def test_files_that_are_no_notebooks_are_told(tmp_path: Path) -> None:
    for text in ("no json", "[]", "{}", '{"cells": 3}'):
        (tmp_path / "x.ipynb").write_text(text, encoding="utf-8")
        with pytest.raises(InvalidInputError, match="notebook"):
            from_notebook(tmp_path / "x.ipynb")

    with pytest.raises(LocalFileNotFoundError):
        from_notebook(tmp_path / "none.ipynb")


def test_strange_cells_are_no_harm() -> None:
    cells: list[Any] = [None, 3, {}, {"cell_type": "code", "metadata": None}, {"cell_type": "code", "source": 3}]

    assert from_notebook(notebook(*cells, cell("a = 1", "parameters"))) == from_source("a = 1")


def test_other_defaults_are_held_against_the_types() -> None:
    parameters = from_source("n: Annotated[int, (1, 9)] = 3\nname = 'a'")

    assert [each.default for each in with_defaults(parameters, {"n": 4})] == [4, "a"]
    with pytest.raises(InvalidInputError, match=r"Did you mean 'name'"):
        with_defaults(parameters, {"nmae": "b"})
    with pytest.raises(
        InvalidInputError, match=r"Invalid value 10 for the parameter 'n'. It is a whole number from 1 to 9."
    ):
        with_defaults(parameters, {"n": 10})
