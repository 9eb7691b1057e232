"""The page of a run and the page of an experiment, as plain text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from nbflow.drawing import facts as say
from nbflow.drawing.format import MISSING, number
from nbflow.drawing.html import cut, visible
from nbflow.drawing.status import icon
from nbflow.drawing.surroundings import look_around
from nbflow.drawing.text import in_columns, line

if TYPE_CHECKING:
    from nbflow.drawing.facts import Fact
    from nbflow.drawing.surroundings import Surroundings
    from nbflow.entities import Experiment, Run

__all__ = ["experiment_text", "run_text"]

_NAME_LENGTH = 80
_VALUE_LENGTH = 80
_ROWS = say.ARTIFACTS
_DESCRIPTION_LENGTH = 1_000


def run_text(run: Run, around: Surroundings | None = None) -> str:
    """Write the page of a run.

    Parameters
    ----------
    run
        The run.
    around
        What its store says about it; None looks there.

    Returns
    -------
    text : str
        What the HTML says.
    """
    around = look_around(run) if around is None else around
    metrics = [(key, _measured(value, step)) for key, value, step in say.metric_rows(run)]
    error = run.error
    return _text(
        f"Run {line(run.name, _NAME_LENGTH)}: {icon(run.status)} {line(run.status).lower()}",
        _trash(run),
        say.description(run.tags),
        say.run_facts(run, around),
        {
            "Error": []
            if error is None
            else [(error.type, error.message), *([("in", error.where)] if error.where else [])],
            "Params": list(run.params.items()),
            "Metrics": metrics,
            "Tags": list(say.own_tags(run.tags).items()),
            "Inputs": [(name, " ".join(rest)) for name, *rest in say.input_rows(run)],
            "Models": [(path, _model(*rest)) for path, *rest in say.output_rows(run, around)],
            "Artifacts": say.artifact_rows(around),
        },
        say.loading_code(run),
    )


def experiment_text(experiment: Experiment) -> str:
    """Write the page of an experiment."""
    return _text(
        f"Experiment {line(experiment.name, _NAME_LENGTH)}",
        _trash(experiment),
        say.description(experiment.tags),
        say.experiment_facts(experiment),
        {"Tags": list(say.own_tags(experiment.tags).items())},
        say.listing_code(experiment),
    )


def _measured(value: float, step: int | None) -> str:
    return number(value) if step is None else f"{number(value)} at step {step:,}"


def _model(flavors: str, size: str, versions: str) -> str:
    registered = "" if versions == MISSING else f", registered as {versions}"
    return f"{flavors}, {size}{registered}"


def _trash(thing: Run | Experiment) -> str | None:
    code = say.restoring_code(thing)
    return None if code is None else f"In the trash. {visible(code)} brings it back."


def _text(
    title: str,
    trash: str | None,
    description: str | None,
    facts: Sequence[Fact],
    sections: Mapping[str, Sequence[tuple[str, str]]],
    code: str,
) -> str:
    about = visible(cut(description, _DESCRIPTION_LENGTH), keep_lines=True) if description else None
    parts = [
        title,
        trash,
        about,
        _facts(facts),
        *(_section(name, rows) for name, rows in sections.items()),
        f"  {visible(code)}",
    ]
    return "\n\n".join(part for part in parts if part)


def _facts(facts: Sequence[Fact]) -> str:
    # What is to be copied, an id or a path, is never cut.
    return in_columns([(f.name, line(f.value, say.CODE_LENGTH if f.code else _VALUE_LENGTH)) for f in facts])


def _section(name: str, rows: Sequence[tuple[str, str]]) -> str | None:
    if not rows:
        return None
    shown = in_columns([(line(key, _NAME_LENGTH), line(value, _VALUE_LENGTH)) for key, value in rows[:_ROWS]])
    more = f"\n  … and {len(rows) - _ROWS:,} more" if len(rows) > _ROWS else ""
    return f"{name}\n{shown}{more}"
