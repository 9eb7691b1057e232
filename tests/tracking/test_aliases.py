"""Aliases, what their policies ask for, and that nothing goes round them; and stages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from nbflow.entities import AliasPolicy
from nbflow.errors import (
    AliasNotFoundError,
    AliasPolicyError,
    InvalidInputError,
    InvalidNameError,
    ModelVersionNotFoundError,
    RegisteredModelNotFoundError,
)

if TYPE_CHECKING:
    from nbflow import Client

STAGES = "is deprecated, as the stages of models are"
As = Callable[[str], "Client"]


@pytest.fixture
def as_user(client: Client, monkeypatch: pytest.MonkeyPatch) -> As:
    """Give what makes the client somebody's. Ann registered versions 1 to 3 of `m`."""

    def become(user: str) -> Client:
        monkeypatch.setenv("NBFLOW_USER", user)
        return client

    become("ann").create_registered_model("m")
    for i in range(3):
        client.create_model_version("m", f"s3://bucket/{i}")
    return become


@pytest.fixture
def guarded(as_user: As) -> As:
    """Give the same, with a policy: `champion` of `m` needs one approval."""
    as_user("boss").set_alias_policy("m", "champion", approvals=1)
    return as_user


# Aliases


def test_an_alias_stands_for_a_version_until_it_is_moved(as_user: As) -> None:
    client = as_user("ann")
    client.set_registered_model_alias("m", "champion", 1)
    client.set_registered_model_alias("m", "backup", "1")
    client.set_registered_model_alias("m", "champion", 2)

    assert client.get_model_version_by_alias("m", "champion").version == 2
    assert client.get_model_version("m", 1).aliases == ("backup",)
    assert client.get_registered_model("m").aliases == {"backup": 1, "champion": 2}
    assert {v.version: v.aliases for v in client.search_model_versions()} == {1: ("backup",), 2: ("champion",), 3: ()}


def test_a_deleted_alias_stands_for_nothing(as_user: As) -> None:
    client = as_user("ann")
    client.set_registered_model_alias("m", "champion", 1)

    client.delete_registered_model_alias("m", "champion")
    client.delete_registered_model_alias("m", "champion")
    client.delete_registered_model_alias("m", "latest")

    assert client.get_registered_model("m").aliases == {}
    with pytest.raises(AliasNotFoundError, match="Registered model alias 'champion' not found") as caught:
        client.get_model_version_by_alias("m", "champion")
    assert caught.value.error_code == "INVALID_PARAMETER_VALUE"


def test_latest_is_the_newest_version(as_user: As) -> None:
    client = as_user("ann")
    client.create_registered_model("empty")

    assert client.get_model_version_by_alias("m", "latest").version == 3
    with pytest.raises(ModelVersionNotFoundError):
        client.get_model_version_by_alias("empty", "latest")


@pytest.mark.parametrize("alias", ["latest", "Latest", "v3", "", "a/b", "a b"])
def test_reserved_and_odd_aliases_are_refused(as_user: As, alias: str) -> None:
    with pytest.raises(InvalidNameError):
        as_user("ann").set_registered_model_alias("m", alias, 1)


def test_an_alias_of_what_is_not_there_is_refused(as_user: As) -> None:
    client = as_user("ann")

    with pytest.raises(ModelVersionNotFoundError):
        client.set_registered_model_alias("m", "champion", 9)
    with pytest.raises(RegisteredModelNotFoundError):
        client.set_registered_model_alias("other", "champion", 1)
    with pytest.raises(RegisteredModelNotFoundError):
        client.get_model_version_by_alias("other", "champion")


def test_an_alias_that_is_written_as_a_stage_is_told(as_user: As) -> None:
    client = as_user("ann")
    for alias in ("champion", "staging"):
        client.set_registered_model_alias("m", alias, 1)

    with pytest.raises(InvalidInputError, match="alias of that name: models:/m@champion"):
        client.find_model("models:/m/champion")
    with pytest.raises(ModelVersionNotFoundError, match="alias of that name: models:/m@staging"):
        client.find_model("models:/m/staging")
    with pytest.raises(InvalidInputError, match=r"Archived\.$"):
        client.find_model("models:/m/other")


# Policies


def test_a_policy_is_set_read_changed_and_deleted(as_user: As) -> None:
    client = as_user("boss")

    made = client.set_alias_policy("m", "champion", 1)
    client.set_alias_policy("m", "backup", require="metrics.f1 > 0.5")
    client.set_alias_policy("m", "champion", 2, "metrics.f1 > 0.5")

    assert made == AliasPolicy("champion", 1)
    assert client.get_alias_policies("m") == [
        AliasPolicy("backup", 0, "metrics.f1 > 0.5"),
        AliasPolicy("champion", 2, "metrics.f1 > 0.5"),
    ]
    client.delete_alias_policy("m", "champion")
    client.delete_alias_policy("m", "never set")
    assert [policy.alias for policy in client.get_alias_policies("m")] == ["backup"]


