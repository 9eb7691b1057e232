"""The active run from one cell of a notebook to the next: carried over, ended, or in the way, in a real kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbflow import Client
    from nbflow.entities import Run
    from tests.magics.conftest import NewKernel
    from tests.magics.kernel import Kernel

NONE = "None\n"


def runs_of(store: Client) -> list[Run]:
    """Give all runs, in the order they were started."""
    return sorted(store.search_runs(["0"]), key=lambda run: run.run_id)  # finer than milliseconds


def test_the_next_cell_finds_the_run_of_the_one_before(kernel: Kernel) -> None:
    kernel.run("run = nbflow.start_run()")

    assert kernel.run("print(nbflow.active_run() is run)").stdout == "True\n"


def test_a_run_ended_in_one_cell_is_gone_in_the_next(kernel: Kernel) -> None:
    kernel.run("nbflow.start_run()")
    kernel.run("nbflow.end_run()")

    assert kernel.run("print(nbflow.active_run())").stdout == NONE


def test_a_cell_that_awaits_leaves_its_run_to_the_next(kernel: Kernel) -> None:
    kernel.run("import asyncio\nawait asyncio.sleep(0)\nrun = nbflow.start_run()")

    assert kernel.run("print(nbflow.active_run() is run)").stdout == "True\n"
    assert kernel.run("await asyncio.sleep(0)\nprint(nbflow.active_run() is run)").stdout == "True\n"


def test_a_cell_that_awaits_ends_the_run_for_all_that_follow(kernel: Kernel) -> None:
    kernel.run("import asyncio\nrun = nbflow.start_run()")
    kernel.run("await asyncio.sleep(0)\nnbflow.end_run()")

    assert kernel.run("print(nbflow.active_run())").stdout == NONE
    assert kernel.run("await asyncio.sleep(0)\nprint(nbflow.active_run())").stdout == NONE


def test_the_last_run_is_known_in_the_next_cell(kernel: Kernel) -> None:
    kernel.run("import asyncio\nawait asyncio.sleep(0)\nwith nbflow.start_run() as run: pass")

    assert kernel.run("print(nbflow.last_active_run().run_id == run.run_id)").stdout == "True\n"


def test_a_task_keeps_its_run_to_itself(kernel: Kernel) -> None:
    code = """
        import asyncio
        async def train(name):
            run = nbflow.start_run(run_name=name)
            await asyncio.sleep(0.01)
            assert nbflow.active_run() is run
        await asyncio.gather(train("a"), train("b"))
        print(nbflow.active_run())
    """

    assert kernel.run(code).stdout == NONE
    assert kernel.run("print(nbflow.active_run())").stdout == NONE


def test_a_thread_keeps_its_run_to_itself(kernel: Kernel) -> None:
    code = """
        import threading
        run = nbflow.start_run()
        def train():
            assert nbflow.active_run() is None
            seen.append(nbflow.start_run())
        seen = []
        thread = threading.Thread(target=train)
        thread.start()
        thread.join()
        print(nbflow.active_run() is run, len(seen))
    """

    assert kernel.run(code).stdout == "True 1\n"
    assert kernel.run("print(nbflow.active_run() is run)").stdout == "True\n"


def test_a_cell_run_again_ends_the_run_it_left_open(kernel: Kernel, store: Client) -> None:
    kernel.run("run = nbflow.start_run(run_name='first')", "cell-1")
    ran = kernel.run("run = nbflow.start_run(run_name='second')  # edited meanwhile", "cell-1")

    first, second = runs_of(store)
    assert ran.status == "ok"
    assert ran.stdout == f"Run 'first' ({first.run_id}) was left open by this cell, and is ended as KILLED.\n"
    assert (first.status, first.tags["nbflow.ended.because"]) == ("KILLED", "its cell was run again")
    assert second.status == "RUNNING"


def test_where_no_cell_id_is_sent_the_source_tells_the_cell(kernel: Kernel, store: Client) -> None:
    kernel.run("run = nbflow.start_run()")
    ran = kernel.run("run = nbflow.start_run()")

    assert "is ended as KILLED" in ran.stdout
    assert [run.status for run in runs_of(store)] == ["KILLED", "RUNNING"]


def test_a_cell_that_awaits_run_again_ends_the_run_it_left_open(kernel: Kernel, store: Client) -> None:
    for _ in range(2):
        kernel.run("import asyncio\nawait asyncio.sleep(0)\nrun = nbflow.start_run()", "cell-1")

    assert [run.status for run in runs_of(store)] == ["KILLED", "RUNNING"]


def test_a_cell_run_again_ends_its_nested_runs_first(kernel: Kernel, store: Client) -> None:
    code = "nbflow.start_run(run_name='outer')\nnbflow.start_run(run_name='inner', nested=True)"
    kernel.run(code, "cell-1")
    ran = kernel.run(code, "cell-1")

    assert [line.split()[1] for line in ran.stdout.splitlines()] == ["'inner'", "'outer'"]
    assert [run.status for run in runs_of(store)] == ["KILLED", "KILLED", "RUNNING", "RUNNING"]


def test_another_cell_gets_the_error(kernel: Kernel, store: Client) -> None:
    kernel.run("run = nbflow.start_run()", "cell-1")
    ran = kernel.run("run = nbflow.start_run()", "cell-2")

    (run,) = runs_of(store)
    assert (ran.status, ran.errors[0]["ename"]) == ("error", "RunActiveError")
    assert f"Run with UUID {run.run_id} is already active." in ran.errors[0]["evalue"]
    assert run.status == "RUNNING"


def test_another_cell_gets_the_error_where_no_cell_id_is_sent(kernel: Kernel) -> None:
    kernel.run("run = nbflow.start_run()")

    assert kernel.run("again = nbflow.start_run()").errors[0]["ename"] == "RunActiveError"


def test_a_second_run_in_one_execution_is_an_error(kernel: Kernel, store: Client) -> None:
    ran = kernel.run("for i in range(2):\n    nbflow.start_run()", "cell-1")

    assert ran.errors[0]["ename"] == "RunActiveError"
    assert [run.status for run in runs_of(store)] == ["RUNNING"]


def test_a_run_deleted_meanwhile_is_not_in_the_way(kernel: Kernel, store: Client) -> None:
    kernel.run("run = nbflow.start_run()", "cell-1")
    store.delete_run(runs_of(store)[0].run_id)
    ran = kernel.run("run = nbflow.start_run()", "cell-1")

    assert ran.status == "ok"
    assert "could not be ended" in ran.stderr


def test_the_name_of_a_run_left_open_cannot_steer_a_terminal(kernel: Kernel) -> None:
    for _ in range(2):
        ran = kernel.run("run = nbflow.start_run(run_name='\\x1b[2J\\u202e')", "cell-1")

    assert "Run '\\x1b[2J\\u202e' (" in ran.stdout


def test_a_restarted_kernel_knows_no_run_and_leaves_none_running(new_kernel: NewKernel, store: Client) -> None:
    kernel = new_kernel()
    kernel.run("import nbflow\nrun = nbflow.start_run()", "cell-1")
    kernel.restart()
    ran = kernel.run("import nbflow\nprint(nbflow.active_run())\nrun = nbflow.start_run()", "cell-1")

    assert ran.stdout == NONE
    assert [run.status for run in runs_of(store)] == ["FINISHED", "RUNNING"]
