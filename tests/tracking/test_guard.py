from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import nbflow
from nbflow import ActiveRun
from nbflow.errors import InvalidInputError, InvalidNameError, NbflowError, RunDeletedError, StoreWriteError
from nbflow.tracking.guard import guarded

WRONG: list[Callable[[], Any]] = [
    lambda: nbflow.log_metric("a//b", 1.0),
    lambda: nbflow.log_metric("a", "high"),  # type: ignore[arg-type]
    lambda: nbflow.log_metric("a", 1.0, run_id="f" * 32),
    lambda: nbflow.log_metrics({"a//b": 1.0}),
    lambda: nbflow.log_param("a//b", 1),
    lambda: nbflow.log_params({"a//b": 1}),
    lambda: nbflow.set_tag("a//b", 1),
    lambda: nbflow.set_tags({"a//b": 1}),
    lambda: nbflow.delete_tag("nothing"),
    lambda: nbflow.log_input("no data set"),  # type: ignore[arg-type]
    lambda: nbflow.log_inputs("no data sets"),  # type: ignore[arg-type]
    lambda: nbflow.log_artifact("nothing there"),
    lambda: nbflow.log_artifacts("nothing there"),
    lambda: nbflow.log_text("a", "../a.txt"),
    lambda: nbflow.log_dict({}, "../a.json"),
    lambda: nbflow.log_figure(None, "a.png"),
    lambda: nbflow.log_image(None, "a.png"),
    lambda: nbflow.log_table(None, "a.json"),  # type: ignore[arg-type]
]


@pytest.mark.parametrize("log", WRONG)
@pytest.mark.usefixtures("run")
def test_a_failed_log_call_raises(log: Callable[[], Any]) -> None:
    with pytest.raises(NbflowError):
        log()


@pytest.mark.parametrize("log", WRONG)
def test_where_asked_for_a_failed_log_call_warns_and_training_goes_on(
    log: Callable[[], Any], monkeypatch: pytest.MonkeyPatch, run: ActiveRun
) -> None:
    monkeypatch.setenv("NBFLOW_ON_LOG_ERROR", "warn")
    before = run.record

    with pytest.warns(RuntimeWarning, match="nbflow did not log this, and goes on") as caught:
        log()

    assert len(caught) == 1
    assert caught[0].filename == __file__
    assert run.record == before
    nbflow.log_metric("goes on", 1.0)
    assert run.metrics["goes on"] == 1.0


def test_the_same_line_is_warned_of_once(monkeypatch: pytest.MonkeyPatch, run: ActiveRun) -> None:
    monkeypatch.setenv("NBFLOW_ON_LOG_ERROR", "warn")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")

        for step in range(5):
            nbflow.log_metric("a//b", 1.0, step=step)
            nbflow.log_params({"a//b": step})

    assert len(caught) == 2
    assert run.metrics == {}


def test_what_was_asked_for_is_given_back_all_the_same(monkeypatch: pytest.MonkeyPatch, run: ActiveRun) -> None:
    monkeypatch.setenv("NBFLOW_ON_LOG_ERROR", "warn")

    with pytest.warns(RuntimeWarning):
        assert nbflow.log_param("a//b", 0.5) == 0.5
    with pytest.warns(RuntimeWarning):
        operations = nbflow.log_metric("a//b", 1.0, synchronous=False)
    assert operations is not None
    operations.wait()
    assert (run.params, run.metrics) == ({}, {})


def test_a_run_deleted_meanwhile_does_not_stop_training(monkeypatch: pytest.MonkeyPatch, run: ActiveRun) -> None:
    nbflow.delete_run(run.run_id)
    with pytest.raises(RunDeletedError):
        nbflow.log_param("p", 1)

    monkeypatch.setenv("NBFLOW_ON_LOG_ERROR", "warn")
    with pytest.warns(RuntimeWarning, match="deleted"):
        nbflow.log_param("p", 1)

    nbflow.restore_run(run.run_id)


def test_a_place_that_cannot_be_written_raises_and_starts_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    nbflow.set_tracking_uri("file/nbruns")

    for call in (nbflow.start_run, lambda: nbflow.log_metric("a", 1.0), lambda: nbflow.create_experiment("a")):
        with pytest.raises(StoreWriteError, match="Could not write to") as caught:
            call()
        assert isinstance(caught.value, OSError)
        assert caught.value.errno is not None

    assert nbflow.active_run() is None
    assert (tmp_path / "file").read_text() == "no folder"


def test_a_place_that_cannot_be_written_does_not_stop_training(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("no folder")
    nbflow.set_tracking_uri("file/nbruns")
    monkeypatch.setenv("NBFLOW_ON_LOG_ERROR", "warn")

    with pytest.warns(RuntimeWarning, match="Could not write to"):
        nbflow.log_metric("a", 1.0)
    with pytest.warns(RuntimeWarning, match="Could not write to"):
        nbflow.log_text("a", "a.txt")

    assert nbflow.active_run() is None


def test_other_calls_raise_as_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBFLOW_ON_LOG_ERROR", "warn")

    for call in (
        lambda: nbflow.get_run("f" * 32),
        lambda: nbflow.start_run(experiment_id="999"),
        lambda: nbflow.search_runs(filter_string="wrong"),
        lambda: nbflow.create_experiment(""),
    ):
        with pytest.raises(NbflowError):
            call()


def test_errors_of_others_are_not_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBFLOW_ON_LOG_ERROR", "warn")

    @guarded
    def log() -> None:
        msg = "a mistake of the program"
        raise ZeroDivisionError(msg)

    with pytest.raises(ZeroDivisionError, match="mistake"):
        log()


def test_a_wrong_value_set_meanwhile_is_told_by_the_call_that_fails(
    monkeypatch: pytest.MonkeyPatch, run: ActiveRun
) -> None:
    monkeypatch.setenv("NBFLOW_ON_LOG_ERROR", "Warn")
    nbflow.log_metric("loss", 1.0)

    with pytest.raises(InvalidInputError, match=r"NBFLOW_ON_LOG_ERROR.*'raise' or 'warn'") as caught:
        nbflow.log_metric("a//b", 1.0)

    assert isinstance(caught.value.__context__, InvalidNameError)
    assert run.metrics == {"loss": 1.0}


@pytest.mark.usefixtures("run")
def test_an_empty_variable_is_one_that_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBFLOW_ON_LOG_ERROR", "")

    with pytest.raises(InvalidNameError):
        nbflow.log_metric("a//b", 1.0)


def test_the_variable_has_two_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBFLOW_ON_LOG_ERROR", "ignore")

    with pytest.raises(InvalidInputError, match=r"NBFLOW_ON_LOG_ERROR.*'raise' or 'warn'"):
        nbflow.start_run()
