"""Models for tests of the registry over HTTP: logged without a library, never loaded."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from nbflow.mlmodel.document import Model
from nbflow.mlmodel.signature import ModelSignature
from nbflow.mlmodel.types import ColSpec, Schema

if TYPE_CHECKING:
    from nbflow import Client

__all__ = ["logged_model", "registered_model"]


def logged_model(client: Client, *, column: str = "x", metric: float = 0.5) -> str:
    """Log a model to a new run, and give its URI."""
    run_id = client.create_run("0", run_name=f"run {metric:g}").run_id
    client.log_metric(run_id, "auc", metric)

    def save(folder: Path) -> Model:
        folder.mkdir()
        (folder / "weights.bin").write_bytes(b"weights")
        model = Model(signature=ModelSignature(Schema([ColSpec("double", column)])))
        model.add_flavor("python_function", loader_module="loader")
        model.save(folder)
        return model

    client.log_model(run_id, "model", save)
    return f"runs:/{run_id}/model"


def registered_model(client: Client, name: str = "net", versions: int = 2) -> None:
    """Register some versions of a model, each of another run, and each better."""
    for number in range(1, versions + 1):
        client.register_model(logged_model(client, metric=number / 10), name)
