"""`Panel`: the side panel of JupyterLab, and the tabs that it opens, with what a user does to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from tests.browser.notebook_page import Notebook

__all__ = ["LOG_RUNS", "Panel"]

LOG_RUNS = """
import math, nbflow
nbflow.set_experiment("fraud")
for i in range(4):
    with nbflow.start_run(run_name=f"fit-{i}"):
        nbflow.log_params({"rate": 0.1 * (i + 1), "solver": ["lbfgs", "saga"][i % 2]})
        for step in range(10):
            nbflow.log_metric("loss", math.exp(-step / (4 + i)), step=step)
"""
# The notebook may lie behind a page: whichever is in front, this is the kernel of the first one.
IN_NOTEBOOK = """code => {
  const panel = [...window.jupyterapp.shell.widgets('main')].find(widget => widget.sessionContext);
  panel.sessionContext.session.kernel.requestExecute({ code, store_history: false });
}"""
SOURCES = (
    """() => window.jupyterapp.shell.currentWidget.content.widgets.map(cell => cell.model.sharedModel.getSource())"""
)


class Panel:
    """The side panel.

    Parameters
    ----------
    notebook
        The notebook that is open beside it.
    """

    def __init__(self, notebook: Notebook) -> None:
        self.notebook = notebook
        self.page: Page = notebook.page
        self.node = self.page.locator("#nbflow-panel")
        self.runs = self.node.get_by_role("listbox", name="Runs")
        self.experiments = self.node.get_by_role("listbox", name="Experiments")
        self.filter = self.node.get_by_role("combobox", name="Filter runs")

    def open(self) -> Panel:
        """Open it, as a click on its icon does."""
        self.page.locator(".jp-SideBar li[data-id='nbflow-panel']").click()
        self.node.locator(".nbf-store").wait_for()
        return self

    def reload(self) -> None:
        """Load the page anew, and wait until JupyterLab shows the panel again, which takes it some seconds."""
        self.page.goto(self.page.url)
        self.node.locator(".nbf-store").wait_for()

    def run(self, name: str) -> Locator:
        """Give a run's line."""
        return self.runs.get_by_role("option", name=f"{name},")

    def experiment(self, name: str) -> Locator:
        """Give an experiment's line."""
        return self.experiments.get_by_role("option", name=f"{name},")

    def has_runs(self, *names: str) -> None:
        """Wait until these are its runs, in their order."""
        expect(self.runs.locator(".nbf-line-name")).to_have_text(list(names))

    def press(self, name: str) -> None:
        """Press a button."""
        self.node.get_by_role("button", name=name, exact=True).click()

    def tab(self, title: str) -> Locator:
        """Give a tab of the main area."""
        return self.page.locator(".lm-DockPanel-tabBar .lm-TabBar-tab").filter(has_text=title)

    def shown(self) -> Locator:
        """Give the page that is seen."""
        return self.page.locator(".nbf-lab-page:visible")

    def execute(self, code: str) -> None:
        """Have the notebook's kernel execute code while whatever it may be is in front."""
        self.page.evaluate(IN_NOTEBOOK, code)

    def sources(self) -> list[str]:
        """Give the code of the cells of the notebook in front."""
        sources: list[str] = self.page.evaluate(SOURCES)
        return sources

    def drag(self, what: Locator, where: Locator) -> None:
        """Drag with the pointer, as a hand does it: what is dropped where it jumps to is not seen on its way."""
        mouse = self.page.mouse
        start, end = what.bounding_box(), where.bounding_box()
        assert start is not None
        assert end is not None
        mouse.move(start["x"] + 5, start["y"] + 5)
        mouse.down()
        mouse.move(start["x"] + 20, start["y"] + 20, steps=4)
        mouse.move(end["x"] + 150, end["y"] + 10, steps=8)
        mouse.up()
