from __future__ import annotations

import pytest

import nbflow
from nbflow.errors import LimitExceededError, RunDeletedError


def test_a_run_this_process_deleted_takes_no_more_metrics() -> None:
    with nbflow.start_run() as run:
        nbflow.log_metric("a", 1.0)
        nbflow.delete_run(run.run_id)

        with pytest.raises(RunDeletedError):
            nbflow.log_metric("a", 2.0)
        with pytest.raises(RunDeletedError):
            nbflow.log_metrics({"a": 2.0})
        nbflow.restore_run(run.run_id)
        nbflow.log_metric("a", 3.0, step=1)

    assert [p.value for p in nbflow.get_metric_history(run.run_id, "a")] == [1.0, 3.0]
    assert run.status == "FINISHED"


def test_a_run_deleted_while_it_is_active_can_be_ended() -> None:
    with nbflow.start_run() as run:
        nbflow.log_metric("a", 1.0)
        nbflow.delete_run(run.run_id)

    assert (run.status, run.info.lifecycle_stage) == ("FINISHED", "deleted")


def test_a_filter_over_too_many_keys_is_refused_and_the_index_kept() -> None:
    with nbflow.start_run():
        for step in range(2):
            nbflow.log_metrics({f"m{number}": number for number in range(1000)}, step=step)

    with pytest.raises(LimitExceededError):
        nbflow.search_runs(filter_string=" AND ".join(f"metrics.m{number} = {number}" for number in range(1000)))
    assert len(nbflow.search_runs(filter_string="metrics.m7 = 7")) == 1


def test_in_takes_a_nul() -> None:
    with nbflow.start_run():
        nbflow.log_param("p", "a\0b")

    assert len(nbflow.search_runs(filter_string="params.p = 'a\0b'")) == 1
    assert len(nbflow.search_runs(filter_string="params.p IN ('a\0b', 'x')")) == 1


def test_a_run_whose_experiment_was_put_into_the_trash_takes_nothing_more() -> None:
    experiment_id = nbflow.set_experiment("e").experiment_id
    with nbflow.start_run() as run:
        nbflow.log_metric("a", 1.0)
        nbflow.delete_experiment(experiment_id)

        with pytest.raises(RunDeletedError):
            nbflow.log_metric("a", 2.0)
        with pytest.raises(RunDeletedError):
            nbflow.log_param("p", 1)
        with pytest.raises(RunDeletedError):
            nbflow.set_tag("t", 1)
        nbflow.restore_experiment(experiment_id)
        nbflow.log_metric("a", 3.0, step=1)

    assert [p.value for p in nbflow.get_metric_history(run.run_id, "a")] == [1.0, 3.0]
