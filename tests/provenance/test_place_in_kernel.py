"""In a real kernel, asked as JupyterLab asks it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

KERNEL = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
CODE = "from nbflow.provenance import context_tags as t; print({k: v for k, v in t().items() if k.endswith('_id')})"


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Any]:
    manager_module = pytest.importorskip("jupyter_client.manager")
    # A Jupyter server names the file so.
    manager = manager_module.KernelManager(connection_file=str(tmp_path / f"kernel-{KERNEL}.json"))
    manager.start_kernel(cwd=str(tmp_path))
    asking = manager.blocking_client()
    asking.start_channels()
    try:
        asking.wait_for_ready(timeout=60)
        yield asking
    finally:
        asking.stop_channels()
        manager.shutdown_kernel(now=True)
        manager.cleanup_resources()
        manager.context.destroy()


def printed(client: Any, code: str, metadata: dict[str, Any]) -> str:
    """Execute code as a front end does that sends metadata along."""
    content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False}
    message = client.session.msg("execute_request", content, metadata=metadata)
    client.shell_channel.send(message)
    end, text = time.monotonic() + 60, ""
    while time.monotonic() < end:
        got = client.get_iopub_msg(timeout=60)
        if got["parent_header"].get("msg_id") != message["header"]["msg_id"]:
            continue
        if got["msg_type"] == "stream":
            text += got["content"]["text"]
        elif got["msg_type"] == "status" and got["content"]["execution_state"] == "idle":
            return text
    raise TimeoutError(text)


def test_a_run_is_told_its_cell_and_kernel(client: Any) -> None:
    in_cell = printed(client, CODE, {"cellId": "a1-b2", "deletedCells": [], "recordTiming": False, "trusted": True})
    in_thread = printed(
        client,
        f"import threading; thread = threading.Thread(target=lambda: exec({CODE!r})); thread.start(); thread.join()",
        {"cellId": "c3"},
    )
    untold = printed(client, CODE, {})

    kernel = {"nbflow.source.kernel_id": KERNEL}
    assert eval(in_cell) == {"nbflow.source.cell_id": "a1-b2", **kernel}  # noqa: S307 - what this test printed
    assert eval(in_thread) == {"nbflow.source.cell_id": "c3", **kernel}  # noqa: S307 - as above
    assert eval(untold) == kernel  # noqa: S307 - as above
