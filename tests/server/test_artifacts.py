"""Files over HTTP: whole and in parts, with headers that disarm them, and never one of outside."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import Awaitable, Callable
from email.message import Message
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbflow.provenance.user import user_name
from nbflow.server.media import content_type, disposition
from nbflow.server.ranges import Span, wanted_span
from tests.server.asking import Ask, Refused

if TYPE_CHECKING:
    from tornado.httpclient import HTTPResponse

    from nbflow import Client

Fetch = Callable[..., Awaitable["HTTPResponse"]]

DATA = bytes(range(256)) * 4


@pytest.fixture
def run_id(client: Client) -> str:
    return client.create_run("0").run_id


@pytest.fixture
def files(store_id: str, run_id: str) -> str:
    return f"/stores/{store_id}/runs/{run_id}/files"


@pytest.fixture
def fetch(ask: Ask, jp_auth_header: dict[str, str]) -> Fetch:
    """Ask with more headers, named as Python names things."""

    async def asked(address: str, method: str = "GET", query: Any = None, **headers: str) -> HTTPResponse:
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        response: HTTPResponse = await ask(method, address, query=query, headers={**jp_auth_header, **more}, whole=True)
        return response

    return asked


async def test_a_file_is_given_as_it_is(fetch: Fetch, client: Client, run_id: str, files: str) -> None:
    client.log_bytes(run_id, DATA, "deep/model.bin")

    found = await fetch(f"{files}/deep/model.bin")

    assert (found.code, found.body) == (200, DATA)
    assert found.headers["Content-Type"] == "application/octet-stream"
    assert found.headers["Content-Length"] == str(len(DATA))
    assert found.headers["Accept-Ranges"] == "bytes"


async def test_a_file_of_several_pieces_is_whole(fetch: Fetch, client: Client, run_id: str, files: str) -> None:
    large = os.urandom(5_000_001)
    client.log_bytes(run_id, large, "large.bin")

    found = await fetch(f"{files}/large.bin")

    assert found.body == large


async def test_an_empty_file(fetch: Fetch, client: Client, run_id: str, files: str) -> None:
    client.log_bytes(run_id, b"", "empty.txt")

    found = await fetch(f"{files}/empty.txt")

    assert (found.code, found.body, found.headers["Content-Length"]) == (200, b"", "0")


async def test_the_headers_alone(fetch: Fetch, client: Client, run_id: str, files: str) -> None:
    client.log_bytes(run_id, DATA, "model.bin")

    found = await fetch(f"{files}/model.bin", "HEAD", Range="bytes=0-3")

    assert (found.code, found.body) == (200, b"")
    assert found.headers["Content-Length"] == str(len(DATA))
    assert found.headers["Content-Type"] == "application/octet-stream"
    assert found.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("asked", "part"), [("bytes=2-5", slice(2, 6)), ("bytes=1000-", slice(1000, None)), ("bytes=-3", slice(-3, None))]
)
async def test_a_part(fetch: Fetch, client: Client, run_id: str, files: str, asked: str, part: slice) -> None:
    client.log_bytes(run_id, DATA, "model.bin")

    found = await fetch(f"{files}/model.bin", Range=asked)

    start, stop, _ = part.indices(len(DATA))
    assert (found.code, found.body) == (206, DATA[part])
    assert found.headers["Content-Range"] == f"bytes {start}-{stop - 1}/{len(DATA)}"
    assert found.headers["Content-Length"] == str(stop - start)


async def test_a_part_that_is_not_there(fetch: Fetch, client: Client, run_id: str, files: str) -> None:
    client.log_bytes(run_id, b"abc", "a.bin")

    found = await fetch(f"{files}/a.bin", Range="bytes=3-")

    assert (found.code, found.headers["Content-Range"]) == (416, "bytes */3")
    assert "3 bytes" in json.loads(found.body)["message"]


async def test_a_download_goes_on_only_while_the_file_is_the_same(
    fetch: Fetch, client: Client, run_id: str, files: str
) -> None:
    client.log_bytes(run_id, b"abcdef", "a.bin")
    mark = (await fetch(f"{files}/a.bin", "HEAD")).headers["Etag"]

    same = await fetch(f"{files}/a.bin", Range="bytes=4-", If_Range=mark)
    client.log_bytes(run_id, b"ABCDEF", "a.bin")
    other = await fetch(f"{files}/a.bin", Range="bytes=4-", If_Range=mark)
    dated = await fetch(f"{files}/a.bin", Range="bytes=4-", If_Range="Wed, 21 Oct 2015 07:28:00 GMT")

    assert (same.code, same.body) == (206, b"ef")
    assert [(found.code, found.body) for found in (other, dated)] == [(200, b"ABCDEF")] * 2


async def test_what_is_known_already_is_not_sent_again(fetch: Fetch, client: Client, run_id: str, files: str) -> None:
    client.log_bytes(run_id, DATA, "a.bin")
    mark = (await fetch(f"{files}/a.bin")).headers["Etag"]

    found = await fetch(f"{files}/a.bin", If_None_Match=mark)

    assert (found.code, found.body) == (304, b"")


async def test_files_behind_a_url_come_in_parts_too(fetch: Fetch, client: Client, store_id: str) -> None:
    experiment_id = client.create_experiment("far", artifact_location="memory://server-tests/far")
    run_id = client.create_run(experiment_id).run_id
    client.log_bytes(run_id, DATA, "model.bin")
    address = f"/stores/{store_id}/runs/{run_id}/files/model.bin"

    whole, part = await fetch(address), await fetch(address, Range="bytes=10-19")

    assert (whole.code, whole.body) == (200, DATA)
    assert (part.code, part.body) == (206, DATA[10:20])


async def begun(port: int, path: str, headers: dict[str, str]) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Ask for a file and read the headers alone, as a slow reader does."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    lines = [f"GET {path} HTTP/1.1", "Host: localhost", *(f"{name}: {value}" for name, value in headers.items())]
    writer.write("\r\n".join([*lines, "", ""]).encode())
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
    return reader, writer


@pytest.fixture
def large(client: Client, run_id: str) -> Path:
    """Log a file that is larger than what lies between a server and a reader."""
    client.log_bytes(run_id, b"", "large.bin")
    path = Path(client.get_run(run_id).info.artifact_uri) / "large.bin"
    with path.open("r+b") as file:
        file.truncate(64_000_000)
    return path


async def test_a_file_that_becomes_shorter_on_its_way_is_not_taken_for_whole(
    ask: Ask, files: str, large: Path, http_server_port: Any, jp_base_url: str, jp_auth_header: dict[str, str]
) -> None:
    reader, writer = await begun(http_server_port[1], f"{jp_base_url}nbflow/api{files}/large.bin", jp_auth_header)
    os.truncate(large, 1_000)
    with contextlib.suppress(ConnectionResetError):  # it breaks off, one way or the other
        assert len(await reader.read(-1)) < 64_000_000
    writer.close()

    assert await ask("GET", "/server")


async def test_a_reader_that_leaves_is_not_waited_for(
    fetch: Fetch, files: str, large: Path, http_server_port: Any, jp_base_url: str, jp_auth_header: dict[str, str]
) -> None:
    _, writer = await begun(http_server_port[1], f"{jp_base_url}nbflow/api{files}/large.bin", jp_auth_header)
    writer.transport.abort()

    assert large.name == "large.bin"
    assert (await fetch(f"{files}/large.bin", Range="bytes=-1")).body == b"\0"


# ---------------------------------------------------------------- what somebody else's file may do


@pytest.mark.parametrize("name", ["page.html", "picture.svg", "code.js", "page.xhtml", "page.HTM", "data.xml", "x"])
@pytest.mark.parametrize("query", [None, {"inline": "1"}])
async def test_a_file_that_could_act_is_only_saved(
    fetch: Fetch, client: Client, run_id: str, files: str, name: str, query: Any
) -> None:
    client.log_text(run_id, "<script>alert(1)</script>", name)

    found = await fetch(f"{files}/{name}", query=query)

    assert found.headers["Content-Disposition"].startswith("attachment;")
    assert found.headers["X-Content-Type-Options"] == "nosniff"
    policy = found.headers["Content-Security-Policy"].split("; ")
    assert {"sandbox", "default-src 'none'", "frame-ancestors 'none'"} <= set(policy)
    assert not any("script" in rule or "allow-" in rule for rule in policy)
    assert "javascript" not in found.headers["Content-Type"]
    assert found.headers["Cross-Origin-Resource-Policy"] == "same-origin"


async def test_a_picture_is_shown_where_that_is_wanted(fetch: Fetch, client: Client, run_id: str, files: str) -> None:
    client.log_bytes(run_id, b"\x89PNG", "a.png")

    shown = await fetch(f"{files}/a.png", query={"inline": "1"})
    saved = await fetch(f"{files}/a.png")

    assert shown.headers["Content-Type"] == "image/png"
    assert shown.headers["Content-Disposition"].startswith("inline;")
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    assert saved.headers["Content-Disposition"].startswith("attachment;")


async def test_the_servers_settings_do_not_let_a_file_act(
    fetch: Fetch, client: Client, run_id: str, files: str, jp_serverapp: Any
) -> None:
    jp_serverapp.web_app.settings["headers"] = {"Content-Security-Policy": "img-src *", "X-Content-Type-Options": ""}
    client.log_text(run_id, "<script>", "page.html")

    found = await fetch(f"{files}/page.html")

    assert found.headers["Content-Security-Policy"].startswith("sandbox;")
    assert found.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", ["a.html", "a.js", "a.mjs", "a.css", "a.svgz", "a.xhtml", "a.wasm", "a.swf", ".html"])
def test_no_type_makes_a_browser_run_something_but_a_page_that_stands_in_a_sandbox(path: str) -> None:
    assert content_type(path) in {"text/html", "text/plain; charset=utf-8", "application/octet-stream"}


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/\0\r\n"), min_size=1, max_size=60))
def test_any_name_is_one_header_and_comes_out_as_it_was(name: str) -> None:
    header = disposition(f"folder/{name}")
    read = Message()
    read["Content-Disposition"] = header

    assert header.isascii()
    assert header.isprintable()
    assert read.get_content_disposition() == "attachment"
    star = header.rpartition("filename*=UTF-8''")[2]
    assert "/" not in unquote(star)
    assert len(unquote(star)) == len(name)


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ('a"; filename="b.exe', "a_; filename=_b.exe"),
        ("a\r\nSet-Cookie: b=c", "a__Set-Cookie: b=c"),
        ("ünïcode.txt", "_n_code.txt"),
        ("\N{RIGHT-TO-LEFT OVERRIDE}gpj.exe", "_gpj.exe"),
        ("a\\b%2fc", "a_b_2fc"),
    ],
)
def test_a_name_that_would_be_more_than_a_name(name: str, plain: str) -> None:
    assert f'filename="{plain}"; ' in disposition(name)


# ---------------------------------------------------------------- what is not there, and what must not be reached


@pytest.fixture
def secret(root: Path) -> Path:
    """Make a file beside the store."""
    root.parent.mkdir(parents=True, exist_ok=True)
    path = root.parent / "secret.txt"
    path.write_text("hush")
    return path


CLIMBING = [
    "../../../secret.txt",
    "a/../../../../secret.txt",
    "..",
    "/etc/passwd",
    "a//b",
    "./a",
    "a\0.txt",
    "a\n.txt",
    "..\\..\\..\\secret.txt",
    "a/..\\..\\secret.txt",
]


@pytest.mark.parametrize("path", CLIMBING)
@pytest.mark.parametrize("safe", ["", "/"])
@pytest.mark.usefixtures("secret")
async def test_no_address_leads_out_of_a_run(ask: Ask, files: str, path: str, safe: str) -> None:
    with pytest.raises(Refused) as caught:
        await ask("GET", f"{files}/{quote(path, safe=safe)}")

    assert caught.value.status in (400, 404)
    assert "hush" not in caught.value.message


@pytest.mark.parametrize("question", ["artifacts", "preview"])
@pytest.mark.parametrize("path", CLIMBING)
@pytest.mark.usefixtures("secret")
async def test_no_question_leads_out_of_a_run(ask: Ask, store_id: str, run_id: str, path: str, question: str) -> None:
    with pytest.raises(Refused) as caught:
        await ask("GET", f"/stores/{store_id}/runs/{run_id}/{question}", query={"path": path})

    assert (caught.value.status, caught.value.code) == (400, "INVALID_PARAMETER_VALUE")


@pytest.mark.skipif(sys.platform == "win32", reason="making symlinks takes a privilege there")
async def test_no_link_leads_out_of_a_run(
    ask: Ask, client: Client, run_id: str, files: str, store_id: str, secret: Path
) -> None:
    client.log_text(run_id, "a", "a.txt")
    folder = Path(client.get_run(run_id).info.artifact_uri)
    (folder / "link.txt").symlink_to(secret)
    (folder / "out").symlink_to(secret.parent)

    for path in ("link.txt", "out/secret.txt"):
        with pytest.raises(Refused) as caught:
            await ask("GET", f"{files}/{path}")
        assert caught.value.status == 400
        with pytest.raises(Refused):
            await ask("GET", f"/stores/{store_id}/runs/{run_id}/preview", query={"path": path})
    listed = await ask("GET", f"/stores/{store_id}/runs/{run_id}/artifacts")
    assert [entry["path"] for entry in listed["entries"]] == ["a.txt"]


async def test_what_is_not_there(ask: Ask, client: Client, run_id: str, files: str, store_id: str) -> None:
    client.log_text(run_id, "a", "deep/a.txt")

    for address, status in [
        (f"{files}/b.txt", 404),
        (f"{files}/deep", 400),
        (f"/stores/{store_id}/runs/{'0' * 32}/files/a.txt", 404),
        (f"/stores/{store_id}/runs/..%2F..%2Fother/files/a.txt", 400),
    ]:
        with pytest.raises(Refused) as caught:
            await ask("GET", address)
        assert caught.value.status == status, address


async def test_a_parameter_that_is_none(ask: Ask, client: Client, run_id: str, files: str) -> None:
    client.log_text(run_id, "a", "a.txt")

    with pytest.raises(Refused) as caught:
        await ask("GET", f"{files}/a.txt", query={"inlined": "1"})

    assert caught.value.status == 400


async def test_nobody_is_given_a_file(ask: Ask, client: Client, run_id: str, files: str) -> None:
    client.log_text(run_id, "a", "a.txt")

    for method in ("GET", "HEAD"):
        found = await ask(method, f"{files}/a.txt", headers={}, whole=True)
        assert found.code == 401


async def test_a_file_of_a_run_that_may_not_be_seen(ask: Ask, client: Client, run_id: str, files: str) -> None:
    client.log_text(run_id, "a", "a.txt")
    client.set_experiment_permission("0", f"user:{user_name()}", "NO_PERMISSIONS")

    for method in ("GET", "HEAD"):
        found = await ask(method, f"{files}/a.txt", whole=True)
        assert found.code == 404


async def test_a_file_cannot_be_changed(ask: Ask, files: str) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        with pytest.raises(Refused) as caught:
            await ask(method, f"{files}/a.txt")
        assert caught.value.status == 405


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
async def test_a_file_that_the_disk_refuses(ask: Ask, client: Client, run_id: str, files: str) -> None:
    client.log_text(run_id, "a", "a.txt")
    (Path(client.get_run(run_id).info.artifact_uri) / "a.txt").chmod(0)

    with pytest.raises(Refused) as caught:
        await ask("GET", f"{files}/a.txt")

    assert caught.value.status == 503


# ---------------------------------------------------------------- ranges


@pytest.mark.parametrize(
    ("asked", "span"),
    [
        (None, None),
        ("", None),
        ("bytes", None),
        ("bytes=", None),
        ("bytes=-", None),
        ("bytes=a-b", None),
        ("lines=1-2", None),
        ("bytes=5-2", None),
        ("bytes=0-1,3-4", None),
        ("bytes=0-0", Span(0, 1)),
        ("Bytes=2-", Span(2, 8)),
        ("bytes=2-100", Span(2, 8)),
        ("bytes=-4", Span(6, 4)),
        ("bytes=-400", Span(0, 10)),
        ("bytes=-0", Span(10, 0)),
        ("bytes=10-", Span(10, 0)),
        ("bytes=10-20", Span(10, 0)),
        ("bytes=99999999999999999999-", None),
    ],
)
def test_ranges(asked: str | None, span: Span | None) -> None:
    assert wanted_span(10, asked, None, '"m"') == span


def test_a_condition_on_a_file_without_a_mark_never_holds() -> None:
    assert wanted_span(10, "bytes=1-", '"m"', None) is None
