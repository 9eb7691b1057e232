"""The pages of `nbflow ui`, JupyterLab's panel and tabs, and the widgets, for who hears them or has no mouse: axe-core
finds nothing serious in the light and in the dark, and keys alone get everywhere.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest
from playwright.sync_api import expect

from tests.browser.notebook_page import SCREENSHOTS, Notebook
from tests.browser.panel_page import LOG_RUNS, Panel
from tests.browser.ui_server import Ui

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Locator, Page

Open = Callable[..., Notebook]
Scheme = Literal["light", "dark"]

AXE = Path(__file__).parents[2] / "labextension" / "node_modules" / "axe-core" / "axe.min.js"
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
SETTLE_MS = 250  # colours of buttons change by and by

LOG = """
import json, math, sys
import pandas as pd
import nbflow

nbflow.set_tracking_uri(sys.argv[1])
nbflow.set_experiment("fraud")
client = nbflow.Client()
ids = []
for n in range(4):
    with nbflow.start_run(run_name=f"fit-{n}", description="Which rate is best?") as run:
        ids.append(run.info.run_id)
        nbflow.log_params({"rate": 0.1 * (n + 1), "solver": ["lbfgs", "saga"][n % 2]})
        nbflow.set_tag("team", "risk")
        for step in range(20):
            nbflow.log_metrics({"loss": math.exp(-step / (4 + n)), "accuracy": step / 20}, step=step)
        nbflow.log_text("it went well", "report.txt")
        nbflow.log_text("a,b\\n1,2\\n3,4\\n", "data/table.csv")
        nbflow.log_dict({"a": [1, {"b": None}]}, "config.json")
        nbflow.log_text("<p>a report</p>", "report.html")
        nbflow.log_text("# A title\\n\\nand words", "notes.md")
        if n == 3:
            with nbflow.start_run(run_name="inner", nested=True):
                nbflow.log_metric("loss", 0.5)
try:
    with nbflow.start_run(run_name="broken") as run:
        ids.append(run.info.run_id)
        raise ValueError("did not converge")
except ValueError:
    pass
ids.append(client.create_run("0", run_name="goes on").info.run_id)


class Model(nbflow.pyfunc.PythonModel):
    def predict(self, context, model_input):
        return model_input


table = pd.DataFrame({"amount": [1.0], "country": ["NO"]})
signature = nbflow.models.infer_signature(table, [0])
for name in ("first", "second"):
    with nbflow.start_run(run_id=ids[3]):
        nbflow.pyfunc.log_model(
            name, python_model=Model(), signature=signature, input_example=table, registered_model_name="fraud"
        )
client.update_registered_model("fraud", "Finds what is not as it seems.")
client.set_registered_model_tag("fraud", "team", "risk")
client.set_registered_model_alias("fraud", "champion", 2)
client.update_model_version("fraud", 2, "The better one.")
client.set_model_version_tag("fraud", 2, "checked", "yes")
client.add_comment("fraud", 2, "Looks good.")
client.request_approval("fraud", 2, "champion")
client.log_evaluation("fraud", 2, {"accuracy": 0.9}, "holdout")
print(json.dumps(ids))
"""
FOUND = """async scope => {
  const { violations } = await axe.run(scope ?? document, { resultTypes: ['violations'] });
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes
      // A line of a list begins with what it is called, and says in words what the marks and numbers in it mean.
      .filter(({ html }) => id !== 'label-content-name-mismatch' || !/^<div [^>]*role="(option|treeitem)"/.test(html))
      .map(node =>
      `${id}: ${node.target.join(' ')}: ${node.html.slice(0, 200)}: ${node.any[0]?.message ?? node.failureSummary}`));
}"""


@dataclass(frozen=True)
class Shown:
    """A running `nbflow ui`, and what is in its store.

    Parameters
    ----------
    ui
        It.
    runs
        The runs, in the order in which they began; the fourth has two models and a run inside, the fifth failed.
    """

    ui: Ui
    runs: list[str]


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    root = tmp_path_factory.mktemp("accessibility") / "nbruns"
    command = [sys.executable, "-W", "ignore", "-c", LOG, str(root)]
    done = subprocess.run(command, check=True, cwd=root.parent, stdout=subprocess.PIPE)
    ui = Ui.start(root)
    yield Shown(ui, json.loads(done.stdout))
    ui.stop()


@cache
def axe() -> str:
    if not AXE.is_file():
        pytest.fail("axe-core is not there: run `npm ci` in labextension/")
    return AXE.read_text(encoding="utf-8")


def found(page: Page, scope: str | None = None) -> set[str]:
    """Give what is seriously wrong in the page, or in a part of it."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(f"() => {{ {axe()} }}")  # the page's policy lets in no script of a file
    page.wait_for_timeout(SETTLE_MS)
    return set(page.evaluate(FOUND, scope))


