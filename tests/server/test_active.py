"""Which runs a notebook's kernel has running: by its kernel where a run knows it, else by its path."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from nbflow.provenance.user import user_name
from tests.server.asking import Ask, Refused

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from nbflow import Client

KERNEL, OTHER = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0", "1f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"


@pytest.fixture
def start(client: Client, jp_root_dir: Path) -> Callable[..., str]:
    """Start a run of a notebook of the server, and give its id."""

    def started(notebook: str = "books/a.ipynb", kernel: str | None = None, experiment_id: str = "0") -> str:
        tags = {"mlflow.source.name": str(jp_root_dir / notebook), "mlflow.source.type": "NOTEBOOK"}
        if kernel is not None:
            tags["nbflow.source.kernel_id"] = kernel
        return client.create_run(experiment_id, tags=tags).run_id

    return started


@pytest.fixture
def active(ask: Ask, store_id: str) -> Callable[..., Awaitable[list[str]]]:
    async def asked(notebook: str = "books/a.ipynb", **query: str) -> list[str]:
        found = await ask("GET", f"/stores/{store_id}/runs/active", query={"notebook": notebook, **query})
        return [run["run_id"] for run in found["runs"]]

    return asked


async def test_a_run_says_who_it_is(ask: Ask, store_id: str, client: Client, start: Any) -> None:
    run = client.get_run(start())

    (found,) = (await ask("GET", f"/stores/{store_id}/runs/active", query={"notebook": "books/a.ipynb"}))["runs"]

    assert found == {
        "run_id": run.run_id,
        "name": run.name,
        "status": "RUNNING",
        "start_time": run.info.start_time,
        "experiment_id": "0",
    }


async def test_of_two_kernels_of_one_notebook_each_has_its_own(start: Any, active: Any) -> None:
    own, _, unknown = start(kernel=KERNEL), start(kernel=OTHER), start()

    assert set(await active(kernel_id=KERNEL)) == {own, unknown}


async def test_a_notebook_that_was_renamed_since_has_its_runs_by_its_kernel(start: Any, active: Any) -> None:
    run_id = start("books/before.ipynb", kernel=KERNEL)

    assert await active("books/after.ipynb", kernel_id=KERNEL) == [run_id]
    assert await active("books/after.ipynb") == []


async def test_runs_of_all_experiments_count_and_the_latest_is_the_first(
    start: Any, active: Any, client: Client
) -> None:
    first = start()
    second = start(experiment_id=client.create_experiment("other"))

    assert sorted(await active()) == sorted([first, second])
    assert client.get_run(first).info.start_time <= client.get_run(second).info.start_time


async def test_a_run_that_ended_or_was_deleted_is_not_running(start: Any, active: Any, client: Client) -> None:
    client.set_terminated(start())
    client.delete_run(start())

    assert await active() == []


async def test_a_path_that_a_run_names_is_not_followed(
    start: Any, active: Any, jp_root_dir: Path, tmp_path: Path
) -> None:
    (jp_root_dir / "books").mkdir()
    (tmp_path / "way").symlink_to(jp_root_dir / "books")  # it might be a disk that hangs
    own = start()
    start(str(tmp_path / "way" / "a.ipynb"))

    assert await active() == [own]


@pytest.mark.parametrize("notebook", ["", "/", "none.ipynb", "../a.ipynb", "a\0b", "books"])
async def test_what_is_no_notebook_has_no_runs(start: Any, active: Any, notebook: str) -> None:
    assert start()

    assert await active(notebook) == []


async def test_runs_that_may_not_be_seen_are_left_out(start: Any, active: Any, client: Client) -> None:
    start()
    client.set_experiment_permission("0", f"user:{user_name()}", "NO_PERMISSIONS")

    assert await active() == []


async def test_nobody_is_told(ask: Ask, store_id: str) -> None:
    with pytest.raises(Refused) as caught:
        await ask("GET", f"/stores/{store_id}/runs/active", query={"notebook": "a.ipynb"}, headers={})

    assert (caught.value.status, caught.value.code) == (401, "UNAUTHENTICATED")
