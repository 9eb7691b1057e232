"""What nobody means well is refused, quickly, and the server goes on."""

from __future__ import annotations

import gzip
import io
import json
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import httpx
import pandas as pd
import pytest

from nbflow.serving import ServingSettings

if TYPE_CHECKING:
    import pyarrow as pa

JSON, PARQUET = "application/json", "application/vnd.apache.parquet"
SMALL = ServingSettings(max_bytes=1000)


def test_a_body_that_is_too_long_is_refused_before_it_is_read(app: Any, ask: Any) -> None:
    response = ask(app(settings=SMALL), b"x" * 1001)

    assert response.status_code == 413
    assert "1,000 bytes" in response.json()["message"]


def test_a_body_that_does_not_say_how_long_it_is_is_cut_off(app: Any, served: Any) -> None:
    url = served(app(settings=SMALL))

    def endless() -> Any:
        for _ in range(10_000):
            yield b"x" * 100

    try:
        status = httpx.post(f"{url}/invocations", content=endless(), headers={"Content-Type": JSON}).status_code
    except httpx.WriteError:  # the server has closed the connection before all was written
        status = 413

    assert status == 413
    assert httpx.get(f"{url}/ping").status_code == 200


@pytest.mark.parametrize("length", ["9" * 5000, "-1", "x"])
def test_a_length_that_is_none_is_no_harm(length: str, app: Any, served: Any) -> None:
    url = httpx.URL(served(app(settings=SMALL)))

    import socket

    with socket.create_connection((url.host, url.port or 0), timeout=5) as connection:
        connection.sendall(
            f"POST /invocations HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n".encode()
        )
        answer = connection.recv(100)

    assert answer.startswith((b"HTTP/1.1 400", b"HTTP/1.1 413"))


def test_the_longest_body_is_taken(app: Any, ask: Any) -> None:
    body = json.dumps({"inputs": "x" * 1000})[:-2]
    body = body[:998] + '"}'

    assert ask(app(lambda _: 1, SMALL), body).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        pytest.param('{"inputs":' + "[" * 200_000 + "]" * 200_000 + "}", id="lists"),
        pytest.param('{"inputs":' + '{"a":' * 200_000 + "1" + "}" * 200_000 + "}", id="dictionaries"),
        pytest.param('{"inputs":' + "[" * 900 + "1" + "]" * 900 + "}", id="as deep as JSON goes"),
    ],
)
def test_deep_nesting_is_refused(body: str, app: Any, ask: Any) -> None:
    response = ask(app(lambda _: 1), body)

    assert response.status_code == 400
    assert response.json()["error_code"] == "BAD_REQUEST"


def test_a_compressed_body_is_not_unpacked(app: Any, served: Any) -> None:
    bomb = gzip.compress(b" " * 10_000_000)
    headers = {"Content-Type": JSON, "Content-Encoding": "gzip"}

    response = httpx.post(f"{served(app())}/invocations", content=bomb, headers=headers)

    assert response.status_code == 415
    assert "Content-Encoding" in response.json()["message"]


def test_what_is_compressed_and_does_not_say_so_is_no_json(app: Any, ask: Any) -> None:
    assert ask(app(), gzip.compress(b'{"inputs": [1]}')).status_code == 400


def parquet(table: pa.Table, **options: Any) -> bytes:
    from pyarrow.parquet import write_table

    file = io.BytesIO()
    write_table(table, file, **options)
    return file.getvalue()


def bombs() -> dict[str, bytes]:
    import pyarrow as pa

    rows = pa.array([0]).take(pa.array([0] * 5_000_000, pa.int8()))
    text = pa.DictionaryArray.from_arrays(pa.array([0] * 100_000, pa.int8()), pa.array(["x" * 100_000]))
    fixed = pa.array([b"x" * 100_000] * 100, pa.binary(100_000)).take(pa.array([0] * 100, pa.int8()))
    nested = pa.array([[0] * 4_000_000], pa.list_(pa.int64()))
    return {
        "many rows": parquet(pa.table({"a": rows})),
        "one text a thousand times": parquet(pa.table({"a": text})),
        "one text in lists": parquet(pa.table({"a": pa.ListArray.from_arrays([0, 100_000], text)})),
        "texts of a fixed length": parquet(pa.table({"a": fixed}), compression="zstd"),
        "a long list in one row": parquet(pa.table({"a": nested})),
    }


