"""`nbflow ui` before it serves anything; what it serves is tested with the server."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from nbflow.errors import InvalidInputError, InvalidUriError
from nbflow.verbs import invoke


def test_it_takes_several_stores(capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(["ui", "--help"]) == 0

    told = capsys.readouterr().out
    assert told.count("--store") == 1
    assert "may be given several times" in " ".join(told.split())


def test_listening_for_others_is_warned_of_and_an_address_that_is_none_is_told_of(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(InvalidInputError, match=r"203\.0\.113\.7:8908"):
        invoke(["ui", "--no-browser", "--host", "203.0.113.7", "--port", "8908"])

    assert "can be reached by other machines" in capsys.readouterr().err


def test_what_is_no_store_is_told_of_before_anything_is_begun() -> None:
    with pytest.raises(InvalidUriError):
        invoke(["ui", "--no-browser", "--port", "0", "--store", "sqlite:///a.db"])


def test_a_folder_that_is_not_there_is_warned_of(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    with pytest.raises(InvalidInputError):
        invoke(["ui", "--host", "203.0.113.7", "--store", str(tmp_path / "there"), "--store", "nosuch"])

    told = capsys.readouterr().err
    assert f"no store in {tmp_path / 'nosuch'} yet" in told
    assert "there yet" not in told


def test_what_only_reads_is_not_said_to_change_anything(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(InvalidInputError):
        invoke(["ui", "--no-browser", "--host", "203.0.113.7", "--read-only"])

    assert "change" not in capsys.readouterr().err


def test_other_verbs_load_no_web_server(tmp_path: Path) -> None:
    code = "import sys; from nbflow.verbs import invoke; invoke(['status']); print('tornado' in sys.modules)"

    run = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)

    assert run.stdout.splitlines()[-1] == "False"
