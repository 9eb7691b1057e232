"""`%nbflow ui`: a link to a server that shows the store in use."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
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


def stores(url: str) -> list[str]:
    """Ask a server, as a page does, which stores it shows."""
    place = urlsplit(url)
    token = parse_qs(place.query)["token"][0]
    request = urllib.request.Request(
        f"http://{place.netloc}/nbflow/api/stores", headers={"Authorization": f"token {token}"}
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=20) as response:
        return [each["path"] for each in json.load(response)["stores"]]


def test_without_a_jupyter_server_one_is_started_once(shell: InteractiveShell) -> None:
    nbflow.set_experiment("the usual")

    link = magic(shell)
    again = magic(shell)

    assert isinstance(link, Link)
    assert link == again
    assert stores(link.url) == [os.path.realpath(nbflow.get_tracking_uri())]
    assert link.url in repr(link)
    assert 'target="_blank"' in link._repr_html_()


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
    assert "token=" in link.url
