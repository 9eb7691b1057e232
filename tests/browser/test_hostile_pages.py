"""A store in which every text is an attack, shown by the pages and the panel of `nbflow ui`: no script runs, and a file
of somebody's cannot act as the user who opens it.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import expect

import nbflow
from tests.browser.notebook_page import SCREENSHOTS
from tests.browser.ui_server import Ui
from tests.widgets.hostile import ATTACKS, MARK

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Locator, Page

WORD = "w" * 5000
ACTS = """<script>
try { document.title = 'ran'; } catch {}
try { fetch('/nbflow/api/stores').catch(() => 0); } catch {}
try { new Image().src = '/nbflow/api/server?cookie=' + encodeURIComponent(document.cookie); } catch {}
try { parent.document.title = 'ran'; opener.document.title = 'ran'; } catch {}
</script><img src='/nbflow/api/server' onerror="fetch('/nbflow/api/server')">"""
FILES = {"page.html": ACTS, "page.txt": ACTS}
FILES["picture.svg"] = f"<svg xmlns='http://www.w3.org/2000/svg'>{ACTS.partition('<img')[0]}</svg>"

FILL = f"""
import sys, warnings
sys.path.insert(0, {str(Path(__file__).parents[2])!r})
warnings.simplefilter("ignore")
from pathlib import Path
from tests.widgets.hostile import displays
displays(Path(sys.argv[1]))
"""
# What no page of ours has anywhere: an element, a handler or an address of theirs.
FOREIGN = """view => [...view.querySelectorAll('*')].filter(each =>
  ['SCRIPT', 'OBJECT', 'EMBED', 'LINK', 'BASE', 'META'].includes(each.tagName)
  || (each.tagName === 'IMG' && !/^(data:image|blob:)/.test(each.getAttribute('src')))
  || (each.tagName === 'IFRAME' && !each.hasAttribute('sandbox'))
  || [...each.attributes].some(at => /^on/i.test(at.name)
    || (/href|src|action|data$/i.test(at.name) && /^\\s*(javascript|vbscript|data:text)/i.test(at.value)))
).map(each => each.outerHTML.slice(0, 200))"""
BLOCKED = ("Blocked script execution in 'about:srcdoc'", "Executing inline", "Loading the image")
WIDER = "() => document.documentElement.scrollWidth > innerWidth || document.documentElement.scrollHeight > innerHeight"


@pytest.fixture(scope="module")
def ui(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ui]:
    root = tmp_path_factory.mktemp("hostile") / "nbruns"
    subprocess.run([sys.executable, "-c", FILL, str(root)], check=True, cwd=root.parent)
    client = nbflow.Client(root)
    experiment = client.create_experiment(f"{ATTACKS[0]} \u202e{WORD[:200]}", tags={"mlflow.note.content": WORD})
    run_id = client.create_run(experiment, run_name=WORD).info.run_id
    client.log_param(run_id, "word", WORD)
    for name, text in FILES.items():
        client.log_text(run_id, text, name)
    client.set_terminated(run_id)
    started = Ui.start(root)
    yield started
    started.stop()


@pytest.fixture
def client(ui: Ui) -> nbflow.Client:
    return nbflow.Client(ui.store)


@pytest.fixture
def word_run(client: nbflow.Client) -> str:
    """Give the run of a name of one word of 5,000 letters, with files that act."""
    run_id: str = next(run.info.run_id for run in runs(client) if run.info.run_name == WORD)
    return run_id


def runs(client: nbflow.Client) -> list[nbflow.entities.Run]:
    return list(client.search_runs([each.experiment_id for each in client.search_experiments()]))


def is_unhurt(page: Page, name: str) -> None:
    """Look for what a text of theirs would have done."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"hostile-page-{name}.png")
    assert page.evaluate(FOREIGN.replace("view =>", "() =>").replace("view.", "document.body.")) == []
    assert [frame.url for frame in page.frames if frame.evaluate(f"() => window.{MARK} !== undefined")] == []
    assert not page.evaluate(WIDER)


