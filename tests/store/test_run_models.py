"""The models of a run: what it says that it logged, the same from its log and from the index."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from nbflow import Client
from nbflow.entities import ModelOutput
from nbflow.errors import RunDeletedError, UnsupportedValueError
from nbflow.store.digest import quick_digest

Another = Callable[[Path], Client]

MODEL = ModelOutput("model", "1" * 32, ("sklearn", "python_function"), 3, 1000, 12, {"MLmodel": "ab" * 32})


def test_a_run_shows_its_models_in_the_order_in_which_they_were_logged(client: Client) -> None:
    run_id = client.create_run("0").info.run_id
    log = client._store.run_log(run_id)

    log.log_model(MODEL)
    log.log_model(ModelOutput("a/other", "2" * 32, timestamp=1))

    outputs = client.get_run(run_id).outputs.model_outputs
    assert outputs == (MODEL, ModelOutput("a/other", "2" * 32, timestamp=1))


def test_a_model_logged_again_takes_the_place_of_the_one_before(client: Client) -> None:
    run_id = client.create_run("0").info.run_id
    log = client._store.run_log(run_id)
    log.log_model(MODEL)

    again = log.log_model(ModelOutput("model", "3" * 32))

    assert client.get_run(run_id).outputs.model_outputs == (again,)
    assert again.timestamp > 0


@pytest.mark.parametrize("ended", [True, False], ids=["ended", "running"])
def test_the_index_tells_of_models_what_the_log_tells(tmp_path: Path, another: Another, ended: bool) -> None:
    writer = another(tmp_path / "s")
    run_id = writer.create_run("0").info.run_id
    writer._store.run_log(run_id).log_model(MODEL)
    if ended:
        writer.set_terminated(run_id)

    reader = another(tmp_path / "s")
    (found,) = reader.search_runs(["0"])
    (again,) = reader.search_runs(["0"])

    assert found.outputs == again.outputs == reader.get_run(run_id).outputs == writer.get_run(run_id).outputs
    assert found.outputs.model_outputs == (MODEL,)


def test_a_model_logged_to_a_run_that_the_index_knows_is_found(tmp_path: Path, another: Another) -> None:
    client = another(tmp_path / "s")
    run_id = client.create_run("0").info.run_id
    client.set_terminated(run_id)
    assert client.search_runs(["0"])[0].outputs.model_outputs == ()

    another(tmp_path / "s")._store.run_log(run_id).log_model(MODEL)

    assert client.search_runs(["0"])[0].outputs.model_outputs == (MODEL,)


def test_a_run_with_models_takes_the_short_way_into_the_index(client: Client) -> None:
    run_id = client.create_run("0").info.run_id
    client._store.run_log(run_id).log_model(MODEL)
    client.set_terminated(run_id)

    (news,) = client._store.reader.run_news("0", run_id, {})

    assert quick_digest(run_id, "0", news) is not None


def test_a_run_in_the_trash_takes_no_model(client: Client) -> None:
    run_id = client.create_run("0").info.run_id
    client.delete_run(run_id)

    with pytest.raises(RunDeletedError):
        client._store.run_log(run_id).log_model(MODEL)


def test_a_model_that_could_not_be_read_again_is_not_taken(client: Client) -> None:
    run_id = client.create_run("0").info.run_id

    with pytest.raises(UnsupportedValueError):
        client._store.run_log(run_id).log_model(ModelOutput("lone \udcff", "1"))

    assert client.get_run(run_id).outputs.model_outputs == ()
