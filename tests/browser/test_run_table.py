"""The run table in a real page: what a user does with it, by mouse and by keys, and what Python hears of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from tests.browser.notebook_page import App, Notebook

    Open = Callable[..., Notebook]

RUNS = """
import nbflow
for i in range(12):
    with nbflow.start_run(run_name=f"run-{i:02}"):
        nbflow.log_params({"lr": [0.1, 0.01][i % 2], "model": ["vit", "resnet", "mlp"][i % 3], "epochs": 3})
        for step in range(8):
            nbflow.log_metrics({"loss": 1 / (i + step + 1), "accuracy": (i * 7 % 12) / 12 + step / 100}, step=step)
"""
TABLE = "table = nbflow.RunTable(nbflow.search_runs())\ntable"
TRAINING = """
import time
table = nbflow.RunTable(nbflow.search_runs(), live=True)
display(table)
for i in range(2):
    with nbflow.start_run(run_name=f"run-9{i}"):
        nbflow.log_metric("loss", 0.01)
    time.sleep(3)
"""


@pytest.fixture
def table(open_notebook: Open) -> tuple[Notebook, Locator]:
    return shown(open_notebook)


def shown(open_notebook: Open, app: App = "lab") -> tuple[Notebook, Locator]:
    notebook = open_notebook(RUNS, TABLE, TRAINING, app=app)
    notebook.run_cell(0)
    output = notebook.run_cell(1)
    output.locator(".nbf-output[data-mode='live'] .nbf-run-table").wait_for()
    return notebook, output


def names(output: Locator) -> list[str]:
    """Give the runs in view, from top to bottom."""
    lines = output.locator(".nbf-row").evaluate_all(
        "rows => rows.sort((a, b) => a.dataset.line - b.dataset.line).map(row => row.innerText)"
    )
    return [found.group() for line in lines if (found := re.search(r"run-\d\d", line))]


def row(output: Locator, name: str) -> Locator:
    return output.locator(".nbf-row", has_text=name)


def head(output: Locator, name: str) -> Locator:
    return output.locator(f".nbf-head-cell[title^='{name}'] .nbf-head-name")


@pytest.mark.parametrize("app", ["lab", "notebook"])
def test_it_shows_sorts_and_marks_the_best(open_notebook: Open, app: App) -> None:
    notebook, output = shown(open_notebook, app)
    assert names(output) == [f"run-{i:02}" for i in reversed(range(12))]
    expect(row(output, "run-11").locator("b")).to_have_text(re.compile("★"))
    expect(output.locator(".nbf-curve").first).to_be_visible()
    notebook.screenshot(f"run-table-{app}", output)

    head(output, "params.model").click()
    head(output, "metrics.loss").click(modifiers=["Shift"])

    assert names(output)[:5] == ["run-11", "run-08", "run-05", "run-02", "run-10"]


def test_selected_runs_are_python_s_and_the_other_way_round(table: tuple[Notebook, Locator]) -> None:
    notebook, output = table

    row(output, "run-10").click()
    row(output, "run-08").click(modifiers=["Shift"])

    expect(output.get_by_text("3 selected")).to_be_visible()
    # The page tells Python when that has time, not before the next question.
    for _ in range(20):
        selected = notebook.python("print(*sorted(table.selected['tags.mlflow.runName']))")
        if selected == "run-08 run-09 run-10":
            break
        notebook.page.wait_for_timeout(100)
    assert selected == "run-08 run-09 run-10"
    notebook.python("table.selected = table.runs.iloc[[0]]")
    expect(output.locator(".nbf-row[aria-selected='true']")).to_have_text(re.compile("run-11"))


def test_the_keys_of_the_table_are_not_the_notebook_s(table: tuple[Notebook, Locator]) -> None:
    notebook, output = table
    cells = notebook.page.locator(".jp-Notebook .jp-Cell")
    n_cells = cells.count()
    output.locator(".nbf-grid").focus()

    for key in ("ArrowDown", "Space", "Shift+ArrowDown", "d", "d", "a", "b"):
        notebook.page.keyboard.press(key)

    expect(output.get_by_text("2 selected")).to_be_visible()
    assert cells.count() == n_cells
    notebook.page.keyboard.press("ControlOrMeta+a")
    expect(output.get_by_text("12 selected")).to_be_visible()


def test_it_filters_by_the_grammar(table: tuple[Notebook, Locator]) -> None:
    notebook, output = table
    box = output.get_by_placeholder("filter")

    box.fill("params.model = 'vit' and metrics.loss < 0.1")
    expect(output.get_by_text("3 of 12 runs")).to_be_visible()
    assert names(output) == ["run-09", "run-06", "run-03"]

    box.fill("metrics.loss.max > 0.5")  # what only the store knows
    expect(output.get_by_text("1 of 12 runs")).to_be_visible()

    box.fill("metrix.loss > 1")
    expect(output.get_by_role("alert")).to_contain_text("metrix")
    notebook.screenshot("run-table-wrong-filter", output)


def test_it_groups_by_a_param(table: tuple[Notebook, Locator]) -> None:
    notebook, output = table

    output.get_by_role("button", name="Group runs").click()
    notebook.page.get_by_role("menuitemcheckbox", name="model").click()

    group = output.locator(".nbf-row.nbf-group", has_text="vit")
    expect(group).to_contain_text("±")
    expect(output.locator(".nbf-row")).to_have_count(3)
    group.click()
    expect(output.locator(".nbf-row")).to_have_count(7)
    notebook.screenshot("run-table-groups", output)


def test_it_renames_tags_and_deletes_and_takes_back(table: tuple[Notebook, Locator]) -> None:
    notebook, output = table
    named = "print(*nbflow.search_runs()['tags.mlflow.runName'])"

    row(output, "run-11").locator(".nbf-name").dblclick()
    notebook.page.keyboard.type("run-77")
    notebook.page.keyboard.press("Enter")
    expect(output.get_by_text("Renamed run-11 to run-77")).to_be_visible()
    assert names(output)[0] == "run-77"
    output.get_by_role("button", name="Undo").click()
    expect(row(output, "run-11")).to_be_visible()

    row(output, "run-11").click()
    output.get_by_role("button", name="Delete 1 run").click()
    expect(row(output, "run-11")).to_have_count(0)
    assert "run-11" not in notebook.python(named)
    notebook.screenshot("run-table-undo", output)
    output.get_by_role("button", name="Undo").click()
    expect(row(output, "run-11")).to_be_visible()
    assert "run-11" in notebook.python(named)


def test_columns_are_chosen_by_their_names_and_kept_as_a_layout(table: tuple[Notebook, Locator]) -> None:
    notebook, output = table

    output.get_by_role("button", name="Columns").click()
    notebook.page.get_by_placeholder("find columns").fill("epochs")
    notebook.page.locator(".nbf-chooser-list input").check()
    notebook.screenshot("run-table-columns")
    notebook.page.keyboard.press("Escape")
    expect(head(output, "params.epochs")).to_be_visible()

    output.get_by_role("button", name="More").click()
    notebook.page.get_by_role("menuitem", name="Layouts").click()
    notebook.page.get_by_placeholder("name of this layout").fill("with epochs")
    notebook.page.keyboard.press("Enter")
    expect(notebook.page.locator(".nbf-layouts")).to_have_count(0)

    output = notebook.run_cell(1)
    expect(head(output, "params.epochs")).to_be_visible()
    notebook.python("from nbflow.widgets.run_table.layouts import Layouts; Layouts().delete('with epochs')")


def test_new_runs_come_in_while_a_cell_runs(table: tuple[Notebook, Locator]) -> None:
    notebook, _ = table

    output = notebook.start_cell(2)
    row(output, "run-05").click()
    expect(row(output, "run-91")).to_be_visible()

    expect(output.locator(".nbf-row[aria-selected='true']")).to_have_text(re.compile("run-05"))
    expect(output.get_by_text("14 runs")).to_be_visible()
    notebook.python("table.close()")


def test_what_is_copied_pastes_into_a_spreadsheet(table: tuple[Notebook, Locator]) -> None:
    notebook, output = table
    notebook.page.context.grant_permissions(["clipboard-read", "clipboard-write"])

    row(output, "run-03").click()
    output.locator(".nbf-grid").focus()
    notebook.page.keyboard.press("ControlOrMeta+c")

    expect(output.get_by_text("Copied 1 run")).to_be_visible()
    copied = notebook.page.evaluate("navigator.clipboard.readText()")
    assert [line.split("\t")[0] for line in copied.split("\n")] == ["run", "run-03"]
    with notebook.page.expect_download() as download:
        output.get_by_role("button", name="More").click()
        notebook.page.get_by_role("menuitem", name="Download CSV of 1").click()
    assert download.value.suggested_filename == "runs.csv"


def test_hostile_names_are_text(open_notebook: Open) -> None:
    evil = "<img src=x onerror=alert(1)></script><b>\u202e\u0645\u0631\u062d\u0628\u0627 \U0001f98a"
    notebook = open_notebook(f"""
import nbflow
with nbflow.start_run(run_name={evil!r}):
    nbflow.log_param("javascript:alert/1", {evil!r})
    nbflow.set_tag("team", {evil!r} * 50)
    nbflow.log_metrics({{"loss": float("nan"), "inf": float("inf")}})
with nbflow.start_run(run_name="other"):
    nbflow.log_metrics({{"loss": 1.0, "inf": float("-inf")}})
nbflow.search_runs()
""")

    output = notebook.run_cell()

    output.locator(".nbf-output[data-mode='live'] .nbf-run-table").wait_for()
    expect(output.locator(".nbf-grid")).to_contain_text("<img src=x onerror=alert(1)></script>")
    assert output.locator(".nbf-run-table img, .nbf-run-table script").count() == 0
    notebook.screenshot("run-table-hostile", output)
