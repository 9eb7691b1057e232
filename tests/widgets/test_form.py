"""Forms of functions and notebooks: the values in them, in Python and as somebody typed them."""

from __future__ import annotations

import json
import math
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest

import nbflow
from nbflow.errors import InvalidInputError, InvalidParametersError, UnsupportedValueError
from nbflow.widgets.form.widget import Form, form

MIME = "application/vnd.nbflow.form.v1+json"


class Mode(Enum):
    FAST = "fast"
    CAREFUL = "careful"


def train(
    depth: Annotated[int, (1, 9)],
    rate: float = 0.1,
    loss: Literal["l1", "l2"] = "l1",
    mode: Mode = Mode.FAST,
    note: str | None = None,
    sizes: tuple[int, ...] = (64, 32),
) -> dict[str, Any]:
    """Train it.

    Parameters
    ----------
    depth
        How deep.
    """
    return locals()


def typed(made: Form, **entries: Any) -> None:
    """Fill in fields as the page does."""
    made.state = {**made.state, "entries": {**made.state["entries"], **entries}}


def test_values_are_those_of_the_signature_until_somebody_changes_them() -> None:
    made = nbflow.form(train, depth=3)

    assert made.values == {
        "depth": 3,
        "rate": 0.1,
        "loss": "l1",
        "mode": Mode.FAST,
        "note": None,
        "sizes": (64, 32),
    }
    assert list(made) == list(made.values)
    assert made.problems == {}


def test_what_is_typed_is_a_value_of_its_type() -> None:
    made = form(train)

    typed(made, depth="5", rate="inf", loss=1, mode=1, note="", sizes="[1]")

    assert made.values == {
        "depth": 5,
        "rate": math.inf,
        "loss": "l2",
        "mode": Mode.CAREFUL,
        "note": "",
        "sizes": (1,),
    }


def test_what_does_not_fit_and_what_is_missing_is_told_with_all_there_is_to_know() -> None:
    made = form(train)
    typed(made, rate="fast", sizes="[1.5]")

    with pytest.raises(InvalidParametersError) as raised:
        _ = made.values

    assert str(raised.value).splitlines() == [
        "Invalid value 'fast' for the parameter 'rate'. It is a number.",
        "Invalid value '[1.5]' for the parameter 'sizes'. It is a list of whole numbers, such as [1, 2].",
        "The parameter 'depth' has no value. It is a whole number from 1 to 9.",
        "Fill the form in, or set it in Python: form['rate'] = ...",
    ]
    assert set(made.problems) == {"rate", "sizes", "depth"}
    assert made["loss"] == "l1"
    with pytest.raises(InvalidParametersError, match="'depth' has no value"):
        _ = made["depth"]


def test_what_python_sets_is_in_the_fields() -> None:
    made = form(train)

    made["depth"] = 4
    made.set(mode="careful", note="x")
    made.values = {"rate": 1}

    assert made.state["entries"] | {} == {
        "depth": "4",
        "rate": "1.0",
        "loss": 0,
        "mode": 1,
        "note": "x",
        "sizes": "[64, 32]",
    }


def test_either_all_values_fit_or_none_is_taken() -> None:
    made = form(train, depth=3)

    with pytest.raises(InvalidParametersError, match="from 1 to 9"):
        made.set(note="x", depth=10)
    with pytest.raises(InvalidInputError, match="Did you mean 'depth'"):
        made.set(note="x", dpeth=1)

    assert made["note"] is None


def test_changes_are_told_until_they_are_not() -> None:
    made = form(train, depth=3)
    heard: list[int] = []
    stop = made.on_change(lambda changed: heard.append(changed["depth"]))

    typed(made, depth="5")
    made["depth"] = 6
    stop()
    made["depth"] = 7

    assert heard == [5, 6]


def test_reset_gives_the_defaults_again() -> None:
    made = form(train, depth=3)
    made.set(depth=5, note="x")

    made.reset()

    assert (made["depth"], made["note"]) == (3, None)


def test_call_calls_the_function() -> None:
    made = form(train)

    assert made.call(depth=2)["depth"] == 2
    made["depth"] = 5
    assert made.call()["depth"] == 5
    assert made.call(rate=1.5)["rate"] == 1.5


