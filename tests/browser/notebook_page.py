"""`Notebook`: a notebook that is open in a browser, with what a user does to it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import nbformat

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from tests.browser.jupyter_server import Server

__all__ = ["Notebook", "write"]

SCREENSHOTS = Path(__file__).parents[2] / "build" / "screenshots"
KERNELSPEC = {"name": "python3", "display_name": "Python 3", "language": "python"}
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}

SPLASH = "#jupyterlab-splash"

App = Literal["lab", "notebook"]

READY = """() => {
  const panel = window.jupyterapp?.shell.currentWidget;
  return panel?.content?.widgets?.length > 0 && panel.context?.isReady && panel.sessionContext?.isReady;
}"""
HAS_KERNEL = "() => window.jupyterapp.shell.currentWidget.sessionContext.session?.kernel?.status === 'idle'"
RUN_CELL = """async index => {
  const { commands, shell } = window.jupyterapp;
  shell.currentWidget.content.activeCellIndex = index;
  await commands.execute('notebook:run-cell');
}"""
ASK_KERNEL = """async code => {
  const { kernel } = window.jupyterapp.shell.currentWidget.sessionContext.session;
  const future = kernel.requestExecute({ code, store_history: false });
  let text = '';
  future.onIOPub = ({ header, content }) => {
    if (header.msg_type === 'stream') text += content.text;
    if (header.msg_type === 'error') text += content.traceback.join('\\n');
  };
  await future.done;
  return text;
}"""


def write(path: Path, *cells: str) -> Path:
    """Write a notebook of code cells, with no outputs.

    Parameters
    ----------
    path
        The file to write.
    *cells
        The code of each cell.

    Returns
    -------
    path : Path
        The same path.
    """
    code = [nbformat.v4.new_code_cell(cell) for cell in cells]
    nbformat.write(nbformat.v4.new_notebook(cells=code, metadata={"kernelspec": KERNELSPEC}), path)
    return path


class Notebook:
    """A notebook in JupyterLab or Notebook 7.

    Parameters
    ----------
    page
        The browser's page.
    server
        The Jupyter server.
    path
        The notebook's file, in the server's folder.
    app
        Which of both applications shows it.
    """

    def __init__(self, page: Page, server: Server, path: Path, app: App = "lab") -> None:
        self.page = page
        self.server = server
        self.path = path
        self.app = app

    def open(self, *, has_kernel: bool = True) -> Notebook:
        """Open it, or load its page anew.

        Parameters
        ----------
        has_kernel
            Wait until its kernel is there.
        """
        name = self.path.relative_to(self.server.root).as_posix()
        # A workspace of its own: what another test left open does not come back.
        where = f"lab/workspaces/{self.path.stem}/tree" if self.app == "lab" else "notebooks"
        self.page.goto(f"{self.server.url}/{where}/{name}?token={self.server.token}&reset")
        self.page.wait_for_function(READY)
        self.page.locator(SPLASH).wait_for(state="detached")
        if has_kernel:
            self.page.wait_for_function(HAS_KERNEL)
        return self

    def run_cell(self, index: int = 0) -> Locator:
        """Run a cell, wait until it is done, and give its output."""
        self.page.evaluate(RUN_CELL, index)
        return self.output(index)

    def start_cell(self, index: int = 0) -> Locator:
        """Run a cell, and give its output without waiting for its end."""
        self.page.evaluate(f"index => void ({RUN_CELL})(index)", index)
        return self.output(index)

    def run_all(self) -> None:
        """Run all cells, and wait until they are done."""
        self.command("notebook:run-all-cells")

    def output(self, index: int = 0) -> Locator:
        """Give the area below a cell."""
        return self.cell(index).locator(".jp-Cell-outputArea")

    def cell(self, index: int = 0) -> Locator:
        """Give a cell."""
        return self.page.locator(f".jp-Notebook .jp-Cell[data-windowed-list-index='{index}']").first

    def python(self, code: str) -> str:
        """Run code in the kernel outside of any cell, and give what it printed; waits for a cell that runs."""
        printed: str = self.page.evaluate(ASK_KERNEL, code)
        return printed.rstrip("\n")

    def save(self) -> nbformat.NotebookNode:
        """Save, and read the file."""
        self.command("docmanager:save")
        return self.read()

    def read(self) -> nbformat.NotebookNode:
        """Read the file."""
        notebook: nbformat.NotebookNode = nbformat.read(self.path, as_version=4)
        return notebook

    def shut_down(self) -> None:
        """Shut the kernel down."""
        self.page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")

    def restart(self) -> None:
        """Restart the kernel."""
        self.page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.restartKernel()")
        self.page.wait_for_function(HAS_KERNEL)

    def kill_kernel(self) -> None:
        """Let the kernel's process die under the page; the server starts another."""
        self.page.evaluate(
            "() => void window.jupyterapp.shell.currentWidget.sessionContext.session.kernel"
            ".requestExecute({ code: 'import os; os._exit(1)' }).done.catch(() => null)"
        )
        # JupyterLab tells the user.
        self.page.locator(".jp-Dialog .jp-mod-accept").click()
        self.page.wait_for_function(HAS_KERNEL)

    def trust(self) -> None:
        """Trust the notebook, as the user's click on its shield does."""
        self.page.evaluate("() => void window.jupyterapp.commands.execute('notebook:trust')")
        self.page.locator(".jp-Dialog .jp-mod-accept").click()

    def command(self, name: str, **arguments: Any) -> None:
        """Execute one of the application's commands, and wait until it is done."""
        script = "async ([name, args]) => { await window.jupyterapp.commands.execute(name, args); }"
        self.page.evaluate(script, [name, arguments])

    def set_theme(self, theme: Literal["light", "dark"]) -> None:
        """Change the application's theme."""
        self.command("apputils:change-theme", theme=THEMES[theme])
        self.page.locator(f"body[data-jp-theme-light='{str(theme == 'light').lower()}']").wait_for(state="attached")
        self.page.locator(SPLASH).wait_for(state="detached")

    def screenshot(self, name: str, what: Locator | None = None) -> None:
        """Take pictures in both themes, into `build/screenshots`; the light theme is left.

        Parameters
        ----------
        name
            The pictures' name; `-light.png` and `-dark.png` are added.
        what
            What is taken; None for the whole page.
        """
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        assert re.fullmatch(r"[a-z0-9-]+", name)
        for theme in ("dark", "light"):
            self.set_theme(theme)
            (what or self.page).screenshot(path=SCREENSHOTS / f"{name}-{theme}.png")