def is_fine(page: Page, name: str) -> None:
    """Look at a page of `nbflow ui` in the light and in the dark."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    wrong: dict[str, set[str]] = {}
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        wrong[scheme] = found(page)
        page.screenshot(path=SCREENSHOTS / f"axe-{name}-{scheme}.png")
    is_nothing(wrong)


def is_fine_in_lab(notebook: Notebook, scope: str) -> None:
    """Look at a part of JupyterLab in both of its themes."""
    wrong: dict[str, set[str]] = {}
    for scheme in SCHEMES:
        notebook.set_theme(scheme)
        wrong[scheme] = found(notebook.page, scope)
    notebook.set_theme("light")
    is_nothing(wrong)


def is_nothing(wrong: dict[str, set[str]]) -> None:
    lines = [f"{scheme}: {each}" for scheme, all_of_it in wrong.items() for each in sorted(all_of_it)]
    assert not lines, "\n".join(lines)


def start(page: Page, shown: Shown) -> Locator:
    """Open the page that one starts with."""
    page.goto(shown.ui.address)
    main = page.get_by_role("main")
    expect(main.get_by_role("heading", name="Last runs")).to_be_visible()
    expect(page.get_by_role("complementary").get_by_role("option").first).to_be_visible()
    return main


def go(page: Page, shown: Shown, place: str) -> Locator:
    """Open another page."""
    main = start(page, shown)
    page.goto(shown.ui.at(place))
    return main


def test_start(page: Page, shown: Shown) -> None:
    start(page, shown)

    is_fine(page, "start")


def test_experiment(page: Page, shown: Shown) -> None:
    main = start(page, shown)
    main.get_by_role("link", name="fraud", exact=True).first.click()
    expect(main.get_by_role("figure", name="loss", exact=True).first).to_be_visible()
    main.get_by_role("row").filter(has_text="fit-1").locator(".nbf-check").click()
    main.get_by_role("row").filter(has_text="fit-2").locator(".nbf-check").click()

    is_fine(page, "experiment")


def test_menus_and_boxes(page: Page, shown: Shown) -> None:
    start(page, shown)
    panel = page.get_by_role("complementary")
    panel.get_by_role("option", name=re.compile("^fraud,")).click()
    panel.get_by_role("option", name=re.compile("^fit-1,")).click(button="right")
    expect(page.get_by_role("menu")).to_be_visible()
    is_fine(page, "menu")

    page.keyboard.press("Escape")
    panel.get_by_role("button", name="New experiment").click()
    expect(page.get_by_role("dialog", name="New experiment")).to_be_visible()
    is_fine(page, "box")


def test_a_filter_that_is_wrong(context: BrowserContext, shown: Shown) -> None:
    page = context.new_page()  # in whose console the browser itself writes what the server answered
    start(page, shown)
    panel = page.get_by_role("complementary")
    panel.get_by_role("option", name=re.compile("^fraud,")).click()
    expect(panel.get_by_role("option", name=re.compile("^fit-1,"))).to_be_visible()
    panel.get_by_role("combobox", name="Filter runs").fill("params.rate =")
    expect(panel.locator(".nbf-field-wrong")).to_be_visible()

    is_fine(page, "wrong-filter")


def test_run(page: Page, shown: Shown) -> None:
    main = go(page, shown, f"runs/{shown.runs[3]}")
    expect(main.get_by_role("heading", name="fit-3", level=1)).to_be_visible()

    for name in ("report.txt", "config.json", "report.html", "notes.md"):
        main.get_by_role("treeitem", name=name).click()
        expect(main.get_by_role("region", name=f"Preview of {name}")).to_be_visible()
        is_fine(page, f"run-{name.replace('.', '-')}")


def test_run_that_failed(page: Page, shown: Shown) -> None:
    main = go(page, shown, f"runs/{shown.runs[4]}")
    expect(main.get_by_role("heading", name="broken", level=1)).to_be_visible()

    is_fine(page, "run-failed")


def test_comparison(page: Page, shown: Shown) -> None:
    main = go(page, shown, f"compare?runs={','.join(shown.runs[:4])}")
    expect(main.get_by_role("article", name="Comparison of 4 runs")).to_contain_text("fit-1")
    expect(main.get_by_role("figure").first).to_be_visible()

    is_fine(page, "comparison")


def test_model(page: Page, shown: Shown) -> None:
    main = go(page, shown, "models/fraud")
    expect(main.get_by_role("table", name="Versions").get_by_role("row").nth(1)).to_contain_text("@champion")

    is_fine(page, "model")


def test_version(page: Page, shown: Shown) -> None:
    main = go(page, shown, "models/fraud/2")
    expect(main.get_by_role("heading", name="Version 2", level=1)).to_be_visible()

    for tab in main.get_by_role("tab").all():
        tab.click()
        expect(tab).to_have_attribute("aria-selected", "true")
        is_fine(page, f"version-{re.sub('[^a-z]+', '-', tab.inner_text().lower()).strip('-')}")


def test_what_is_not_there(context: BrowserContext, shown: Shown) -> None:
    page = context.new_page()  # as above
    main = go(page, shown, "models/fraud-2")
    expect(main).to_contain_text("fraud-2")

    is_fine(page, "nothing")


def test_panel_tab_and_widgets_of_jupyterlab(open_notebook: Open) -> None:
    notebook = open_notebook(
        LOG_RUNS, "runs = nbflow.search_runs(); runs", "runs.compare()", "nbflow.last_active_run()"
    )
    notebook.run_all()
    panel = Panel(notebook).open()
    panel.has_runs("fit-3", "fit-2", "fit-1", "fit-0")
    for index, root in ((1, ".nbf-run-table"), (2, ".nbf-comparison"), (3, ".nbf-run")):
        output = notebook.output(index)
        output.scroll_into_view_if_needed()
        output.locator(root).wait_for()
        is_fine_in_lab(notebook, f".jp-Cell[data-windowed-list-index='{index}'] .nbf-view")
    panel.run("fit-2").click()

    is_fine_in_lab(notebook, "#nbflow-panel")
    is_fine_in_lab(notebook, ".nbf-run-item")

    panel.run("fit-2").dblclick()
    expect(panel.shown().get_by_role("heading", name="fit-2").first).to_be_visible()
    is_fine_in_lab(notebook, ".nbf-lab-page")


def focused(page: Page) -> str:
    """Give the name of what has the focus."""
    name: str = page.evaluate("() => document.activeElement.getAttribute('aria-label') ?? ''")
    return name


def tab_to(page: Page, what: Locator, key: str = "Tab") -> None:
    """Press a key until something has the focus."""
    for _ in range(60):
        if what.evaluate("(node) => node === document.activeElement"):
            return
        page.keyboard.press(key)
    pytest.fail(f"{key} does not get to {what}: it stays at {focused(page)}")


def test_by_keys_alone(page: Page, shown: Shown) -> None:
    start(page, shown)
    panel = page.get_by_role("complementary")
    keys = page.keyboard

    experiments = panel.get_by_role("listbox", name="Experiments")
    tab_to(page, experiments)
    keys.press("Home")
    while "fraud" not in spoken(page, experiments):
        keys.press("ArrowDown")
    keys.press("Space")
    runs = panel.get_by_role("listbox", name="Runs")
    expect(runs.get_by_role("option", name=re.compile("^fit-3,"))).to_be_visible()

    tab_to(page, panel.get_by_role("combobox", name="Filter runs"))
    keys.type("params.solver = 'saga'")
    keys.press("Enter")
    expect(runs.get_by_role("option")).to_have_count(2)

    tab_to(page, runs)
    keys.press("Home")
    keys.press("Space")
    keys.press("Shift+ArrowDown")
    tab_to(page, panel.get_by_role("button", name="Compare 2 runs"), "Shift+Tab")
    keys.press("Enter")
    main = page.get_by_role("main")
    expect(main.get_by_role("heading", name="Comparison of 2 runs")).to_be_visible()

    tab = page.get_by_role("navigation", name="Open pages").get_by_role("link", name="Comparison of 2 runs")
    tab_to(page, tab, "Shift+Tab")
    keys.press("Delete")
    expect(main.get_by_role("heading", name="Last runs")).to_be_visible()
    assert "Start" in page.evaluate("() => document.activeElement.innerText")


def spoken(page: Page, box: Locator) -> str:
    """Give what is said of the item that a list's cursor is on."""
    cursor = box.get_attribute("aria-activedescendant")
    return page.locator(f"[id='{cursor}']").get_attribute("aria-label") or "" if cursor else ""
