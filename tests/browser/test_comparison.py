"""A comparison in the page: a baseline is chosen, runs are brushed, into the table and into Python, live and saved."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from tests.browser.notebook_page import Notebook

    Open = Callable[..., Notebook]

pytestmark = pytest.mark.slow

CELL = """
import math
import nbflow
for i in range(8):
    with nbflow.start_run(run_name=f"trial-{i}"):
        nbflow.log_params({
            "lr": 0.001 * 2**i, "depth": 2 + i % 3, "model": "cnn" if i % 2 else "mlp", "seed": 7,
            "augment": f"flip(p=0.5), crop(size={24 + 8 * (i % 3)}), normalise(mean=0.5, std=0.25), cutout(n=1)",
        })
        for step in range(2000):
            noise = 0.02 * math.sin(step * (i + 3) / 7)
            nbflow.log_metric("loss", (0.2 + 0.05 * i) + math.exp(-step / (200 + 40 * i)) + noise, step=step)
        nbflow.log_metrics({"accuracy": 0.95 - 0.01 * ((i * 5) % 8), "train/seconds": 12.5 + i})
comparison = nbflow.search_runs().compare()
comparison
"""


def ready(output: Locator, mode: str) -> None:
    """Wait until the comparison is there, and its charts are drawn."""
    output.locator(f".nbf-output[data-mode='{mode}'] .nbf-compare").wait_for(timeout=90_000)
    output.locator(".nbf-compare-card .marks").nth(3).wait_for(timeout=90_000)


def card(output: Locator, kind: str) -> Locator:
    return output.locator(".nbf-compare-card").filter(has=output.page.get_by_label(f"What {kind} shows"))


def picked(output: Locator) -> list[str]:
    """Give the runs that are selected in the table."""
    return re.findall(r"trial-\d", " ".join(output.locator("thead [aria-pressed='true']").all_inner_texts()))


def brush(output: Locator) -> None:
    """Draw over the left half of the scatter: the runs with low learning rates."""
    chart = card(output, "Scatter").locator("svg.marks")
    chart.locator("text", has_text="lr").first.wait_for()
    chart.scroll_into_view_if_needed()
    area = chart.locator(".background").first.bounding_box()
    assert area is not None
    mouse = output.page.mouse
    mouse.move(area["x"] + 2, area["y"] + 2)
    mouse.down()
    mouse.move(area["x"] + area["width"] / 4, area["y"] + area["height"] / 2)
    mouse.move(area["x"] + area["width"] / 2, area["y"] + area["height"] - 2)
    mouse.up()
    output.get_by_text(re.compile(r"^[2-7] selected$")).wait_for()


def test_runs_are_compared_live_and_saved(open_notebook: Open) -> None:
    notebook = open_notebook(CELL)
    notebook.page.set_viewport_size({"width": 1400, "height": 2000})
    output = notebook.run_cell()
    ready(output, "live")

    # A baseline, by a click.
    output.get_by_role("button", name="Compare with C, trial-5: make it the baseline").click()
    output.locator("thead th").first.filter(has_text="trial-5").wait_for()
    assert notebook.python("print(comparison.baseline == comparison.runs['run_id'][2])") == "True"

    # What is the same is shown too, if wanted.
    assert output.get_by_role("rowheader", name="seed").count() == 0
    output.get_by_role("button", name="Show what is the same too").click()
    output.get_by_role("rowheader", name="seed").wait_for()
    output.get_by_role("button", name="Show only what differs").click()

    # Other charts.
    for kind in ("Box", "Contour"):
        output.get_by_role("button", name=f"Show: {kind}").click()
        card(output, kind).locator("svg.marks").wait_for()
    notebook.screenshot("comparison-live", output)

    # From a chart, which was drawn anew in other colours, into the table and into Python.
    brush(output)
    chosen = picked(output)
    assert "trial-0" in chosen
    assert "trial-7" not in chosen
    names = notebook.python("print(sorted(comparison.selected['tags.mlflow.runName']))")
    assert re.findall(r"trial-\d", names) == sorted(chosen)

    # From Python into the page.
    notebook.python("comparison.selected = comparison.runs[:1]")
    output.get_by_text("1 selected", exact=True).wait_for()
    assert picked(output) == ["trial-7"]

    # All points of a part: less than half of them were sent.
    lines = card(output, "Lines")
    lines.locator(".marks").hover()
    notebook.page.keyboard.down("Control")
    for _ in range(6):
        notebook.page.mouse.wheel(0, -200)
    notebook.page.keyboard.up("Control")
    output.get_by_text(re.compile("^all .* points of this part$")).wait_for()

    # A chart that was not made before.
    lines.get_by_label("Over", exact=True).select_option(label="relative")
    lines.get_by_role("button", name='Copy the code: runs.chart.lines("loss", x="relative")').wait_for()

    notebook.python("comparison.selected = None")
    output.get_by_text(re.compile("selected$")).wait_for(state="detached")
    notebook.save()
    notebook.shut_down()
    notebook.open(has_kernel=False)
    ready(output, "saved")
    brush(output)
    assert "trial-0" in picked(output)
    notebook.screenshot("comparison-saved", output)
    output.get_by_role("button", name=re.compile("Select run A")).first.click()
    output.get_by_text("1 selected", exact=True).wait_for()
    assert picked(output) == ["trial-7"]
    card(output, "Bars").get_by_label("Metric", exact=True).select_option(label="accuracy")
    card(output, "Bars").locator("b", has_text="accuracy").wait_for()
