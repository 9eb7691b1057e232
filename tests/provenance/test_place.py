from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from nbflow.provenance import context_tags
from nbflow.provenance.place import cell_id, kernel_id

PretendKernel = Callable[..., dict[str, Any]]

KERNEL = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"


def kernel_of(*, metadata: object = None, file: object = None) -> SimpleNamespace:
    message = {"header": {"msg_type": "execute_request"}, "metadata": metadata}
    return SimpleNamespace(
        get_parent=lambda channel: {"shell": message}[channel], parent=SimpleNamespace(connection_file=file)
    )


def test_the_cell_is_the_one_whose_request_is_answered(tmp_path: Path, pretend_kernel: PretendKernel) -> None:
    pretend_kernel(start=tmp_path, kernel=kernel_of(metadata={"cellId": "3b5c-Cell_1", "trusted": True}))

    assert cell_id() == "3b5c-Cell_1"


@pytest.mark.parametrize(
    "metadata", [None, {}, [], {"cellId": None}, {"cellId": 7}, {"cellId": ""}, {"cellId": "a b"}, {"cellId": "c" * 65}]
)
def test_a_front_end_that_does_not_tell_the_cell(
    tmp_path: Path, pretend_kernel: PretendKernel, metadata: object
) -> None:
    pretend_kernel(start=tmp_path, kernel=kernel_of(metadata=metadata))

    assert cell_id() is None


@pytest.mark.parametrize("folder", ["", "/run/user/1000/jupyter/", "C:\\Users\\ada\\jupyter\\runtime\\"])
def test_the_kernel_is_named_by_its_connection_file(tmp_path: Path, pretend_kernel: PretendKernel, folder: str) -> None:
    pretend_kernel(start=tmp_path, kernel=kernel_of(file=f"{folder}kernel-{KERNEL}.json"))

    assert kernel_id() == KERNEL


@pytest.mark.parametrize("file", [None, "", "kernel-4711.json", f"{KERNEL}.json", f"kernel-{KERNEL}.json.txt", 7])
def test_a_kernel_that_no_server_started(tmp_path: Path, pretend_kernel: PretendKernel, file: object) -> None:
    pretend_kernel(start=tmp_path, kernel=kernel_of(file=file))

    assert kernel_id() is None


def test_a_kernel_of_another_kind_tells_neither(tmp_path: Path, pretend_kernel: PretendKernel) -> None:
    def refuse(channel: str) -> None:
        raise RuntimeError(channel)

    pretend_kernel(start=tmp_path, kernel=SimpleNamespace(get_parent=refuse))

    assert (cell_id(), kernel_id()) == (None, None)


def test_a_run_is_told_both(tmp_path: Path, pretend_kernel: PretendKernel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    pretend_kernel(start=tmp_path, kernel=kernel_of(metadata={"cellId": "first"}, file=f"/run/kernel-{KERNEL}.json"))

    tags = context_tags()

    assert (tags["nbflow.source.cell_id"], tags["nbflow.source.kernel_id"]) == ("first", KERNEL)


def test_outside_a_kernel_a_run_is_told_neither(tmp_path: Path, pretend_kernel: PretendKernel) -> None:
    pretend_kernel(start=tmp_path, kernel=None)

    assert not [tag for tag in context_tags() if "_id" in tag]
