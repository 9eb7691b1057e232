"""Searches, counts and tables give what may be seen, in whole pages, and nothing else."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from nbflow import Client
from nbflow.access import Permission
from nbflow.entities import Experiment, Identity, ViewType
from nbflow.errors import ArtifactNotFoundError, ExperimentNotFoundError, InvalidFilterError, InvalidInputError

if TYPE_CHECKING:
    from nbflow.tracking.paging import PagedList
    from tests.access.conftest import World

SEEING = [Permission.READ, Permission.EDIT, Permission.MANAGE]


@pytest.fixture
def crowd(client: Client) -> Client:
    """Give a client of a store with ten experiments of three runs each; Ada may see every second one."""
    client.set_store_permission("*", "NO_PERMISSIONS")
    for i in range(10):
        experiment_id = client.create_experiment(f"e{i}", tags={"team": "vision"})
        for j in range(3):
            client.log_metric(client.create_run(experiment_id, start_time=i * 10 + j).info.run_id, "m", i * 10 + j)
        if i % 2:
            client.set_experiment_permission(experiment_id, "user:ada", SEEING[i % 3])
        client.create_registered_model(f"m{i}")
        if i % 2:
            client.set_registered_model_permission(f"m{i}", "user:ada", SEEING[i % 3])
    return client


@pytest.fixture
def ada(crowd: Client) -> Client:
    return Client(crowd.tracking_uri, identity="ada")


SEEN = ["e1", "e3", "e5", "e7", "e9"]


@pytest.mark.parametrize("size", [1, 2, 4, 7, 14, 15, 16])
def test_pages_of_runs_are_full_and_hold_all_that_may_be_seen(ada: Client, size: int) -> None:
    found, pages, token = [], [], None
    while True:
        page = ada.search_runs(None, max_results=size, order_by=["metrics.m ASC"], page_token=token)
        found += [run.metrics["m"] for run in page]
        pages.append(len(page))
        token = page.token
        if token is None:
            break

    assert found == [i * 10 + j for i in range(1, 10, 2) for j in range(3)]
    assert set(pages[:-1]) <= {size}
    assert pages[-1] in range(1, size + 1)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 6])
def test_pages_of_experiments_are_full_and_hold_all_that_may_be_seen(ada: Client, size: int) -> None:
    found: list[Experiment] = []
    page: PagedList[Experiment] | None = None
    while page is None or page.token is not None:
        page = ada.search_experiments(
            max_results=size, order_by=["name ASC"], page_token=None if page is None else page.token
        )
        assert len(page) == size or page.token is None
        found += page

    assert [experiment.name for experiment in found] == SEEN


@pytest.mark.parametrize("size", [1, 2, 5, 6])
def test_pages_of_models_are_full_and_hold_all_that_may_be_seen(ada: Client, size: int) -> None:
    found, token = [], None
    for _ in range(6):
        page = ada.search_registered_models(max_results=size, page_token=token)
        assert len(page) == size or page.token is None
        found += [model.name for model in page]
        token = page.token
        if token is None:
            break

    assert found == ["m1", "m3", "m5", "m7", "m9"]


def test_runs_are_counted_and_framed_among_what_may_be_seen(ada: Client, crowd: Client) -> None:
    assert (ada.count_runs(), crowd.count_runs()) == (15, 30)
    assert ada.count_runs(filter_string="metrics.m < 20") == 3
    frame = ada.search_frame(None, order_by=["metrics.m ASC"])
    assert frame["metrics.m"].tolist() == [i * 10 + j for i in range(1, 10, 2) for j in range(3)]
    assert len(ada.search_frame(None, max_results=4)) == 4


def test_columns_ids_and_counts_are_of_what_may_be_seen(ada: Client, crowd: Client) -> None:
    seen = [experiment.experiment_id for experiment in ada.search_experiments()]

    found = ada.search_columns(None, ["experiment_id", "metrics.m"], order_by=["metrics.m ASC"])
    assert found.values["metrics.m"] == [i * 10 + j for i in range(1, 10, 2) for j in range(3)]
    assert set(found.values["experiment_id"]) == set(seen)
    assert len(ada.search_run_ids()) == len(ada.running_runs()) == 15
    assert set(ada.count_by_experiment()) == set(seen) < set(crowd.count_by_experiment())


def test_who_may_see_more_gets_another_revision(ada: Client, crowd: Client) -> None:
    hidden = next(each for each in crowd.search_experiments() if each.name == "e2").experiment_id
    before, others = ada.search_revision(), crowd.search_revision()

    crowd.set_experiment_permission(hidden, "user:ada", "READ")

    assert before not in (others, ada.search_revision())


@pytest.mark.parametrize("as_numbers", [False, True])
def test_naming_an_experiment_that_may_not_be_seen_finds_as_much_as_naming_none(
    ada: Client, crowd: Client, as_numbers: bool
) -> None:
    found = crowd.search_experiments(order_by=["name ASC"], filter_string="tags.team = 'vision'")
    ids = [experiment.experiment_id for experiment in found]
    given: list[str] = [int(each) for each in ids] if as_numbers else ids  # type: ignore[misc]

    assert ada.count_runs(given) == 15
    assert ada.search_runs(given[:1]) == ada.search_runs(["123456"]) == ada.search_runs([]) == []
    assert ada.count_runs(ids[0]) == 0
    assert ada.count_runs(ids[1]) == 3


@pytest.mark.parametrize("zero", ["0", "00", "000000", 0])
def test_no_way_of_writing_an_id_goes_round(world: World, zero: str) -> None:
    world.new_run("0")

    assert world.plain.count_runs(zero) == 1
    assert world.client.count_runs(zero) == world.client.count_runs([zero]) == 0
    with pytest.raises(ExperimentNotFoundError):
        world.client.create_run(zero)


def test_wrong_arguments_are_told_as_ever(ada: Client) -> None:
    with pytest.raises(InvalidInputError, match="18 decimal digits"):
        ada.search_runs(["../0"])
    with pytest.raises(InvalidInputError, match="list of experiment ids"):
        ada.search_runs([None])  # type: ignore[list-item]
    with pytest.raises(InvalidFilterError):
        ada.search_runs(None, "metrics.")
    with pytest.raises(InvalidInputError, match="max_results"):
        ada.search_experiments(max_results=0)
    with pytest.raises(InvalidInputError, match="page_token"):
        ada.search_experiments(page_token="nonsense")  # noqa: S106 - no password
    with pytest.raises(InvalidInputError, match="view_type"):
        ada.search_experiments(view_type=7)


def test_a_filter_finds_nothing_of_what_may_not_be_seen(ada: Client, crowd: Client) -> None:
    hidden = crowd.search_runs(None, "metrics.m = 21")[0]

    assert ada.search_runs(None, f"attributes.run_id = '{hidden.info.run_id}'") == []
    assert ada.search_runs(None, f"attributes.experiment_id = '{hidden.info.experiment_id}'") == []
    assert ada.search_experiments(filter_string="name = 'e2'") == []
    assert ada.search_registered_models("name = 'm2'") == []


def test_the_trash_is_searched_by_the_same_rules(ada: Client, crowd: Client) -> None:
    for name in ("e1", "e2"):
        found = crowd.get_experiment_by_name(name)
        assert found is not None
        crowd.delete_experiment(found.experiment_id)
        crowd.delete_registered_model(name.replace("e", "m"))

    assert [each.name for each in ada.search_experiments(ViewType.DELETED_ONLY)] == ["e1"]
    assert ada.count_runs(run_view_type=ViewType.DELETED_ONLY) == 3
    assert [each.name for each in ada.search_registered_models(view_type=ViewType.DELETED_ONLY)] == ["m1"]


def test_a_moved_run_is_found_where_it_is_now(ada: Client, crowd: Client) -> None:
    run = crowd.search_runs(None, "metrics.m = 10")[0]
    hidden = crowd.get_experiment_by_name("e2")
    assert hidden is not None

    crowd.move_run(run.info.run_id, hidden.experiment_id)

    assert ada.search_runs(None, "metrics.m = 10") == []
    assert ada.count_runs() == 14


def test_a_permission_counts_from_the_next_call_on(ada: Client, crowd: Client) -> None:
    found = crowd.get_experiment_by_name("e1")
    assert found is not None

    crowd.set_experiment_permission(found.experiment_id, "user:ada", "NO_PERMISSIONS")
    assert ada.count_runs() == 12
    crowd.delete_experiment_permission(found.experiment_id, "user:ada")
    assert ada.count_runs() == 12
    crowd.set_store_permission("*", "READ")
    assert ada.count_runs() == 30


def test_an_administrator_finds_all_there_is(crowd: Client) -> None:
    crowd.set_store_permission("group:admins", "MANAGE")
    admin = Client(crowd.tracking_uri, identity=Identity("grace", ("admins",)))

    assert admin.count_runs() == 30
    assert len(admin.search_experiments()) == len(crowd.search_experiments())
    assert len(admin.search_registered_models()) == 10


def test_versions_are_found_with_their_model(world: World) -> None:
    assert world.client.search_model_versions() == []

    world.grant(("model", "net"), Permission.READ)

    assert [(each.name, each.version) for each in world.client.search_model_versions()] == [("net", 1)]
    assert len(world.client.search_model_versions(view_type=ViewType.ALL)) == 2


def test_of_two_models_of_one_name_only_the_one_that_may_be_seen_is_found(world: World) -> None:
    world.grant(("model", "net"), Permission.READ)
    world.plain.delete_registered_model("net")
    world.plain.create_registered_model("net")
    world.plain.register_model(f"runs:/{world.run}/model", "net", tags={"kind": "secret"})

    assert world.client.search_model_versions("name = 'net'") == []
    found = world.client.search_model_versions("name = 'net'", view_type=ViewType.ALL)
    assert [each.tags for each in found] == [{"kind": "small"}, {"kind": "small"}]
    assert [each.lifecycle_stage for each in world.client.search_registered_models(view_type=ViewType.ALL)] == [
        "deleted"
    ]


def test_a_table_is_read_of_runs_that_may_be_seen(world: World) -> None:
    with pytest.raises(ExperimentNotFoundError):
        world.client.load_table(world.experiment, "table.json")

    world.grant(("experiment", world.experiment), Permission.READ)
    other = world.plain.create_experiment("with a table")
    run = world.new_run(other)
    world.plain.log_table(run, {"x": [9]}, "table.json")

    assert world.client.load_table(world.experiment, "table.json")["x"].tolist() == [1, 2]
    with pytest.raises(ArtifactNotFoundError):
        world.client.load_table(world.experiment, "table.json", run_ids=[run])


def test_a_frame_has_no_columns_of_what_may_not_be_seen(world: World) -> None:
    world.plain.log_param(world.run, "secret", 1)
    world.grant(("experiment", world.other), Permission.READ)
    world.new_run(world.other)

    frame = world.client.search_frame(None)

    assert len(frame) == 1
    assert not any("secret" in column for column in frame.columns)


def test_an_experiment_is_found_by_name_by_who_may_see_it(world: World) -> None:
    assert world.client.get_experiment_by_name("theirs") is None
    assert world.client.get_experiment_by_name("thrown away") is None

    world.grant(("experiment", world.experiment), Permission.READ)

    found = world.client.get_experiment_by_name("theirs")
    assert found is not None
    assert found.experiment_id == world.experiment


@pytest.mark.parametrize(("own", "of_parent"), list(itertools.product(Permission, Permission)))
def test_a_parent_is_given_to_who_may_see_both(world: World, own: Permission, of_parent: Permission) -> None:
    child = world.new_run(world.other, tags={"mlflow.parentRunId": world.run})
    world.grant(("experiment", world.other), own)
    world.grant(("experiment", world.experiment), of_parent)

    if own < Permission.READ:
        with pytest.raises(LookupError):
            world.client.get_parent_run(child)
        return
    parent = world.client.get_parent_run(child)
    assert (parent is not None) == (of_parent >= Permission.READ)


def test_a_right_that_came_and_went_is_not_the_one_before(crowd: Client, ada: Client) -> None:
    before = ada.search_revision(["2"])
    assert ada.search_revision(["2"]) == before

    crowd.set_store_permission("user:ada", "READ")
    granted = ada.search_revision(["2"])
    crowd.delete_store_permission("user:ada")

    assert len({before, granted, ada.search_revision(["2"])}) == 3