def test_call_knows_arguments_by_place() -> None:
    def scale(x: float, /, by: float = 2.0) -> float:
        return x * by

    assert form(scale, x=3).call() == 6


def test_objects_are_given_in_python() -> None:
    def fit(table: Any, estimator: list, encode: Any = print) -> Any:  # type: ignore[type-arg]  # noqa: ARG001
        return table

    made = form(fit, estimator=[])
    thing = object()

    made["table"] = thing
    made["encode"] = len

    assert made.call() is thing
    field = made._data()["fields"][0]
    assert field["given"]
    assert field["shown"].startswith("<object object at")
    assert made.values["encode"] is len


def test_a_notebook_is_read_and_not_run(tmp_path: Path) -> None:
    source = "rate: float = 0.1  # how far\nfolder = open('x', 'w')\nkind: Literal['a', 'b'] = 'b'"
    cell = {"cell_type": "code", "metadata": {"tags": ["parameters"]}, "source": source, "outputs": []}
    path = tmp_path / "train.ipynb"
    path.write_text(json.dumps({"cells": [cell], "nbformat": 4}), encoding="utf-8")

    made = form(path, rate=0.5)

    assert made.values == {"rate": 0.5, "kind": "b"}  # what the cell computes stays the cell's
    assert not (tmp_path / "x").exists()
    assert made._data()["name"] == "train.ipynb"
    with pytest.raises(InvalidInputError, match=r"form\.values"):
        made.call()


@pytest.mark.parametrize("thing", [3, None, 1.5])
def test_what_has_no_parameters_is_refused(thing: Any) -> None:
    with pytest.raises(UnsupportedValueError, match="give a function"):
        form(thing)


@pytest.mark.parametrize("state", [{}, {"entries": None}, {"entries": []}, {"entries": {"depth": {}, "loss": 99}}])
def test_whatever_a_page_sends_is_no_harm(state: dict[str, Any]) -> None:
    made = form(train, depth=3)

    made.state = state

    assert set(made.problems) <= {"depth", "loss"}
    assert made.bundle()[0]["text/plain"]


def test_the_bundle_holds_the_fields_and_what_is_in_them() -> None:
    made = form(train)
    made["depth"] = 4

    bundle, _ = made.bundle()

    payload = bundle[MIME]
    assert payload["state"]["entries"]["depth"] == "4"
    assert [each["name"] for each in payload["data"]["fields"]] == list(made)
    assert payload["data"]["fields"][0]["help"] == "How deep."
    assert "model_id" not in payload
    assert "a whole number from 1 to 9" in bundle["text/plain"]


def test_the_page_without_a_kernel_says_what_the_text_says() -> None:
    bundle, _ = form(train).bundle()

    for said in ("depth", "none given: it needs one", "one of l1, l2", "How deep.", "FAST"):
        assert said in bundle["text/plain"]
        assert said in bundle["text/html"]


def test_hostile_texts_stay_texts() -> None:
    hostile = "</script><img src=x onerror=alert(1)>"

    def attack(x=hostile):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        ...

    attack.__doc__ = f"{hostile}\n\nArgs:\n    x: {hostile}"
    attack.__qualname__ = hostile

    bundle, _ = form(attack).bundle()

    assert "<img" not in bundle["text/html"]
    assert bundle[MIME]["data"]["fields"][0]["help"] == hostile


def test_huge_and_strange_values_go_through() -> None:
    def strange(n: int, x: float, text: str) -> None: ...

    made = form(strange, n=10**400, x=math.nan, text="🦊\u202e\0")

    found = made.values
    assert (found["n"], math.isnan(found["x"]), found["text"]) == (10**400, True, "🦊\u202e\0")
    json.dumps(made.bundle()[0][MIME], allow_nan=False)


def test_a_default_beyond_the_choices_that_a_page_is_sent_is_drawn() -> None:
    def pick(one: Literal[tuple(range(1_500))] = 1_400) -> None: ...  # type: ignore[valid-type]

    assert "1400" in form(pick)._static()["text/html"]
