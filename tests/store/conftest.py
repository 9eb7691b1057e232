"""What the tests of the store share: a store as another process has it, and values compared to the last bit."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from nbflow import Client
from nbflow.config import Settings
from nbflow.store.filestore import FileStore


@pytest.fixture(scope="session")
def another() -> Callable[[Path], Client]:
    """Give what makes a client as another process has it: it shares nothing with others but the files."""
    return another_client


def another_client(root: Path) -> Client:
    client = Client.__new__(Client)
    client._store = FileStore(root, Settings.from_environment())
    return client


@pytest.fixture(scope="session")
def exact() -> Callable[[object], object]:
    """Give what turns records and states into plain values that are equal when these are, to the last bit."""
    return plain


def plain(value: object) -> object:
    if isinstance(value, msgspec.Struct):
        return [type(value).__name__, plain({name: getattr(value, name) for name in value.__struct_fields__})]
    if isinstance(value, dict):
        return sorted(((repr(key), plain(each)) for key, each in value.items()), key=lambda pair: pair[0])
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value.hex() if isinstance(value, float) else value


@pytest.fixture(scope="session")
def mounted() -> Callable[[str, Path, list[str]], list[str]]:
    """Give what makes a command run where a folder is a disk of its own, seen by it alone and gone when it ends.

    Its arguments: those of mount(8), in which `"$0"` is the folder; the folder; the command.
    """
    return with_mount


def with_mount(arguments: str, folder: Path, command: list[str]) -> list[str]:
    if shutil.which("unshare") is None:
        pytest.skip("no unshare(1), so that no disk can be made for this test")
    for namespaces in (["--mount"], ["--user", "--map-root-user", "--mount"]):
        shell = ["unshare", *namespaces, "--", "sh", "-c", f'mount {arguments} "$0" && exec "$@"', str(folder)]
        if subprocess.run([*shell, "true"], capture_output=True, check=False).returncode == 0:
            return [*shell, *command]
    pytest.skip("not allowed to mount a disk for this test")
