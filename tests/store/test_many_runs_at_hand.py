"""A process that has to do with very many runs: open files, and runs of its own among them."""

from __future__ import annotations

import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

import nbflow
from nbflow.errors import ParamAlreadySetError, RunDeletedError

if TYPE_CHECKING:
    from nbflow import Client

MANY = 300


@pytest.fixture
def finished(client: Client) -> list[str]:
    """Make more finished runs than a store keeps at hand."""
    run_ids = [client.create_run("0").info.run_id for _ in range(MANY)]
    for run_id in run_ids:
        client.set_terminated(run_id)
    return run_ids


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_writing_to_many_finished_runs_keeps_few_files_open(client: Client, finished: list[str]) -> None:
    script = (
        "import resource, sys, nbflow\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))\n"
        "client = nbflow.Client(sys.argv[1])\n"
        "for run_id in sys.argv[2:]:\n"
        "    client.set_tag(run_id, 'reviewed', 'yes')\n"
        "    client.log_metric(run_id, 'stars', 5)\n"
    )

    subprocess.run([sys.executable, "-c", script, client.tracking_uri, *finished], check=True, timeout=60)

    assert client.count_runs(filter_string="tags.reviewed = 'yes' AND metrics.stars = 5") == MANY


def test_a_run_that_runs_here_is_not_forgotten_for_many_others(client: Client, finished: list[str]) -> None:
    nbflow.set_tracking_uri(client.tracking_uri)
    with nbflow.start_run() as run:
        nbflow.log_metric("a", 1.0)
        for run_id in finished:
            client.get_run(run_id)
        client.delete_run(run.run_id)

        with pytest.raises(RunDeletedError):
            nbflow.log_metric("a", 2.0)


def test_of_threads_that_set_one_param_one_wins(client: Client) -> None:
    for _ in range(50):
        run_id = client.create_run("0").info.run_id
        taken: list[str] = []
        gate = threading.Barrier(4)

        def log(value: str, run_id: str = run_id, taken: list[str] = taken, gate: threading.Barrier = gate) -> None:
            gate.wait()
            try:
                client.log_param(run_id, "p", value)
            except ParamAlreadySetError:
                return
            taken.append(value)

        threads = [threading.Thread(target=log, args=(str(i),)) for i in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert taken == [client.get_run(run_id).params["p"]]
    assert client.doctor().n_problems == 0
