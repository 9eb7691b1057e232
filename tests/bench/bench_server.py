"""The server: pages of runs under load, searches and tables of very many runs, and what it costs while nobody asks."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from tests.bench.generate import make_mlflow, make_store
from tests.bench.http_load import Load, Request, ask_once, put_load_on
from tests.bench.report import Row, Section, Target
from tests.bench.servers import TOKEN, Running, mlflow_server, nbflow_server
from tests.bench.timing import AbsentError, Contender, Figures, Sample, ask

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["measure"]

_CONNECTIONS = 8
_PAGE = 100
_SOCKETS = 20
_IDLE_S = 20.0
_PATIENCE_S = 120.0
_PER_SECOND = 200
_AUTHORIZED = ("Authorization", f"token {TOKEN}")
_ORDER = "metrics.accuracy DESC"


def measure(folder: Path, n_runs: int, n_loaded: int, n_peer: int, seconds: float) -> list[Section]:
    """Measure the server.

    Parameters
    ----------
    folder
        Where to put the stores.
    n_runs
        How many runs are searched, and shown as a table.
    n_loaded, n_peer
        Out of how many runs come the pages under load, and mlflow's.
    seconds
        How long each load lasts.
    """
    return [_measure_load(folder / "load", n_loaded, n_peer, seconds), _measure_large(folder / "large", n_runs)]


# Under load


def _measure_load(folder: Path, n_runs: int, n_peer: int, seconds: float) -> Section:
    folder.mkdir()
    facts = ask(make_store, folder=str(folder), n_runs=n_runs, n_points=1)
    with nbflow_server(folder, one_core=True) as running:
        place = _place(running, facts["experiment_id"])
        ask_once(running.port, place(0), _PATIENCE_S)  # the index is made
        same = put_load_on(running.port, lambda _: place(0), _CONNECTIONS, seconds)
        each = put_load_on(running.port, place, _CONNECTIONS, seconds)
    names = ["nbflow, another page each time", "nbflow, the same page again"]
    loads: list[tuple[Contender, Load | str]] = [
        (Contender(names[0], _none, kind="nbflow"), each),
        (Contender(names[1], _none, kind="nbflow", judged=False), same),
        (
            Contender(f"mlflow server, SQLite, {n_peer:,} runs, another page each time", _none),
            _peer(folder, n_peer, seconds),
        ),
    ]
    apart = Target(at_most_s=1 / _PER_SECOND)
    rows = [
        Row(
            f"between two answers ({_PER_SECOND} in a second are 5 ms)",
            _figures(loads, lambda load: [load.between]),
            apart,
        ),
        Row("an answer: median and least", _figures(loads, lambda load: load.took)),
        Row("an answer: all but one of a hundred", _figures(loads, lambda load: [load.p99]), Target(at_most_s=0.1)),
    ]
    note = (
        f"A page of {_PAGE} runs out of {n_runs:,}, filtered and ordered by a metric, over {_CONNECTIONS} connections "
        f"for {seconds:g} s. nbflow's server has one core; mlflow's has all of them, and starts as many processes as "
        "it does by itself. Each answer is of the store as it is when it was asked for, or later."
    )
    plain = [(f"{who.name}: answers in a second, errors", _told(load)) for who, load in loads]
    return Section("The server under load", note, rows, plain)


def _peer(folder: Path, n_runs: int, seconds: float) -> Load | str:
    place = folder / "mlflow"
    place.mkdir()
    try:
        facts = ask(make_mlflow, folder=str(place), n_runs=n_runs, n_points=2)
        with mlflow_server(place, facts["uri"]) as running:
            ask_once(running.port, _mlflow_page(facts["experiment_id"], 0))
            return put_load_on(running.port, lambda n: _mlflow_page(facts["experiment_id"], n), _CONNECTIONS, seconds)
    except AbsentError as exc:
        return str(exc)
    except (OSError, RuntimeError) as exc:  # a peer that is broken must not break what is about us
        return f"{type(exc).__name__}: {exc}"[:200]


def _figures(loads: list[tuple[Contender, Load | str]], take: Callable[[Load], list[float]]) -> list[Figures]:
    return [Figures(who, word=load) if isinstance(load, str) else Figures(who, take(load)) for who, load in loads]


def _told(load: Load | str) -> str:
    return load if isinstance(load, str) else f"{1 / load.between:,.1f}, {load.errors}"


def _filter(number: int) -> str:
    """Make a filter that most runs pass, another one for each number."""
    return f"metrics.accuracy > {0.2 + number % 100_000 / 1_000_000:.6f}"


def _place(running: Running, experiment_id: str) -> Callable[[int], Request]:
    store = _store_id(running)

    def page(number: int) -> Request:
        query = {"experiment_id": experiment_id, "filter": _filter(number), "order_by": _ORDER, "max_results": _PAGE}
        return _get(f"/stores/{store}/runs", query)

    return page


def _mlflow_page(experiment_id: str, number: int) -> Request:
    asked = {
        "experiment_ids": [experiment_id],
        "filter": _filter(number),
        "order_by": [_ORDER],
        "max_results": _PAGE,
    }
    headers = [("Content-Type", "application/json")]
    return Request("POST", "/api/2.0/mlflow/runs/search", headers, json.dumps(asked).encode())


# Of very many runs, and at rest


def _measure_large(folder: Path, n_runs: int) -> Section:
    folder.mkdir()
    facts = ask(make_store, folder=str(folder), n_runs=n_runs, n_points=1)
    who = Contender("nbflow", _none, kind="nbflow")
    with nbflow_server(folder, one_core=True) as running:
        began = time.perf_counter()
        page, store = _place(running, facts["experiment_id"]), _store_id(running)
        ask_once(running.port, page(0), _PATIENCE_S)
        built = time.perf_counter() - began
        plain = [(f"the first page of {n_runs:,} runs, of which there is no index yet", f"{built:.3g} s")]
        fresh = running.memory_mb()
        plain += asyncio.run(_at_rest(running, store))
        searches = [ask_once(running.port, page(number))[0] for number in range(1, 51)]
        table = _get(f"/stores/{store}/table", {"experiment_id": facts["experiment_id"]}, buffers=True)
        first, body = ask_once(running.port, table)
        tables = [ask_once(running.port, table)[0] for _ in range(5)]
        plain += [
            (f"memory after the first page of {n_runs:,} runs", f"{fresh:.0f} MB"),
            (f"memory after the table of {n_runs:,} runs", f"{running.memory_mb():.0f} MB"),
        ]
    rows = [
        Row(
            f"a page of {_PAGE} runs, filtered and ordered by a metric", [Figures(who, searches)], Target(at_most_s=0.1)
        ),
        Row(f"the whole table, the first time ({len(body) / 1e6:.0f} MB)", [Figures(who, [first])]),
        Row("the whole table again", [Figures(who, tables)]),
    ]
    note = (
        f"One question after the other, each until the last byte, of {n_runs:,} runs with {facts['columns']} columns. "
        f"At rest nothing changes in the store, and {_SOCKETS} pages follow it."
    )
    return Section(f"The server with {n_runs:,} runs", note, rows, plain)


async def _at_rest(running: Running, store: str) -> list[tuple[str, str]]:
    """Measure what the server costs while pages look on and nothing happens."""
    from tornado.httpclient import HTTPRequest
    from tornado.websocket import websocket_connect

    lines: list[tuple[str, str]] = []
    sockets: list[Any] = []
    url = f"ws://127.0.0.1:{running.port}/nbflow/api/events"
    for n in (0, 1, _SOCKETS):
        while len(sockets) < n:
            socket = await websocket_connect(HTTPRequest(url, headers=dict([_AUTHORIZED])))
            await socket.write_message(json.dumps({"watch": [store]}))
            await socket.read_message()  # what it is at
            sockets.append(socket)
        await asyncio.sleep(1)
        before = running.cpu_s()
        await asyncio.sleep(_IDLE_S)
        cpu = (running.cpu_s() - before) / _IDLE_S
        pages = f"{n} page{'' if n == 1 else 's'}"
        lines.append((f"at rest with {pages}: processor, memory", f"{cpu:.2%}, {running.memory_mb():.0f} MB"))
    for socket in sockets:
        socket.close()
    return lines


def _store_id(running: Running) -> str:
    _, body = ask_once(running.port, _get("/stores", {}))
    found: str = json.loads(body)["stores"][0]["id"]
    return found


def _get(path: str, query: dict[str, Any], *, buffers: bool = False) -> Request:
    headers = [_AUTHORIZED]
    if buffers:
        headers.append(("Accept", "application/vnd.nbflow+buffers"))
    return Request("GET", f"/nbflow/api{path}?{urlencode(query)}", headers)


def _none() -> Sample:
    """Stand for what is measured here, and not in a process of its own."""
    raise NotImplementedError
