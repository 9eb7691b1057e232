"""The form in a real JupyterLab: filled in by hand and from Python, and still there without its kernel."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.notebook_page import Notebook

FORM = '''
import datetime as dt
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal
import nbflow

class Optimizer(Enum):
    SGD = "sgd"
    ADAM = "adam"

def train(
    data: Path,
    depth: Annotated[int, (1, 20)],
    rate: Annotated[float, (0.0, 1.0)] = 0.1,
    loss: Literal["squared error", "absolute error"] = "squared error",
    optimizer: Optimizer = Optimizer.ADAM,
    warm_start: bool = False,
    until: dt.date = dt.date(2026, 11, 24),
    layers: list[int] = [64, 32],
    options: dict[str, float] = {"momentum": 0.9},
    note: str | None = None,
    callback: Any = None,
) -> str:
    """Train a model, and say how it went.

    Parameters
    ----------
    data
        Where the table is: a CSV or Parquet file.
    depth
        How deep each tree may grow.
    rate
        How far each step goes. <img src=x onerror="alert(1)">
    layers
        How wide each layer is.
    """
    return f"{data} {depth} {rate} {optimizer}"

form = nbflow.form(train, depth=6)
form
'''
Open = Callable[..., Notebook]


@pytest.fixture
def notebook(open_notebook: Open, request: pytest.FixtureRequest) -> Notebook:
    """Open a notebook that shows a form, in the application that a test is run for."""
    opened = open_notebook(FORM, app=getattr(request, "param", "lab"))
    opened.run_all()
    return opened


def test_it_is_filled_in_by_hand_and_from_python(notebook: Notebook) -> None:
    from playwright.sync_api import expect

    form = notebook.output(0)
    form.get_by_text("One value does not fit yet").wait_for()
    notebook.screenshot("form-empty", form)

    form.get_by_label("data").fill("table.csv")
    form.get_by_text("All values fit").wait_for()
    form.get_by_label("optimizer").select_option("SGD")
    form.get_by_label("warm_start").check()
    form.get_by_label("depth, by sliding").fill("12")

    # A message of the page's may still be on its way when the cell is run.
    said = [notebook.python("print(form.call())")]
    while said[-1] != "table.csv 12 0.1 Optimizer.SGD" and len(said) < 5:
        said.append(notebook.python("print(form.call())"))
    assert said[-1] == "table.csv 12 0.1 Optimizer.SGD"
    notebook.python('form.set(rate=0.25, note="from Python")')
    expect(form.locator("[data-field=rate] input[type=text]")).to_have_value("0.25")
    expect(form.locator("[data-field=note] input")).to_have_value("from Python")
    form.locator("[data-field=depth] input[type=text]").fill("21")
    form.locator("[data-field=layers] textarea").fill("[64, ")
    form.get_by_text("2 values do not fit yet").wait_for()
    notebook.screenshot("form-wrong", form)
    assert "'depth'. It is a whole number from 1 to 20" in notebook.python("form.values")


@pytest.mark.parametrize("notebook", ["lab", "notebook"], indirect=True)
def test_it_still_shows_its_last_values_without_a_kernel(notebook: Notebook) -> None:
    form = notebook.output(0)
    form.get_by_label("data").fill("last.csv")
    form.get_by_text("All values fit").wait_for()
    notebook.page.wait_for_timeout(1_500)  # the notebook's copy is renewed once a second
    notebook.save()
    notebook.shut_down()
    form.get_by_text("No kernel answers").wait_for()

    notebook.open(has_kernel=False)

    form.get_by_text("No kernel answers").wait_for()
    field = form.locator("[data-field=data] input")
    assert (field.input_value(), field.is_disabled()) == ("last.csv", True)
    notebook.screenshot(f"form-saved-{notebook.app}", form)


def test_it_fits_into_a_narrow_place(notebook: Notebook) -> None:
    notebook.page.set_viewport_size({"width": 620, "height": 900})
    form = notebook.output(0)

    width = form.locator(".nbf-form-whole").evaluate("el => [el.scrollWidth, el.clientWidth]")

    assert width[0] <= width[1]
    notebook.screenshot("form-narrow", form)
