"""Which of many grants counts."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbflow.access import EVERYONE, Permission, check_permission, is_administrator, permission_of, resolve
from nbflow.entities import Identity
from nbflow.errors import InvalidInputError

NOTHING, READ, EDIT, MANAGE = Permission

names = st.sampled_from(["ada", "bob", "lab", "*", "user:ada"])
subjects = st.just(EVERYONE) | st.builds("{}:{}".format, st.sampled_from(["user", "group"]), names)
grants = st.dictionaries(subjects, st.sampled_from([each.name for each in Permission]), max_size=6)
identities = st.builds(Identity, names, st.lists(names, max_size=3).map(tuple))


def expected(identity: Identity, own: dict[str, str], store: dict[str, str]) -> Permission:
    """Say the rule again, step by step, as the documentation does."""

    def named(given: dict[str, str]) -> list[Permission]:
        user = [Permission[given[key]] for key in [f"user:{identity.user}"] if key in given]
        groups = [Permission[given[f"group:{group}"]] for group in identity.groups if f"group:{group}" in given]
        return user or sorted(groups)[-1:]

    if named(store) == [MANAGE]:
        return MANAGE
    everyone = [[Permission[given["*"]]] if "*" in given else [] for given in (own, store)]
    steps = [named(own), everyone[0], named(store), everyone[1], [MANAGE]]
    return next(step[0] for step in steps if step)


@given(identities, grants, grants)
def test_the_nearest_grant_counts(identity: Identity, own: dict[str, str], store: dict[str, str]) -> None:
    assert resolve(identity, own, store) is expected(identity, own, store)


@given(identities, grants, grants, subjects, st.sampled_from(Permission))
def test_what_others_are_given_changes_nothing(
    identity: Identity, own: dict[str, str], store: dict[str, str], subject: str, permission: Permission
) -> None:
    mine = {EVERYONE, f"user:{identity.user}", *(f"group:{group}" for group in identity.groups)}
    if subject not in mine:
        more = {**own, subject: permission.name}
        assert resolve(identity, more, store) is resolve(identity, own, store)
        assert resolve(identity, own, {**store, subject: permission.name}) is resolve(identity, own, store)


@given(identities, grants, grants)
def test_the_order_of_groups_does_not_matter(identity: Identity, own: dict[str, str], store: dict[str, str]) -> None:
    found = {resolve(Identity(identity.user, groups), own, store) for groups in permutations(identity.groups)}

    assert len(found) == 1


@given(identities, grants, grants, grants)
def test_nothing_on_a_resource_lowers_an_administrator(
    identity: Identity, own: dict[str, str], others: dict[str, str], store: dict[str, str]
) -> None:
    if is_administrator(identity, store):
        assert resolve(identity, own, store) is resolve(identity, others, store) is MANAGE


@given(identities)
def test_a_store_in_which_nobody_has_set_anything_is_open(identity: Identity) -> None:
    assert resolve(identity, {}, {}) is MANAGE
    assert not is_administrator(identity, {EVERYONE: "MANAGE"})


@pytest.mark.parametrize(
    ("own", "store", "found"),
    [
        ({"user:ada": "READ", "group:lab": "MANAGE", "*": "EDIT"}, {}, READ),
        ({"group:lab": "READ", "group:staff": "EDIT", "*": "MANAGE"}, {}, EDIT),
        ({"*": "NO_PERMISSIONS"}, {"user:ada": "EDIT"}, NOTHING),
        ({"*": "NO_PERMISSIONS"}, {"user:ada": "MANAGE"}, MANAGE),
        ({"user:ada": "NO_PERMISSIONS"}, {"group:staff": "MANAGE"}, MANAGE),
        ({"user:ada": "READ"}, {"user:ada": "EDIT", "group:staff": "MANAGE"}, READ),
        ({"user:ada": "READ"}, {"*": "MANAGE"}, READ),
        ({"user:bob": "MANAGE"}, {"group:lab": "READ", "*": "MANAGE"}, READ),
        ({}, {"user:ada": "READ", "group:lab": "EDIT"}, READ),
        ({}, {"user:bob": "MANAGE"}, MANAGE),
    ],
)
def test_by_examples(own: dict[str, str], store: dict[str, str], found: Permission) -> None:
    assert resolve(Identity("ada", ("lab", "staff")), own, store) is found


def test_a_user_called_like_everyone_or_a_group_is_neither() -> None:
    own = {"*": "EDIT", "group:lab": "MANAGE"}

    assert resolve(Identity("*"), own, {}) is EDIT
    assert resolve(Identity("group:lab"), own, {}) is EDIT
    assert resolve(Identity("lab"), own, {}) is EDIT


@pytest.mark.parametrize("text", ["", "read", "OWN", "READ ", "3", "\u0000"])
def test_a_permission_that_is_not_known_here_allows_nothing(text: str) -> None:
    assert permission_of(text) is NOTHING
    assert resolve(Identity("ada"), {"user:ada": text, "*": "MANAGE"}, {}) is NOTHING


def test_each_permission_has_all_below_it() -> None:
    assert [each.name for each in sorted(Permission)] == ["NO_PERMISSIONS", "READ", "EDIT", "MANAGE"]


@pytest.mark.parametrize("permission", list(Permission))
def test_a_permission_is_read_as_it_is_written(permission: Permission) -> None:
    assert check_permission(permission.name) is permission_of(permission.name) is check_permission(permission)


@pytest.mark.parametrize("wrong", ["", "read", "WRITE", None, 2, True, b"READ", ["READ"]])
def test_another_word_is_no_permission(wrong: object) -> None:
    with pytest.raises(InvalidInputError, match="NO_PERMISSIONS, READ, EDIT, MANAGE"):
        check_permission(wrong)


def test_a_near_miss_is_told() -> None:
    with pytest.raises(InvalidInputError, match="Did you mean 'MANAGE'"):
        check_permission("manage")
