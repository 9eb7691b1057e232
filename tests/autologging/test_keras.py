"""The callback for Keras: params, metrics of each epoch, and how its run ends."""

from __future__ import annotations

import copy
import importlib.util
import os
import pickle
import subprocess
import sys
import textwrap
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import nbflow
from nbflow.errors import InvalidInputError

if importlib.util.find_spec("keras") is None or importlib.util.find_spec("torch") is None:
    pytest.skip("Keras, or PyTorch for it to work with, is not installed", allow_module_level=True)

if TYPE_CHECKING:
    from nbflow.entities import Run

    TheRun = Callable[[], Run]

os.environ.setdefault("KERAS_BACKEND", "torch")

ROWS, KINDS = np.arange(24, dtype="float32").reshape(12, 2) / 24, np.array([0, 1] * 6)

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*__array__.*copy keyword:DeprecationWarning:keras",
    "ignore:.*__array_wrap__.*:DeprecationWarning:keras",
)


@pytest.fixture
def model() -> Any:
    keras = pytest.importorskip("keras")
    keras.utils.set_random_seed(1)
    made = keras.Sequential([keras.layers.Input((2,)), keras.layers.Dense(2, activation="softmax")])
    made.compile(keras.optimizers.Adam(0.5, name="adam"), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return made


def fit(model: Any, *callbacks: Any, **more: Any) -> Any:
    return model.fit(ROWS, KINDS, epochs=2, batch_size=4, verbose=0, callbacks=list(callbacks), **more)


def history(run: Run, key: str) -> list[tuple[int, float]]:
    return [(point.step, point.value) for point in nbflow.get_metric_history(run.info.run_id, key)]


def test_a_training_becomes_a_finished_run(model: Any, the_run: TheRun, files: Callable[[Run], list[str]]) -> None:
    found = fit(model, nbflow.callbacks.KerasCallback(), validation_data=(ROWS, KINDS)).history

    run = the_run()
    assert run.status == "FINISHED"
    assert run.tags["mlflow.autologging"] == "keras"
    assert {name: run.params[name] for name in ("epochs", "optimizer_name", "optimizer_learning_rate")} == {
        "epochs": "2",
        "optimizer_name": "adam",
        "optimizer_learning_rate": "0.5",
    }
    assert set(run.metrics) == {"accuracy", "loss", "val_accuracy", "val_loss"}
    assert history(run, "val_loss") == list(enumerate(found["val_loss"]))
    assert files(run) == ["model_summary.txt"]
    assert "dense" in nbflow.artifacts.load_text(f"runs:/{run.info.run_id}/model_summary.txt")


def test_the_active_run_is_logged_to_and_goes_on(model: Any, the_run: TheRun) -> None:
    with nbflow.start_run():
        fit(model, nbflow.callbacks.KerasCallback())

        assert the_run().status == "RUNNING"
        assert "loss" in the_run().metrics


def test_batches_are_logged_beside_the_epochs_when_asked_for(model: Any, the_run: TheRun) -> None:
    fit(model, nbflow.callbacks.KerasCallback(log_every_n_steps=2))

    assert [step for step, _ in history(the_run(), "loss_step")] == [0, 2, 4]
    assert [step for step, _ in history(the_run(), "loss")] == [0, 1]


def test_an_evaluation_is_logged_to_the_run_of_the_training(model: Any, the_run: TheRun) -> None:
    callback = nbflow.callbacks.KerasCallback(log_every_epoch=False)
    fit(model, callback)

    loss, _ = model.evaluate(ROWS, KINDS, verbose=0, callbacks=[callback])

    assert set(the_run().metrics) == {"validation_accuracy", "validation_loss"}
    assert the_run().metrics["validation_loss"] == pytest.approx(loss)


def failing(keras: Any) -> Any:
    class Failing(keras.callbacks.Callback):
        def on_epoch_end(self, _epoch: int, _logs: Any = None) -> None:
            raise ArithmeticError("mine")

    return Failing()


def test_an_exception_is_the_users_and_its_run_is_in_nobodys_way(model: Any, runs: Callable[[], list[Run]]) -> None:
    keras = pytest.importorskip("keras")
    callback = nbflow.callbacks.KerasCallback()

    with pytest.raises(ArithmeticError, match="mine"):
        fit(model, callback, failing(keras))
    assert nbflow.active_run() is None
    fit(model, callback)

    assert [run.status for run in runs()] == ["FAILED", "FINISHED"]


def test_in_a_block_an_exception_ends_the_run_at_once(model: Any, the_run: TheRun) -> None:
    keras = pytest.importorskip("keras")

    with pytest.raises(ArithmeticError, match="mine"), nbflow.start_run():
        fit(model, nbflow.callbacks.KerasCallback(), failing(keras))

    assert the_run().status == "FAILED"
    assert the_run().error is not None


def test_a_failed_training_is_failed_when_the_process_ends(the_run: TheRun) -> None:
    script = """
        from nbflow.autologging.callback_run import CallbackRun
        run = CallbackRun("keras", active=False)
        run.begin()
        raise SystemExit(0)
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(script)], check=True)

    assert the_run().status == "FAILED"


def test_a_callback_is_one_of_keras_and_can_be_copied() -> None:
    keras = pytest.importorskip("keras")
    callback = nbflow.callbacks.KerasCallback(log_every_n_steps=3)

    for twin in (copy.deepcopy(callback), pickle.loads(pickle.dumps(callback))):  # noqa: S301 - made here
        assert isinstance(twin, keras.callbacks.Callback)
        assert isinstance(twin, nbflow.callbacks.KerasCallback)
        assert vars(twin).keys() == vars(callback).keys()


def test_a_callback_can_be_inherited_from(model: Any) -> None:
    seen = []

    class Own(nbflow.callbacks.KerasCallback):
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            seen.append(epoch)
            super().on_epoch_end(epoch, logs)

    fit(model, Own())

    assert seen == [0, 1]


def test_an_interval_below_one_is_refused() -> None:
    with pytest.raises(InvalidInputError):
        nbflow.callbacks.KerasCallback(log_every_n_steps=0)
