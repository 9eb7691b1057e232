from __future__ import annotations

import asyncio
import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nbflow import Client
from nbflow.server.door import SERVER
from nbflow.server.running import Server
from nbflow.server.stores import Stores
from tests.server.asking import Ask, Refused

if TYPE_CHECKING:
    from nbflow.entities import Identity

LIMIT_S = 0.5


async def test_an_answer_that_did_not_change_is_not_sent_again(ask: Ask, jp_auth_header: dict[str, str]) -> None:
    first = await ask("GET", "/server", whole=True)

    again = await ask("GET", "/server", whole=True, headers={**jp_auth_header, "If-None-Match": first.headers["ETag"]})

    assert (again.code, again.body) == (304, b"")


async def test_answers_are_kept_by_nobody_in_between_and_are_no_pages(ask: Ask) -> None:
    headers = (await ask("GET", "/server", whole=True)).headers

    assert headers["Cache-Control"] == "private, no-cache"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in headers["Content-Security-Policy"]


async def test_numbers_come_as_bytes_for_who_takes_them(ask: Ask, jp_auth_header: dict[str, str]) -> None:
    accept = "application/vnd.nbflow+buffers"

    response = await ask("GET", "/server", whole=True, headers={**jp_auth_header, "Accept": accept})

    assert response.headers["Content-Type"] == accept
    assert response.headers["Vary"] == "Accept"


@pytest.mark.parametrize("path", ["", "/", "/nothing", "/stores/0123456789abcdef/nothing", "/server/"])
async def test_where_nothing_is_the_answer_says_so_in_our_form(ask: Ask, path: str) -> None:
    with pytest.raises(Refused) as caught:
        await ask("GET", path)

    assert (caught.value.status, caught.value.code) == (404, "ENDPOINT_NOT_FOUND")


async def test_another_method_is_refused_and_the_answer_says_which_there_are(ask: Ask) -> None:
    with pytest.raises(Refused) as caught:
        await ask("DELETE", "/stores")

    assert (caught.value.status, caught.value.code) == (405, "METHOD_NOT_ALLOWED")
    assert caught.value.headers["Allow"] == "GET, POST"


@pytest.mark.parametrize("body", [b"", b"nonsense", b"[]", b'{"path": 5}', b'{"paths": "x"}', b"[" * 100_000])
async def test_a_body_that_does_not_fit_is_told_of(ask: Ask, body: bytes) -> None:
    with pytest.raises(Refused) as caught:
        await ask("POST", "/stores", body)

    assert (caught.value.status, caught.value.code) == (400, "BAD_REQUEST")


async def test_a_body_of_ten_megabytes_is_too_large(ask: Ask) -> None:
    with pytest.raises(Refused) as caught:
        await ask("POST", "/stores", json.dumps({"path": "x" * 10_000_000}).encode())

    assert (caught.value.status, caught.value.code) == (413, "REQUEST_LIMIT_EXCEEDED")
    assert "1,000,000" in caught.value.message


async def test_a_store_that_is_not_open_is_not_found_and_the_answer_says_what_to_do(ask: Ask) -> None:
    with pytest.raises(Refused) as caught:
        await ask("GET", "/stores/0123456789abcdef/experiments")

    assert (caught.value.status, caught.value.code) == (404, "RESOURCE_DOES_NOT_EXIST")
    assert "Open it first" in caught.value.message


# Stores that fail or hang: the server gets a maker of clients that is not its own.


class Odd:
    """A client of which every method does what a test wants."""

    def __init__(self, act: Callable[[], Any]) -> None:
        self._act = act

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return lambda *_, **__: self._act()


class Serve:
    """Has the server work with two stores: one whose clients do what a test wants, and one as any other."""

    def __init__(self, settings: dict[str, Any], tmp_path: Path) -> None:
        self.settings = settings
        self.odd = tmp_path / "odd"
        self.well = tmp_path / "well"

    def __call__(self, act: Callable[[], Any]) -> tuple[str, str]:
        def make(root: str, identity: Identity) -> Any:
            return Odd(act) if root == str(self.odd) else Client(root, identity)

        stores = Stores([self.odd, self.well], make_client=make, limit_s=LIMIT_S)
        self.settings[SERVER] = Server(stores)
        odd, well = stores.all()
        return odd.id, well.id


@pytest.fixture
def serve(jp_serverapp: Any, tmp_path: Path) -> Serve:
    return Serve(jp_serverapp.web_app.settings, tmp_path.resolve())


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """What a hanging disk waits for."""
    event = threading.Event()
    yield event
    event.set()


