"""A real kernel that all tests share, and IPython's shell of a terminal in this process."""

from __future__ import annotations

import atexit
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest
from msgspec import Struct, field

from nbflow import Client

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

TIMEOUT_S = 60


class Ran(Struct):
    """What an executed cell sent, as a notebook would have kept it."""

    status: str = ""
    stdout: str = ""
    stderr: str = ""
    displays: list[dict[str, Any]] = field(default_factory=list)
    errors: list[dict[str, Any]] = field(default_factory=list)

    @property
    def result(self) -> dict[str, Any]:
        """The one thing displayed."""
        (bundle,) = self.displays
        return bundle


class Kernel:
    """A kernel, and a client of it that waits."""

    def __init__(self, folder: Path) -> None:
        from jupyter_client.manager import KernelManager

        environment = {name: value for name, value in os.environ.items() if not name.startswith("NBFLOW_")}
        environment.pop("PYTEST_CURRENT_TEST", None)  # ipykernel is another one when pytest runs it
        environment |= {
            "IPYTHONDIR": str(folder / "ipython"),
            "NBFLOW_CACHE_DIR": str(folder / "cache"),
            "NBFLOW_CONFIG_DIR": str(folder / "config"),
        }
        self.manager = KernelManager(kernel_name="python3")
        self.manager.start_kernel(cwd=str(folder), env=environment)
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=TIMEOUT_S)

    def run(self, code: str, cell_id: str | None = None) -> Ran:
        """Execute a cell; its id is sent as JupyterLab does."""
        ran = Ran()
        request = self.send(code, cell_id)
        while True:
            message = self.client.get_iopub_msg(timeout=TIMEOUT_S)
            if message["parent_header"].get("msg_id") != request:
                continue
            content, kind = message["content"], message["msg_type"]
            if kind == "status" and content["execution_state"] == "idle":
                break
            if kind == "stream":
                setattr(ran, content["name"], getattr(ran, content["name"]) + content["text"])
            elif kind in ("display_data", "execute_result"):
                ran.displays.append(content["data"])
            elif kind == "error":
                ran.errors.append(content)
        ran.status = self.reply(request)["status"]
        return ran

    def send(self, code: str, cell_id: str | None = None) -> str:
        """Ask for a cell to be executed, and do not wait."""
        content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False}
        message = self.client.session.msg("execute_request", {**content, "stop_on_error": True})
        message["metadata"] = {} if cell_id is None else {"cellId": cell_id}
        self.client.shell_channel.send(message)
        return str(message["header"]["msg_id"])

    def reply(self, request: str) -> dict[str, Any]:
        """Wait for the reply to a request."""
        while True:
            message = self.client.get_shell_msg(timeout=TIMEOUT_S)
            if message["parent_header"].get("msg_id") == request:
                content: dict[str, Any] = message["content"]
                return content

    def complete(self, code: str) -> tuple[str, list[str]]:
        """Ask for completions at the end of a text; gives what they replace, and them."""
        content = self.reply(self.client.complete(code))
        return code[content["cursor_start"] : content["cursor_end"]], list(content["matches"])

    def interrupt_when(self, path: Path) -> None:
        """Interrupt the kernel once the cell has made a file."""
        end = time.monotonic() + TIMEOUT_S
        while not path.exists():
            assert time.monotonic() < end
            time.sleep(0.01)
        self.manager.interrupt_kernel()

    def restart(self) -> None:
        """Restart the kernel, as the button of a notebook does."""
        self.manager.restart_kernel(now=False)
        self.client.wait_for_ready(timeout=TIMEOUT_S)

    def close(self) -> None:
        """End the kernel."""
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)
        self.manager.cleanup_resources()


class NewKernel(Protocol):
    """Starts a kernel in the test's own folder."""

    def __call__(self) -> Kernel: ...


@pytest.fixture
def new_kernel(tmp_path: Path) -> Iterator[NewKernel]:
    """Give kernels of the test's own: each costs a second or two."""
    started: list[Kernel] = []

    def start() -> Kernel:
        started.append(Kernel(tmp_path))
        return started[-1]

    yield start
    for kernel in started:
        kernel.close()


@pytest.fixture(scope="session")
def shared_kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    kernel = Kernel(tmp_path_factory.mktemp("kernel"))
    assert kernel.run("%load_ext nbflow").status == "ok"
    yield kernel
    kernel.close()


@pytest.fixture
def kernel(shared_kernel: Kernel, tmp_path: Path) -> Kernel:
    """Give the shared kernel, with no variables and no active run, and a store of the test's own."""
    clean = f"""
        import os, nbflow
        shell = get_ipython()
        for name in [name for name in shell.user_ns if name not in shell.user_ns_hidden and name[0] != "_"]:
            del shell.user_ns[name]
        import os, nbflow
        from nbflow.tracking.active import end_all
        end_all("KILLED")
        for name in [name for name in os.environ if name.startswith("NBFLOW_") and not name.endswith("_DIR")]:
            del os.environ[name]
        os.chdir({str(tmp_path)!r})
        nbflow.set_tracking_uri({str(tmp_path / "nbruns")!r})
        from nbflow.tracking.fluent import experiments
        experiments._chosen.clear()
    """
    ran = shared_kernel.run(clean)
    assert ran.status == "ok", ran
    return shared_kernel


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> Iterator[InteractiveShell]:
    """Make IPython's shell of a terminal, with nbflow loaded, and take it away again."""
    from IPython.core.async_helpers import get_asyncio_loop
    from IPython.terminal.interactiveshell import TerminalInteractiveShell
    from traitlets.config import Config

    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    config.TerminalInteractiveShell.simple_prompt = True
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])  # the shell puts its own there
    TerminalInteractiveShell.clear_instance()
    shell = TerminalInteractiveShell.instance(config=config)
    shell.run_line_magic("load_ext", "nbflow")
    yield shell
    shell.run_line_magic("unload_ext", "nbflow")
    get_asyncio_loop().close()
    shell.restore_sys_module_state()
    atexit.unregister(shell.atexit_operations)  # it collects garbage: too long for so many shells
    TerminalInteractiveShell.clear_instance()


@pytest.fixture
def store(tmp_path: Path) -> Client:
    """Give a client of the store that the kernel uses."""
    return Client(tmp_path / "nbruns")