@pytest.mark.parametrize("alias", ["latest", "v1", ""])
def test_what_can_be_no_alias_has_no_policy(as_user: As, alias: str) -> None:
    with pytest.raises(InvalidNameError):
        as_user("boss").set_alias_policy("m", alias, 1)


def test_without_an_approval_the_alias_stays_where_it_is(as_user: As) -> None:
    as_user("ann").set_registered_model_alias("m", "champion", 1)
    as_user("boss").set_alias_policy("m", "champion", 1)

    with pytest.raises(AliasPolicyError) as caught:
        as_user("ann").set_registered_model_alias("m", "champion", 2)

    assert (caught.value.name, caught.value.version, caught.value.alias) == ("m", 2, "champion")
    assert len(caught.value.missing) == 1
    assert "1 approval" in str(caught.value)
    assert as_user("ann").get_registered_model("m").aliases == {"champion": 1}


def test_with_one_it_moves(guarded: As) -> None:
    guarded("bob").approve("m", 2)

    guarded("max").set_registered_model_alias("m", "champion", 2)

    assert guarded("ann").get_model_version_by_alias("m", "champion").version == 2


@pytest.mark.parametrize(
    ("approvers", "mover", "ok"),
    [
        (["ann"], "max", False),  # who registered it
        (["max"], "max", False),  # who moves it
        (["ann", "max"], "max", False),
        (["bob"], "bob", False),
        (["bob"], "ann", True),
        (["bob", "bob"], "max", True),
    ],
)
def test_only_approvals_of_others_count(guarded: As, approvers: list[str], mover: str, ok: bool) -> None:
    for user in approvers:
        guarded(user).approve("m", 1)

    if ok:
        guarded(mover).set_registered_model_alias("m", "champion", 1)
    else:
        with pytest.raises(AliasPolicyError):
            guarded(mover).set_registered_model_alias("m", "champion", 1)


def test_one_reviewer_is_not_two(guarded: As) -> None:
    guarded("boss").set_alias_policy("m", "champion", 2)
    for _ in range(2):
        guarded("bob").approve("m", 1)

    with pytest.raises(AliasPolicyError, match="1 more approval"):
        guarded("max").set_registered_model_alias("m", "champion", 1)


def test_a_rejection_stands_until_it_is_taken_back(guarded: As) -> None:
    guarded("bob").approve("m", 1)
    guarded("eve").reject("m", 1, "biased")
    with pytest.raises(AliasPolicyError, match="'eve' rejected it"):
        guarded("max").set_registered_model_alias("m", "champion", 1)

    guarded("eve").approve("m", 1)

    guarded("max").set_registered_model_alias("m", "champion", 1)


def test_an_approval_that_became_a_rejection_counts_no_more(guarded: As) -> None:
    guarded("bob").approve("m", 1)
    guarded("bob").reject("m", 1)

    with pytest.raises(AliasPolicyError) as caught:
        guarded("max").set_registered_model_alias("m", "champion", 1)

    assert len(caught.value.missing) == 2


def test_the_approval_of_one_version_is_not_that_of_another(guarded: As) -> None:
    guarded("bob").approve("m", 1)

    with pytest.raises(AliasPolicyError):
        guarded("max").set_registered_model_alias("m", "champion", 2)


def test_other_aliases_go_on_freely(guarded: As) -> None:
    guarded("ann").set_registered_model_alias("m", "challenger", 1)
    guarded("ann").set_registered_model_alias("m", "Champion", 1)


def test_metrics_that_evaluate_found_are_held_against_the_policy(as_user: As) -> None:
    client = as_user("ann")
    client.set_alias_policy("m", "champion", require="metrics.accuracy >= 0.9")
    with pytest.raises(AliasPolicyError, match="not found accuracy yet"):
        client.set_registered_model_alias("m", "champion", 1)
    client.log_evaluation("m", 1, {"accuracy": 0.95}, "train")
    client.log_evaluation("m", 1, {"accuracy": 0.89, "f1": 1}, "test")

    with pytest.raises(AliasPolicyError, match=r"metrics\.accuracy is 0\.89"):
        client.set_registered_model_alias("m", "champion", 1)
    client.log_evaluation("m", 1, {"accuracy": 0.9})

    client.set_registered_model_alias("m", "champion", 1)


