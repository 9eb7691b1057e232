"""Runs to draw, and drawing: every chart is made into an SVG, and Vega-Lite has nothing to complain of."""

from __future__ import annotations

import html
import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from msgspec import Struct

from nbflow.entities import Metric, Param

if TYPE_CHECKING:
    from nbflow import Client, RunFrame

START = 1_790_000_000_000


class Drawn(Struct):
    """A chart that was drawn: as an SVG, and as its specification."""

    svg: str
    spec: dict[str, Any]

    @property
    def said(self) -> str:
        """All texts that stand in it, one below the other."""
        texts = re.findall(r"<text [^>]*>(.*?)</text>", self.svg)
        lines = [line for text in texts for line in re.sub(r"<tspan[^>]*>", "", text).split("</tspan>") if line]
        return "\n".join(map(html.unescape, lines))

    @property
    def rows(self) -> list[dict[str, Any]]:
        """All rows that the chart holds."""
        return [row for rows in self.spec.get("datasets", {}).values() for row in rows]

    @property
    def fields(self) -> set[str]:
        """Every name that is used as a field, of whatever part."""
        return fields_of({key: value for key, value in self.spec.items() if key != "datasets"})

    def marks(self, kind: str) -> int:
        """How many marks of a kind were drawn."""
        items = r"((?:<(?:path|line|rect|text)\b[^>]*>(?:[^<]*</(?:text|path|line|rect)>)?)*)"
        groups = re.findall(rf'<g class="mark-{kind} role-mark[^>]*[^/]>{items}</g>', self.svg)
        return sum(len(re.findall(r"<(?:path|rect|text|line)\b", group)) for group in groups)


def fields_of(part: Any) -> set[str]:
    if isinstance(part, list):
        return set().union(*map(fields_of, part))
    if not isinstance(part, dict):
        return set()
    own = {part["field"]} if isinstance(part.get("field"), str) else set()
    return own.union(*map(fields_of, part.values()))


@pytest.fixture
def draw(capfd: pytest.CaptureFixture[str]) -> Callable[[Any], Drawn]:
    """Draw a chart as it is on paper, and fail if Vega-Lite warns."""
    import vl_convert

    from nbflow.charts.static import safe_svg, spec_of, still_of

    def drawn(chart: Any) -> Drawn:
        still = still_of(chart)
        assert still is not None
        capfd.readouterr()
        svg = vl_convert.vegalite_to_svg(still, "6.4", show_warnings=True, allowed_base_urls=[])
        assert capfd.readouterr() == ("", "")
        assert not re.search(r' (?:d|transform|x|y|width|height)="[^"]*NaN|values from NaN', svg)
        return Drawn(safe_svg(svg), spec_of(chart))

    return drawn


@pytest.fixture
def log_run(client: Client) -> Callable[..., str]:
    """Give what logs a whole run: its params, and its metrics, each as one value or as a list of them."""

    def log(name: str, params: Mapping[str, Any], metrics: Mapping[str, Any], start: int = START) -> str:
        run = client.create_run("0", start_time=start, run_name=name)
        points = [
            Metric(key, float(value), start + 1000 * step, step)
            for key, values in metrics.items()
            for step, value in enumerate(values if isinstance(values, Sequence | np.ndarray) else [values])
        ]
        client.log_batch(run.run_id, points, [Param(key, str(value)) for key, value in params.items()])
        client.set_terminated(run.run_id, end_time=start + 60_000)
        return run.run_id

    return log


@pytest.fixture
def find(client: Client) -> Callable[[], RunFrame]:
    """Give what finds all runs, in the order in which they were logged."""

    def found() -> RunFrame:
        runs = client.search_frame(["0"])
        return runs.iloc[::-1].reset_index(drop=True)

    return found


@pytest.fixture
def runs(log_run: Callable[..., str], find: Callable[[], RunFrame]) -> RunFrame:
    """Give twelve runs: three rates, two optimizers, two seeds."""
    for n in range(12):
        rate, optimizer, seed = (0.001, 0.01, 0.1)[n % 3], ("adam", "sgd")[n // 3 % 2], n // 6
        losses = [math.exp(-step * rate * 10) + 0.1 + seed / 100 for step in range(20)]
        params = {"rate": rate, "optimizer": optimizer, "seed": seed}
        metrics = {"loss": losses, "accuracy": round(1 - losses[-1] / 2 + n / 1000, 6)}
        log_run(f"run-{n:02}", params, metrics, START + n)
    return find()
