"""A real browser, a real Jupyter server, and what both must not do."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from tests.browser.chromium import launch
from tests.browser.jupyter_server import DIST, Server
from tests.browser.notebook_page import Notebook, write
from tests.browser.oldest_lab import python_of_oldest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

    from tests.browser.notebook_page import App

# What the applications themselves say where all is well.
NOT_OURS = (
    r"^console: Could not restore the debugger state",
    r"^uncaught: Command '[a-z:-]+' not registered\.$",  # Notebook 7.6, of commands that JupyterLab alone has
    r"^uncaught: Cannot read properties of undefined \(reading 'schema'\)$",  # Notebook 7.6, of its settings
    r"^uncaught: Cannot read properties of undefined \(reading 'last_modified'\)$",  # Notebook 7.2, of its checkpoints
    r"^console: .* status of 400 \(Bad Request\) \(\S+/nbflow/api/\S+&filter=",  # while it is typed
    r"^console: .* status of 403 \(Forbidden\) \(http://127\.0\.0\.1:\d+/hub/user/guest/nbflow/",  # as wished
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start the browser.

    For one module of tests, not for all: while it is there, an event loop of playwright's runs in this thread, and no
    test of another module could have one.
    """
    api = pytest.importorskip("playwright.sync_api")
    with api.sync_playwright() as playwright:
        started = launch(playwright)
        if started is None:
            pytest.skip("no Chromium: `make test` brings it, or `playwright install chromium`")
        yield started
        started.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Start JupyterLab and Notebook 7, with nbflow's extension as it was built here."""
    yield from running(tmp_path_factory)


@pytest.fixture(scope="session")
def bare_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Start the same where nbflow's extension is off, as if it were in the kernel's environment only."""
    yield from running(tmp_path_factory, is_ours_enabled=False)


@pytest.fixture(scope="module")
def guest_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Start one that takes everybody for the user `guest`, below a path as a hub has it."""
    yield from running(tmp_path_factory, base_url="/hub/user/guest/", user="guest")


@pytest.fixture(scope="module")
def oldest_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Start the oldest JupyterLab that nbflow works with."""
    yield from running(tmp_path_factory, python=python_of_oldest())


def running(tmp_path_factory: pytest.TempPathFactory, **how: Any) -> Iterator[Server]:
    pytest.importorskip("notebook")
    if not (DIST / "package.json").is_file():
        pytest.fail("the JavaScript is not built: run `make js`")
    started = Server.start(tmp_path_factory.mktemp("jupyter"), **how)
    yield started
    started.stop()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Open a window that shares nothing with other tests' windows."""
    opened = browser.new_context(viewport={"width": 1280, "height": 900})
    opened.set_default_timeout(30_000)
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """Open a page. The test fails on an error in its console, an uncaught one, or a request to another host."""
    opened = context.new_page()
    faults: list[str] = []

    def said(message: ConsoleMessage) -> None:
        if message.type == "error":
            failed(f"console: {message.text} ({message.location.get('url', '')})")

    def failed(fault: str) -> None:
        if not any(re.search(pattern, fault) for pattern in NOT_OURS):
            faults.append(fault)

    def asked(url: str) -> None:
        if urlsplit(url).scheme not in ("blob", "data", "about") and urlsplit(url).hostname != "127.0.0.1":
            faults.append(f"request to another host: {url}")

    opened.on("console", said)
    opened.on("pageerror", lambda error: failed(f"uncaught: {error.message}"))
    opened.on("request", lambda request: asked(request.url))
    opened.on("websocket", lambda socket: asked(socket.url))
    yield opened
    assert faults == []


@pytest.fixture
def open_notebook(page: Page, server: Server, request: pytest.FixtureRequest) -> Callable[..., Notebook]:
    """Give a function that opens a notebook of the given cells; `app="notebook"` is for Notebook 7."""

    def opened(*cells: str, app: App = "lab", on: Server = server) -> Notebook:
        name = re.sub(r"\W+", "-", request.node.name).strip("-")
        folder = on.root / name  # the kernel works here: stores of two tests do not mix
        folder.mkdir()
        return Notebook(page, on, write(folder / f"{name}.ipynb", *cells), app).open()

    return opened
