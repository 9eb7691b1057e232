"""The panel in a real browser: until it can be used, and until it shows what a kernel logged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.bench.generate import EXPERIMENT, make_store
from tests.bench.report import Row, Section, Target
from tests.bench.servers import TOKEN, nbflow_server
from tests.bench.timing import Contender, Figures, ask

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from tests.bench.servers import Running

__all__ = ["measure"]

_FEW = 10_000
_ROUNDS = 7
_POINTS = 15
_PATIENCE_MS = 120_000
# From the moment that the browser was told to go there, to the frame that has runs in it which take clicks.
_LOOK = """
window.usable = new Promise(resolve => {
  const look = () => {
    const line = document.querySelector('[role=listbox][aria-label=Runs] [role=option]');
    if (line) requestAnimationFrame(() => resolve(performance.now()));
    else requestAnimationFrame(look);
  };
  look();
});
"""
_WATCH = """text => {
  const panel = document.querySelector('[role=listbox][aria-label=Runs]');
  window.seen = new Promise(resolve => {
    const look = () => (panel.textContent.includes(text) ? resolve(Date.now()) : requestAnimationFrame(look));
    look();
  });
}"""
_START = """
import time, nbflow
nbflow.set_tracking_uri({store!r})
nbflow.set_experiment({experiment!r})
run = nbflow.start_run(run_name="live")
nbflow.log_metric("loss", 0.5)
"""
_LOG = "nbflow.log_metric('loss', {value}); print(time.time())"


def measure(folder: Path, n_runs: int) -> Section:
    """Measure with a few runs, and with as many as are given.

    Parameters
    ----------
    folder
        Where to put the stores.
    n_runs
        How many runs are in the large one.
    """
    note = (
        "`jupyter nbflow` and a Chromium without a window that has nothing of the page yet: from the address until the "
        "panel shows runs; the store's index was made before. Then a kernel logs a metric that the panel shows, beside "
        "a store of as many runs: from the end of the call until the number stands there."
    )
    section = Section("The panel", note)
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        section.plain.append(("skipped", "Playwright is not installed"))
        return section
    from tests.browser.chromium import launch

    with sync_playwright() as playwright:
        browser = launch(playwright)
        if browser is None:
            section.plain.append(("skipped", "there is no Chromium"))
            return section
        for count, most_s in ((_FEW, 1.0), (n_runs, 3.0)):
            section.rows += _measure_store(folder / str(count), count, most_s, browser)
        browser.close()
    return section


def _measure_store(folder: Path, n_runs: int, most_s: float, browser: Browser) -> list[Row]:
    folder.mkdir()
    ask(make_store, folder=str(folder), n_runs=n_runs, n_points=1)
    with nbflow_server(folder, one_core=False) as running:
        _open(browser, running)[0].context.close()  # the index is made, and the server is warm
        opened, seen = _figures("until it can be used"), _figures("from the call to the page")
        for _ in range(_ROUNDS):
            page, seconds = _open(browser, running)
            page.context.close()
            opened.seconds.append(seconds)
        seen.seconds.extend(_log_and_see(folder, browser, running))
    return [
        Row(f"the panel is opened, {n_runs:,} runs", [opened], Target(at_most_s=most_s)),
        Row(f"a metric is logged beside {n_runs:,} runs", [seen], Target(at_most_s=1.0)),
    ]


def _open(browser: Browser, running: Running) -> tuple[Page, float]:
    """Open the page with nothing kept, and give the seconds until its panel can be used."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.add_init_script(_LOOK)
    page.set_default_timeout(_PATIENCE_MS)
    page.goto(f"http://127.0.0.1:{running.port}/nbflow?token={TOKEN}", wait_until="commit")
    milliseconds: float = page.evaluate("() => window.usable")
    return page, milliseconds / 1000


def _log_and_see(folder: Path, browser: Browser, running: Running) -> list[float]:
    """Log in a kernel, and give the seconds until the panel shows each."""
    from tests.magics.kernel import Kernel

    page, _ = _open(browser, running)
    kernel = Kernel(folder)
    try:
        _run(kernel, _START.format(store=str(folder / "store"), experiment=EXPERIMENT))
        page.get_by_role("button", name="Show metrics").click()
        page.get_by_role("dialog").get_by_role("button", name="loss", exact=True).click()
        page.keyboard.press("Escape")
        page.get_by_role("listbox", name="Runs", exact=True).get_by_role("option", name="live,").wait_for()
        seconds = []
        for number in range(_POINTS):
            text = str(round(0.7001 + number * 0.0011, 4))
            page.evaluate(_WATCH, text)
            logged = float(_run(kernel, _LOG.format(value=text)))
            milliseconds: float = page.evaluate("() => window.seen")
            seconds.append(milliseconds / 1000 - logged)
    finally:
        kernel.close()
        page.context.close()
    return seconds


def _run(kernel: Any, code: str) -> str:
    ran = kernel.run(code)
    assert ran.status == "ok", ran
    said: str = ran.stdout
    return said


def _figures(name: str) -> Figures:
    here: Any = measure  # no process of their own makes these samples
    return Figures(Contender(name, here, kind="nbflow"))
