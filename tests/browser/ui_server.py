"""A real `nbflow ui` for browser tests, on a free loopback port."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from nbflow.server.page import STATIC
from nbflow.server.stores import id_of

__all__ = ["Ui"]

STOP_S = 15
PROGRAM = [sys.executable, "-c", "from nbflow.cli import main; main()"]


@dataclass(frozen=True)
class Ui:
    """A running `nbflow ui`.

    Parameters
    ----------
    address
        Of its page, with the token.
    store
        The store that it shows.
    process
        Its process.
    """

    address: str
    store: Path
    process: subprocess.Popen[str]

    @classmethod
    def start(cls, store: Path, *options: str) -> Ui:
        """Start one, and wait until it listens."""
        if not (STATIC / "ui.js").is_file():
            pytest.fail("the JavaScript is not built: run `make js`")
        command = [*PROGRAM, "ui", "--store", str(store), "--port", "0", "--no-browser", *options]
        process = subprocess.Popen(command, cwd=store.parent, stdout=subprocess.PIPE, text=True, start_new_session=True)
        assert process.stdout is not None
        started = cls(process.stdout.readline().strip(), store, process)
        if not started.address.startswith("http://127.0.0.1:"):
            started.stop()
            pytest.fail(f"it did not start: {started.address}")
        return started

    def stop(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.communicate(timeout=STOP_S)

    def at(self, place: str) -> str:
        """Give the address of a page: what stands in it behind the store."""
        return f"{self.address.partition('?')[0]}#/{id_of(self.store.resolve())}/{place}"
