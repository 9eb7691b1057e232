"""The live display in a real kernel: when it is there, what is left in the notebook, and that its threads end."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from nbclient import NotebookClient

from tests.magics.kernel import TIMEOUT_S, Kernel
from tests.widgets.conftest import saved_data

if TYPE_CHECKING:
    from pathlib import Path

MIME = "application/vnd.nbflow.live.v1+json"
# Half a second at least after what is printed last: the thread looks four times a second.
TRAIN = """
import time
def train(n, pause=0.02):
    for i in range(n):
        nbflow.log_metric("loss", 1 / (i + 1), step=i)
        time.sleep(pause)
"""


class Cell:
    """What a cell sent."""

    def __init__(self, kernel: Kernel, code: str, cell_id: str | None = "cell-1") -> None:
        request = kernel.send(code, cell_id)
        self.messages: list[dict[str, Any]] = []
        end = time.monotonic() + TIMEOUT_S
        while not self.messages or not _is_end(self.messages[-1], request):
            assert time.monotonic() < end
            self.messages.append(kernel.client.get_iopub_msg(timeout=TIMEOUT_S))
        self.status = kernel.reply(request)["status"]

    def of(self, *kinds: str) -> list[Any]:
        return [each["content"] for each in self.messages if each["msg_type"] in kinds]

    @property
    def text(self) -> str:
        return "".join(each["text"] for each in self.of("stream"))

    @property
    def shown(self) -> list[Any]:
        return [each for each in self.of("display_data") if MIME in each["data"]]

    @property
    def kept(self) -> Any:
        """What the notebook has in the end."""
        (shown,) = self.shown
        mine = [each for each in self.of("update_display_data") if each["transient"] == shown["transient"]]
        return saved_data((mine or [shown])[-1]["data"], MIME)

    @property
    def pushed(self) -> int:
        return sum(each["data"].get("content", {}).get("event") in ("patch", "data") for each in self.of("comm_msg"))


def _is_end(message: dict[str, Any], request: str) -> bool:
    state = message["content"].get("execution_state")
    return bool(message["parent_header"].get("msg_id") == request and state == "idle")


@pytest.fixture(scope="module")
def module_kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    kernel = Kernel(tmp_path_factory.mktemp("kernel"))
    assert kernel.run("%load_ext nbflow").status == "ok"
    yield kernel
    kernel.close()


@pytest.fixture
def kernel(module_kernel: Kernel, tmp_path: Path) -> Kernel:
    """Give a kernel with a store of the test's own."""
    ran = module_kernel.run(f"import nbflow; nbflow.set_tracking_uri({str(tmp_path / 'nbruns')!r})\n{TRAIN}")
    assert ran.status == "ok", ran
    return module_kernel


def threads(kernel: Kernel) -> str:
    return kernel.run(
        "import threading\n"
        "for t in threading.enumerate():\n    if t.name.startswith('nbflow-live'): t.join(20)\n"
        "print(sum(t.name.startswith('nbflow-live') for t in threading.enumerate()))"
    ).stdout.strip()


def test_a_cell_that_is_a_run_is_drawn_while_it_runs_and_stays(kernel: Kernel) -> None:
    cell = Cell(kernel, "%%nbflow run keen-fox --param lr=0.1\ntrain(150)")

    assert cell.status == "ok"
    assert cell.pushed >= 3
    (run,) = cell.kept["runs"]
    assert (run["name"], run["status"], run["params"]) == ("keen-fox", "FINISHED", [["lr", "0.1"]])
    assert cell.kept["metrics"][0]["n"] == 150
    assert cell.text == ""
    assert all(each["parent_header"] == cell.messages[0]["parent_header"] for each in cell.messages)
    assert threads(kernel) == "0"


def test_a_cell_that_fails_is_drawn_as_failed(kernel: Kernel) -> None:
    cell = Cell(kernel, "%%nbflow run\ntrain(100)\n1 / 0")

    assert cell.status == "error"
    (run,) = cell.kept["runs"]
    assert (run["status"], run["error"]["type"]) == ("FAILED", "ZeroDivisionError")