def test_parquet_that_stands_for_more_than_memory_holds_is_refused(app: Any, ask: Any) -> None:
    settings = ServingSettings(max_bytes=1 << 20)
    application = app(len, settings)

    found = {name: (len(body), ask(application, body, PARQUET)) for name, body in bombs().items()}

    assert {name for name, (size, _) in found.items() if size > settings.max_bytes} == set()
    assert {name: response.status_code for name, (_, response) in found.items()} == dict.fromkeys(found, 400)
    assert {name for name, (_, response) in found.items() if "limits" not in response.json()["message"]} == set()


def test_parquet_within_the_limits_is_read_as_it_was_written(app: Any, ask: Any) -> None:
    import pyarrow as pa

    given = pa.table({"a": [1.5, None], "b": ["x", "y"], "c": [[1], [2, 3]], "d": [{"e": "f"}, {"e": None}]})
    seen: list[pd.DataFrame] = []

    def keep(data: pd.DataFrame) -> int:
        seen.append(data)
        return 1

    response = ask(app(keep), parquet(given), PARQUET)

    assert response.status_code == 200
    pd.testing.assert_frame_equal(seen[0], pd.read_parquet(io.BytesIO(parquet(given))))


@pytest.mark.parametrize("cut", [4, 50, 200])
def test_damaged_parquet_is_refused(cut: int, app: Any, ask: Any) -> None:
    import pyarrow as pa

    whole = parquet(pa.table({"a": ["x", "y"] * 100}))

    assert ask(app(), whole[:-cut], PARQUET).status_code == 400
    assert ask(app(), whole[: len(whole) // 2] + b"\0" * 8 + whole[len(whole) // 2 + 8 :], PARQUET).status_code == 400


def test_numbers_that_json_does_not_know_come_and_go(app: Any, ask: Any) -> None:
    response = ask(app(lambda data: data), '{"inputs": [NaN, Infinity, -Infinity]}')

    assert response.text == '{"predictions": [NaN, Infinity, -Infinity]}'


def test_a_name_of_another_machine_is_refused(app: Any, served: Any) -> None:
    url = served(app())

    foreign = httpx.get(f"{url}/ping", headers={"Host": "evil.example:80"})
    own = [httpx.get(f"{url}/ping", headers={"Host": host}) for host in ("localhost:1", "127.0.0.1", "[::1]:5")]

    assert foreign.status_code == 403
    assert "--any-host" in foreign.json()["message"]
    assert [response.status_code for response in own] == [200, 200, 200]


def test_any_name_will_do_where_that_is_wanted(app: Any, served: Any) -> None:
    url = served(app(settings=ServingSettings(any_host=True)))

    assert httpx.get(f"{url}/ping", headers={"Host": "model.example"}).status_code == 200


def test_no_method_but_the_routes_own(app: Callable[..., Any], served: Any) -> None:
    url = served(app())

    assert httpx.get(f"{url}/invocations").status_code == 405
    assert httpx.post(f"{url}/ping").status_code == 405
    assert httpx.get(f"{url}/../../etc/passwd").json()["error_code"] == "ENDPOINT_NOT_FOUND"


def test_a_server_says_nothing_of_itself_in_its_headers(app: Any, served: Any) -> None:
    headers = httpx.get(f"{served(app())}/ping").headers

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "server" not in headers


def test_refusing_is_quick(app: Any, ask: Any) -> None:
    began = time.perf_counter()

    ask(app(), '{"inputs":' + "[" * 2_000_000)

    assert time.perf_counter() - began < 5
