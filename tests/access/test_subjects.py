"""Whom a permission is given to, and who asks."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbflow.access import check_identity, check_subject, group_subject, user_subject
from nbflow.entities import Identity
from nbflow.errors import InvalidInputError, UnsupportedValueError

names = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=250).filter(
    lambda name: name == name.strip()
)
WRONG_NAMES = ["", " ", "ada ", "\tada", "a\nb", "a\x7f", "a\ud800", "a" * 251]


@given(names)
def test_any_name_that_can_be_shown_can_be_given_something(name: str) -> None:
    assert check_subject(user_subject(name)) == f"user:{name}"
    assert check_subject(group_subject(name)) == f"group:{name}"
    assert check_identity(Identity(name, (name,))) == Identity(name, (name,))
    assert check_identity(name) == Identity(name)


def test_everyone_is_a_star() -> None:
    assert check_subject("*") == "*"


@pytest.mark.parametrize("name", WRONG_NAMES)
@pytest.mark.parametrize("prefix", ["user:", "group:"])
def test_other_names_are_refused(prefix: str, name: str) -> None:
    with pytest.raises(InvalidInputError):
        check_subject(prefix + name)
    with pytest.raises(InvalidInputError):
        check_identity(Identity(name))
    with pytest.raises(InvalidInputError):
        check_identity(Identity("ada", (name,)))


@pytest.mark.parametrize("subject", ["ada", "", "users:ada", "User:ada", " user:ada", "*:ada", "**", "group"])
def test_a_subject_says_what_it_is(subject: str) -> None:
    with pytest.raises(InvalidInputError, match="'user:<name>', 'group:<name>', or"):
        check_subject(subject)


@pytest.mark.parametrize("wrong", [None, 1, b"user:ada", ["*"]])
def test_a_subject_is_text(wrong: Any) -> None:
    with pytest.raises(UnsupportedValueError):
        check_subject(wrong)


@pytest.mark.parametrize("wrong", [1, b"ada", ("ada", ()), Identity("ada", "lab"), Identity("ada", None)])  # type: ignore[arg-type]
def test_an_identity_is_one(wrong: Any) -> None:
    with pytest.raises(UnsupportedValueError):
        check_identity(wrong)


@pytest.mark.parametrize("groups", [["lab"], {"lab"}, frozenset({"lab"}), ("lab",)])
def test_groups_come_in_any_collection(groups: Any) -> None:
    assert check_identity(Identity("ada", groups)) == Identity("ada", ("lab",))
