"""What a function's signature says of its parameters."""

# ruff: noqa: ANN001, ANN202, PLR0917 - functions as people write them
from __future__ import annotations

import datetime as dt
import functools
from enum import Enum
from pathlib import Path
from types import SimpleNamespace
from typing import Annotated, Any, Literal, Optional

import pytest

from nbflow.errors import UnsupportedValueError
from nbflow.parameters import NO_DEFAULT, Parameter, Range, from_function, rule


class Mode(Enum):
    FAST = "fast"
    CAREFUL = "careful"


def by_name(function: Any) -> dict[str, Parameter]:
    return {each.name: each for each in from_function(function)}


def test_annotations_say_the_kind() -> None:
    def train(
        n: int,
        rate: float,
        name: str,
        sure: bool,
        folder: Path,
        day: dt.date,
        at: dt.datetime,
        sizes: list[int],
        options: dict[str, float],
        mode: Mode,
        loss: Literal["l1", "l2", 3],
    ) -> None: ...

    found = by_name(train)

    kinds = ["int", "float", "str", "bool", "path", "date", "datetime", "list", "dict", "choice", "choice"]
    assert [each.kind for each in found.values()] == kinds
    assert all(each.required for each in found.values())
    assert (found["sizes"].item, found["options"].item) == ("int", "float")
    assert found["mode"].choices == (Mode.FAST, Mode.CAREFUL)
    assert found["loss"].choices == ("l1", "l2", 3)


def test_defaults_say_what_annotations_do_not() -> None:
    def train(n=3, rate=0.1, name="a", sure=True, mode=Mode.FAST, sizes=(1, 2), what=None, free=...):  # type: ignore[no-untyped-def]
        ...

    found = by_name(train)

    kinds = ["int", "float", "str", "bool", "choice", "list", "any", "object"]
    assert [each.kind for each in found.values()] == kinds
    assert found["sizes"].is_tuple
    assert found["what"].optional


def test_without_either_anything_may_be_given() -> None:
    def train(data): ...  # type: ignore[no-untyped-def]

    (found,) = from_function(train)

    assert (found.kind, found.required) == ("any", True)


def test_none_is_a_value_where_the_type_or_the_default_says_so() -> None:
    def train(a: Optional[int], b: int | None = 3, c: str = None): ...  # type: ignore[assignment,no-untyped-def]  # noqa: RUF013, UP045

    found = by_name(train)

    assert [each.optional for each in found.values()] == [True, True, True]
    assert [each.kind for each in found.values()] == ["int", "int", "str"]
    assert found["a"].required


class Ge(SimpleNamespace):
    """As annotated_types has it."""


@pytest.mark.parametrize(
    ("note", "inside"),
    [
        ((1, 20), Range(1, 20)),
        ((None, 20), Range(None, 20)),
        (Range(0, 1, high_open=True), Range(0, 1, high_open=True)),
        (Ge(ge=1), Range(1, None)),
        (SimpleNamespace(gt=0, ge=None, lt=None, le=1.5), Range(0, 1.5, low_open=True)),
        (range(5), Range(0, 4)),
    ],
)
def test_ranges_stand_in_annotated(note: Any, inside: Range) -> None:
    def train(x): ...  # type: ignore[no-untyped-def]

    train.__annotations__["x"] = Annotated[float, note]

    assert by_name(train)["x"].range == inside


def test_several_ends_make_one_range() -> None:
    def train(x): ...  # type: ignore[no-untyped-def]

    train.__annotations__["x"] = Annotated[int, Ge(ge=1), SimpleNamespace(lt=9), (0, 100), "how many"]

    found = by_name(train)["x"]
    assert found.range == Range(1, 9, high_open=True)
    assert found.help == "how many"
    assert rule(found) == "a whole number at least 1 and below 9"


def test_docstrings_are_help_in_three_forms() -> None:
    def numpys(a: int, b: int, c: int) -> None:
        """Train.

        Parameters
        ----------
        a, b : int
            How many
            of them.
        c
            How deep.

        Returns
        -------
        nothing
        """

    def googles(a: int, b: int) -> None:
        """Train.

        Args:
            a (int): How many
                of them.
            b: How deep.

        Returns:
            x: Not a parameter.
        """

    def sphinxes(a: int, b: int) -> None:
        """Train.

        :param a: How many
            of them.
        :param int b: How deep.
        :returns: nothing
        """

    assert {name: each.help for name, each in by_name(numpys).items()} == {
        "a": "How many of them.",
        "b": "How many of them.",
        "c": "How deep.",
    }
    for function in (googles, sphinxes):
        assert {name: each.help for name, each in by_name(function).items()} == {
            "a": "How many of them.",
            "b": "How deep.",
        }


def test_what_gathers_arguments_is_no_parameter() -> None:
    def train(a: int, *rest: int, b: int = 1, **more: int) -> None: ...

    assert list(by_name(train)) == ["a", "b"]


def test_classes_methods_and_partials_have_parameters() -> None:
    class Trainer:
        """Trains.

        Parameters
        ----------
        depth
            How deep.
        """

        def __init__(self, depth: int = 3) -> None: ...

        def fit(self, n: int) -> None: ...

    assert by_name(Trainer)["depth"].help == "How deep."
    assert list(by_name(Trainer().fit)) == ["n"]
    assert by_name(functools.partial(Trainer, depth=9))["depth"].default == 9


def test_annotations_that_name_nothing_known_are_read_as_they_are_written() -> None:
    def train(a: int, b: Nowhere): ...  # type: ignore[name-defined,no-untyped-def]  # noqa: F821

    found = by_name(train)

    assert (found["a"].kind, found["b"].kind) == ("int", "object")
    assert found["b"].annotation == "Nowhere"


def test_a_default_is_believed_rather_than_its_type() -> None:
    def train(a: int = 0.5): ...  # type: ignore[assignment,no-untyped-def]

    (found,) = from_function(train)

    assert (found.kind, found.default) == ("float", 0.5)


@pytest.mark.parametrize("thing", [3, "text", None])
def test_what_is_no_function_is_refused(thing: Any) -> None:
    with pytest.raises(UnsupportedValueError, match="give a function"):
        from_function(thing)


def test_no_default_says_so() -> None:
    assert repr(NO_DEFAULT) == "NO_DEFAULT"


def test_the_notes_of_annotated_types_and_pydantic_are_ranges() -> None:
    types = pytest.importorskip("annotated_types")
    pydantic = pytest.importorskip("pydantic")

    def train(a, b, c):  # type: ignore[no-untyped-def]
        ...

    train.__annotations__ |= {
        "a": Annotated[int, types.Interval(ge=1, lt=9)],
        "b": Annotated[float, types.Gt(0), types.MultipleOf(2)],
        "c": Annotated[list[float], pydantic.Field(ge=0, le=1)],
    }

    assert [each.range for each in from_function(train)] == [
        Range(1, 9, high_open=True),
        Range(0, None, low_open=True),
        Range(0, 1),
    ]
