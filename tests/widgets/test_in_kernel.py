"""Displays in a real kernel: which widgets there are, what is written into outputs, and when."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.magics.kernel import TIMEOUT_S, Kernel
from tests.widgets.conftest import RUNS, saved_data

VIEW = "application/vnd.jupyter.widget-view+json"

RUN = """
import nbflow
def run(name, loss):
    with nbflow.start_run(run_name=name):
        nbflow.log_metric("loss", loss)
run("first", 1)
"""


class Notebook:
    """A kernel, and all that it sent."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.messages: list[dict[str, Any]] = []

    def run(self, code: str, cell_id: str | None = None) -> None:
        """Execute a cell, keep what is sent meanwhile, and check that it did not fail."""
        request = self.kernel.send(code, cell_id)
        self.until(lambda: any(_is_end(each, request) for each in self.messages))
        assert self.kernel.reply(request)["status"] == "ok", self.messages

    def until(self, condition: Callable[[], object]) -> None:
        """Keep what is sent until something is there."""
        end = time.monotonic() + TIMEOUT_S
        while not condition():
            assert time.monotonic() < end, "it did not come"
            self.messages.append(self.kernel.client.get_iopub_msg(timeout=TIMEOUT_S))

    def ask(self, model_id: str, ask: str, **args: Any) -> Any:
        """Ask a widget, as its view does."""
        message = self.kernel.client.session.msg(
            "comm_msg",
            {
                "comm_id": model_id,
                "data": {"method": "custom", "content": {"id": 11, "ask": ask, "args": args}},
            },
        )
        self.kernel.client.shell_channel.send(message)
        self.until(lambda: any(content.get("id") == 11 for content in self.custom(model_id)))
        return next(content for content in reversed(self.custom(model_id)) if content.get("id") == 11)

    def of(self, *kinds: str) -> list[dict[str, Any]]:
        return [message["content"] for message in self.messages if message["msg_type"] in kinds]

    def custom(self, model_id: str) -> list[dict[str, Any]]:
        told = [each for each in self.of("comm_msg") if each["comm_id"] == model_id]
        return [each["data"]["content"] for each in told if each["data"]["method"] == "custom"]

    @property
    def closed(self) -> list[str]:
        return [content["comm_id"] for content in self.of("comm_close")]


def _is_end(message: dict[str, Any], request: str) -> bool:
    state = message["content"].get("execution_state")
    return bool(message["parent_header"].get("msg_id") == request and state == "idle")


@pytest.fixture(scope="module")
def module_kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    kernel = Kernel(tmp_path_factory.mktemp("kernel"))
    yield kernel
    kernel.close()


@pytest.fixture
def notebook(module_kernel: Kernel, tmp_path: Any) -> Notebook:
    """Give a notebook with a store of its own, with one run in it."""
    notebook = Notebook(module_kernel)
    notebook.run(
        f"import os, nbflow; os.chdir({str(tmp_path)!r}); nbflow.set_tracking_uri({str(tmp_path / 'nbruns')!r})"
    )
    notebook.run(RUN)
    notebook.messages.clear()
    return notebook


def test_a_frame_is_shown_with_a_widget_that_answers(notebook: Notebook) -> None:
    notebook.run("nbflow.search_runs()")

    (result,) = notebook.of("execute_result")
    payload = result["data"][RUNS]
    assert VIEW not in result["data"]
    assert "first" in result["data"]["text/html"]
    assert notebook.ask(payload["model_id"], "filter", filter="metrics.loss > 0")["answer"]["run_ids"]


def test_data_are_not_among_what_a_widget_keeps_in_the_notebook(notebook: Notebook) -> None:
    notebook.run("nbflow.search_runs()")

    states = [content["data"]["state"] for content in notebook.of("comm_open")]
    (state,) = [state for state in states if state["_model_name"] == "AnyModel"]
    assert {"state", "revision", "_kind", "_esm"} <= state.keys()
    assert "first" not in json.dumps(state)


def test_a_cell_that_runs_again_ends_the_widget_that_it_made(notebook: Notebook) -> None:
    notebook.run("nbflow.search_runs()", "cell-1")
    notebook.run("nbflow.search_runs()", "cell-2")
    first, second = [each["data"][RUNS]["model_id"] for each in notebook.of("execute_result")]

    notebook.run("nbflow.search_runs()", "cell-1")

    assert first in notebook.closed
    assert second not in notebook.closed


def test_a_cell_that_makes_a_table_anew_ends_the_one_before(notebook: Notebook) -> None:
    notebook.run("table = nbflow.RunTable(nbflow.search_runs())", "cell-1")
    notebook.run("table", "cell-2")
    notebook.run("table", "cell-2")
    notebook.run("before, table = table, nbflow.RunTable(nbflow.search_runs()); print(before.comm is None)", "cell-1")
    notebook.run("before")

    first, again = notebook.of("display_data")
    (closed,) = notebook.of("execute_result")
    assert notebook.of("stream")[-1]["text"] == "True\n"
    assert first["data"][RUNS]["model_id"] == again["data"][RUNS]["model_id"]
    assert "model_id" not in closed["data"][RUNS]
    assert "first" in closed["data"]["text/html"]


