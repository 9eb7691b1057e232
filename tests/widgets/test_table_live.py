from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from nbflow.tracking.frame import RunFrame
from nbflow.widgets.run_table.live import Follower, Watch

if TYPE_CHECKING:
    from nbflow import Client


@pytest.fixture
def watching() -> Iterator[Callable[..., list[Any]]]:
    watches = []

    def watch(runs: pd.DataFrame, store: Path) -> list[Any]:
        """Watch, and give the list of what was told, which grows."""
        told: list[Any] = []
        shown = [runs]

        def take(new: pd.DataFrame | None, notice: str | None) -> None:
            shown[0] = shown[0] if new is None else new
            told.append((new, notice))

        watches.append(Watch(Follower(runs, str(store)), lambda: shown[0], take))
        watches[-1].start()
        return told

    yield watch
    for each in watches:
        each.stop()
        assert each.join(20)


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


def names(runs: pd.DataFrame) -> list[str]:
    return list(runs["tags.mlflow.runName"])


def test_new_runs_of_the_search_are_found_in_its_order(client: Client) -> None:
    for value in (3, 1):
        client.log_metric(client.create_run("0", run_name=str(value)).info.run_id, "loss", value)
    runs = client.search_frame(["0"], "metrics.loss < 10", order_by=["metrics.loss ASC"])
    follower = Follower(runs, client.tracking_uri)

    client.log_metric(client.create_run("0", run_name="2").info.run_id, "loss", 2)
    client.log_metric(client.create_run("0", run_name="20").info.run_id, "loss", 20)
    found = follower.find(runs)

    assert names(found) == ["1", "2", "3"]
    assert isinstance(found, RunFrame)


def test_a_part_of_a_search_stays_a_part_with_what_is_new_on_top(client: Client, runs: RunFrame) -> None:
    part = runs[runs["params.model"] == "mlp"].sort_values("metrics.loss", ascending=False)
    follower = Follower(part, client.tracking_uri)

    client.set_tag(part["run_id"].iloc[0], "kind", "changed")
    client.create_run("0", run_name="late")
    found = follower.find(part)

    assert names(found) == ["late", "run-1", "run-3"]
    assert list(found["tags.kind"])[1] == "changed"


def test_an_order_that_somebody_gave_the_frame_stays(client: Client, runs: RunFrame) -> None:
    by_loss = runs.sort_values("metrics.loss", ascending=False)
    follower = Follower(by_loss, client.tracking_uri)

    client.create_run("0", run_name="late")

    assert names(follower.find(by_loss)) == ["late", "run-0", "run-1", "run-2", "run-3", "run-4"]


def test_runs_that_nobody_searched_for_follow_their_experiments(client: Client, runs: RunFrame) -> None:
    plain = RunFrame(pd.DataFrame(runs.iloc[:1]))
    other = client.create_experiment("other")
    follower = Follower(plain, client.tracking_uri)

    client.create_run(other, run_name="elsewhere")
    client.create_run("0", run_name="late")

    assert names(follower.find(plain)) == ["late", "run-4"]


def test_deleted_runs_go_and_columns_of_the_users_stay(client: Client, runs: RunFrame) -> None:
    mine = runs.assign(mine=range(5))
    follower = Follower(mine, client.tracking_uri)

    client.delete_run(runs["run_id"][1])
    client.create_run("0", run_name="late")
    found = follower.find(mine)

    assert names(found) == ["late", "run-4", "run-2", "run-1", "run-0"]
    assert [None if value != value else value for value in found["mine"]] == [None, 0, 2, 3, 4]  # noqa: PLR0124 - NaN


def test_only_a_changed_store_is_searched(client: Client, runs: RunFrame) -> None:
    follower = Follower(runs, client.tracking_uri)
    time.sleep(2.1)  # until the folders' times are old enough to be trusted
    follower.changed()

    assert not follower.changed()
    client.create_run("0")
    assert follower.changed()
    assert not follower.changed()


def test_a_watch_tells_of_new_runs(client: Client, runs: RunFrame, tmp_path: Path, watching: Any) -> None:
    told = watching(runs, tmp_path / "nbruns")
    until(lambda: told)

    client.create_run("0", run_name="late")

    until(lambda: any(new is not None and names(new)[0] == "late" for new, _ in told))


def test_a_store_that_is_gone_is_told_and_comes_back(runs: RunFrame, tmp_path: Path, watching: Any) -> None:
    told = watching(runs, tmp_path / "nbruns")
    until(lambda: told)

    (tmp_path / "nbruns").rename(tmp_path / "away")
    until(lambda: told[-1][1] is not None)
    new, notice = told[-1]
    (tmp_path / "away").rename(tmp_path / "nbruns")
    until(lambda: told[-1][1] is None)

    assert new is None
    assert "is not there any more" in notice
    assert all(new is None or len(new) == 5 for new, _ in told)


def test_a_watch_ends_when_it_is_stopped(runs: RunFrame, tmp_path: Path) -> None:
    told: list[Any] = []
    watch = Watch(Follower(runs, str(tmp_path / "nbruns")), lambda: runs, lambda *each: told.append(each))
    watch.start()

    watch.stop()

    assert watch.join(20)
