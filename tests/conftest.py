"""What every test gets: a folder of its own, no settings from outside, and a profile of hypothesis."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from nbflow import Client

# `default` gives the same examples on every machine; NBFLOW_HYPOTHESIS=thorough looks for new ones.
settings.register_profile(
    "default",
    derandomize=True,
    deadline=None,
    max_examples=50,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("thorough", settings.get_profile("default"), derandomize=False, max_examples=2000)
settings.load_profile(os.environ.get("NBFLOW_HYPOTHESIS", "default"))


@pytest.fixture(autouse=True)
def isolated(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Work in an empty folder, keep the machine's settings and caches out of it, and leave nothing to the next test."""
    environment = dict(os.environ)
    for name in environment:
        if name.startswith(("GIT_", "MLFLOW_", "NBFLOW_")):
            del os.environ[name]
    apart = tmp_path_factory.mktemp("apart")
    os.environ |= {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "IPYTHONDIR": str(apart / "ipython"),
        "JUPYTER_CONFIG_DIR": str(apart / "jupyter"),
        "NBFLOW_CACHE_DIR": str(apart / "cache"),
        "NBFLOW_CONFIG_DIR": str(apart / "config"),
    }
    monkeypatch.chdir(tmp_path)
    yield
    if "nbflow.tracking" in sys.modules:
        from nbflow.tracking import stores
        from nbflow.tracking.active import end_all
        from nbflow.tracking.stores import set_tracking_uri

        with warnings.catch_warnings(action="ignore"):  # its store may be broken, or gone
            end_all("KILLED")
        set_tracking_uri("")
        # A process keeps the stores that it has seen, and their files open: ten thousand tests see as many.
        for root in [root for root in stores._stores if root.is_relative_to(tmp_path)]:
            stores._stores.pop(root).close()
    os.environ.clear()
    os.environ |= environment


@pytest.fixture
def client(tmp_path: Path) -> Client:
    """Give a client of a new, empty store."""
    from nbflow import Client

    return Client(tmp_path / "nbruns")
