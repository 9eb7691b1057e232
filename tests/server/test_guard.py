"""Every address of nbflow has its guards: who is not logged in, or may not, gets nothing by any of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from jupyter_server.auth import Authorizer
from tornado.httpclient import HTTPClientError

from nbflow.server.api import routes
from nbflow.server.door import Handler
from nbflow.server.page import Page, Static
from tests.server.asking import Ask, Refused
from tests.server.walking import address_for, handlers_of

if TYPE_CHECKING:
    from nbflow.server.routing import Route

ROUTES = [pytest.param(each, id=f"{each.method} {each.path}") for each in routes()]


class Judge(Authorizer):
    """An authorizer that notes what it is asked, and refuses it."""

    def __init__(self, *refused: tuple[str, str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.asked: list[tuple[str, str]] = []
        self.refused = refused

    def is_authorized(self, handler: Any, user: Any, action: str, resource: str) -> bool:
        self.asked.append((action, resource))
        return (action, resource) not in self.refused


ALL = tuple((action, "nbflow") for action in ("read", "write", "execute"))


@pytest.fixture
def judge(jp_serverapp: Any) -> Judge:
    made = Judge(*ALL, parent=jp_serverapp)
    jp_serverapp.web_app.settings["authorizer"] = made
    return made


def address(route: Route, store_id: str) -> str:
    return re.sub(r"\{\w+(\.\.\.)?\}", "7", route.path.replace("{store}", store_id))


@pytest.mark.parametrize("route", ROUTES)
async def test_nobody_gets_in_without_a_token(ask: Ask, route: Route, store_id: str) -> None:
    with pytest.raises(Refused) as caught:
        await ask(route.method, address(route, store_id), headers={})

    # A request that changes something is refused before anybody looks who asks: it could be forged.
    assert (caught.value.status, caught.value.code) == (401, "UNAUTHENTICATED")


@pytest.mark.parametrize("route", ROUTES)
async def test_nobody_gets_in_with_a_wrong_token(ask: Ask, route: Route, store_id: str) -> None:
    with pytest.raises(Refused) as caught:
        await ask(route.method, address(route, store_id), headers={"Authorization": "token nonsense"})

    assert caught.value.status == 401


@pytest.mark.parametrize("route", ROUTES)
async def test_whom_the_authorizer_refuses_gets_nothing(ask: Ask, judge: Judge, route: Route, store_id: str) -> None:
    with pytest.raises(Refused) as caught:
        await ask(route.method, address(route, store_id))

    assert (caught.value.status, caught.value.code) == (403, "PERMISSION_DENIED")
    assert judge.asked == [("read" if route.reads else "write", "nbflow")]


@pytest.mark.parametrize("route", [each for each in ROUTES if not each.values[0].reads])  # type: ignore[union-attr]
@pytest.mark.parametrize("nbflow_config", [{"read_only": True}])
async def test_a_server_that_only_reads_refuses_every_change(ask: Ask, route: Route, store_id: str) -> None:
    with pytest.raises(Refused) as caught:
        await ask(route.method, address(route, store_id), {})

    assert (caught.value.status, caught.value.code) == (403, "PERMISSION_DENIED")
    assert "only reads" in caught.value.message


def test_every_handler_of_nbflow_is_one_of_those_that_have_guards(jp_web_app: Any) -> None:
    found = {pattern: handler for pattern, handler in handlers_of(jp_web_app.default_router) if "/nbflow" in pattern}

    assert len(found) > 4
    assert [pattern for pattern, each in found.items() if not issubclass(each, Handler | Page | Static)] == []


async def test_every_address_of_nbflow_refuses_who_is_not_logged_in(jp_web_app: Any, http_server_client: Any) -> None:
    open_to_all = {}
    for pattern, handler in handlers_of(jp_web_app.default_router):
        if "/nbflow" not in pattern:
            continue
        for method in handler.SUPPORTED_METHODS:  # type: ignore[attr-defined]
            response = await http_server_client.fetch(
                address_for(pattern),
                method=method,
                follow_redirects=False,
                raise_error=False,
                allow_nonstandard_methods=True,
            )
            refused = response.code in (401, 403, 405) or "/login" in response.headers.get("Location", "")
            if not refused and method != "OPTIONS":  # which tells no more than that there is an address
                open_to_all[method, pattern] = response.code

    assert open_to_all == {}


# Opening stores


async def test_a_store_is_opened_by_its_path_only_for_who_may_run_code(ask: Ask, judge: Judge, tmp_path: Any) -> None:
    judge.refused = (("execute", "kernels"),)

    with pytest.raises(Refused) as caught:
        await ask("POST", "/stores", {"path": str(tmp_path)})

    assert caught.value.status == 403
    assert judge.asked == [("read", "nbflow"), ("execute", "kernels")]


async def test_the_store_of_a_notebook_is_opened_for_who_may_read_notebooks(ask: Ask, judge: Judge) -> None:
    judge.refused = (("execute", "kernels"),)

    assert await ask("POST", "/stores", {"notebook": "a.ipynb"})
    assert judge.asked == [("read", "nbflow"), ("read", "contents")]


# The socket


async def test_the_socket_is_opened_for_nobody_without_a_token(jp_ws_fetch: Any) -> None:
    with pytest.raises(HTTPClientError) as caught:
        await jp_ws_fetch("nbflow", "api", "events", headers={"Authorization": "token nonsense"})

    assert caught.value.code in (401, 403)


async def test_the_socket_is_opened_for_nobody_whom_the_authorizer_refuses(jp_ws_fetch: Any, judge: Judge) -> None:
    with pytest.raises(HTTPClientError) as caught:
        await jp_ws_fetch("nbflow", "api", "events")

    assert caught.value.code == 403
    assert judge.asked == [("read", "nbflow")]


async def test_the_socket_is_opened_for_no_page_of_another_origin(
    ask: Ask, jp_ws_fetch: Any, jp_auth_header: dict[str, str], jp_http_port: int
) -> None:
    host = {"Host": f"localhost:{jp_http_port}"}  # its cookies are those of a name
    response = await ask("GET", "/server", headers={**jp_auth_header, **host}, whole=True)
    cookies = "; ".join(each.partition(";")[0] for each in response.headers.get_list("Set-Cookie"))
    browser = {"Cookie": cookies, "Authorization": ""}

    with pytest.raises(HTTPClientError) as caught:
        await jp_ws_fetch("nbflow", "api", "events", headers={**browser, "Origin": "https://evil.example"})
    same = await jp_ws_fetch("nbflow", "api", "events", headers=browser)

    assert caught.value.code == 403
    assert same is not None
