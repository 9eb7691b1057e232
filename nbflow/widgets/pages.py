"""The page of a run and the page of an experiment, as HTML without a script and as plain text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from nbflow.widgets import facts as say
from nbflow.widgets.cells import left, right
from nbflow.widgets.format import MISSING, count, number
from nbflow.widgets.html import Html, cut, el, join, user_text, visible
from nbflow.widgets.pages_text import experiment_text, run_text
from nbflow.widgets.status import status_mark
from nbflow.widgets.style import code_block, page
from nbflow.widgets.surroundings import look_around

if TYPE_CHECKING:
    from nbflow.entities import Experiment, Run, RunError
    from nbflow.widgets.facts import Fact
    from nbflow.widgets.surroundings import Surroundings

__all__ = ["experiment_bundle", "run_bundle"]

_NAME_LENGTH = 80
_VALUE_LENGTH = 240
_ROWS = 50
_DESCRIPTION_LENGTH = 2_000
_TRACEBACK_LENGTH = 8_000
_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")  # IPython colours its tracebacks


def run_bundle(run: Run) -> dict[str, str]:
    """Draw a run.

    Parameters
    ----------
    run
        The run.

    Returns
    -------
    bundle : dict of str to str
        `text/html` and `text/plain`, which say the same.
    """
    around = look_around(run)
    params = [(_key(key), _value(value)) for key, value in run.params.items()]
    metrics = [(_key(key), _measured(value), _step(step)) for key, value, step in say.metric_rows(run)]
    drawn = _page(
        _title("Run", run.name, status_mark(run.status)),
        _deleted(run),
        _description(run.tags),
        _facts(say.run_facts(run, around)),
        _error(run.error),
        el(
            "div",
            _table("Params", ("param", "value"), params, "run.params"),
            _table("Metrics", ("metric", "value", "step"), metrics, "run.metrics", numbers=(1, 2)),
            _tags("Tags", say.own_tags(run.tags), "run.tags"),
            class_="nbflow-columns",
        ),
        _inputs(run),
        _artifacts(around),
        _more_tags(run.tags),
        code_block(say.loading_code(run)),
    )
    return {"text/plain": run_text(run, around), "text/html": drawn}


def experiment_bundle(experiment: Experiment) -> dict[str, str]:
    """Draw an experiment.

    Parameters
    ----------
    experiment
        The experiment.

    Returns
    -------
    bundle : dict of str to str
        `text/html` and `text/plain`, which say the same.
    """
    drawn = _page(
        _title("Experiment", experiment.name),
        _deleted(experiment),
        _description(experiment.tags),
        _facts(say.experiment_facts(experiment)),
        _tags("Tags", say.own_tags(experiment.tags), "experiment.tags"),
        _more_tags(experiment.tags),
        code_block(say.listing_code(experiment)),
    )
    return {"text/plain": experiment_text(experiment), "text/html": drawn}


# ---------------------------------------------------------------- parts of a page


def _page(*parts: Html | None) -> Html:
    return page(el("div", *parts, class_="nbflow-page"))


def _title(kind: str, name: str, mark: Html | None = None) -> Html:
    # Not a heading: JupyterLab's table of contents lists the headings of outputs.
    named = (el("span", f"{kind} ", class_="nbflow-soft"), el("b", user_text(name, _NAME_LENGTH)))
    return el("div", *named, *((": ", mark) if mark else ()), class_="nbflow-title")


def _deleted(thing: Run | Experiment) -> Html | None:
    code = say.restoring_code(thing)
    if code is None:
        return None
    return el(
        "div",
        "In the trash. ",
        el("code", visible(code), class_="nbflow-code"),
        " brings it back.",
        class_="nbflow-text",
    )


def _description(tags: Mapping[str, str]) -> Html | None:
    text = say.description(tags)
    if text is None:
        return None
    lines = visible(cut(text, _DESCRIPTION_LENGTH), keep_lines=True).split("\n")
    return el("div", *(el("div", el("bdi", line or "\u00a0")) for line in lines), class_="nbflow-text")


def _facts(found: Sequence[Fact]) -> Html:
    lines = [
        el(
            "tr",
            left("th", fact.name, scope="row", class_="nbflow-soft"),
            left(
                "td",
                el("code", user_text(fact.value, say.CODE_LENGTH), class_="nbflow-code")
                if fact.code
                else _value(fact.value),
                class_="nbflow-long",
            ),
        )
        for fact in found
    ]
    return el("table", el("tbody", *lines), class_="nbflow-facts")


def _table(
    caption: str, head: Sequence[str], rows: Sequence[Sequence[Html]], where: str, numbers: Sequence[int] = ()
) -> Html | None:
    """Draw a table whose first column names its rows; None if there are none. `where` has what is cut off."""
    if not rows:
        return None

    def cell(tag: str, i: int, content: Html | str, scope: str | None = None) -> Html:
        if i in numbers:
            return right(tag, content, scope=scope)
        return left(tag, content, scope=scope, class_="nbflow-long")

    names = [cell("th", i, name, "col") for i, name in enumerate(head)]
    lines = [
        el("tr", cell("th", 0, row[0], "row"), *(cell("td", i, value) for i, value in enumerate(row[1:], 1)))
        for row in rows[:_ROWS]
    ]
    note = f"{_ROWS} of {len(rows):,} shown; all are in {where}." if len(rows) > _ROWS else None
    return el(
        "div",
        el(
            "table",
            left("caption", el("b", caption)) if caption else None,
            el("thead", el("tr", *names)),
            el("tbody", *lines),
            class_="nbflow-table",
        ),
        el("div", note, class_="nbflow-notes") if note else None,
        class_="nbflow-scroll",
    )


def _tags(caption: str, tags: Mapping[str, str], where: str) -> Html | None:
    return _table(caption, ("tag", "value"), [(_key(key), _value(value)) for key, value in tags.items()], where)


def _more_tags(tags: Mapping[str, str]) -> Html | None:
    found = say.system_tags(tags)
    if not found:
        return None
    summary = el("summary", f"{count(len(found), 'tag')} set by nbflow")
    return el("details", summary, _tags("", found, "the tags"))


def _inputs(run: Run) -> Html | None:
    rows = [tuple(_value(text) for text in row) for row in say.input_rows(run)]
    return _table("Inputs", ("data set", "context", "size", "digest", "source"), rows, "run.inputs")


def _artifacts(around: Surroundings) -> Html | None:
    rows = say.artifact_rows(around)
    if not rows:
        return None
    shown = [(_value(name), join(size)) for name, size in rows[: say.ARTIFACTS]]
    more = len(rows) - len(shown)
    return el(
        "div",
        _table("Artifacts", ("file", "size"), shown, "", numbers=(1,)),
        el("div", f"… and {more:,} more", class_="nbflow-notes") if more else None,
    )


def _error(error: RunError | None) -> Html | None:
    if error is None:
        return None
    said = join(el("b", user_text(error.type, _NAME_LENGTH)), ": ", user_text(error.message, _VALUE_LENGTH))
    where = join(" (", user_text(error.where, _NAME_LENGTH), ")") if error.where else None
    trace = visible(_ANSI.sub("", error.traceback), keep_lines=True)
    left_out = f"… {len(trace) - _TRACEBACK_LENGTH:,} characters are left out; run.error.traceback has all\n"
    shown = trace if len(trace) <= _TRACEBACK_LENGTH else left_out + trace[-_TRACEBACK_LENGTH:]
    return el(
        "details",
        el("summary", said, where),
        el("pre", shown, class_="nbflow-block nbflow-trace"),
        class_="nbflow-error",
    )


# ---------------------------------------------------------------- values


def _key(key: str) -> Html:
    return user_text(key, _NAME_LENGTH)


def _value(value: str) -> Html:
    return user_text(value, _VALUE_LENGTH)


def _measured(value: float) -> Html:
    text = number(value)
    return user_text(text, title=None if text == repr(value) else repr(value))


def _step(step: int | None) -> Html:
    return join(MISSING if step is None else f"{step:,}")
