"""`nbflow ui`: whoever has its token can do nothing but what nbflow does."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlsplit

import pytest
from traitlets.config import Config

from nbflow import Client
from nbflow.errors import InvalidInputError
from nbflow.server.alone import AloneServer, Wanted, serve
from nbflow.server.enter import Codes
from nbflow.server.stores import id_of
from tests.server.asking import Ask, Refused
from tests.server.walking import address_for, handlers_of

if TYPE_CHECKING:
    from nbflow.server.running import Server

# What Jupyter Server answers to anybody: who it is, how to log in, what the login page is drawn with.
OPEN_TO_ALL = ("/login", "/logout", "/static/", "/api$", "robots", "favicon", ".*/")

# What is left of Jupyter Server.
LEFT = {"auth", "base", "prometheus"}


@pytest.fixture
def jp_serverapp(
    jp_environ: Any,  # noqa: ARG001 - folders of its own
    root: Path,
    jp_base_url: str,
    jp_http_port: int,
    jp_asyncio_loop: Any,
    tmp_path: Path,
) -> Iterator[AloneServer]:
    """A server as `jupyter nbflow` starts it, with a configuration that asks for everything."""
    config = Config(
        ServerApp={
            "jpserver_extensions": {"jupyter_server_terminals": True, "jupyterlab": True},
            "extra_services": ["jupyter_server.services.contents.handlers"],
            "contents_manager_class": "jupyter_server.services.contents.largefilemanager.AsyncLargeFileManager",
            "allow_unauthenticated_access": True,
            "root_dir": str(tmp_path),
        },
        IdentityProvider={"token": "t0ken"},
        PasswordIdentityProvider={"allow_password_change": True},
        NbflowApp={"stores": [str(root)], "open_stores": True},
    )
    AloneServer.clear_instance()
    app = AloneServer.instance(config=config, port=jp_http_port, base_url=jp_base_url, open_browser=False)
    app.init_signal = lambda: None  # type: ignore[method-assign]

    async def initialize() -> None:
        app.initialize(argv=[], find_extensions=False, new_httpserver=False, starter_extension="nbflow")

    jp_asyncio_loop.run_until_complete(initialize())
    yield app
    AloneServer.clear_instance()


def test_no_handler_of_jupyters_services_is_there(jp_web_app: Any) -> None:
    found = {handler.__module__ for _, handler in handlers_of(jp_web_app.default_router)}

    others = {name for name in found if not name.startswith(("nbflow.server.", "tornado."))}
    assert {name.split(".")[1] for name in others} <= LEFT
    assert {name.split(".")[0] for name in others} <= {"jupyter_server"}


async def test_every_address_refuses_who_has_no_token(jp_web_app: Any, http_server_client: Any) -> None:
    open_to_all = {}
    for pattern, _ in handlers_of(jp_web_app.default_router):
        if any(each in pattern for each in OPEN_TO_ALL):
            continue
        response = await http_server_client.fetch(
            "/a" if pattern == "(.*)$" else address_for(pattern), follow_redirects=False, raise_error=False
        )
        if response.code not in (401, 403, 404) and response.code // 100 != 3:
            open_to_all[pattern] = response.code

    assert open_to_all == {}


@pytest.mark.parametrize(
    "path",
    [
        "api/kernels",
        "api/kernelspecs",
        "api/sessions",
        "api/contents",
        "api/contents/secret.txt",
        "api/terminals",
        "api/nbconvert",
        "api/config/notebook",
        "api/me",
        "api/events/subscribe",
        "files/secret.txt",
        "view/secret.txt",
        "nbconvert/html/secret.ipynb",
        "terminals/websocket/1",
        "lab",
        "tree",
    ],
)
async def test_with_the_token_there_are_no_files_and_no_code(
    http_server_client: Any, jp_base_url: str, jp_auth_header: dict[str, str], tmp_path: Path, path: str
) -> None:
    (tmp_path / "secret.txt").write_text("s3cr3t")

    response = await http_server_client.fetch(jp_base_url + path, headers=jp_auth_header, raise_error=False)

    assert response.code == 404
    assert b"s3cr3t" not in response.body


@pytest.mark.parametrize("body", [{"path": "/"}, {"notebook": "a.ipynb"}])
async def test_no_other_store_is_opened(ask: Ask, body: dict[str, str]) -> None:
    with pytest.raises(Refused) as caught:
        await ask("POST", "/stores", body)

    assert caught.value.status == 403


async def test_a_guest_cannot_set_a_password(
    http_server_client: Any, jp_base_url: str, jp_serverapp: Any, jp_config_dir: Path
) -> None:
    await http_server_client.fetch(
        f"{jp_base_url}login",
        method="POST",
        body="password=t0ken&new_password=mine&_xsrf=a",
        headers={"Cookie": "_xsrf=a"},
        follow_redirects=False,
        raise_error=False,
    )

    assert jp_serverapp.identity_provider.hashed_password == ""
    assert not (jp_config_dir / "jupyter_server_config.json").exists()


def test_it_is_not_among_the_servers_that_front_ends_look_for(jp_serverapp: AloneServer, jp_runtime_dir: Path) -> None:
    jp_serverapp.write_server_info_file()

    assert list(jp_runtime_dir.glob("jpserver-*")) == []


async def test_it_says_that_it_is_alone(ask: Ask, server: Server) -> None:
    info = await ask("GET", "/server")

    assert info["alone"] is True
    assert server.root_dir is None


# A process


@contextlib.contextmanager
def running(*arguments: str, cwd: Path, end: Any = signal.SIGINT) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Start `nbflow ui`, give its address, and end it as Ctrl-C does: it must do that quietly."""
    environment = {key: each for key, each in os.environ.items() if not key.startswith(("JPY_", "JUPYTER"))}
    process = subprocess.Popen(
        [sys.executable, "-c", "from nbflow.cli import main; main()", "ui", "--no-browser", *arguments],
        cwd=cwd,
        env={**environment, "JUPYTER_RUNTIME_DIR": str(cwd / "runtime"), "JUPYTER_CONFIG_DIR": str(cwd / "config")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip(), process
        if end is not None:
            process.send_signal(end)
        _, told = process.communicate(timeout=20)
        assert (process.returncode, "Traceback" in told) == (0, False), told
    finally:
        process.kill()
        process.wait()


class Browser:
    """Follows redirects, and keeps cookies."""

    def __init__(self) -> None:
        self.cookies = CookieJar()
        handlers = urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(self.cookies)
        self.opener = urllib.request.build_opener(*handlers)

    def open(self, url: str, body: Any = None, **headers: str) -> tuple[int, str, str]:
        """Give the status of the answer, its text, and where it came from in the end."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data, headers)  # noqa: S310 - of this machine
        try:
            response = self.opener.open(request, timeout=20)
        except HTTPError as exc:
            response = exc
        with response:
            return response.status, response.read().decode(), response.url


def test_a_browser_logs_in_with_the_address_sees_the_page_and_changes_something(tmp_path: Path) -> None:
    Client(tmp_path / "one").create_experiment("first")
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "jupyter_server_config.json").write_text('{"ServerApp": {"ip": "0.0.0.0", "port": 1}}')

    with running("--port", "0", "--base-url", "/lab/me", "--store", "one", "--store", "two", cwd=tmp_path) as (url, _):
        browser = Browser()
        place = urlsplit(url)
        base = f"http://{place.netloc}/lab/me/nbflow"
        _, _, seen = browser.open(url)  # what it shows depends on whether the JavaScript was built
        api = f"{base}/api"
        stores = json.loads(browser.open(f"{api}/stores")[1])["stores"]
        one = stores[0]["id"]
        token = parse_qs(place.query)["token"][0]
        made, _, _ = browser.open(f"{api}/stores/{one}/experiments", {"name": "second"}, Authorization=f"token {token}")
        forged, _, _ = browser.open(f"{api}/stores/{one}/experiments", {"name": "third"})
        stranger, _, _ = Browser().open(f"{api}/stores")

    assert (place.hostname, place.path) == ("127.0.0.1", "/lab/me/nbflow/")
    assert [each["path"] for each in stores] == [str(tmp_path / "one"), str(tmp_path / "two")]
    assert one == id_of((tmp_path / "one").resolve())
    assert seen == f"{base}/"
    assert (made, forged, stranger) == (200, 403, 401)
    assert {each.name for each in Client(tmp_path / "one").search_experiments()} >= {"first", "second"}


def test_a_port_that_is_taken_is_told_of_where_it_was_asked_for(tmp_path: Path) -> None:
    with running("--port", "0", cwd=tmp_path) as (url, _):
        port = urlsplit(url).port
        told = subprocess.run(
            [sys.executable, "-c", "from nbflow.cli import main; main()", "ui", "--no-browser", "--port", str(port)],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )

    assert told.returncode == 1
    assert f"127.0.0.1:{port}" in told.stderr
    assert "Traceback" not in told.stderr


def test_it_ends_with_who_started_it(tmp_path: Path) -> None:
    with running("--port", "0", "--end-with-input", cwd=tmp_path, end=None) as (url, process):
        assert url
        assert process.stdin is not None
        process.stdin.close()
        process.stdin = None


def has_ipv6() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


@pytest.mark.skipif(not has_ipv6(), reason="no IPv6 here")
def test_it_listens_at_an_address_of_ipv6(tmp_path: Path) -> None:
    with running("--host", "::1", "--port", "0", cwd=tmp_path) as (url, _):
        status, _, _ = Browser().open(f"{url.partition('?')[0]}api/server")

    assert urlsplit(url).hostname == "::1"
    assert status == 401


@pytest.mark.parametrize("host", ["203.0.113.7", "2001:db8::7"])
def test_an_address_that_is_not_this_machines_is_told_of(host: str) -> None:
    for port in (None, 0, 8909):
        with pytest.raises(InvalidInputError, match="cannot listen"):
            serve(Wanted([], "t", ip=host, port=port), print)


def test_a_code_lets_one_browser_in_and_is_given_to_who_has_the_token(tmp_path: Path) -> None:
    with running("--port", "0", "--base-url", "/me", cwd=tmp_path) as (url, _):
        token = parse_qs(urlsplit(url).query)["token"][0]
        enter = f"{url.partition('?')[0]}enter"
        stores = f"{url.partition('?')[0]}api/stores"
        refused = [Browser().open(enter, {})[0], Browser().open(enter, {}, Authorization="token x")[0]]
        code = json.loads(Browser().open(enter, {}, Authorization=f"token {token}")[1])["code"]
        browsers = [Browser() for _ in range(3)]
        for browser, each in zip(browsers, ("wrong", code, code), strict=True):
            browser.open(f"{enter}?code={each}")

        assert [browser.open(stores)[0] for browser in browsers] == [401, 200, 401]
        assert set(refused) <= {401, 403}


def test_a_code_is_good_for_a_while_only() -> None:
    codes = Codes(lasts_s=0.0)

    assert not codes.take(codes.new())
    assert not Codes().take("")
