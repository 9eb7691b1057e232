"""What the tests of widgets share: a page at the other end of the line, frames, and a reader of what is sent."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pytest

from nbflow.widgets.view import View
from tests.clock import next_millisecond

if TYPE_CHECKING:
    from nbflow import Client
    from nbflow.tracking.frame import RunFrame

_V = TypeVar("_V", bound=View)

TYPES = {"f64": "<f8", "i32": "<i4", "u8": "u1"}
RUNS = "application/vnd.nbflow.runs.v1+json"


def decode(value: Any, buffers: list[Any]) -> Any:
    """Put arrays in the places of buffers, as `labextension/src/views/wire.ts` does."""
    if isinstance(value, list):
        return [decode(each, buffers) for each in value]
    if not isinstance(value, dict):
        return value
    if "$buffer" in value:
        return np.frombuffer(buffers[value["$buffer"]], dtype=TYPES[value["type"]])
    return {key: decode(each, buffers) for key, each in value.items()}


def cells(column: dict[str, Any]) -> list[Any]:
    """Read a column's values, as `labextension/src/views/columns.ts` does: a list, None where missing."""
    values = column["values"]
    if isinstance(values, dict):
        codes = [int(code) for code in values["codes"]]
        return [None if code < 0 else values["texts"][code] for code in codes]
    if isinstance(values, np.ndarray):
        return [None if value != value else float(value) for value in values]  # noqa: PLR0124 - NaN
    said = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}
    if column["type"] in ("number", "time", "duration"):
        return [said[value] if isinstance(value, str) else value for value in values]
    return list(values)


def patched(data: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    """Make new data of the old and what changed, as `labextension/src/views/patch.ts` does: `values` are lists."""
    if "from" not in patch:
        return {**data, **patch["rest"]}
    old = {column["id"]: cells(column) for column in data["columns"]}
    columns = []
    for column in patch["columns"]:
        before, now = old.get(column["id"]), cells(column)
        values = [now[-1 - at] if at < 0 else before[at] if before else None for at in patch["from"]]
        columns.append({**column, "values": values})
    return {**data, "columns": columns, **patch["rest"]}


def saved_data(bundle: dict[str, Any], mime_type: str = RUNS) -> Any:
    """Read a bundle's data, which is JSON: no NaN, and no lone surrogate."""
    payload = json.loads(json.dumps(bundle[mime_type], allow_nan=False, ensure_ascii=False).encode("utf-8"))
    return json.loads(payload["data"]) if isinstance(payload["data"], str) else payload["data"]


class Page:
    """The page at the other end of a widget's line: it keeps what is sent, and asks."""

    kernel = "some"
    comm_id = "0123456789abcdef0123456789abcdef"

    def __init__(self) -> None:
        self.sent: list[Any] = []  # custom messages, decoded
        self.state: dict[str, Any] = {}
        self.closed = False
        self._receive: Callable[[Any], None] = lambda _: None

    # What ipywidgets asks of a line

    def on_msg(self, callback: Callable[[Any], None]) -> None:
        self._receive = callback

    def on_close(self, callback: Callable[[Any], None]) -> None:
        pass

    def send(self, data: Any = None, metadata: Any = None, buffers: Any = None) -> None:
        assert not self.closed
        json.dumps(data, allow_nan=False)
        if data["method"] == "custom":
            self.sent.append(decode(data["content"], buffers or []))
        elif data["method"] == "update":
            self.state |= data["state"]

    def close(self, *_: Any, **__: Any) -> None:
        self.closed = True

    # What a view does

    def tell(self, content: Any) -> None:
        self._receive({"content": {"data": {"method": "custom", "content": content}}, "buffers": []})

    def ask(self, ask: str, /, **args: Any) -> Any:
        """Give the whole answer: with `answer` or `error`."""
        self.tell({"id": 7, "ask": ask, "args": args})
        answer = self.sent.pop()
        assert answer["id"] == 7
        return answer

    def arrange(self, **state: Any) -> None:
        """Set the state, as a view that the user sorts or selects in."""
        message = {"method": "update", "state": {"state": state}, "buffer_paths": []}
        self._receive({"content": {"data": message}, "buffers": []})

    def events(self, event: str) -> list[Any]:
        return [each for each in self.sent if each.get("event") == event]


def connected(view: _V) -> tuple[_V, Page]:
    """Connect a view that has no kernel with a page."""
    page = Page()
    view.comm = page
    return view, page


@pytest.fixture
def runs(client: Client) -> RunFrame:
    """Give five runs, the newest first: `loss` falls from 5 to 1, `lr` is a number, `kind` a text."""
    for i in range(5):
        run = client.create_run("0", run_name=f"run-{i}", tags={"kind": "old" if i < 3 else "new"})
        for step in range(3):
            client.log_metric(run.run_id, "loss", 5.0 - i + (2 - step) / 10, step=step)
        client.log_param(run.run_id, "lr", 0.1 * (i + 1))
        client.log_param(run.run_id, "model", "mlp" if i % 2 else "cnn")
        client.set_terminated(run.run_id)
        next_millisecond()  # the newest comes first
    return client.search_frame(["0"])
