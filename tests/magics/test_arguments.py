"""The first line of a cell that is a run."""

from __future__ import annotations

import shlex

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbflow.magics.arguments import Arguments, options, parse_arguments

TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1)
KEY = TEXT.filter(lambda key: "=" not in key)


def test_nothing_is_needed() -> None:
    assert parse_arguments("") == Arguments()


def test_all_that_can_be_given() -> None:
    line = "fit --experiment tune --param lr=0.1 -P depth=3 --tag team=vision -t why= --nested --log-vars a,b"

    assert parse_arguments(line) == Arguments(
        name="fit",
        experiment="tune",
        params={"lr": "0.1", "depth": "3"},
        tags={"team": "vision", "why": ""},
        nested=True,
        log_vars=("a", "b"),
    )


def test_values_stay_text_and_may_have_equals_signs() -> None:
    assert parse_arguments("--param e=a=b --param n=007").params == {"e": "a=b", "n": "007"}


def test_a_name_has_blanks_when_it_is_quoted() -> None:
    assert parse_arguments("'a long name' --nested").name == "a long name"


def test_variables_are_named_once() -> None:
    assert parse_arguments("--log-vars 'a, b' --log-vars a,c").log_vars == ("a", "b", "c")


@given(name=TEXT, params=st.dictionaries(KEY, st.text(st.characters(exclude_categories=["Cs", "Cc"]))))
def test_what_is_quoted_is_read_as_it_was(name: str, params: dict[str, str]) -> None:
    pairs = " ".join(f"--param {shlex.quote(f'{key}={value}')}" for key, value in params.items())

    parsed = parse_arguments(f"{pairs} -- {shlex.quote(name)}")

    assert (parsed.name, parsed.params) == (name, params)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("--nonsense", "No such option"),
        ("--param", "requires an argument"),
        ("--param x", "--param 'x' is not of the form KEY=VALUE."),
        ("--tag =x", "--tag '=x' is not of the form KEY=VALUE."),
        ("--param x=1 --param x=2", "--param 'x' is given twice, as '1' and '2'."),
        ("a b", "Quote a name that has blanks."),
        ("a --param x=1 y=2", "--param y=2"),
        ("'a", "No closing quotation"),
        ("--log-vars 1a", "'1a' is not the name of a variable"),
        ("--log-vars a,,b", "'' is not the name of a variable"),
    ],
)
def test_what_is_wrong_is_told_with_the_usage(line: str, told: str) -> None:
    with pytest.raises(click.UsageError) as caught:
        parse_arguments(line)

    assert told in caught.value.format_message()
    assert caught.value.ctx is not None
    assert "%%nbflow run" in caught.value.ctx.get_usage()


def test_help_names_every_option() -> None:
    with pytest.raises(click.UsageError) as caught:
        parse_arguments("--help")

    assert [option for option in options() if option not in caught.value.format_message()] == []
