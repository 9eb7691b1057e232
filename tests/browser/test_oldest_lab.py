"""The oldest JupyterLab that nbflow says it works with: its panel, its tabs, and its widgets in a notebook."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.notebook_page import Notebook
from tests.browser.oldest_lab import OLDEST
from tests.browser.panel_page import LOG_RUNS, Panel

if TYPE_CHECKING:
    from tests.browser.jupyter_server import Server

Open = Callable[..., Notebook]
VERSION = "import jupyterlab; print(jupyterlab.__version__)"
SHOW = "import nbflow\ndisplay(nbflow.search_runs())"
LIVE = "import nbflow\nnbflow.RunTable(nbflow.search_runs(), live=True)"
SOON_MS = 5_000

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1_500)]  # with the time that it takes to install it


@pytest.fixture
def panel(open_notebook: Open, oldest_server: Server) -> Panel:
    """Open the panel beside a notebook that logged four runs."""
    notebook = open_notebook(LOG_RUNS, "1 + 1", on=oldest_server)
    assert notebook.python(VERSION).startswith(f"{OLDEST}.")
    panel = Panel(notebook).open()
    notebook.run_cell(0)
    panel.has_runs("fit-3", "fit-2", "fit-1", "fit-0")
    return panel


def test_runs_arrive_are_filtered_and_compared(panel: Panel) -> None:
    panel.experiment("fraud").dblclick()
    expect(panel.shown().locator(".nbf-grid")).to_contain_text("fit-3")

    panel.execute("nbflow.start_run(run_name='late'); nbflow.log_metric('loss', 0.123456)")

    expect(panel.run("late")).to_be_visible(timeout=SOON_MS)
    expect(panel.shown().locator(".nbf-grid")).to_contain_text("0.123", timeout=SOON_MS)

    panel.filter.fill("params.solver = 'saga'")
    panel.filter.press("Enter")
    panel.has_runs("fit-3", "fit-1")
    panel.run("fit-3").click()
    panel.run("fit-1").click(modifiers=["ControlOrMeta"])
    panel.press("Compare 2 runs")

    expect(panel.shown()).to_contain_text("Comparison of 2 runs")
    expect(panel.shown().get_by_role("row", name="rate")).to_contain_text("0.4")
    expect(panel.shown().locator(".nbf-vega svg, .nbf-vega canvas, figure svg").first).to_be_visible()
    panel.notebook.screenshot("panel-oldest-comparison")


def test_a_run_is_dragged_into_the_notebook_and_its_cell_works(panel: Panel) -> None:
    panel.drag(panel.run("fit-2").locator(".nbf-line-name"), panel.notebook.cell(1))

    expect(panel.notebook.cell(2)).to_contain_text("1 + 1")
    assert "nbflow.get_run(" in panel.sources()[1]
    expect(panel.notebook.run_cell(1)).to_contain_text("fit-2")


def test_tabs_are_there_after_a_reload(panel: Panel) -> None:
    panel.run("fit-3").dblclick()
    expect(panel.shown()).to_contain_text("saga")
    panel.page.wait_for_timeout(2_000)  # JupyterLab keeps the layout a second after its last change

    panel.reload()

    panel.has_runs("fit-3", "fit-2", "fit-1", "fit-0")
    expect(panel.shown()).to_contain_text("saga")


def test_the_notebook_shows_the_active_run_and_makes_runs_of_cells(panel: Panel) -> None:
    item = panel.page.locator(".nbf-run-item button")
    panel.execute("nbflow.start_run(run_name='late')")
    expect(item).to_contain_text("late", timeout=SOON_MS)
    panel.execute("nbflow.end_run()")
    expect(item).not_to_contain_text("late", timeout=SOON_MS)

    panel.page.evaluate("() => void (window.jupyterapp.shell.currentWidget.content.activeCellIndex = 1)")
    panel.notebook.command("nbflow:new-run-from-cell")

    expect(panel.notebook.output(1)).to_contain_text("2")
    expect(panel.runs.get_by_role("option")).to_have_count(6)


@pytest.mark.parametrize("app", ["lab", "notebook"])
def test_runs_are_shown_in_a_notebook_and_arrive_there(open_notebook: Open, oldest_server: Server, app: str) -> None:
    notebook = open_notebook(LOG_RUNS, SHOW, LIVE, app=app, on=oldest_server)
    notebook.run_cell(0)

    expect(notebook.run_cell(1).locator(".nbf-grid")).to_contain_text("fit-3")
    live = notebook.run_cell(2).locator(".nbf-grid")
    expect(live).to_contain_text("fit-3")

    notebook.python("nbflow.start_run(run_name='late'); nbflow.end_run()")

    expect(live).to_contain_text("late", timeout=SOON_MS)
