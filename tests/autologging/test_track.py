"""`track`: a loop that is written out is measured, and goes on as if it were not."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import rich

import nbflow
from nbflow.errors import InvalidInputError, UnsupportedValueError

if TYPE_CHECKING:
    from nbflow.entities import Run

    TheRun = Callable[[], Run]
    Troubles = Callable[[], frozenset[tuple[str, str]]]


def history(run: Run, key: str) -> list[tuple[int, float]]:
    return [(point.step, point.value) for point in nbflow.get_metric_history(run.info.run_id, key)]


def steps(run: Run, key: str) -> list[int]:
    return [step for step, _ in history(run, key)]


def test_the_items_come_as_they_are_and_each_is_numbered() -> None:
    batches = nbflow.track(["a", "b", "c"])

    with nbflow.start_run():
        seen = [(batches.step, batch) for batch in batches]

    assert seen == [(0, "a"), (1, "b"), (2, "c")]
    assert len(batches) == 3


def test_speed_and_epochs_are_logged_over_all_epochs_of_a_run(the_run: TheRun) -> None:
    loader = [np.zeros((4, 2))] * 5

    with nbflow.start_run():
        for _ in range(2):
            for _batch in nbflow.track(loader, "train", every=2):
                pass

    run = the_run()
    assert set(run.metrics) == {"train/batches_per_s", "train/samples_per_s", "train/epoch"}
    assert history(run, "train/epoch") == [(4, 1.0), (9, 2.0)]
    assert steps(run, "train/batches_per_s") == [1, 3, 4, 6, 8, 9]
    batches, samples = (dict(history(run, f"train/{name}_per_s")) for name in ("batches", "samples"))
    assert samples == pytest.approx({step: 4 * value for step, value in batches.items()})


def test_steps_go_on_where_the_last_epoch_ended() -> None:
    with nbflow.start_run():
        for _ in range(2):
            batches = nbflow.track("ab")
            numbers = [batches.step for _ in batches]

    assert numbers == [2, 3]


def test_loops_of_several_names_are_counted_apart(the_run: TheRun) -> None:
    with nbflow.start_run():
        for _ in nbflow.track([1, 2], "train"):
            for _ in nbflow.track([1, 2, 3], "valid"):
                pass

    assert history(the_run(), "train/epoch") == [(1, 1.0)]
    assert history(the_run(), "valid/epoch") == [(2, 1.0), (5, 2.0)]


def test_a_break_ends_the_measuring_without_an_epoch(the_run: TheRun) -> None:
    with nbflow.start_run():
        for number in nbflow.track(range(10)):
            if number == 3:
                break
        gc.collect()

    assert set(the_run().metrics) == {"batches_per_s"}
    assert steps(the_run(), "batches_per_s") == [3]


def test_an_exception_in_the_loop_is_the_users(the_run: TheRun) -> None:
    def loop() -> None:
        with nbflow.start_run():
            for number in nbflow.track(range(10), every=2):
                if number == 5:
                    raise ArithmeticError("mine")

    with pytest.raises(ArithmeticError, match="mine"):
        loop()
    gc.collect()

    assert the_run().status == "FAILED"
    assert steps(the_run(), "batches_per_s") == [1, 3, 5]


def test_an_exception_of_the_loader_is_the_loaders() -> None:
    def loader() -> Iterator[int]:
        yield 1
        raise OSError("disk gone")

    with nbflow.start_run(), pytest.raises(OSError, match="disk gone"):
        list(nbflow.track(loader()))


def test_a_run_is_started_when_none_is_active() -> None:
    list(nbflow.track([1, 2]))

    active = nbflow.active_run()
    assert active is not None
    assert active.metrics["epoch"] == 1.0


def test_a_run_that_ended_within_the_loop_is_left_alone(the_run: TheRun) -> None:
    nbflow.start_run()
    for number in nbflow.track(range(4), every=1):
        if number == 1:
            nbflow.end_run()

    assert steps(the_run(), "batches_per_s") == [0]
    assert nbflow.active_run() is None


def test_a_store_that_cannot_be_written_does_not_end_the_loop(tmp_path: Path, troubles: Troubles) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    nbflow.set_tracking_uri(tmp_path / "file" / "store")

    with pytest.warns(RuntimeWarning, match="no run could be started"):
        seen = [*nbflow.track([1, 2]), *nbflow.track([3])]

    assert seen == [1, 2, 3]
    assert len(troubles()) == 1


@pytest.mark.parametrize(
    ("batch", "size"),
    [
        (np.zeros((7, 2)), 7),
        ((np.zeros((6, 2)), np.zeros(6)), 6),
        ([np.zeros((5, 2)), np.zeros(5)], 5),
        ({"x": np.zeros((4, 2)), "y": np.zeros(4)}, 4),
        ([{"text": "a"}, {"text": "b"}], 2),
        (["a", "b", "c"], 3),
        ("text", None),
        (np.float64(1.0), None),
        ((), None),
        (3, None),
    ],
)
def test_the_samples_of_a_batch_are_counted_where_that_can_be_told(
    the_run: TheRun, batch: Any, size: int | None
) -> None:
    with nbflow.start_run():
        list(nbflow.track([batch]))

    metrics = the_run().metrics
    if size is None:
        assert "samples_per_s" not in metrics
    else:
        assert metrics["samples_per_s"] / metrics["batches_per_s"] == pytest.approx(size)


def test_what_can_only_be_indexed_is_gone_through_too() -> None:
    class Indexed:
        def __getitem__(self, number: int) -> int:
            if number == 3:
                raise IndexError
            return number

    with nbflow.start_run():
        assert list(nbflow.track(Indexed())) == [0, 1, 2]  # type: ignore[arg-type]  # a data set of PyTorch is one


@pytest.mark.parametrize(
    ("iterable", "more", "error"),
    [
        (7, {}, UnsupportedValueError),
        ([], {"every": 0}, InvalidInputError),
        ([], {"every": "often"}, InvalidInputError),
        ([], {"name": "?"}, InvalidInputError),
    ],
)
def test_what_cannot_be_used_is_told_at_once(iterable: Any, more: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        nbflow.track(iterable, **more)


def test_a_line_shows_how_far_it_is_when_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    with nbflow.start_run():
        list(nbflow.track([1, 2], "train"))
        assert capsys.readouterr().out == ""

        list(nbflow.track(iter([1, 2]), "train", progress=True))
        assert "train" in capsys.readouterr().out


def test_a_notebook_without_ipywidgets_shows_a_plain_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    monkeypatch.setattr(rich.get_console(), "is_jupyter", True)
    monkeypatch.setenv("FORCE_COLOR", "1")  # as a kernel does

    with nbflow.start_run():
        list(nbflow.track([1, 2], "train", progress=True))

    shown = capsys.readouterr().out
    assert "2/2" in shown
    assert "\x1b" not in shown


def test_a_loader_of_pytorch_is_measured(the_run: TheRun) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    data = torch.utils.data.TensorDataset(torch.zeros(10, 2), torch.zeros(10))

    with nbflow.start_run():
        for rows, _targets in nbflow.track(torch.utils.data.DataLoader(data, batch_size=5), "train"):
            assert rows.shape == (5, 2)

    metrics = the_run().metrics
    assert metrics["train/samples_per_s"] / metrics["train/batches_per_s"] == pytest.approx(5)
