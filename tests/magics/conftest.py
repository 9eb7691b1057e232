"""A real kernel that all tests share, and IPython's shell of a terminal in this process."""

from __future__ import annotations

import atexit
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest

from nbflow import Client
from tests.magics.kernel import Kernel

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell


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
