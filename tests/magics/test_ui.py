"""`%nbflow ui`: a link to a server that shows the store in use."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlsplit

import pytest

import nbflow
from nbflow.magics import ui
from nbflow.magics.ui import Link

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keep apart from what runs on this machine besides, and end what a test started."""
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "config"))
    for variable in ("JPY_PARENT_PID", "JUPYTER_TOKEN", "JUPYTERHUB_API_TOKEN"):
        monkeypatch.delenv(variable, raising=False)
    yield
    ui.stop()


def magic(shell: InteractiveShell, line: str = "") -> Any:
    result = shell.run_cell(f"%nbflow ui {line}")
    result.raise_error()
    return result.result


def a_browser() -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor())


def stores(url: str, browser: urllib.request.OpenerDirector) -> list[str]:
    """Go to an address with a browser, and ask which stores are shown there."""
    try:
        browser.open(url, timeout=20).close()
    except HTTPError as exc:  # what the page shows depends on whether its JavaScript was built
        exc.close()
    with browser.open(f"http://{urlsplit(url).netloc}/nbflow/api/stores", timeout=20) as response:
        return [each["path"] for each in json.load(response)["stores"]]


def test_without_a_jupyter_server_one_is_started_once(shell: InteractiveShell) -> None:
    nbflow.set_experiment("the usual")

    link = magic(shell)
    again = magic(shell)

    assert isinstance(link, Link)
    assert urlsplit(link.url).netloc == urlsplit(again.url).netloc
    assert stores(link.url, a_browser()) == [os.path.realpath(nbflow.get_tracking_uri())]
    assert link.url in repr(link)
    assert 'target="_blank"' in link._repr_html_()


def test_what_the_notebook_keeps_lets_nobody_in_afterwards(shell: InteractiveShell) -> None:
    link = magic(shell)
    kept = repr(shell.display_formatter.format(link))  # type: ignore[union-attr]
    ((_, address),) = ui._started.values()
    browser = a_browser()

    first = stores(link.url, browser)
    again = stores(link.url, browser)
    with pytest.raises(HTTPError) as caught:
        stores(link.url, a_browser())

    assert link.url in kept
    assert "token" not in kept
    assert parse_qs(urlsplit(address).query)["token"][0] not in kept
    assert first == again
    assert caught.value.code == 401
    caught.value.close()


@pytest.mark.parametrize("where", ["a server of somebody else", "the kernel's own"])
def test_the_tokens_of_the_environment_are_for_the_kernels_own_server_alone(
    shell: InteractiveShell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    told: list[str | None] = []

    class Listening(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told.append(self.headers["Authorization"])
            self.send_response(302)
            self.send_header("Location", f"http://localhost:{server.server_port}/elsewhere")
            self.end_headers()

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "s3cr3t")
    kernel = SimpleNamespace(connection_file="/run/kernel-7c7d4b6e-1f0e-4b52-9d0f-3f6a3c1f2b11.json")
    monkeypatch.setattr(shell, "kernel", SimpleNamespace(parent=kernel), raising=False)
    monkeypatch.setenv("JPY_PARENT_PID", "7" if "own" in where else "8")
    (tmp_path / "runtime").mkdir()
    with HTTPServer(("127.0.0.1", 0), Listening) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        found = {"url": f"http://127.0.0.1:{server.server_port}/", "base_url": "/"}
        (tmp_path / "runtime" / "jpserver-7.json").write_text(json.dumps(found))
        magic(shell)
        server.shutdown()
        thread.join()

    # Once: it is not followed to where it was sent on.
    assert told == (["token s3cr3t"] if "own" in where else [None])


def test_it_takes_nothing(shell: InteractiveShell) -> None:
    with pytest.raises(Exception, match="takes nothing"):
        magic(shell, "--port 5")


def test_what_is_shown_as_a_link_cannot_become_more() -> None:
    link = Link("http://x", '"><script>', "<b>&")

    assert "<script>" not in link._repr_html_()
    assert "<b>" not in link._repr_html_()


@pytest.fixture
def jupyter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """Start a Jupyter server, as if this process were a kernel of it, and give what it wrote down of itself."""
    command = [
        *(sys.executable, "-m", "jupyter_server", "--no-browser", "--allow-root", "--ServerApp.port=0"),
        *(
            "--ServerApp.ip=127.0.0.1",
            "--ServerApp.base_url=/user/ada/",
            f"--IdentityProvider.token={secrets.token_hex()}",
        ),
        "--ServerApp.jpserver_extensions={'nbflow': True, 'jupyter_server_terminals': False}",
    ]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            place = tmp_path / "runtime" / f"jpserver-{process.pid}.json"
            until = time.monotonic() + 60
            while not place.is_file() or not place.read_text():
                assert process.poll() is None
                assert time.monotonic() < until
                time.sleep(0.05)
            monkeypatch.setenv("JPY_PARENT_PID", str(process.pid))
            yield json.loads(place.read_text())
        finally:
            process.kill()


def test_where_the_kernels_own_server_has_nbflow_the_link_leads_there(
    shell: InteractiveShell, jupyter: dict[str, Any]
) -> None:
    experiment = nbflow.set_experiment("the usual")

    link = magic(shell)

    assert link.href.startswith("/user/ada/nbflow/#/")
    assert link.href.endswith(f"/experiments/{experiment.experiment_id}")
    assert link.url == jupyter["url"].removesuffix("/user/ada/") + link.href
    assert jupyter["token"] not in link.href


def test_a_server_that_is_gone_is_passed_over(
    shell: InteractiveShell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "runtime").mkdir()
    (tmp_path / "runtime" / "jpserver-7.json").write_text('{"url": "http://127.0.0.1:1/", "token": "t", "pid": 7}')
    (tmp_path / "runtime" / "jpserver-8.json").write_text("nonsense")
    monkeypatch.setenv("JPY_PARENT_PID", "7")

    link = magic(shell)

    assert urlsplit(link.url).hostname == "127.0.0.1"
    assert "code=" in link.url


def test_a_server_that_does_not_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ui, "_ENDS_S", 0.2)
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
    process = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert ui._first_line(process) == f"up{os.linesep}".encode()
    ui._started["/a"] = (process, "http://x")

    ui.stop()

    assert process.returncode is not None


def test_a_server_that_says_nothing_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ui, "_STARTS_S", 0.2)
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], stdout=subprocess.PIPE) as process:
        assert ui._first_line(process) == b""
        ui._end(process)