async def test_a_store_that_hangs_is_given_up_in_time_and_others_are_answered_meanwhile(
    ask: Ask, serve: Serve, gate: threading.Event
) -> None:
    odd, well = serve(gate.wait)
    began = time.monotonic()
    hanging = asyncio.ensure_future(ask("GET", f"/stores/{odd}/experiments", whole=True))

    lasted = []
    while not hanging.done():
        asked = time.monotonic()
        await ask("GET", f"/stores/{well}/experiments")
        lasted.append(time.monotonic() - asked)
    response = await hanging

    assert response.code == 503
    assert json.loads(response.body)["error_code"] == "TEMPORARILY_UNAVAILABLE"
    assert response.headers["Retry-After"]
    assert time.monotonic() - began < LIMIT_S + 2
    assert len(lasted) > 2
    assert max(lasted) < LIMIT_S


async def test_when_all_threads_of_a_store_hang_it_is_refused_at_once_until_it_is_back(
    ask: Ask, serve: Serve, gate: threading.Event
) -> None:
    odd, _ = serve(lambda: gate.wait() and [])
    path = f"/stores/{odd}/experiments"
    await asyncio.gather(*(ask("GET", path, whole=True) for _ in range(4)))

    began = time.monotonic()
    refused = await ask("GET", path, whole=True)
    lasted = time.monotonic() - began
    gate.set()
    await asyncio.sleep(0.1)
    back = await ask("GET", path, whole=True)

    assert refused.code == 503
    assert lasted < LIMIT_S / 2
    assert back.code != 503


async def test_a_list_of_stores_does_not_wait_for_one_that_hangs(ask: Ask, serve: Serve, gate: threading.Event) -> None:
    odd, well = serve(gate.wait)

    found = {each["id"]: each for each in (await ask("GET", "/stores"))["stores"]}

    assert found[well]["readable"] is True
    assert found[odd]["readable"] is False
    assert "does not answer" in found[odd]["problem"]


NAME = "a name that nobody else is to read"


async def test_a_fault_of_ours_is_told_without_its_words_and_logged_without_what_was_sent(
    ask: Ask, serve: Serve, caplog: pytest.LogCaptureFixture, jp_auth_header: dict[str, str]
) -> None:
    def fail() -> None:
        raise ZeroDivisionError

    odd, _ = serve(fail)

    with caplog.at_level(logging.DEBUG), pytest.raises(Refused) as caught:
        await ask("POST", f"/stores/{odd}/experiments", {"name": NAME})

    assert (caught.value.status, caught.value.code) == (500, "INTERNAL_ERROR")
    assert "ZeroDivision" not in str(caught.value.body)
    assert "ZeroDivisionError" in caplog.text
    assert NAME not in caplog.text
    assert jp_auth_header["Authorization"].split()[1] not in caplog.text


async def test_a_token_in_an_address_is_not_logged(
    ask: Ask, serve: Serve, caplog: pytest.LogCaptureFixture, jp_auth_header: dict[str, str]
) -> None:
    def fail() -> None:
        raise ZeroDivisionError

    odd, _ = serve(fail)
    token = jp_auth_header["Authorization"].split()[1]

    with caplog.at_level(logging.DEBUG):
        response = await ask("GET", f"/stores/{odd}/experiments", query={"token": token}, headers={}, whole=True)

    assert response.code == 500
    assert token not in caplog.text


# Forged requests


@pytest.fixture
def cookie(ask: Ask) -> Callable[..., Any]:
    """Give the headers that a browser sends after a login: cookies, and no token."""

    async def made(jp_auth_header: dict[str, str]) -> dict[str, str]:
        response = await ask("GET", "/server", headers=jp_auth_header, whole=True)
        pairs = [each.partition(";")[0] for each in response.headers.get_list("Set-Cookie")]
        return {"Cookie": "; ".join(pairs)}

    return made


async def test_a_cookie_alone_reads_and_changes_nothing(
    ask: Ask, cookie: Callable[..., Any], jp_auth_header: dict[str, str], store_id: str
) -> None:
    headers = await cookie(jp_auth_header)

    read = await ask("GET", "/server", headers=headers, whole=True)
    changed = await ask("POST", f"/stores/{store_id}/experiments", {"name": "x"}, headers=headers, whole=True)

    assert read.code == 200
    assert changed.code == 403
    assert json.loads(changed.body)["error_code"] == "PERMISSION_DENIED"


async def test_a_cookie_with_what_only_a_page_of_ours_knows_changes_something(
    ask: Ask, cookie: Callable[..., Any], jp_auth_header: dict[str, str], store_id: str
) -> None:
    headers = await cookie(jp_auth_header)
    headers = {"Cookie": f"{headers['Cookie']}; _xsrf=abc", "X-XSRFToken": "abc"}

    changed = await ask("POST", f"/stores/{store_id}/experiments", {"name": "x"}, headers=headers, whole=True)

    assert changed.code == 200


async def test_a_page_of_another_origin_is_refused(
    ask: Ask, cookie: Callable[..., Any], jp_auth_header: dict[str, str]
) -> None:
    headers = {**await cookie(jp_auth_header), "Origin": "https://evil.example"}

    response = await ask("GET", "/server", headers=headers, whole=True)

    assert response.code == 404
    assert b"version" not in response.body
