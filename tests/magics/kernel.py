"""A real kernel, and a client of it that waits: for tests, and for what measures."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from msgspec import Struct, field

__all__ = ["TIMEOUT_S", "Kernel", "Ran"]

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
