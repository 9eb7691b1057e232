"""The line magic `%nbflow`: what a notebook shows better is shown there; all else is what the command line does."""

from __future__ import annotations

import difflib
import re
import shlex
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from nbflow.drawing.text import WIDTH
from nbflow.magics.arguments import help_text
from nbflow.magics.experiments import ExperimentList
from nbflow.magics.models import FILTERED, model_of, reference_in
from nbflow.magics.runs import frame_of, unquoted_filter
from nbflow.magics.status import status_text
from nbflow.magics.telling import say, short_errors, usage_error
from nbflow.tracking.active import last_active_run_id
from nbflow.tracking.client import Client
from nbflow.tracking.fluent.experiments import current_experiment_id, set_experiment
from nbflow.tracking.fluent.search import search_runs

if TYPE_CHECKING:
    import click

    from nbflow.entities import Experiment, ModelVersion, RegisteredModel, Run
    from nbflow.magics.ui import Link
    from nbflow.mlmodel.document import ModelInfo
    from nbflow.tracking.frame import RunFrame

__all__ = ["OWN_VERBS", "command", "line_magic"]

_HELP = """\
%nbflow runs [FILTER]      the runs of the experiment in use, as a table: %nbflow runs metrics.loss < 0.1
%nbflow experiments        all experiments
%nbflow experiment [NAME]  use an experiment for the runs to come, made if it is not there; show the one in use
%nbflow show [RUN]         a run by its id, the beginning of it, or its name; the one that is active, or was last
%nbflow models [FILTER]    the registered models; models show NAME, NAME/VERSION or a URI gives one to work with
%nbflow ui                 a link to the store's pages: experiments, runs, models
%nbflow status             the experiment, the run and the store in use
%nbflow help [VERB]        this, or what the command line says of a verb
%%nbflow run [NAME]        above the code of a cell: run it as a run; %%nbflow run --help

runs = %nbflow runs FILTER gives the table to work with. FILTER and NAME are the rest of the line as it is; options
such as -n 5 or -e NAME come before a filter, which is in quotes then: %nbflow runs -n 5 "metrics.loss < 0.1".
$variable and {expression} are replaced. The verbs of the command line work, too: """

_WORD = re.compile(r"[\w-]+")
_COMPARISON = re.compile(r"[=!<>~]|(I?LIKE|IN|IS|NOT|BETWEEN)\b", re.IGNORECASE)
_ALIKE = 0.7


def line_magic(line: str) -> object:
    """Track experiments: %nbflow help lists the verbs.

    Parameters
    ----------
    line
        A verb and what belongs to it.

    Returns
    -------
    shown : RunFrame, ExperimentList, Run, Experiment, a model or None
        What the verb shows, to work with.

    Raises
    ------
    UsageError
        IPython's, if the line is not understood.
    NbflowError
        If what it asks for cannot be done.
    """
    verb, _, rest = line.strip().partition(" ")
    with short_errors():
        act = OWN_VERBS.get(verb or "help")
        if act is not None:
            return act(rest.strip())
        _invoke(line)
        return None


def command(*names: str) -> click.Command | None:
    """Find a command of the command line; None where there is none of these names."""
    from nbflow.verbs import group

    found: click.Command = group
    for name in names:
        within = getattr(found, "commands", {}).get(name)
        if within is None:
            return None
        found = within
    return found


def _invoke(line: str) -> None:
    _run_words(_words(line))


def _run_words(words: list[str]) -> None:
    """Do what the command line does, and let it write to the cell's output as to a person."""
    from rich.console import Console

    from nbflow.verbs import invoke

    if sys.stdout.isatty():
        console = Console(file=sys.stdout, force_jupyter=False)
    else:
        # In a notebook rich would make HTML of its own, or colours if the environment asks for some: neither is text.
        console = Console(
            file=sys.stdout, force_jupyter=False, force_terminal=False, color_system=None, no_color=True, width=WIDTH
        )
    invoke(words, console=console)


