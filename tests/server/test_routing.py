from __future__ import annotations

import re

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct
from tornado.web import RequestHandler

from nbflow.errors import InvalidRequestError, NotAllowedError
from nbflow.server.api import routes
from nbflow.server.app import handlers_for
from nbflow.server.door import Handler
from nbflow.server.routing import (
    Call,
    Route,
    decode_body,
    decode_query,
    order_of,
    pattern_of,
    route,
    routes_in,
)


class Query(Struct, forbid_unknown_fields=True):
    filter: str = ""
    many: list[str] = []
    number: int = 0
    page_token: str | None = None


def ask(text: str) -> Query:
    """Read an address's parameters, parted as tornado does it."""
    given: dict[str, list[bytes]] = {}
    for part in filter(None, text.split("&")):
        name, _, value = part.partition("=")
        given.setdefault(name, []).append(value.encode("latin-1"))
    found = decode_query(Query, given)
    assert isinstance(found, Query)
    return found


def test_parameters_are_read_as_what_they_are() -> None:
    assert ask("filter=a&many=x&many=y&number=5") == Query("a", ["x", "y"], 5)


def test_one_of_a_list_is_a_list() -> None:
    assert ask("many=x").many == ["x"]


@pytest.mark.parametrize("text", ["token=abc", "_xsrf=2", "1764000000000=", "no_track_activity=1"])
def test_what_jupyters_pages_add_to_addresses_is_passed_over(text: str) -> None:
    assert ask(text) == Query()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("filtre=a", "has no parameter 'filtre'"),
        ("filter=a&filter=b", "is there 2 times"),
        ("number=many", "number"),
        ("filter=\xff", "no UTF-8"),
    ],
)
def test_parameters_that_do_not_fit_are_told_of(text: str, told: str) -> None:
    with pytest.raises(InvalidRequestError, match=re.escape(told)):
        ask(text)


def test_an_address_without_parameters_takes_none() -> None:
    assert decode_query(None, {}) is None
    with pytest.raises(InvalidRequestError):
        decode_query(None, {"filter": [b"a"]})


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b'{"filter": 5}', b'{"filtre": ""}', b"\xff", b"[" * 100_000])
def test_bodies_that_do_not_fit_are_told_of(body: bytes) -> None:
    with pytest.raises(InvalidRequestError):
        decode_body(Query, body)


class Deep(Struct, forbid_unknown_fields=True):
    value: object


def test_a_body_that_is_nested_too_deep_is_told_of() -> None:
    with pytest.raises(InvalidRequestError):
        decode_body(Deep, b'{"value": ' + b"[" * 1_000_000)


def test_a_route_that_takes_misspelt_names_cannot_be_declared() -> None:
    class Loose(Struct):
        name: str = ""

    def change(call: Call) -> None:
        """Change something."""

    with pytest.raises(TypeError, match="forbid_unknown_fields"):
        route("POST", "/loose", body=Loose)(change)


def test_what_is_asked_of_the_authorizer_follows_from_the_method() -> None:
    @route("GET", "/a")
    def read(call: Call) -> None:
        """Read."""

    @route("POST", "/b")
    def write(call: Call) -> None:
        """Write."""

    @route("POST", "/c", reads=True)
    def compare(call: Call) -> None:
        """Compare."""

    found = routes_in([read, write, compare])
    assert [(each.action, each.reads, each.summary) for each in found] == [
        ("read", True, "Read."),
        ("write", False, "Write."),
        ("read", True, "Compare."),
    ]


def test_a_server_that_only_reads_refuses_what_changes_something() -> None:
    Route(method="GET", path="/a", reads=True).check_allowed(read_only=True)
    Route(method="POST", path="/a").check_allowed(read_only=False)
    with pytest.raises(NotAllowedError):
        Route(method="POST", path="/a").check_allowed(read_only=True)


@given(st.text(st.characters(blacklist_characters="/", blacklist_categories=["Cs", "Cc"]), min_size=1))
def test_a_place_takes_one_part_of_the_path_and_no_more(part: str) -> None:
    pattern = pattern_of("/stores/{store}/runs")

    found = re.fullmatch(pattern, f"/stores/{part}/runs")

    assert found is not None
    assert found["store"] == part
    assert re.fullmatch(pattern, f"/stores/{part}/b/runs") is None


def test_the_rest_of_a_path_may_have_slashes() -> None:
    found = re.fullmatch(pattern_of("/files/{path...}"), "/files/a/b.txt")

    assert found is not None
    assert found["path"] == "a/b.txt"


def test_what_is_written_out_comes_before_a_place_that_would_take_it() -> None:
    paths = ["/runs/{run_id}", "/runs/active", "/{store}/x"]

    assert sorted(paths, key=order_of) == ["/runs/active", "/runs/{run_id}", "/{store}/x"]


def test_each_address_leads_to_the_route_that_was_declared_for_it() -> None:
    for wanted in routes():
        address = re.sub(r"\{\w+(\.\.\.)?\}", "7", wanted.path)

        found = next(each.path for each in routes() if re.fullmatch(pattern_of(each.path), address))

        assert found == wanted.path


def test_every_route_says_what_it_does() -> None:
    assert [each.path for each in routes() if not each.summary.endswith(".")] == []


def test_json_schemas_can_be_made_of_all_that_is_taken() -> None:
    for each in routes():
        for taken in (each.query, each.body):
            if taken is not None:
                assert msgspec.json.schema(taken)


class Unguarded(RequestHandler):
    pass


class Guarded(Handler):
    """Serves by itself."""


@pytest.mark.parametrize(
    "declared",
    [
        [Route(method="GET", path="/a", handler=Unguarded)],
        [Route(method="GET", path="/a", handler=Guarded), Route(method="POST", path="/a")],
    ],
)
def test_a_handler_of_its_own_has_the_guards_and_takes_no_others_place(declared: list[Route]) -> None:
    assert handlers_for(declared[:1]) if len(declared) > 1 else True
    with pytest.raises(TypeError, match="only route"):
        handlers_for(declared)
