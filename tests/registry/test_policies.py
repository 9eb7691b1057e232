"""What a policy asks for, and what of it a version lacks."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbflow.entities import AliasPolicy
from nbflow.errors import InvalidFilterError, InvalidInputError, UnsupportedValueError
from nbflow.registry import VersionFacts, check_policy, missing, strictest

ONE = AliasPolicy("champion", 1)


def facts(
    verdicts: dict[str, bool] | None = None,
    metrics: dict[str, float] | None = None,
    by: str = "ann",
    mover: str = "max",
) -> VersionFacts:
    return VersionFacts(frozenset({by}), mover, verdicts or {}, metrics or {})


# Approvals


def test_an_approval_by_somebody_else_is_enough_for_one() -> None:
    assert missing(ONE, facts({"bob": True})) == ()


def test_without_an_approval_one_is_missing() -> None:
    (lacking,) = missing(ONE, facts())

    assert lacking.startswith("1 approval by somebody who neither registered it nor moves the alias")


@pytest.mark.parametrize(("who", "why"), [("ann", "registered it"), ("max", "moves the alias")])
def test_the_approval_of_who_is_part_of_it_does_not_count(who: str, why: str) -> None:
    (lacking,) = missing(ONE, facts({who: True}))

    assert f"'{who}' {why}" in lacking


def test_who_registered_what_it_is_a_copy_of_does_not_count_either() -> None:
    copy = VersionFacts(frozenset({"ann", "ada"}), "max", {"ada": True})

    assert missing(ONE, copy)


@pytest.mark.parametrize("who", ["ANN", "Ann", "\uff21nn", "Max"])
def test_another_spelling_is_nobody_else(who: str) -> None:
    assert missing(ONE, facts({who: True}))


@pytest.mark.parametrize("spellings", [("bob", "Bob"), ("ren\u00e9", "rene\u0301"), ("stra\u00dfe", "STRASSE")])
def test_one_reviewer_in_two_spellings_is_one(spellings: tuple[str, str]) -> None:
    (lacking,) = missing(AliasPolicy("champion", 2), facts(dict.fromkeys(spellings, True)))

    assert lacking.startswith("1 more approval")


def test_of_two_approvals_one_more_is_missing() -> None:
    (lacking,) = missing(AliasPolicy("champion", 2), facts({"bob": True}))

    assert lacking.startswith("1 more approval")


def test_a_rejection_blocks_whatever_others_approved() -> None:
    (lacking,) = missing(ONE, facts({"bob": True, "eve": False}))

    assert lacking.startswith("'eve' rejected it")


def test_a_rejection_blocks_also_where_only_metrics_are_asked_for() -> None:
    policy = AliasPolicy("champion", 0, "metrics.f1 > 0.5")

    assert missing(policy, facts({"eve": False}, {"f1": 0.9}))


# Metrics


@pytest.mark.parametrize(
    ("require", "metrics", "ok"),
    [
        ("metrics.f1 >= 0.9", {"f1": 0.9}, True),
        ("metrics.f1 >= 0.9", {"f1": 0.89}, False),
        ("metrics.f1 >= 0.9", {}, False),
        ("metrics.f1 >= 0.9 AND metrics.loss < 1", {"f1": 1.0, "loss": 0.5}, True),
        ("metrics.f1 >= 0.9 AND metrics.loss < 1", {"f1": 1.0}, False),
        ("metrics.f1 >= 0.9 OR metrics.loss < 1", {"loss": 0.5}, True),
        ("metrics.`f1 score` BETWEEN 0.5 AND 1", {"f1 score": 0.7}, True),
        ("NOT metrics.loss > 1", {"loss": 0.5}, True),
        ("NOT metrics.loss > 1", {"loss": 1.5}, False),
        ("NOT metrics.loss > 1", {}, False),
        ("NOT (metrics.loss > 1 OR metrics.err > 1)", {"loss": 0.5}, False),
        ("metrics.f1 != 0", {}, False),
        ("metrics.f1 != 0", {"f1": math.nan}, False),
        ("NOT metrics.f1 < 0.5", {"f1": math.nan}, False),
    ],
)
def test_a_filter_is_held_against_what_evaluations_found(require: str, metrics: dict[str, float], ok: bool) -> None:
    assert (missing(AliasPolicy("champion", 0, require), facts(metrics=metrics)) == ()) == ok


def test_each_part_that_is_not_met_is_told_with_what_was_found() -> None:
    policy = AliasPolicy("champion", 0, "metrics.f1 >= 0.9 AND metrics.auc > 0.8 AND metrics.n > 1")

    lacking = missing(policy, facts(metrics={"f1": 0.87, "n": 5.0}))

    assert lacking == (
        "metrics.f1 >= 0.9: metrics.f1 is 0.87.",
        "metrics.auc > 0.8: evaluate has not found auc yet.",
    )


# Making policies


def test_a_policy_is_what_was_asked_for() -> None:
    assert check_policy("c", 2, " metrics.f1 > 0.5 ") == AliasPolicy("c", 2, "metrics.f1 > 0.5")
    assert check_policy("c", 1, None) == AliasPolicy("c", 1, "")


def test_a_policy_that_asks_for_nothing_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="asks for approvals"):
        check_policy("c", 0, "")


@pytest.mark.parametrize("approvals", [-1, 101, True, "1", 1.0, None])
def test_a_number_that_is_none_is_refused(approvals: Any) -> None:
    with pytest.raises(InvalidInputError):
        check_policy("c", approvals, "metrics.f1 > 0.5")


@pytest.mark.parametrize("require", ["f1 > 0.5", "metrics.f1 >", "params.lr = '1'", "name = 'x'", "metrics.f1 = 'x'"])
def test_a_filter_of_anything_but_metrics_is_refused(require: str) -> None:
    with pytest.raises(InvalidFilterError):
        check_policy("c", 0, require)


def test_a_filter_that_is_no_text_is_refused() -> None:
    with pytest.raises(UnsupportedValueError):
        check_policy("c", 0, 0.9)


# Several for one alias

requires = st.sampled_from(
    ["", "metrics.a > 1", "metrics.b > 1", "metrics.a > 1 AND metrics.b > 1", "metrics.a > 1 OR metrics.b > 1"]
)
policies = st.builds(AliasPolicy, st.just("c"), st.integers(0, 2), requires)
found = st.builds(
    facts,
    st.dictionaries(st.sampled_from(["ann", "bob", "cid", "max"]), st.booleans()),
    st.dictionaries(st.sampled_from("ab"), st.sampled_from([0.0, 2.0])),
)


@given(st.lists(policies, min_size=1, max_size=4), found)
def test_the_strictest_asks_for_all_that_any_of_them_asks_for(several: list[AliasPolicy], known: VersionFacts) -> None:
    (strict,) = strictest(several)

    assert (missing(strict, known) == ()) == all(missing(policy, known) == () for policy in several)


@given(st.lists(policies, min_size=1, max_size=4))
def test_it_says_nothing_twice(several: list[AliasPolicy]) -> None:
    (strict,) = strictest(several)

    assert strictest([strict, *several, strict]) == [strict]


def test_policies_of_other_aliases_stay_apart() -> None:
    assert strictest([AliasPolicy("b", 1), AliasPolicy("a", 2)]) == [AliasPolicy("a", 2), AliasPolicy("b", 1)]