def _words(line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError as exc:
        raise usage_error(f"{exc}: {line}") from None


def _runs(rest: str) -> RunFrame | None:
    first = rest.split(maxsplit=1)[0] if rest else ""
    # No filter begins with a hyphen or is one word, and no field of a run has the name of a verb.
    verb = command("runs", first) if first else None
    if verb is None and _is_filter("runs", rest):
        return search_runs(filter_string=unquoted_filter(rest))
    if first == "list" or first.startswith("-"):
        found = frame_of(_words(rest.removeprefix("list")))
        if found is not None:
            return found
    _invoke(f"runs {rest}")
    return None


def _experiments(rest: str) -> ExperimentList | None:
    if rest:
        _invoke(f"experiments {rest}")
        return None
    return ExperimentList(Client().search_experiments(max_results=None), current_experiment_id())


def _experiment(rest: str) -> Experiment:
    name = _unquoted(rest)
    return set_experiment(name) if name else Client().get_experiment(current_experiment_id())


def _models(rest: str) -> RegisteredModel | ModelVersion | ModelInfo | None:
    ref = reference_in(rest)
    if ref is not None:
        return model_of(ref)
    first = rest.split(maxsplit=1)[0] if rest else "-"
    # No filter is one word, and none begins with the name of a verb, or with a hyphen.
    if command("models", first) is None and _is_filter("models", rest):
        _run_words(["models", "list", unquoted_filter(rest, FILTERED)])
    else:
        _invoke(f"models {rest}")
    return None


def _is_filter(group: str, rest: str) -> bool:
    """Tell whether what stands behind a group of verbs is a filter: no options, and no verb with a slip in it."""
    first, _, then = rest.partition(" ")
    if first.startswith("-") or _WORD.fullmatch(rest):
        return False
    if not _WORD.fullmatch(first) or _COMPARISON.match(then.strip()):
        return True
    verbs = getattr(command(group), "commands", {})
    return not difflib.get_close_matches(first, verbs, n=1, cutoff=_ALIKE)


def _show(rest: str) -> Run | None:
    from nbflow.verbs.refs import find_run

    if any(word.startswith("--") for word in rest.split()):
        _invoke(f"runs show {rest}")
        return None
    ref = _unquoted(rest) or last_active_run_id()
    if ref is None:
        raise usage_error("%nbflow show needs the id or the name of a run: none was started here.")
    return find_run(Client(), ref)


def _status(rest: str) -> None:
    if not rest:
        say(status_text())
    _invoke(f"status {rest}")


def _ui(rest: str) -> Link | None:
    from nbflow.magics.ui import link_to_pages

    if rest in ("-h", "--help"):
        _invoke(f"ui {rest}")
        return None
    if rest:
        raise usage_error("%nbflow ui shows the store in use, and takes nothing. In a terminal: nbflow ui --help")
    return link_to_pages()


def _help(rest: str) -> None:
    from nbflow.verbs import group

    if rest == "run" and command("run") is None:
        say(help_text())
        return
    if rest in OWN_VERBS and command(rest) is None:  # those of a notebook only
        say("\n".join(each for each in _HELP.splitlines() if each.startswith(f"%nbflow {rest} ")))
        return
    if rest:
        _invoke(f"{rest} --help")
        return
    say(_HELP + ", ".join(sorted(name for name, verb in group.commands.items() if not verb.hidden)) + ".")


def _run(rest: str) -> None:
    if command("run") is None:
        raise usage_error("%%nbflow run is a cell magic: write it, with two %, above the code of a cell.")
    _invoke(f"run {rest}")


def _unquoted(text: str) -> str:
    quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "'\""
    return text[1:-1] if quoted else text


OWN_VERBS: dict[str, Callable[[str], object]] = {
    "experiment": _experiment,
    "experiments": _experiments,
    "help": _help,
    "models": _models,
    "run": _run,
    "runs": _runs,
    "show": _show,
    "status": _status,
    "ui": _ui,
}
