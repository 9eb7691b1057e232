"""A table outlives its kernel: what a user sees, in the page, when the notebook is saved, left, and opened again."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import nbformat
import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator

    from tests.browser.jupyter_server import Server
    from tests.browser.notebook_page import App, Notebook

    Open = Callable[..., Notebook]

CELL = """
import nbflow
for i in range(3):
    with nbflow.start_run(run_name=f"run-{i}"):
        nbflow.log_param("lr", 0.1 * i)
        nbflow.log_metric("loss", 1 / (i + 1))
table = nbflow.RunTable(nbflow.search_runs())
table
"""
PAUSE_MS = 2000  # the notebook's copy follows when the user pauses for a second
LATEST_FIRST, OLDEST_FIRST = ["run-2", "run-1", "run-0"], ["run-0", "run-1", "run-2"]


RUNS = CELL.replace("table = nbflow.RunTable(nbflow.search_runs())\ntable", "runs = nbflow.search_runs()\nruns")


def live(output: Locator) -> None:
    """Wait until the table is one that Python hears."""
    output.locator(".nbf-output[data-mode='live'] .nbf-run-table").wait_for()


def saved(output: Locator) -> None:
    """Wait until it is one without a kernel."""
    output.locator(".nbf-output[data-mode='saved'] .nbf-run-table").wait_for()


def shows(output: Locator, names: list[str]) -> None:
    """Wait until the table's runs are in this order."""
    from playwright.sync_api import expect

    expect(output.locator(".nbf-grid")).to_have_text(re.compile(".*".join(names), re.DOTALL))


def sort_by_name(output: Locator) -> None:
    output.locator(".nbf-head-cell[title='tags.mlflow.runName'] .nbf-head-name").click()


@pytest.mark.parametrize("app", ["lab", "notebook"])
def test_a_table_is_live_then_saved_then_live_again(open_notebook: Open, app: App) -> None:
    notebook = open_notebook(CELL, app=app)
    output = notebook.run_cell()
    live(output)
    shows(output, LATEST_FIRST)
    sort_by_name(output)
    shows(output, OLDEST_FIRST)
    notebook.screenshot(f"survival-{app}-live", output)
    notebook.page.wait_for_timeout(PAUSE_MS)

    notebook.shut_down()
    saved(output)
    shows(output, OLDEST_FIRST)  # it is the same table still
    notebook.save()

    notebook.open()
    saved(output)
    shows(output, OLDEST_FIRST)
    sort_by_name(output)
    shows(output, LATEST_FIRST)  # and it still sorts
    notebook.screenshot(f"survival-{app}-saved", output)

    notebook.run_cell()
    live(output)


def test_a_page_loaded_again_finds_its_widget_in_the_kernel(open_notebook: Open) -> None:
    notebook = open_notebook(CELL)
    output = notebook.run_cell()
    live(output)
    notebook.save()

    notebook.open()

    live(output)
    output.locator(".nbf-row .nbf-check").first.click()
    assert notebook.python("print(len(table.selected))") == "1"


def test_a_cells_value_is_live_and_kept_as_the_user_left_it(open_notebook: Open) -> None:
    notebook = open_notebook(RUNS)
    output = notebook.run_cell()
    live(output)
    sort_by_name(output)
    shows(output, OLDEST_FIRST)
    notebook.page.wait_for_timeout(PAUSE_MS)
    notebook.save()

    notebook.shut_down()
    notebook.open()

    saved(output)
    shows(output, OLDEST_FIRST)


def test_a_table_in_a_console_is_live(open_notebook: Open) -> None:
    notebook = open_notebook("1")
    notebook.command("notebook:create-console")
    notebook.page.locator(".jp-CodeConsole").wait_for()

    prompt = notebook.page.locator(".jp-CodeConsole-promptCell .cm-content")
    prompt.click()
    notebook.page.keyboard.insert_text(CELL)
    notebook.command("console:run-forced")

    live(notebook.page.locator(".jp-CodeConsole-content .jp-OutputArea"))


def test_a_kernel_that_dies_leaves_the_table(open_notebook: Open) -> None:
    notebook = open_notebook(CELL)
    output = notebook.run_cell()
    live(output)
    sort_by_name(output)

    notebook.kill_kernel()

    saved(output)
    shows(output, OLDEST_FIRST)
    notebook.run_cell()
    live(output)


def test_a_restarted_kernel_leaves_the_table(open_notebook: Open) -> None:
    notebook = open_notebook(CELL)
    output = notebook.run_cell()
    live(output)

    notebook.restart()

    saved(output)
    shows(output, LATEST_FIRST)
    notebook.run_cell()
    live(output)


def test_an_untrusted_table_stays_as_it_was_saved_until_it_is_trusted(open_notebook: Open) -> None:
    notebook = open_notebook(CELL, "1 + 1")
    live(notebook.run_cell())
    content = notebook.save()
    content.cells[1].outputs = content.cells[0].outputs  # somebody else's hand, but the kernel's own widget
    nbformat.write(content, notebook.path)

    output = notebook.open().output()

    saved(output)
    notebook.page.wait_for_timeout(3000)
    saved(output)
    notebook.trust()
    live(output)


def test_a_host_without_our_extension_gets_the_view_from_the_kernel(open_notebook: Open, bare_server: Server) -> None:
    setting = 'import os; os.environ["NBFLOW_WIDGET_VIEW"] = "1"'
    notebook = open_notebook(setting, CELL, on=bare_server)
    notebook.run_cell(0)

    output = notebook.run_cell(1)

    output.locator(".nbf-run-table").wait_for()
    shows(output, LATEST_FIRST)
    sort_by_name(output)
    shows(output, OLDEST_FIRST)
    notebook.screenshot("survival-bare-live", output)


def test_nbconvert_shows_the_table_without_a_script(open_notebook: Open, browser: Browser) -> None:
    notebook = open_notebook(CELL)
    live(notebook.run_cell())
    notebook.save()

    convert = [sys.executable, "-m", "nbconvert", "--to", "html", notebook.path.name]
    subprocess.run(convert, cwd=notebook.path.parent, check=True, capture_output=True)

    page = browser.new_page(java_script_enabled=False)
    page.goto(notebook.path.with_suffix(".html").as_uri())
    table = page.locator(".jp-OutputArea-output table")
    assert re.findall(r"run-\d", table.inner_text()) == LATEST_FIRST
    page.context.close()