def test_metrics_of_the_run_alone_are_not_enough(as_user: As) -> None:
    client = as_user("ann")
    run_id = client.create_run("0").info.run_id
    client.log_metric(run_id, "accuracy", 1.0)
    version = client.create_model_version("m", f"runs:/{run_id}/m").version
    client.set_alias_policy("m", "champion", require="metrics.accuracy >= 0.9")

    with pytest.raises(AliasPolicyError):
        client.set_registered_model_alias("m", "champion", version)


# Nothing goes round a policy


def blocked(move: Callable[[], Any]) -> None:
    with pytest.raises(AliasPolicyError):
        move()


def test_a_copy_takes_no_approval_with_it(guarded: As) -> None:
    guarded("bob").approve("m", 1)
    copy = guarded("ann").copy_model_version("models:/m/1", "m")

    blocked(lambda: guarded("ann").set_registered_model_alias("m", "champion", copy.version))


@pytest.mark.parametrize("how", ["copy", "create"])
def test_who_registered_the_original_cannot_approve_a_copy(guarded: As, how: str) -> None:
    client = guarded("bob")
    if how == "copy":
        copy = client.copy_model_version("models:/m/1", "m")
    else:
        copy = client.create_model_version("m", "models:/m/1")
    copy = guarded("cid").copy_model_version(f"models:/m/{copy.version}", "m")
    for user in ("ann", "bob", "cid"):
        guarded(user).approve("m", copy.version)

    blocked(lambda: guarded("max").set_registered_model_alias("m", "champion", copy.version))
    guarded("eve").approve("m", copy.version)
    guarded("max").set_registered_model_alias("m", "champion", copy.version)


def test_a_new_name_takes_the_policy_along(guarded: As) -> None:
    guarded("ann").rename_registered_model("m", "n")

    blocked(lambda: guarded("ann").set_registered_model_alias("n", "champion", 1))


def test_a_new_model_of_the_old_name_has_the_policy_too(guarded: As) -> None:
    client = guarded("ann")
    client.rename_registered_model("m", "n")
    client.create_registered_model("m")
    client.create_model_version("m", "s3://b/m")

    assert client.get_alias_policies("m") == [AliasPolicy("champion", 1)]
    blocked(lambda: client.set_registered_model_alias("m", "champion", 1))


def test_a_new_model_in_place_of_a_deleted_one_has_it_too(guarded: As) -> None:
    client = guarded("ann")
    free(client)
    client.delete_registered_model("m")
    client.copy_model_version("models:/free/1", "m")

    blocked(lambda: client.set_registered_model_alias("m", "champion", 1))


def free(client: Client) -> None:
    """Make a model without a policy, whose version 1 is `champion`."""
    client.create_registered_model("free")
    client.create_model_version("free", "s3://b/m")
    client.set_registered_model_alias("free", "champion", 1)


@pytest.mark.parametrize("give_up", ["rename", "delete"])
def test_a_model_whose_alias_is_set_already_cannot_take_the_name(guarded: As, give_up: str) -> None:
    client = guarded("ann")
    free(client)
    if give_up == "rename":
        client.rename_registered_model("m", "n")
    else:
        client.delete_registered_model("m")

    blocked(lambda: client.rename_registered_model("free", "m"))

    assert client.get_registered_model("free").aliases == {"champion": 1}
    guarded("bob").approve("free", 1)
    assert guarded("ann").rename_registered_model("free", "m").aliases == {"champion": 1}
    assert client.get_alias_policies("m") == [AliasPolicy("champion", 1)]


def test_a_model_from_the_trash_cannot_take_it_either(as_user: As) -> None:
    client = as_user("ann")
    client.set_registered_model_alias("m", "champion", 1)
    client.delete_registered_model("m")
    client.create_registered_model("m")
    as_user("boss").set_alias_policy("m", "champion", 1)
    as_user("ann").delete_registered_model("m")

    client.restore_registered_model("m")
    assert client.get_registered_model("m").aliases == {}
    client.rename_registered_model("m", "x")
    blocked(lambda: client.restore_registered_model("m"))


def test_of_two_policies_the_stricter_goes_with_the_name(guarded: As) -> None:
    client = guarded("ann")
    client.create_registered_model("weak")
    client.set_alias_policy("weak", "champion", 0, "metrics.f1 > 0")
    client.rename_registered_model("m", "n")

    client.rename_registered_model("weak", "m")

    assert client.get_alias_policies("m") == [AliasPolicy("champion", 1, "metrics.f1 > 0")]


def test_a_policy_that_was_deleted_does_not_come_back_with_the_name(guarded: As) -> None:
    client = guarded("boss")
    client.delete_alias_policy("m", "champion")
    client.rename_registered_model("m", "n")
    client.create_registered_model("m")

    assert client.get_alias_policies("m") == []


