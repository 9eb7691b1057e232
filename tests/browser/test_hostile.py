"""A store in which every text is an attack, shown by all views in a real JupyterLab: no script runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.notebook_page import SCREENSHOTS
from tests.widgets.hostile import MARK

if TYPE_CHECKING:
    from playwright.sync_api import Dialog, Locator, Page

    from tests.browser.notebook_page import Notebook

    Open = Callable[..., Notebook]

pytestmark = pytest.mark.slow

SETUP = f"""
import sys, warnings
sys.path.insert(0, {str(Path(__file__).parents[2])!r})
from pathlib import Path
import nbflow
from tests.widgets.hostile import displays
with warnings.catch_warnings(action="ignore"):
    shown = displays(Path("hostile-nbruns").absolute())
%load_ext nbflow
"""
ROOTS = {
    "runs": ".nbf-run-table",
    "named runs": ".nbf-run-table",
    "run": ".nbf-run",
    "named run": ".nbf-run",
    "compare": ".nbf-comparison",
    "named compare": ".nbf-comparison",
    "live": ".nbf-live",
    "model": ".nbf-card",
    "info": ".nbf-card",
    "form": ".nbf-form",
    "chart": "svg.marks",
}
"""What is there when a view is."""

# What no view of ours has anywhere: an element, a handler or an address of theirs.
FOREIGN = """view => [...view.querySelectorAll('*')].filter(each =>
  ['SCRIPT', 'OBJECT', 'EMBED', 'LINK', 'BASE', 'META'].includes(each.tagName)
  || (each.tagName === 'IMG' && !/^(data:image|blob:)/.test(each.getAttribute('src')))
  || (each.tagName === 'IFRAME' && !each.hasAttribute('sandbox'))
  || [...each.attributes].some(at => /^on/i.test(at.name)
    || (/href|src|action|data$/i.test(at.name) && /^\\s*(javascript|vbscript|data:text)/i.test(at.value)))
).map(each => each.outerHTML.slice(0, 200))"""


@pytest.fixture
def watched(page: Page) -> Iterator[list[str]]:
    """Give what happens that only a script of theirs would do: dialogs, other pages."""
    happened: list[str] = []

    def asked(dialog: Dialog) -> None:
        happened.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", asked)
    page.context.on("page", lambda opened: happened.append(opened.url))
    yield happened
    assert happened == []


def cell(kind: str) -> str:
    return f"nbflow.live(shown[{kind!r}])" if kind == "live" else f"shown[{kind!r}]"


def ran(notebook: Notebook) -> list[str]:
    """Give the frames in which the mark was set."""
    hurt = f"() => window.{MARK} !== undefined"
    return [frame.url for frame in notebook.page.frames if frame.evaluate(hurt)]


def look_into(view: Locator) -> None:
    """Open all that can be opened and changes nothing."""
    for role in ("tab", "treeitem"):
        for part in view.get_by_role(role).all()[:60]:
            if part.is_visible():
                part.click()
                view.page.wait_for_timeout(60)
    for summary in view.locator("summary").all()[:10]:
        if summary.is_visible():
            summary.click()
    for mark in view.locator("svg .mark-symbol path, svg .mark-rect path").all()[:5]:
        if mark.is_visible():
            mark.hover(force=True)


@pytest.mark.usefixtures("watched")
def test_no_script_of_theirs_runs_live_or_saved(open_notebook: Open) -> None:
    notebook = open_notebook(SETUP, *map(cell, ROOTS))
    notebook.page.set_viewport_size({"width": 1280, "height": 2200})
    notebook.run_cell(0)
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    for index, (kind, root) in enumerate(ROOTS.items(), 1):
        output = notebook.run_cell(index)
        output.locator(root).first.wait_for()
        look_into(output)
        output.screenshot(path=SCREENSHOTS / f"hostile-{kind.replace(' ', '-')}.png")
        assert output.evaluate(FOREIGN) == []
        assert ran(notebook) == []

    notebook.save()
    notebook.shut_down()
    notebook.open(has_kernel=False)
    for index, root in enumerate(ROOTS.values(), 1):
        output = notebook.output(index)
        output.scroll_into_view_if_needed()
        output.locator(root).first.wait_for()
        assert output.evaluate(FOREIGN) == []
    assert ran(notebook) == []

    # What looks for them would find them.
    output.evaluate("""view => view.append(Object.assign(document.createElement('a'), { href: 'javascript:1' }))""")
    assert len(output.evaluate(FOREIGN)) == 1
    notebook.page.evaluate(f"() => void (window.{MARK} = 1)")
    assert len(ran(notebook)) == 1