def look_into(main: Locator, role: str) -> None:
    """Open all of its parts, one after the other."""
    for part in main.get_by_role(role).all()[:40]:  # type: ignore[arg-type] # a role is a text
        if part.is_visible():
            part.click()
            main.page.wait_for_timeout(60)


@pytest.fixture
def watched(context: BrowserContext) -> Iterator[Page]:
    """Open a page; what a script of theirs would do there fails the test.

    That the browser says in its console what it did not run in the frame of a preview is as it should be.
    """
    page = context.new_page()
    faults: list[str] = []

    def asked(url: str) -> None:
        if urlsplit(url).scheme not in ("blob", "data", "about") and urlsplit(url).hostname != "127.0.0.1":
            faults.append(url)

    def said(text: str) -> None:
        if not text.startswith(BLOCKED):
            faults.append(text)

    page.on("console", lambda message: said(message.text) if message.type == "error" else None)
    page.on("dialog", lambda dialog: faults.append(dialog.message))
    page.on("pageerror", lambda error: faults.append(error.message))
    page.on("request", lambda request: asked(request.url))
    yield page
    assert faults == []


@pytest.mark.slow
def test_no_text_becomes_more_than_text(watched: Page, ui: Ui, client: nbflow.Client, word_run: str) -> None:
    page = watched
    page.goto(ui.address)
    main = page.get_by_role("main")
    expect(main.get_by_role("heading", name="Last runs")).to_be_visible()
    is_unhurt(page, "start")

    found = runs(client)
    evil = [run.info.run_id for run in found if run.info.run_id != word_run]
    for experiment in {run.info.experiment_id for run in found}:
        page.goto(ui.at(f"experiments/{experiment}"))
        expect(main.get_by_role("treegrid").get_by_role("row").nth(1)).to_be_visible()
        is_unhurt(page, f"experiment-{experiment[-3:]}")
    panel = page.get_by_role("complementary")
    for line in panel.get_by_role("option").all()[:4]:
        line.click(button="right")
        page.wait_for_timeout(100)
        is_unhurt(page, "menu")
        page.keyboard.press("Escape")
    for run_id in (word_run, evil[-1], evil[-2]):
        page.goto(ui.at(f"runs/{run_id}"))
        expect(main.get_by_role("heading", level=1)).to_be_visible()
        look_into(main, "treeitem")
        is_unhurt(page, f"run-{run_id[-4:]}")
    page.goto(ui.at(f"compare?runs={','.join([word_run, *evil])}"))
    expect(main.get_by_role("article")).to_be_visible()
    is_unhurt(page, "comparison")
    for model in client.search_registered_models():
        page.goto(ui.at(f"models/{quote(model.name, safe='')}"))
        expect(main.get_by_role("table", name="Versions")).to_be_visible()
        is_unhurt(page, "model")
        main.get_by_role("table", name="Versions").get_by_role("link").first.click()
        expect(main.get_by_role("heading", name="Version 1", level=1)).to_be_visible()
        look_into(main, "tab")
        is_unhurt(page, f"version-of-{len(model.name)}")


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("query", ["", "?inline=1"])
def test_a_file_of_somebodys_cannot_act_as_the_user(
    context: BrowserContext, ui: Ui, word_run: str, name: str, query: str
) -> None:
    page = context.new_page()
    page.goto(ui.address)
    expect(page.get_by_role("main").get_by_role("heading", name="Last runs")).to_be_visible()
    before = page.url.partition("#")[0]
    place = ui.at("").rpartition("/#/")[2].strip("/")
    address = f"{before}api/stores/{place}/runs/{word_run}/files/{name}{query}"
    opened = context.new_page()
    asked: list[str] = []
    opened.on("request", lambda request: asked.append(request.url))

    opened.goto("about:blank")
    opened.evaluate("address => { location.href = address; }", address)
    opened.wait_for_timeout(400)
    page.evaluate("address => { document.body.append(Object.assign(new Image(), { src: address })); }", address)
    page.wait_for_timeout(200)

    assert asked == [address]  # none but the file's own: the server was asked for nothing in the user's name
    assert opened.title() != "ran"
    assert page.title() != "ran"
