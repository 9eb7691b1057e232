"""The side panel in a real JupyterLab: runs arrive, are found, compared, taken into the notebook; and it all stays."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.notebook_page import Notebook
from tests.browser.panel_page import LOG_RUNS, Panel

Open = Callable[..., Notebook]
START = """
import nbflow
nbflow.set_experiment("fraud")
nbflow.start_run(run_name="long training")
nbflow.log_metric("loss", 0.5)
"""
END = "nbflow.end_run()"
SOON_MS = 3_000  # for a machine that is busy with other tests; what is promised is measured by tests/bench
# In the page: the browser itself would complain of a 404 that comes over the wire.
WITHOUT_NBFLOW = """() => {
  const settings = window.jupyterapp.serviceManager.serverSettings;
  const ask = settings.fetch;
  settings.fetch = async asked => (asked.url.includes('/nbflow/') ? new Response('{}', { status: 404 }) : ask(asked));
}"""
ACTIVE_CELL = "() => window.jupyterapp.shell.currentWidget.content.activeCellIndex"


@pytest.fixture
def panel(open_notebook: Open) -> Panel:
    """Open the panel beside a notebook that logged four runs."""
    notebook = open_notebook(LOG_RUNS, START, END, "1 + 1")
    notebook.run_cell(0)
    panel = Panel(notebook).open()
    panel.has_runs("fit-3", "fit-2", "fit-1", "fit-0")
    return panel


def test_the_panel_finds_the_store_of_the_notebook_before_there_is_one(open_notebook: Open) -> None:
    panel = Panel(open_notebook(LOG_RUNS)).open()

    panel.notebook.run_cell(0)

    expect(panel.experiment("fraud")).to_be_visible(timeout=SOON_MS)
    panel.has_runs("fit-3", "fit-2", "fit-1", "fit-0")


def test_runs_arrive_while_a_notebook_behind_a_page_logs_them(panel: Panel) -> None:
    panel.experiment("fraud").dblclick()
    page = panel.shown()
    expect(page.locator(".nbf-grid")).to_contain_text("fit-3")
    expect(panel.tab("fraud")).to_be_visible()

    panel.execute("nbflow.start_run(run_name='late'); nbflow.log_metric('loss', 0.123456)")

    expect(panel.run("late")).to_be_visible(timeout=SOON_MS)
    expect(page.locator(".nbf-grid")).to_contain_text("0.1235", timeout=SOON_MS)

    panel.execute("nbflow.end_run()")

    expect(panel.runs.get_by_role("option", name="late, finished")).to_be_visible(timeout=SOON_MS)
    panel.notebook.screenshot("panel-experiment")


def test_filtered_runs_are_selected_and_compared(panel: Panel) -> None:
    panel.filter.fill("params.solver = 'saga'")
    panel.filter.press("Enter")
    panel.has_runs("fit-3", "fit-1")

    panel.run("fit-3").click()
    panel.run("fit-1").click(modifiers=["ControlOrMeta"])
    panel.press("Compare 2 runs")

    expect(panel.shown()).to_contain_text("Comparison of 2 runs")
    expect(panel.shown().get_by_role("row", name="rate")).to_contain_text("0.4")
    panel.notebook.screenshot("panel-comparison")


def test_a_page_has_one_tab(panel: Panel) -> None:
    panel.run("fit-2").dblclick()
    expect(panel.shown()).to_contain_text("fit-2")
    panel.tab(panel.notebook.path.name).click()

    panel.run("fit-2").dblclick()

    expect(panel.shown()).to_contain_text("fit-2")
    expect(panel.tab("fit-2")).to_have_count(1)


def test_a_run_is_dragged_into_the_notebook_and_its_cell_works(panel: Panel) -> None:
    drag(panel.run("fit-2").locator(".nbf-line-name"), panel.notebook.cell(3))

    expect(panel.notebook.cell(4)).to_contain_text("1 + 1")  # it stands above the cell that it was dropped on
    assert "nbflow.get_run(" in panel.sources()[3]
    expect(panel.notebook.run_cell(3)).to_contain_text("fit-2")


def test_code_goes_below_the_active_cell_of_the_notebook_behind_a_page(panel: Panel) -> None:
    panel.run("fit-2").dblclick()
    expect(panel.shown()).to_contain_text("fit-2")

    panel.press("Insert code")

    expect(panel.shown()).to_have_count(0)  # the notebook came to the front
    assert "nbflow.get_run(" in panel.sources()[1]
    assert panel.page.evaluate(ACTIVE_CELL) == 1


def test_panel_tabs_and_filter_are_there_after_a_reload(panel: Panel) -> None:
    panel.filter.fill("params.solver = 'saga'")
    panel.filter.press("Enter")
    panel.has_runs("fit-3", "fit-1")
    panel.run("fit-3").dblclick()
    panel.experiment("fraud").dblclick()
    expect(panel.shown().locator(".nbf-grid")).to_contain_text("fit-3")
    panel.page.wait_for_timeout(2_000)  # JupyterLab keeps the layout a second after its last change

    panel.page.goto(panel.page.url)

    panel.has_runs("fit-3", "fit-1")
    expect(panel.filter).to_have_value("params.solver = 'saga'")
    expect(panel.shown().locator(".nbf-grid")).to_contain_text("fit-3")
    expect(panel.tab("fit-3")).to_be_visible()  # it has its name before anybody looks at it
    panel.tab("fit-3").click()
    expect(panel.shown()).to_contain_text("saga")


def test_the_toolbar_shows_the_active_run_of_the_notebook(panel: Panel) -> None:
    item = panel.page.locator(".nbf-run-item button")
    expect(item).to_have_attribute("aria-label", "No run of nbflow is active in this notebook. Click to see all runs.")

    panel.notebook.run_cell(1)

    expect(item).to_contain_text("long training", timeout=SOON_MS)
    panel.notebook.screenshot("panel-active-run")
    item.click()
    expect(panel.shown()).to_contain_text("long training")
    expect(panel.shown()).to_contain_text("running")

    panel.tab(panel.notebook.path.name).click()
    panel.notebook.run_cell(2)

    expect(item).not_to_contain_text("long training", timeout=SOON_MS)


def test_a_run_shows_where_it_came_from(panel: Panel) -> None:
    panel.notebook.run_cell(1)
    panel.notebook.run_cell(2)
    panel.notebook.save()
    panel.run("long training").dblclick()
    expect(panel.shown()).to_contain_text("long training")
    panel.tab(panel.notebook.path.name).locator(".lm-TabBar-tabCloseIcon").click()
    expect(panel.tab(panel.notebook.path.name)).to_have_count(0)

    panel.notebook.command("nbflow:show-source")

    expect(panel.tab(panel.notebook.path.name)).to_be_visible()
    panel.page.wait_for_function(f"() => ({ACTIVE_CELL})() === 1")


def test_a_cell_is_run_as_a_run(panel: Panel) -> None:
    panel.page.evaluate("() => void (window.jupyterapp.shell.currentWidget.content.activeCellIndex = 3)")

    panel.notebook.command("nbflow:new-run-from-cell")

    assert panel.sources()[3] == "%%nbflow run\n1 + 1"
    expect(panel.notebook.output(3)).to_contain_text("2")
    expect(panel.runs.get_by_role("option")).to_have_count(5)

    panel.notebook.command("nbflow:new-run-from-cell")

    assert panel.sources()[3] == "%%nbflow run\n1 + 1"
    expect(panel.runs.get_by_role("option")).to_have_count(6)


def test_the_menu_of_a_cell_runs_that_cell(panel: Panel) -> None:
    panel.notebook.cell(3).locator(".cm-content").click(button="right")
    panel.page.get_by_role("menuitem", name="New Run from This Cell").click()

    expect(panel.notebook.output(3)).to_contain_text("2")
    assert panel.sources()[3] == "%%nbflow run\n1 + 1"


def test_keys_of_command_mode_open_the_panel_and_run_a_cell(open_notebook: Open) -> None:
    notebook = open_notebook("1 + 1")
    panel = Panel(notebook)
    notebook.cell(0).locator(".jp-InputPrompt").click()

    panel.page.keyboard.type("np")

    expect(panel.node).to_be_visible()

    notebook.cell(0).locator(".jp-InputPrompt").click()
    panel.page.keyboard.type("nr")

    expect(notebook.output(0)).to_contain_text("2")
    assert panel.sources()[0] == "%%nbflow run\n1 + 1"


def test_a_server_without_nbflow_is_told_of_with_what_to_do(open_notebook: Open) -> None:
    notebook = open_notebook("1 + 1")
    panel = Panel(notebook)
    panel.page.evaluate(WITHOUT_NBFLOW)

    notebook.command("nbflow:open-panel")

    expect(panel.node).to_contain_text("jupyter server extension enable nbflow")


def test_settings_move_the_panel_and_hide_the_item(panel: Panel) -> None:
    try:
        set_settings(panel, {"nbflow:notebook": {"showActiveRun": False}, "nbflow:panel": {"place": "right"}})

        expect(panel.page.locator("#jp-right-stack #nbflow-panel")).to_have_count(1)
        expect(panel.page.locator(".nbf-run-item")).to_be_hidden()
    finally:
        set_settings(panel, {"nbflow:notebook": {}, "nbflow:panel": {}})

    expect(panel.page.locator("#jp-left-stack #nbflow-panel")).to_have_count(1)
    expect(panel.page.locator(".nbf-run-item")).to_be_visible()


def test_notebook_7_has_the_panel_too(open_notebook: Open) -> None:
    notebook = open_notebook(LOG_RUNS, START, app="notebook")
    notebook.run_all()
    notebook.command("nbflow:open-panel")
    panel = Panel(notebook)

    panel.has_runs("long training", "fit-3", "fit-2", "fit-1", "fit-0")
    expect(panel.page.locator(".nbf-run-item button")).to_contain_text("long training")


def set_settings(panel: Panel, settings: dict[str, dict[str, object]]) -> None:
    """Write the user's settings, and load the page anew."""
    for plugin, values in settings.items():
        script = "([plugin, text]) => window.jupyterapp.serviceManager.settings.save(plugin, text)"
        panel.page.evaluate(script, [plugin, json.dumps(values)])
    panel.notebook.open()


def drag(what: Locator, where: Locator) -> None:
    """Drag with the pointer, as a hand does it: what is dropped where the pointer jumps to is not seen on its way."""
    mouse = what.page.mouse
    start, end = what.bounding_box(), where.bounding_box()
    assert start is not None
    assert end is not None
    mouse.move(start["x"] + 5, start["y"] + 5)
    mouse.down()
    mouse.move(start["x"] + 20, start["y"] + 20, steps=4)
    mouse.move(end["x"] + 150, end["y"] + 10, steps=8)
    mouse.up()
