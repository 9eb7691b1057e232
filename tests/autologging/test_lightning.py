"""The callback for Lightning: hyperparameters, metrics of each epoch, and how its run ends."""

from __future__ import annotations

import copy
import importlib.util
import pickle
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

import nbflow
from nbflow.errors import InvalidInputError

if importlib.util.find_spec("lightning") is None:
    pytest.skip("Lightning is not installed", allow_module_level=True)

if TYPE_CHECKING:
    from nbflow.entities import Run

    TheRun = Callable[[], Run]

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*does not have many workers:UserWarning"),
    pytest.mark.filterwarnings("ignore:.*is smaller than the logging interval:UserWarning"),
    pytest.mark.filterwarnings("ignore:.*LeafSpec.*is deprecated:FutureWarning"),
    pytest.mark.filterwarnings("ignore:.*LeafSpec.*is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:.*but have no .val_dataloader.:UserWarning"),
]


@pytest.fixture
def module() -> Callable[..., Any]:
    import lightning
    import torch

    class Module(lightning.LightningModule):
        def __init__(self, lr: float = 0.1, fault: type[BaseException] | None = None) -> None:
            super().__init__()
            self.save_hyperparameters(ignore=["fault"])
            self.fault = fault
            self.layer = torch.nn.Linear(2, 1)

        def training_step(self, batch: Any, _number: int) -> Any:
            if self.fault is not None:
                raise self.fault("mine")
            loss = self.layer(batch[0]).square().mean()
            self.log("train_loss", loss, on_step=True, on_epoch=True)
            return loss

        def validation_step(self, batch: Any, _number: int) -> None:
            self.log("val_loss", self.layer(batch[0]).square().mean())

        def test_step(self, batch: Any, _number: int) -> None:  # noqa: PT019 - Lightning's, no test of pytest's
            self.log("test_loss", self.layer(batch[0]).square().mean())

        def configure_optimizers(self) -> Any:
            return torch.optim.Adam(self.parameters(), lr=self.hparams["lr"])

    return Module


@pytest.fixture
def loader() -> Any:
    import torch

    return torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.ones(8, 2)), batch_size=2)


def trainer(*callbacks: Any, **more: Any) -> Any:
    import lightning

    quiet = dict.fromkeys(
        ("logger", "enable_checkpointing", "enable_progress_bar", "enable_model_summary"),
        False,
    )
    return lightning.Trainer(callbacks=list(callbacks), **{"max_epochs": 2, "accelerator": "cpu", **quiet, **more})


def steps(run: Run, key: str) -> list[int]:
    return [point.step for point in nbflow.get_metric_history(run.info.run_id, key)]


def test_a_training_becomes_a_finished_run(
    module: Callable[..., Any], loader: Any, the_run: TheRun, files: Callable[[Run], list[str]]
) -> None:
    trainer(nbflow.callbacks.LightningCallback()).fit(module(), loader, loader)

    run = the_run()
    assert run.status == "FINISHED"
    assert run.tags["mlflow.autologging"] == "pytorch"
    assert {name: run.params[name] for name in ("epochs", "lr", "optimizer_name", "eps")} == {
        "epochs": "2",
        "lr": "0.1",
        "optimizer_name": "Adam",
        "eps": "1e-08",
    }
    assert set(run.metrics) == {"train_loss", "train_loss_epoch", "train_loss_step", "val_loss"}
    assert [steps(run, name) for name in ("train_loss", "val_loss")] == [[0, 1], [0, 1]]
    assert files(run) == ["model_summary.txt"]
    assert nbflow.active_run() is None


def test_the_active_run_is_logged_to_and_goes_on(module: Callable[..., Any], loader: Any, the_run: TheRun) -> None:
    with nbflow.start_run():
        trainer(nbflow.callbacks.LightningCallback()).fit(module(), loader)

        assert the_run().status == "RUNNING"
        assert "train_loss" in the_run().metrics


def test_steps_are_logged_beside_the_epochs_when_asked_for(
    module: Callable[..., Any], loader: Any, the_run: TheRun
) -> None:
    trainer(nbflow.callbacks.LightningCallback(log_every_n_step=3)).fit(module(), loader, loader)

    assert steps(the_run(), "train_loss_step") == [3, 6]
    assert steps(the_run(), "train_loss") == [0, 1]


def test_epochs_can_be_left_out(module: Callable[..., Any], loader: Any, the_run: TheRun) -> None:
    trainer(nbflow.callbacks.LightningCallback(log_every_n_epoch=2), max_epochs=3).fit(module(), loader)

    assert steps(the_run(), "train_loss") == [0, 2]


def test_an_old_validation_is_not_logged_again(module: Callable[..., Any], loader: Any, the_run: TheRun) -> None:
    callback = nbflow.callbacks.LightningCallback()
    trainer(callback, max_epochs=3, check_val_every_n_epoch=2).fit(module(), loader, loader)

    assert steps(the_run(), "train_loss") == [0, 1, 2]
    assert steps(the_run(), "val_loss") == [1]


def test_a_test_is_logged_to_the_run_of_the_training(module: Callable[..., Any], loader: Any, the_run: TheRun) -> None:
    model, trains = module(), trainer(nbflow.callbacks.LightningCallback())
    trains.fit(model, loader)

    (found,) = trains.test(model, loader, verbose=False)

    assert the_run().metrics["test_loss"] == pytest.approx(found["test_loss"])
    assert the_run().status == "FINISHED"


def test_an_exception_is_the_users_and_ends_the_run_failed(
    module: Callable[..., Any], loader: Any, the_run: TheRun
) -> None:
    with pytest.raises(ArithmeticError, match="mine"):
        trainer(nbflow.callbacks.LightningCallback()).fit(module(fault=ArithmeticError), loader)

    assert the_run().status == "FAILED"
    assert the_run().error is not None
    assert nbflow.active_run() is None


def test_an_interrupt_ends_the_run_killed(module: Callable[..., Any], loader: Any, the_run: TheRun) -> None:
    with pytest.raises((KeyboardInterrupt, SystemExit)):
        trainer(nbflow.callbacks.LightningCallback()).fit(module(fault=KeyboardInterrupt), loader)

    assert the_run().status == "KILLED"


def test_a_callback_is_one_of_lightning_and_can_be_copied(module: Callable[..., Any], loader: Any) -> None:
    import lightning

    callback = nbflow.callbacks.LightningCallback()
    trainer(callback, max_epochs=1).fit(module(), loader)

    for twin in (copy.deepcopy(callback), pickle.loads(pickle.dumps(callback))):  # noqa: S301 - made here
        assert isinstance(twin, lightning.Callback)
        assert isinstance(twin, nbflow.callbacks.LightningCallback)


@pytest.mark.parametrize("given", [{"log_every_n_epoch": 0}, {"log_every_n_step": "often"}])
def test_an_interval_that_is_none_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError):
        nbflow.callbacks.LightningCallback(**given)
