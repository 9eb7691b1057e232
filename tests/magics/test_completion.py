"""Completion of the magics: asked of a real kernel, and of the function that answers it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

import nbflow
from nbflow import Client
from nbflow.magics.complete import candidates, matcher
from tests.clock import next_millisecond

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from tests.magics.kernel import Kernel


def test_a_kernel_completes_verbs(kernel: Kernel) -> None:
    assert kernel.complete("%nbflow exp") == ("exp", ["experiment", "experiments"])
    assert kernel.complete("runs = %nbflow ru") == ("ru", ["runs"])
    assert "doctor" in kernel.complete("%nbflow ")[1]


def test_a_kernel_completes_the_verbs_of_the_command_line(kernel: Kernel) -> None:
    assert kernel.complete("%nbflow runs com") == ("com", ["compare"])
    assert "--json" in kernel.complete("%nbflow runs compare --j")[1]


def test_a_kernel_completes_names_of_experiments(kernel: Kernel, store: Client) -> None:
    store.create_experiment("first try")
    next_millisecond()  # the last comes first
    store.create_experiment("first-rate")

    assert kernel.complete("%nbflow experiment first t") == ("first t", ["first try"])
    names = kernel.complete("%nbflow experiment ")[1]
    assert (names[0], sorted(names)) == ("first-rate", ["Default", "first try", "first-rate"])


def test_a_kernel_completes_runs(kernel: Kernel, store: Client) -> None:
    experiment_id = store.create_experiment("e")
    runs = [store.create_run(experiment_id, i + 1, run_name=f"the {i}") for i in range(2)]

    assert kernel.complete("%nbflow show ") == ("", [runs[1].run_id, runs[0].run_id])
    assert kernel.complete(f"%nbflow show {runs[0].run_id[:-3]}")[1] == [runs[0].run_id]
    assert kernel.complete("%nbflow show the 1")[1] == ["the 1"]
    assert kernel.complete(f"%nbflow runs compare {runs[0].run_id[:-3]}")[1] == [runs[0].run_id]


def test_a_kernel_completes_models_versions_and_aliases(kernel: Kernel, store: Client) -> None:
    for name in ("fraud", "free text"):
        store.create_registered_model(name)
        store.create_model_version(name, "s3://bucket/x")
    store.set_registered_model_alias("fraud", "champion", 1)

    assert "compare" in kernel.complete("%nbflow models co")[1]
    assert kernel.complete("%nbflow models show fr") == ("fr", ["fraud", "'free text'"])
    assert kernel.complete("%nbflow models show fraud@") == ("fraud@", ["fraud@champion"])
    assert kernel.complete("%nbflow models approve fraud/")[1] == ["fraud/1", "fraud/latest"]
    assert kernel.complete("%nbflow models alias fraud ch")[1] == ["champion"]


def test_a_kernel_completes_the_first_line_of_a_cell(kernel: Kernel, store: Client) -> None:
    store.create_experiment("first try")

    assert kernel.complete("%%nbflow r")[1] == ["run"]
    assert kernel.complete("%%nbflow run fit --ex")[1] == ["--experiment"]
    assert kernel.complete("%%nbflow run --experiment fir")[1] == ["'first try'"]


def test_code_is_completed_as_ever(kernel: Kernel) -> None:
    kernel.run("nbflow_variable = 1")

    assert "nbflow_variable" in kernel.complete("nbflow_var")[1]
    assert "nbflow_variable" in kernel.complete("%%nbflow run\nnbflow_var")[1]


def test_a_terminal_completes(shell: InteractiveShell) -> None:
    from IPython.core.completer import provisionalcompleter

    with provisionalcompleter():
        found = [each.text for each in shell.Completer.completions("%nbflow stat", 12)]

    assert found == ["status"]


@pytest.mark.parametrize(
    ("text", "fragment", "found"),
    [
        ("%nbflow help doc", "doc", ["doctor"]),
        ("%nbflow experiments li", "li", ["list"]),
        ("%nbflow nonsense ", "", []),
        ("%nbflow runs metrics.a > 1", "1", []),
        ("%%nbflow run --exp", "--exp", ["--experiment"]),
        ("%%nbflow run 'a b --exp", "'a b --exp", []),
        ("%%nbflow runs", "runs", []),
        ("  %nbflow st", "st", ["status"]),
    ],
)
def test_what_could_stand_at_the_end(text: str, fragment: str, found: list[str]) -> None:
    assert candidates(text) == (fragment, found)


@pytest.mark.parametrize("text", ["", "nbflow ", "%nbflow", "%nbflows ", "%other x", "x % nbflow y", "f(%nbflow "])
def test_other_lines_are_not_ours(text: str) -> None:
    assert candidates(text) is None


@pytest.mark.parametrize(
    "name",
    ["{1/0}", "$HOME", "a{b", "tail }", "\u202eevil", "'quoted'", '"quoted"', " blank", "blank "],
)
def test_a_name_that_would_not_be_taken_as_it_is_is_not_offered(client: Client, name: str) -> None:
    client.create_experiment(name)
    client.create_experiment("plain")

    found = candidates("%nbflow experiment ")
    assert found is not None
    assert set(found[1]) == {"plain", "Default"}


@pytest.mark.parametrize(
    "name", ["it's", 'say "x"', "a b; rm -rf *", "back`tick`", "#hash", "ünï", "back\\slash", "-h"]
)
def test_a_quoted_name_is_read_as_it_was(client: Client, name: str) -> None:
    from nbflow.magics.arguments import parse_arguments

    client.create_experiment(name)

    found = candidates("%%nbflow run --experiment ")
    assert found is not None
    assert {parse_arguments(f"--experiment {quoted}").experiment for quoted in found[1]} == {name, "Default"}


@pytest.mark.parametrize("begun", ["'it", '"it', "it"])
def test_an_open_quote_is_closed(client: Client, begun: str) -> None:
    client.create_experiment("it is")

    assert candidates(f"%%nbflow run --experiment {begun}") == (begun, ["'it is'"])


@pytest.mark.parametrize(
    "line",
    [
        "%nbflow experiment ",
        "%nbflow show ",
        "%nbflow runs show ",
        "%nbflow models approve ",
        "%%nbflow run --experiment ",
    ],
)
def test_completing_makes_no_store(line: str) -> None:
    assert candidates(line) == ("", [])
    assert list(Path.cwd().iterdir()) == []


def test_a_store_that_cannot_be_read_is_no_trouble() -> None:
    nbflow.set_tracking_uri(__file__)

    found = matcher(SimpleNamespace(text_until_cursor="%nbflow show "))

    assert found == {"completions": [], "suppress": False}
