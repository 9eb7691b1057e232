"""Where a server listens, and how it is called."""

from __future__ import annotations

import socket
import sys

import pytest

from nbflow.errors import InvalidInputError
from nbflow.serving.serve import Place
from nbflow.serving.sockets import bind, listen, received, sent, url_of


def test_any_free_port_is_found_and_named() -> None:
    with bind("localhost", 0) as sock:
        url = url_of(sock, "localhost")

    assert url.startswith("http://localhost:")
    assert url.rpartition(":")[2] != "0"


def test_an_address_of_ipv6_stands_in_brackets() -> None:
    if not socket.has_ipv6:
        pytest.skip("this machine has no IPv6")
    try:
        sock = bind("::1", 0)
    except InvalidInputError:
        pytest.skip("this machine has no IPv6")
    with sock:
        assert url_of(sock, "::1").startswith("http://[::1]:")


def test_all_addresses_are_called_by_one_that_can_be_asked() -> None:
    with bind("0.0.0.0", 0) as sock:  # noqa: S104 - nothing listens
        assert url_of(sock, "0.0.0.0").startswith("http://127.0.0.1:")  # noqa: S104


@pytest.mark.parametrize(("host", "port"), [("no such host", 0), ("203.0.113.1", 0), ("127.0.0.1", 70_000), ("", -1)])
def test_what_is_not_to_be_had_is_told(host: str, port: int) -> None:
    with pytest.raises(InvalidInputError):
        bind(host, port)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not bind it a second time")
def test_who_listens_first_has_it() -> None:
    with bind("127.0.0.1", 0) as first, bind("127.0.0.1", first.getsockname()[1]) as second:
        listen(first)

        with pytest.raises(InvalidInputError, match="another port"):
            listen(second)


@pytest.mark.skipif(sys.platform == "win32", reason="a process does not share with itself")
def test_a_socket_is_handed_over() -> None:
    with bind("127.0.0.1", 0) as sock:
        name = sock.getsockname()
        copy = sock.dup()
        handed = received(sent(copy, 0))
        copy.detach()

    with handed:
        assert handed.getsockname() == name


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", False),
        ("localhost", False),
        ("::1", False),
        ("0.0.0.0", True),  # noqa: S104 - told from others
        ("::", True),
        ("host.example", True),
    ],
)
def test_it_is_known_whether_others_can_reach_it(host: str, expected: bool) -> None:
    assert Place(host=host).open_to_others is expected
