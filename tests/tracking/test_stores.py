from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from nbflow import Client
from nbflow.errors import InvalidUriError
from nbflow.tracking.stores import get_tracking_uri, set_tracking_uri


@pytest.fixture
def gone(tmp_path: Path) -> Path:
    """Make the working directory one that was deleted, and give another that is there."""
    if sys.platform == "win32":
        pytest.skip("Windows deletes no working directory")
    folder = tmp_path / "gone"
    folder.mkdir()
    os.chdir(folder)
    folder.rmdir()
    return tmp_path


@pytest.mark.usefixtures("gone")
def test_a_working_directory_that_is_gone_is_told() -> None:
    with pytest.raises(InvalidUriError, match=r"working directory.*gone.*NBFLOW_TRACKING_URI"):
        get_tracking_uri()
    with pytest.raises(InvalidUriError, match="working directory"):
        set_tracking_uri("nbruns")
    with pytest.raises(InvalidUriError, match="working directory"):
        Client("nbruns")


def test_an_absolute_path_needs_no_working_directory(gone: Path) -> None:
    set_tracking_uri(gone / "nbruns")

    assert get_tracking_uri() == str(gone / "nbruns")
