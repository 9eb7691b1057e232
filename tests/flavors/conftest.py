"""What the tests of flavors share: data, and models saved without the process that looks for requirements."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from nbflow.flavors.saving import save_model

if TYPE_CHECKING:
    from nbflow.mlmodel.document import Model


@pytest.fixture(autouse=True)
def modules() -> Iterator[None]:
    """Leave `sys.path` as it was, and drop the modules of models: what one leaves there would shadow another's."""
    path = list(sys.path)
    yield
    sys.path[:] = path
    for name in [name for name in sys.modules if name.startswith("helping")]:
        del sys.modules[name]


@pytest.fixture(scope="session")
def table() -> pd.DataFrame:
    """Give 60 rows of three numbers."""
    return pd.DataFrame(np.random.default_rng(0).random((60, 3)), columns=["a", "b", "c"])


@pytest.fixture(scope="session")
def labels(table: pd.DataFrame) -> pd.Series[int]:
    """Give a class for each row."""
    return (table.a + table.b > 1).astype(int)


@pytest.fixture
def save(tmp_path: Path) -> Callable[..., tuple[Path, Model]]:
    """Give what saves a model with its requirements named, and says where."""

    def saved(flavor: str, model: Any, name: str = "model", **arguments: Any) -> tuple[Path, Model]:
        folder = tmp_path / name
        return folder, save_model(flavor, model, folder, **({"pip_requirements": ["numpy"]} | arguments))

    return saved
