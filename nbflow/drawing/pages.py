"""The page of a run and the page of an experiment, as HTML without a script and as plain text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from nbflow.drawing import facts as say
from nbflow.drawing.format import MISSING, count, number
from nbflow.drawing.html import Html, el, join, user_text, visible
from nbflow.drawing.pages_text import experiment_text, run_text
from nbflow.drawing.parts import (
    NAME_LENGTH,
    VALUE_LENGTH,
    facts_table,
    key_text,
    page_of,
    prose,
    table,
    tags_table,
    title,
    trash,
    value_text,
)
from nbflow.drawing.status import status_mark
from nbflow.drawing.style import code_block
from nbflow.drawing.surroundings import look_around

if TYPE_CHECKING:
    from nbflow.drawing.surroundings import Surroundings
    from nbflow.entities import Experiment, Run, RunError

__all__ = ["experiment_bundle", "run_bundle"]

_TRACEBACK_LENGTH = 8_000
_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")  # IPython colours its tracebacks


def run_bundle(run: Run, charts: Html | None = None) -> dict[str, str]:
    """Draw a run.

    Parameters
    ----------
    run
        The run.
    charts
        Of its metrics, drawn already.

    Returns
    -------
    bundle : dict of str to str
        `text/html` and `text/plain`, which say the same but for the charts.
    """
    around = look_around(run)
    params = [(key_text(key), value_text(value)) for key, value in run.params.items()]
    metrics = [(key_text(key), _measured(value), _step(step)) for key, value, step in say.metric_rows(run)]
    drawn = page_of(
        title("Run", run.name, join(": ", status_mark(run.status))),
        trash(say.restoring_code(run)),
        prose(say.description(run.tags)),
        facts_table(say.run_facts(run, around)),
        _error(run.error),
        el(
            "div",
            table("Params", ("param", "value"), params, "run.params"),
            table("Metrics", ("metric", "value", "step"), metrics, "run.metrics", numbers=(1, 2)),
            tags_table("Tags", say.own_tags(run.tags), "run.tags"),
            class_="nbflow-columns",
        ),
        charts,
        _inputs(run),
        _outputs(run, around),
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
    drawn = page_of(
        title("Experiment", experiment.name),
        trash(say.restoring_code(experiment)),
        prose(say.description(experiment.tags)),
        facts_table(say.experiment_facts(experiment)),
        tags_table("Tags", say.own_tags(experiment.tags), "experiment.tags"),
        _more_tags(experiment.tags),
        code_block(say.listing_code(experiment)),
    )
    return {"text/plain": experiment_text(experiment), "text/html": drawn}


def _more_tags(tags: Mapping[str, str]) -> Html | None:
    found = say.system_tags(tags)
    if not found:
        return None
    summary = el("summary", f"{count(len(found), 'tag')} set by nbflow")
    return el("details", summary, tags_table("", found, "the tags"))


def _inputs(run: Run) -> Html | None:
    rows = [tuple(value_text(text) for text in row) for row in say.input_rows(run)]
    return table("Inputs", ("data set", "context", "size", "digest", "source"), rows, "run.inputs")


def _outputs(run: Run, around: Surroundings) -> Html | None:
    rows = [tuple(map(value_text, row)) for row in say.output_rows(run, around)]
    return table("Models", ("model", "flavors", "size", "registered as"), rows, "run.outputs", numbers=(2,))


def _artifacts(around: Surroundings) -> Html | None:
    rows = say.artifact_rows(around)
    if not rows:
        return None
    shown = [(value_text(name), join(size)) for name, size in rows[: say.ARTIFACTS]]
    more = len(rows) - len(shown)
    return el(
        "div",
        table("Artifacts", ("file", "size"), shown, "", numbers=(1,)),
        el("div", f"… and {more:,} more", class_="nbflow-notes") if more else None,
    )


def _error(error: RunError | None) -> Html | None:
    if error is None:
        return None
    said = join(el("b", user_text(error.type, NAME_LENGTH)), ": ", user_text(error.message, VALUE_LENGTH))
    where = join(" (", user_text(error.where, NAME_LENGTH), ")") if error.where else None
    trace = visible(_ANSI.sub("", error.traceback), keep_lines=True)
    left_out = f"… {len(trace) - _TRACEBACK_LENGTH:,} characters are left out; run.error.traceback has all\n"
    shown = trace if len(trace) <= _TRACEBACK_LENGTH else left_out + trace[-_TRACEBACK_LENGTH:]
    return el(
        "details",
        el("summary", said, where),
        el("pre", shown, class_="nbflow-block nbflow-trace"),
        class_="nbflow-error",
    )


def _measured(value: float) -> Html:
    text = number(value)
    return user_text(text, title=None if text == repr(value) else repr(value))


def _step(step: int | None) -> Html:
    return join(MISSING if step is None else f"{step:,}")
