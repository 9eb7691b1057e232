from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from tornado.httpclient import HTTPResponse

Get = Callable[..., Awaitable[HTTPResponse]]


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Where the page's JavaScript is, as if it had been built."""
    folder = tmp_path / "built"
    folder.mkdir()
    (folder / "ui.js").write_text("export {};\n")
    (folder / "ui.css").write_text("body {}\n")
    (tmp_path / "secret").write_text("s3cr3t")
    return folder


@pytest.fixture
def nbflow_config(files: Path) -> dict[str, Any]:
    return {"page_files": str(files)}


@pytest.fixture
def get(http_server_client: Any, jp_auth_header: dict[str, str]) -> Get:
    async def got(path: str, headers: dict[str, str] = jp_auth_header) -> HTTPResponse:
        response: HTTPResponse = await http_server_client.fetch(
            path, headers=headers, follow_redirects=False, raise_error=False
        )
        return response

    return got


@pytest.mark.parametrize("path", ["nbflow", "nbflow/"])
async def test_the_page_is_there_below_the_base_url(get: Get, jp_base_url: str, path: str) -> None:
    response = await get(jp_base_url + path)

    text = response.body.decode()
    assert response.code == 200
    assert f'data-base-url="{jp_base_url}"' in text
    assert f'src="{jp_base_url}nbflow/static/ui.js?v=' in text
    assert f'href="{jp_base_url}nbflow/static/ui.css?v=' in text


async def test_the_page_loads_nothing_of_others_and_runs_nothing_that_is_written_into_it(
    get: Get, jp_base_url: str
) -> None:
    headers = (await get(f"{jp_base_url}nbflow/")).headers

    policy = dict(each.split(" ", 1) for each in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["base-uri"] == "'none'"
    assert policy["frame-ancestors"] == "'self'"
    assert headers["X-Content-Type-Options"] == "nosniff"


async def test_the_page_gives_the_cookie_that_changes_need(get: Get, jp_base_url: str) -> None:
    cookies = (await get(f"{jp_base_url}nbflow/")).headers.get_list("Set-Cookie")

    (xsrf,) = [each for each in cookies if each.startswith("_xsrf=")]
    assert f"Path={jp_base_url}" in xsrf
    assert "HttpOnly" not in xsrf


async def test_who_is_not_logged_in_is_asked_to(get: Get, jp_base_url: str) -> None:
    response = await get(f"{jp_base_url}nbflow/", headers={})

    assert response.code == 302
    assert response.headers["Location"].startswith(f"{jp_base_url}login?")


async def test_the_token_does_not_stay_in_the_address(
    get: Get, jp_base_url: str, jp_auth_header: dict[str, str]
) -> None:
    token = jp_auth_header["Authorization"].split()[1]

    response = await get(f"{jp_base_url}nbflow/?a=1&token={token}&a=2", headers={})

    assert response.code == 302
    assert response.headers["Location"] == f"{jp_base_url}nbflow/?a=1&a=2"
    cookies = [each.partition(";")[0] for each in response.headers.get_list("Set-Cookie")]
    assert (await get(f"{jp_base_url}nbflow/", headers={"Cookie": "; ".join(cookies)})).code == 200


async def test_each_file_has_a_mark_of_its_own(get: Get, jp_base_url: str) -> None:
    text = (await get(f"{jp_base_url}nbflow/")).body.decode()

    script, style = (re.search(rf"{name}\?v=(\w+)", text) for name in (r"ui\.js", r"ui\.css"))
    assert script is not None
    assert style is not None
    assert script[1] != style[1]


async def test_its_files_are_given_and_may_be_kept_under_their_version(get: Get, jp_base_url: str) -> None:
    plain = await get(f"{jp_base_url}nbflow/static/ui.js")
    versioned = await get(f"{jp_base_url}nbflow/static/ui.js?v=1")

    assert plain.body == b"export {};\n"
    assert "javascript" in plain.headers["Content-Type"]
    assert plain.headers["Cache-Control"] == "private, no-cache"
    assert "immutable" in versioned.headers["Cache-Control"]


@pytest.mark.parametrize(
    "path", ["../secret", "%2e%2e/secret", "..%2fsecret", "%2e%2e%2fsecret", "ui.js/../../secret", "nothing.js"]
)
async def test_no_other_files_are_given(get: Get, jp_base_url: str, path: str) -> None:
    response = await get(f"{jp_base_url}nbflow/static/{path}")

    assert response.code in (403, 404)
    assert b"s3cr3t" not in response.body


async def test_its_files_are_for_who_is_logged_in(get: Get, jp_base_url: str) -> None:
    assert (await get(f"{jp_base_url}nbflow/static/ui.js", headers={})).code == 302


async def test_a_page_that_was_not_built_says_so(get: Get, jp_base_url: str, files: Path) -> None:
    (files / "ui.js").unlink()

    response = await get(f"{jp_base_url}nbflow/")

    assert response.code == 503
    assert b"make js" in response.body
