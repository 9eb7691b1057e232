from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from nbflow.mlmodel.document import Model
from nbflow.names import temporary_name

if TYPE_CHECKING:
    from nbflow import Client


def test_a_model_that_is_being_logged_can_load_a_model_within(client: Client) -> None:
    run = client.create_run(client.create_experiment("x"))
    within = Path(run.info.artifact_uri) / temporary_name() / "artifacts" / "forest"
    within.mkdir(parents=True)
    Model(flavors={"sklearn": {}}).save(within)

    found = client.find_model(within)

    assert found.run_id is None
    assert found.folder == within
    assert list(found.document.flavors) == ["sklearn"]