def test_a_short_cell_with_a_history_is_drawn_at_its_end(kernel: Kernel) -> None:
    cell = Cell(kernel, "%%nbflow run\ntrain(10, 0)")

    assert cell.kept["runs"][0]["status"] == "FINISHED"
    assert cell.pushed == 0


@pytest.mark.parametrize(
    "code",
    ["%%nbflow run\nnbflow.log_metric('loss', 1)", "%%nbflow run\n2 + 2", "%%nbflow run --no-live\ntrain(10, 0)"],
    ids=["one-point", "no-metric", "no-live"],
)
def test_there_is_only_the_line_where_there_is_nothing_to_draw(kernel: Kernel, code: str) -> None:
    cell = Cell(kernel, code)

    assert cell.shown == []
    assert " finished after " in cell.text


def test_where_no_notebook_draws_the_line_is_there_too(kernel: Kernel) -> None:
    cell = Cell(kernel, "%%nbflow run\ntrain(10, 0)", cell_id=None)

    assert len(cell.shown) == 1
    assert " finished after " in cell.text


def test_live_shows_the_active_run_once(kernel: Kernel) -> None:
    cell = Cell(kernel, "with nbflow.start_run():\n    display = nbflow.live()\n    train(60)\ndisplay")

    assert len(cell.shown) == 1
    assert cell.kept["runs"][0]["status"] == "FINISHED"
    assert cell.pushed >= 1
    assert threads(kernel) == "0"


def test_a_cell_that_is_a_run_and_calls_live_is_drawn_once(kernel: Kernel) -> None:
    cell = Cell(kernel, "%%nbflow run\nnbflow.live()\ntrain(80)")

    assert len(cell.shown) == 1
    assert cell.kept["runs"][0]["status"] == "FINISHED"
    assert threads(kernel) == "0"


def test_runs_that_the_cell_starts_are_waited_for(kernel: Kernel) -> None:
    cell = Cell(
        kernel,
        "nbflow.live(starting=True)\nfor name in 'ab':\n    with nbflow.start_run(run_name=name):\n        train(5, 0)",
    )

    assert [run["name"] for run in cell.kept["runs"]] == ["a", "b"]
    assert threads(kernel) == "0"


def test_no_run_that_the_cell_starts_is_told(kernel: Kernel) -> None:
    cell = Cell(kernel, "nbflow.live(starting=True)")

    assert cell.kept["notice"] == "No run was started in this cell."
    assert threads(kernel) == "0"


def test_a_run_that_goes_on_after_the_cell_is_followed_to_its_end(kernel: Kernel) -> None:
    first = Cell(kernel, "run = nbflow.start_run()\nnbflow.live()\ntrain(5, 0)")
    assert first.kept["runs"][0]["status"] == "RUNNING"

    second = Cell(kernel, "train(5, 0)\nnbflow.end_run()", "cell-2")

    (renewed,) = second.of("update_display_data")[-1:]
    assert saved_data(renewed["data"], MIME)["runs"][0]["status"] == "FINISHED"
    assert threads(kernel) == "0"


def test_a_cell_that_runs_again_ends_what_it_showed(kernel: Kernel) -> None:
    code = "run = nbflow.start_run(nested=True)\nlive = nbflow.live()"
    Cell(kernel, code)

    Cell(kernel, "before = live\n" + code)
    Cell(kernel, code)

    assert kernel.run("print(before.is_following)\nnbflow.end_run()").stdout == "False\n"
    assert threads(kernel) == "0"


def test_a_notebook_that_is_executed_as_a_whole_has_the_finished_display(tmp_path: Path) -> None:
    code = ["%load_ext nbflow\nimport nbflow" + TRAIN, "%%nbflow run keen-fox\ntrain(2000, 0.001)"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(each) for each in code])
    NotebookClient(notebook, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}).execute()

    (output,) = [each for each in notebook.cells[1].outputs if each.output_type == "display_data"]
    assert "finished" in output.data["text/html"]
    assert "data:image/svg+xml" in output.data["text/html"]
    data = saved_data(output.data, MIME)
    assert (data["runs"][0]["status"], data["metrics"][0]["series"]["n"]) == ("FINISHED", 2000)
    assert len(nbformat.writes(notebook)) < 100_000
