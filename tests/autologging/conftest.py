"""What the tests of autologging share: small data, the runs that came of it, and that nothing stays switched on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

import nbflow
from nbflow.autologging.trouble import causes, forget_causes

if TYPE_CHECKING:
    import pandas as pd

    from nbflow.entities import Run

Data = tuple["pd.DataFrame", "pd.Series[Any]"]


@pytest.fixture(autouse=True)
def switched_off(request: pytest.FixtureRequest) -> Iterator[None]:
    """Leave no library watched; and nothing may have gone wrong, unless the test asks for `troubles`."""
    forget_causes()
    yield
    nbflow.autolog(disable=True)
    told = causes()
    forget_causes()
    if "troubles" not in request.fixturenames:
        assert told == frozenset()


@pytest.fixture
def troubles() -> Callable[[], frozenset[tuple[str, str]]]:
    """Give what tells what went wrong; a test that asks for it lets something go wrong."""
    return causes


@pytest.fixture(scope="session")
def flowers() -> Data:
    from sklearn.datasets import load_iris

    rows, kinds = load_iris(as_frame=True, return_X_y=True)
    return rows.rename(columns=lambda name: name.removesuffix(" (cm)")), kinds


@pytest.fixture
def runs() -> Callable[[], list[Run]]:
    """Give what gives all runs of the store, the oldest first."""

    def found() -> list[Run]:
        return list(
            nbflow.search_runs(search_all_experiments=True, order_by=["start_time ASC", "run_id"], output_format="list")
        )

    return found


@pytest.fixture
def the_run(runs: Callable[[], list[Run]]) -> Callable[[], Run]:
    """Give what gives the only run of the store."""

    def found() -> Run:
        (run,) = runs()
        return run

    return found


@pytest.fixture
def files() -> Callable[[Run], list[str]]:
    """Give what names the artifacts of a run."""
    return lambda run: [file.path for file in nbflow.artifacts.list_artifacts(run_id=run.info.run_id)]
