"""The page of an evaluation: its metrics, beside the baseline's, and which charts and tables there are."""

from __future__ import annotations

import math
from contextlib import suppress
from typing import TYPE_CHECKING

from nbflow.artifact_store.figures import encode_figure
from nbflow.artifact_store.foreign import installed, is_a
from nbflow.drawing import model_facts as say
from nbflow.drawing.format import MISSING, number
from nbflow.drawing.sheet import Cell, Columns, Picture, Sheet, Table
from nbflow.drawing.sheet_html import sheet_html
from nbflow.drawing.sheet_text import sheet_text
from nbflow.errors import NbflowError
from nbflow.tracking.direction import guess_mode, is_judged

if TYPE_CHECKING:
    from nbflow.evaluation import EvaluationResult, MetricThreshold

__all__ = ["evaluation_bundle", "evaluation_text"]

_FIRST = 20
# The browser's letters may be wider than those that the picture was measured with.
_PADDING = {"left": 24, "right": 12, "top": 6, "bottom": 6}


def evaluation_bundle(result: EvaluationResult) -> dict[str, str]:
    """Draw what an evaluation found.

    Parameters
    ----------
    result
        From `nbflow.evaluate`.

    Returns
    -------
    bundle : dict of str to str
        `text/html` and `text/plain`, which say the same, but for the charts: the HTML has pictures of them where
        `vl-convert-python` is installed, and where not, says that it draws them. What has a picture needs no code
        that shows it.
    """
    drawn = sheet_html(_sheet(result, _pictures(result), _hint(result)))
    return {"text/plain": evaluation_text(result), "text/html": drawn}


def evaluation_text(result: EvaluationResult) -> str:
    """Write what an evaluation found; see `evaluation_bundle`."""
    return sheet_text(_sheet(result))


def _sheet(result: EvaluationResult, pictures: tuple[Picture, ...] = (), hint: str | None = None) -> Sheet:
    drawn = frozenset(picture.name for picture in pictures)
    return Sheet(
        "Evaluation",
        facts=say.known(
            ("model", result.model, True),
            ("data", result.dataset),
            ("run", result.run_id, True),
            ("charts", hint),
        ),
        parts=(
            _metrics(result),
            *pictures,
            Columns((_listed(result, "Charts", "chart", drawn), _listed(result, "Tables", "table"))),
        ),
        code=_code(result, drawn),
    )


def _metrics(result: EvaluationResult) -> Table:
    compared, asked = bool(result.baseline_metrics), bool(result.thresholds)
    head = ("metric", "value", *(["baseline", "change"] if compared else []), *(["must be"] if asked else []))
    rows = []
    for name, value in result.metrics.items():
        row = [Cell(name), say.measured(value)]
        if compared:
            before = result.baseline_metrics.get(name)
            row += [Cell(MISSING) if before is None else say.measured(before), _change(name, value, before)]
        if asked:
            row.append(_asked(name, result.thresholds.get(name)))
        rows.append(row)
    return Table("Metrics", head, rows, "result.metrics", (1, 2, 3) if compared else (1,), first=_FIRST)


def _change(name: str, value: float, before: float | None) -> Cell:
    if before is None or not math.isfinite(value - before):
        return Cell(MISSING)
    change = value - before
    text = f"{'+' if change > 0 else ''}{number(change)}".replace("-", "\N{MINUS SIGN}", 1)
    if not change or not is_judged(name):
        return Cell(text, tip=repr(change))
    # Told by a word, too, for who sees no colours.
    better = (change > 0) == (guess_mode(name) == "max")
    return Cell(f"{text} {'better' if better else 'worse'}", tip=repr(change), tone="good" if better else "bad")


def _asked(name: str, threshold: MetricThreshold | None) -> Cell:
    if threshold is None:
        return Cell("")
    greater = threshold.greater_is_better
    if greater is None:
        greater = guess_mode(name) == "max"
    parts = [] if threshold.threshold is None else [f"{'≥' if greater else '≤'} {number(threshold.threshold)}"]
    if threshold.min_absolute_change is not None:
        parts.append(f"better by {number(threshold.min_absolute_change)}")
    if threshold.min_relative_change is not None:
        parts.append(f"better by {threshold.min_relative_change:.4g} of the baseline's")
    return Cell(f"✓ {', '.join(parts)}", tone="good")


def _listed(result: EvaluationResult, caption: str, noun: str, drawn: frozenset[str] = frozenset()) -> Table:
    """List what there is, with the code that shows what is not drawn."""
    kind = caption.lower()
    names = getattr(result, kind)
    coded = any(name not in drawn for name in names)
    rows = []
    for name in names:
        code = [Cell("" if name in drawn else f"result.{kind}[{say.quoted(name)}]")] if coded else []
        rows.append((Cell(name), *code, Cell(result.artifacts.get(name, MISSING))))
    return Table(caption, (noun, *(["shown by"] if coded else []), "artifact"), rows, f"result.{kind}")


def _code(result: EvaluationResult, drawn: frozenset[str]) -> str:
    chart = next((name for name in result.charts if name not in drawn), None)
    return "" if chart is None else f"result.charts[{say.quoted(chart)}]"


def _hint(result: EvaluationResult) -> str | None:
    if not result.charts or installed("vl_convert"):
        return None
    return "`pip install vl-convert-python` draws them here, without a network"


def _pictures(result: EvaluationResult) -> tuple[Picture, ...]:
    """Draw the charts, where what can do so is installed; a chart that cannot be drawn is left out.

    As SVG: five charts are 80 kB, and as PNG 800.
    """
    if not installed("vl_convert"):
        return ()
    pictures = []
    for name, chart in result.charts.items():
        if not is_a(chart, "altair", "TopLevelMixin"):
            continue
        with suppress(NbflowError, OSError, ValueError):
            pictures.append(Picture(name, encode_figure(chart.properties(padding=_PADDING), "chart.svg")))
    return tuple(pictures)