def test_going_back_and_forth_adds_nothing(guarded: As) -> None:
    client = guarded("boss")
    before = client.get_alias_policies("m")
    for _ in range(3):
        client.rename_registered_model("m", "n")
        client.rename_registered_model("n", "m")

    assert client.get_alias_policies("m") == before


def test_deleting_and_restoring_a_version_brings_no_alias_back(guarded: As) -> None:
    guarded("bob").approve("m", 1)
    guarded("max").set_registered_model_alias("m", "champion", 1)
    guarded("max").delete_model_version("m", 1)

    guarded("max").restore_model_version("m", 1)

    assert guarded("max").get_registered_model("m").aliases == {}


@pytest.mark.filterwarnings(f"ignore:.*{STAGES}:FutureWarning")
@pytest.mark.parametrize("alias", ["production", "Production", "PRODUCTION"])
def test_the_stage_of_a_guarded_alias_is_guarded(as_user: As, alias: str) -> None:
    as_user("boss").set_alias_policy("m", alias, 1)

    blocked(lambda: as_user("ann").transition_model_version_stage("m", 1, "production"))
    as_user("ann").transition_model_version_stage("m", 1, "Staging")
    as_user("bob").approve("m", 1)
    assert as_user("ann").transition_model_version_stage("m", 1, "production").current_stage == "Production"


@pytest.mark.filterwarnings(f"ignore:.*{STAGES}:FutureWarning")
def test_a_version_does_not_come_back_into_a_stage_that_is_guarded_by_now(as_user: As) -> None:
    as_user("ann").transition_model_version_stage("m", 1, "Production")
    as_user("ann").delete_model_version("m", 1)
    as_user("boss").set_alias_policy("m", "production", 1)

    blocked(lambda: as_user("ann").restore_model_version("m", 1))
    as_user("boss").delete_alias_policy("m", "production")
    assert as_user("ann").restore_model_version("m", 1).current_stage == "Production"


def test_an_alias_that_came_while_a_version_was_in_the_trash_goes_too(as_user: As) -> None:
    client = as_user("ann")
    folder = client._model("m").folder
    version = client._store.models.version(folder, 1).state
    client.delete_model_version("m", 1)
    client._store.models.log(folder).set_alias("champion", version, "ann")  # as a merge brings it

    assert client.restore_model_version("m", 1).aliases == ()


@pytest.mark.filterwarnings(f"ignore:.*{STAGES}:FutureWarning")
def test_a_model_with_a_version_in_that_stage_cannot_take_the_name(as_user: As) -> None:
    client = as_user("ann")
    client.set_alias_policy("m", "production", 1)
    client.create_registered_model("free")
    client.create_model_version("free", "s3://b/m")
    client.transition_model_version_stage("free", 1, "Production")
    client.delete_registered_model("m")

    blocked(lambda: client.rename_registered_model("free", "m"))


# Stages


@pytest.fixture
def stages(as_user: As) -> Iterator[Client]:
    """Give a client whose warnings about stages are expected."""
    with pytest.warns(FutureWarning, match=STAGES):
        yield as_user("ann")


def test_a_version_has_the_stage_that_it_was_given(stages: Client) -> None:
    moved = stages.transition_model_version_stage("m", 1, "staging")

    assert moved.current_stage == stages.get_model_version("m", 1).current_stage == "Staging"
    assert stages.get_model_version_stages("m", 1) == ["None", "Staging", "Production", "Archived"]


def test_the_newest_of_each_stage_is_found(stages: Client) -> None:
    stages.transition_model_version_stage("m", 1, "Production")
    stages.transition_model_version_stage("m", 2, "Production")

    assert [v.version for v in stages.get_latest_versions("m")] == [2, 3]
    assert [v.version for v in stages.get_latest_versions("m", ["production", "Archived"])] == [2]
    assert [v.version for v in stages.get_registered_model("m").latest_versions] == [2, 3]


def test_the_others_can_be_archived(stages: Client) -> None:
    stages.transition_model_version_stage("m", 1, "Production")
    stages.transition_model_version_stage("m", 2, "Production", archive_existing_versions=True)

    assert [v.current_stage for v in sorted(stages.search_model_versions(), key=lambda v: v.version)] == [
        "Archived",
        "Production",
        "None",
    ]


@pytest.mark.parametrize("stage", ["None", "Archived"])
def test_only_of_stages_in_use(stages: Client, stage: str) -> None:
    with pytest.raises(InvalidInputError, match="archive_existing_versions"):
        stages.transition_model_version_stage("m", 1, stage, archive_existing_versions=True)


def test_there_are_no_other_stages(stages: Client) -> None:
    with pytest.raises(InvalidInputError, match="Value must be one of"):
        stages.transition_model_version_stage("m", 1, "Foo")
    with pytest.raises(InvalidInputError):
        stages.get_latest_versions("m", ["Foo"])
