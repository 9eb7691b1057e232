"""Completion of `%nbflow` and `%%nbflow run`: verbs, options, names of experiments, ids and names of runs.

A name goes into a line that IPython expands before it is executed: `{expression}` in it would be evaluated. Names that
could do so, or could steer a terminal, are not offered.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from nbflow.magics import arguments
from nbflow.magics.line import OWN_VERBS, command
from nbflow.tracking.client import Client

__all__ = ["candidates", "matcher"]

_LINE = re.compile(r"\s*(?:[\w.\[\]'\", ]+=\s*)?(?P<sign>%%?)nbflow\s+(?P<rest>.*)", re.DOTALL)
_ID = re.compile(r"[0-9a-f]{1,32}")
_MOST = 50
_MOST_NAMES = 1000
_EXPANDED = frozenset("{}$")


def matcher(context: Any) -> dict[str, Any]:
    """Complete as IPython's completer asks for it (its matchers, API version 2)."""
    from IPython.core.completer import SimpleCompletion

    found = None
    with suppress(Exception):  # somebody is typing: a store that cannot be read is told of when it is used
        found = candidates(context.text_until_cursor)
    if found is None:
        return {"completions": [], "suppress": False}
    fragment, texts = found
    return {
        "completions": [SimpleCompletion(text) for text in texts],
        "matched_fragment": fragment,
        "ordered": True,
        "suppress": bool(texts),  # neither files nor Python's names belong here
    }


matcher.matcher_api_version = 2  # type: ignore[attr-defined]
matcher.matcher_identifier = "nbflow"  # type: ignore[attr-defined]
matcher.matcher_priority = 100  # type: ignore[attr-defined]


def candidates(text: str) -> tuple[str, list[str]] | None:
    """Say what could stand at the end of a line.

    Parameters
    ----------
    text
        The line, up to the cursor.

    Returns
    -------
    fragment : str
        The end of the text that a candidate replaces.
    candidates : list of str
        What begins with it, the likeliest first.

    None if the line is none of ours.
    """
    found = _LINE.fullmatch(text)
    if found is None:
        return None
    verb, blank, rest = found["rest"].partition(" ")
    if found["sign"] == "%%":
        return _run_cell(rest) if blank and verb == "run" else _beginning(verb, ["run"])
    if not blank:
        return _beginning(verb, sorted({*OWN_VERBS, *_commands()} - {"run"}))
    rest = rest.lstrip()
    texts = _OF_OWN_VERBS.get(verb)
    return _command_line(f"{verb} {rest}") if texts is None else _beginning(rest, texts(rest))


def _run_cell(text: str) -> tuple[str, list[str]]:
    before, fragment = _last_word(text)
    if before.endswith("--experiment "):
        return _quoted(fragment, _experiments())
    return _beginning(fragment, arguments.options() if fragment.startswith("-") else [])


def _command_line(text: str) -> tuple[str, list[str]]:
    from click.shell_completion import ShellComplete

    from nbflow.verbs import group

    before, fragment = _last_word(text)
    words, begun = shlex.split(before), fragment.lstrip("'\"")
    if command(*words[:1]) is None:
        return fragment, []
    items = ShellComplete(group, {}, "nbflow", "").get_completions(words, begun)
    # A group that has a usual verb completes that one's arguments only.
    verbs = sorted(getattr(command(*words), "commands", ()))
    return _quoted(fragment, dict.fromkeys([*verbs, *(item.value for item in items if item.type == "plain")]))


def _last_word(text: str) -> tuple[str, str]:
    """Split off the word that is being typed, with its quote if it has one."""
    start, quote = 0, ""
    for i, character in enumerate(text):
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character == " ":
            start = i + 1
    return text[:start], text[start:]


def _commands() -> list[str]:
    return sorted(name for name, verb in getattr(command(), "commands", {}).items() if not verb.hidden)


def _experiments() -> list[str]:
    return [experiment.name for experiment in Client().search_experiments(max_results=None)]


def _runs(beginning: str) -> list[str]:
    client = Client()
    if not beginning:
        return [run.run_id for run in client.search_runs(None, max_results=_MOST)]
    named = [run.name for run in client.search_runs(None, max_results=_MOST_NAMES)]
    if not _ID.fullmatch(beginning):
        return named
    return [run.run_id for run in client.search_runs(None, f"run_id LIKE '{beginning}%'", max_results=_MOST)] + named


def _beginning(fragment: str, texts: Iterable[str]) -> tuple[str, list[str]]:
    return fragment, list(dict.fromkeys(text for text in texts if text.startswith(fragment) and _is_safe(text)))


def _quoted(fragment: str, texts: Iterable[str]) -> tuple[str, list[str]]:
    """Offer what begins with a fragment, which may have an open quote, as words of a command line."""
    begun = fragment.lstrip("'\"")
    return fragment, [shlex.quote(text) for text in texts if text.startswith(begun) and _is_safe(text)]


def _bare(texts: Iterable[str]) -> list[str]:
    """Leave out what would not be taken as it is without quotes."""
    return [text for text in texts if text.strip("'\" ") == text]


def _is_safe(text: str) -> bool:
    return text.isprintable() and not _EXPANDED.intersection(text)


_OF_OWN_VERBS: dict[str, Callable[[str], list[str]]] = {
    "experiment": lambda _: _bare(_experiments()),
    "help": lambda _: _commands(),
    "show": lambda beginning: _bare(_runs(beginning)),
}
