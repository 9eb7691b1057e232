"""`nbconvert --to nbflow-html` in a browser: all is there, in light and dark, and nobody is asked for anything."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import nbformat
import pytest

from tests.browser.notebook_page import SCREENSHOTS
from tests.widgets.everything import executed

if TYPE_CHECKING:
    from playwright.sync_api import Browser

IMAGES = "() => [...document.images].map(image => [image.alt, image.complete && image.naturalWidth > 40])"


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return convert(executed(tmp_path_factory.getbasetemp()))


def convert(notebook: Path) -> Path:
    command = [sys.executable, "-m", "nbconvert", "--to", "nbflow-html", notebook.name]
    subprocess.run(command, cwd=notebook.parent, check=True, capture_output=True)
    return notebook.with_suffix(".html")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_whole_and_asks_nobody(path: Path, browser: Browser, scheme: Literal["light", "dark"]) -> None:
    context = browser.new_context(color_scheme=scheme, viewport={"width": 1200, "height": 900})
    page = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(error.message))

    page.goto(path.as_uri())
    page.wait_for_load_state("networkidle")

    assert [url for url in asked if not url.startswith("data:")] == [path.as_uri()]
    assert said == []
    images = page.evaluate(IMAGES)
    assert len(images) >= 9
    assert [alt for alt, is_drawn in images if not alt or not is_drawn] == []
    for name in ("keen-fox-3", "Comparison of 4 runs", "live-loss", "petal length (cm)", "Train a forest."):
        assert page.get_by_text(name).first.is_visible()
    back, text = page.evaluate(
        "() => [getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]"
    )
    assert (light(back), light(text)) == ((True, False) if scheme == "light" else (False, True))
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"export-{scheme}.png", full_page=True)
    page.set_viewport_size({"width": 380, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.screenshot(path=SCREENSHOTS / f"export-narrow-{scheme}.png")
    context.close()


@pytest.fixture
def host() -> Iterator[tuple[str, list[str]]]:
    """Give a host that keeps what it is asked for."""
    asked: list[str] = []

    class Host(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Host)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()
    thread.join()


def test_what_others_put_into_outputs_reaches_no_host(
    host: tuple[str, list[str]], browser: Browser, tmp_path: Path
) -> None:
    url, asked = host
    html = f"""
<link rel=stylesheet href="{url}/style">
<style>@import url({url}/import); p {{ background: url({url}/background) }}</style>
<p>here</p><img src="{url}/image"><script src="{url}/script"></script><iframe src="{url}/frame"></iframe>
<object data="{url}/object"></object><video src="{url}/video"></video>
<script>fetch("{url}/fetch").catch(() => 0); new Image().src = "{url}/made"; import("{url}/module").catch(() => 0);
document.body.dataset.ran = "yes"</script>
"""
    v4 = nbformat.v4
    cell = v4.new_code_cell("x", outputs=[v4.new_output("display_data", data={"text/html": html})])
    notebook = v4.new_notebook(cells=[v4.new_markdown_cell(f"![a badge]({url}/markdown)"), cell])
    nbformat.write(notebook, tmp_path / "outside.ipynb")
    page = browser.new_page()

    page.goto(convert(tmp_path / "outside.ipynb").as_uri())
    page.locator("body[data-ran=yes]").wait_for()  # scripts that are in the page itself run: plots of other libraries
    page.wait_for_timeout(1000)

    assert asked == []
    page.context.close()


def light(color: str) -> bool:
    return sum(int(part) for part in color.removeprefix("rgb(").removesuffix(")").split(",")) > 380
