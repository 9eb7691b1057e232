"""What the tests of tracking share: scripts in another process, and a run to log to."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from nbflow import ActiveRun


@pytest.fixture(scope="session")
def python() -> Callable[..., str]:
    """Give what runs a script in another process, in this folder and environment, and gives what it prints."""
    return run_python


def run_python(script: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(script)],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture
def run() -> Iterator[ActiveRun]:
    """Give a run that is active during the test."""
    import nbflow

    with nbflow.start_run(run_name="of a test") as active:
        yield active