def test_the_number_of_widgets_is_bounded(notebook: Notebook) -> None:
    from nbflow.widgets.keeping import MAX_KEPT

    notebook.run(f"runs = nbflow.search_runs()\nfor _ in range({MAX_KEPT + 5}): display(runs)")

    shown = [each["data"][RUNS]["model_id"] for each in notebook.of("display_data")]
    alive = [each for each in shown if each not in notebook.closed]
    assert alive == shown[-MAX_KEPT:]


def test_a_table_is_renewed_in_the_notebook_before_the_cell_ends(notebook: Notebook) -> None:
    notebook.run("table = nbflow.RunTable(nbflow.search_runs()); table")
    (shown,) = notebook.of("display_data")

    notebook.run("""
table._rename(table.runs["run_id"][0], "second")
table._rename(table.runs["run_id"][0], "third")
""")

    renewed = notebook.of("update_display_data")[-1]  # where the cell is slow there is one for each change
    assert renewed["transient"]["display_id"] == shown["transient"]["display_id"]
    assert "third" in renewed["data"]["text/html"]
    payload = renewed["data"][RUNS]
    assert (payload["model_id"], payload["revision"]) == (shown["data"][RUNS]["model_id"], 2)


def test_an_action_of_the_view_is_saved_where_a_frame_was_a_cells_value(notebook: Notebook) -> None:
    notebook.run("runs = nbflow.search_runs(); runs")
    (result,) = notebook.of("execute_result")
    model_id = result["data"][RUNS]["model_id"]
    (run_id,) = next(each["values"] for each in saved_data(result["data"])["columns"] if each["id"] == "run_id")

    assert notebook.ask(model_id, "rename", run_id=run_id, name="another")["answer"]["done"] == [run_id]
    notebook.until(lambda: any(each.get("event") == "saved" for each in notebook.custom(model_id)))

    (saved,) = [each for each in notebook.custom(model_id) if each.get("event") == "saved"]
    assert "another" in saved["bundle"]["text/html"]


def test_a_live_table_takes_in_new_runs_while_a_cell_runs(notebook: Notebook) -> None:
    notebook.run("table = nbflow.RunTable(nbflow.search_runs(), live=True); table", "live")
    (shown,) = notebook.of("display_data")
    model_id = shown["data"][RUNS]["model_id"]

    notebook.run("""
import time
run("late", 0.5)
end = time.monotonic() + 30
while len(table.runs) < 2 and time.monotonic() < end:
    time.sleep(0.05)
print(len(table.runs), table)
""")

    assert notebook.of("stream")[-1]["text"].startswith("2 <RunTable: 2 runs, live>")
    notebook.until(lambda: any("late" in each["data"]["text/html"] for each in notebook.of("update_display_data")))
    assert any(each.get("event") in ("patch", "data") for each in notebook.custom(model_id))
    notebook.run("import threading; before = table; table = nbflow.RunTable(nbflow.search_runs(), live=True)", "live")
    notebook.run("print(before._watch.join(20), [t.name for t in threading.enumerate()].count('nbflow-run-table'))")
    assert notebook.of("stream")[-1]["text"].startswith("True 1")
    assert model_id in notebook.closed


def test_what_is_selected_comes_and_goes(notebook: Notebook) -> None:
    notebook.run("table = nbflow.RunTable(nbflow.search_runs()); table")
    model_id = notebook.of("display_data")[0]["data"][RUNS]["model_id"]

    notebook.run("table.selected = table.runs")

    updates = [each["data"]["state"] for each in notebook.of("comm_msg") if each["data"]["method"] == "update"]
    (run_id,) = updates[-1]["state"]["selected"]
    message = {
        "comm_id": model_id,
        "data": {"method": "update", "state": {"state": {"selected": []}}, "buffer_paths": []},
    }
    notebook.kernel.client.shell_channel.send(notebook.kernel.client.session.msg("comm_msg", message))
    notebook.run("print(len(table.selected))")
    assert len(run_id) == 32
    assert notebook.of("stream")[-1]["text"] == "0\n"


@pytest.mark.parametrize("variable", ["NBFLOW_WIDGET_VIEW", "COLAB_RELEASE_TAG", "VSCODE_PID"])
def test_hosts_without_our_renderer_get_the_widget_the_standard_way(notebook: Notebook, variable: str) -> None:
    from nbflow.widgets.assets import is_built

    notebook.run(f"import os; os.environ[{variable!r}] = '1'; os.environ.pop('JPY_SESSION_NAME', None)")
    notebook.run("nbflow.search_runs()")
    notebook.run(f"del os.environ[{variable!r}]")

    (result,) = notebook.of("execute_result")
    if not is_built():
        pytest.skip("the views' JavaScript was not built")
    assert result["data"][VIEW]["model_id"] == result["data"][RUNS]["model_id"]


def test_the_magic_shows_the_same_table(notebook: Notebook) -> None:
    notebook.run("%reload_ext nbflow")
    notebook.run("%nbflow runs")

    (bundle,) = [each["data"] for each in notebook.of("execute_result", "display_data")]
    assert bundle[RUNS]["model_id"]
    assert len(saved_data(bundle)["columns"][0]["values"]) == 1
