"""The page of a run in a real JupyterLab: live while the run runs, and still there without its kernel."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.notebook_page import SCREENSHOTS, App, Notebook

MIME = "application/vnd.nbflow.run.v1+json"
# A red square of 8 pixels, and what would run if a page of somebody's had its way.
RUN = r"""
import base64, json, math
import nbflow

client = nbflow.Client()
run = client.create_run(
    "0",
    run_name="keen-fox-12",
    tags={
        "mlflow.note.content": "Baseline with augmentation.",
        "mlflow.source.name": "train.py",
        "mlflow.source.git.commit": "9f2c1e7ab34d5566778899aabbccddeeff001122",
        "team": "vision",
    },
)
run_id = run.run_id
for key, value in {"learning rate": 0.001, "optimizer": "adamw", "note": "<img src=x onerror=alert(1)>"}.items():
    client.log_param(run_id, key, value)
Metric = nbflow.entities.Metric
losses = [2 * math.exp(-i / 600) + 0.3 + 0.2 * math.sin(i * 7.1) ** 9 for i in range(3000)]
points = [Metric("train/loss", loss, 1000 + i, i) for i, loss in enumerate(losses)]
points += [Metric("val/accuracy", 0.9 - 0.4 * math.exp(-i / 4), 1000 + 250 * i, 250 * i) for i in range(12)]
client.log_batch(run_id, metrics=points)
png = "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAFElEQVR4nGM8ISfHgA0wYRUdtBIA0MoBFD5jqJkAAAAASUVORK5CYII="
client.log_bytes(run_id, base64.b64decode(png), "plots/red.png")
client.log_dict(
    run_id,
    {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "data": {"values": [{"recall": i / 9, "precision": 1 - (i / 9) ** 3} for i in range(10)]},
        "mark": "line",
        "encoding": {
            "x": {"field": "recall", "type": "quantitative"},
            "y": {"field": "precision", "type": "quantitative"},
        },
    },
    "plots/curve.json",
)
client.log_table(run_id, {"label": ["cat", "dog"], "score": [0.25, 0.75]}, "scores.json")
client.log_text(run_id, "<h1>Report</h1><script>document.body.append('it ran')</script>", "report.html")
client.log_text(run_id, "x" * 20_000 + "the end", "long.txt")
client.get_run(run_id)
"""
Open = Callable[..., Notebook]


@pytest.fixture
def notebook(open_notebook: Open) -> Notebook:
    """Open a notebook that shows a running run."""
    return open_notebook(RUN)


def shown(notebook: Notebook) -> Locator:
    output = notebook.run_cell(0)
    output.locator(".nbf-view[data-mode='live'], .nbf-run").first.wait_for()
    return output


def chosen(output: Locator, *names: str) -> Locator:
    """Open folders, choose a file, and give its preview."""
    for name in names:
        output.get_by_role("treeitem").filter(has_text=name).click()
    return output.locator(".nbf-shown")


def test_a_running_run_is_followed_and_ends_by_itself(notebook: Notebook) -> None:
    output = shown(notebook)
    expect(output.get_by_text("so far")).to_be_visible()

    notebook.python("client.log_metric(run_id, 'test/f1', 0.8125)")

    expect(output.get_by_role("rowheader", name="test/f1")).to_be_visible()
    expect(output.get_by_text("0.8125").first).to_be_visible()

    notebook.python("client.set_terminated(run_id)")

    expect(output.locator(".nbf-status")).to_contain_text("finished")
    expect(output.get_by_text("so far")).to_have_count(0)
    notebook.page.wait_for_timeout(1500)  # the notebook's copy is renewed at most once a second
    bundle = notebook.save().cells[0].outputs[0]["data"]
    assert "finished" in "".join(bundle["text/html"])
    assert '"FINISHED"' in str(bundle[MIME]).replace("'", '"')


def test_files_are_seen_and_every_point_of_a_part(notebook: Notebook) -> None:
    output = shown(notebook)

    preview = chosen(output, "long.txt")
    preview.get_by_role("button", name="Show all of the text").click()
    expect(preview).to_contain_text("the end")
    expect(chosen(output, "scores.json").get_by_role("cell", name="0.75")).to_be_visible()
    expect(chosen(output, "plots", "red.png").locator("img")).to_have_js_property("naturalWidth", 8)
    expect(chosen(output, "curve.json").locator("svg.marks")).to_be_visible()

    with notebook.page.expect_download() as fetched:
        output.get_by_role("button", name="Download").click()
    assert fetched.value.suggested_filename == "curve.json"

    output.get_by_role("button", name="Show train/loss large").click()
    large = output.locator(".nbf-large")
    expect(large).to_contain_text("of 3,000 points")
    large.locator("svg[role=img]").focus()
    notebook.page.keyboard.press("+")
    expect(large).to_contain_text("all 1,500 points of this part")


def test_a_page_of_somebodys_runs_nothing_until_it_is_told_to(notebook: Notebook) -> None:
    output = shown(notebook)
    preview = chosen(output, "report.html")
    page = preview.frame_locator("iframe")

    expect(page.get_by_text("Report")).to_be_visible()
    expect(page.get_by_text("it ran")).to_have_count(0)

    preview.get_by_role("button", name="Run the scripts of this page").click()

    expect(page.get_by_text("it ran")).to_be_visible()


@pytest.mark.parametrize("app", ["lab", "notebook"])
def test_the_page_is_there_without_its_kernel(open_notebook: Open, app: App) -> None:
    notebook = open_notebook(RUN, "client.set_terminated(run_id); client.get_run(run_id)", app=app)
    shown(notebook)
    output = notebook.run_cell(1)
    output.locator(".nbf-run").wait_for()
    notebook.save()
    notebook.shut_down()
    notebook.open(has_kernel=False)
    output.locator(".nbf-run").wait_for()

    expect(output.locator(".nbf-status")).to_contain_text("finished")
    expect(output.get_by_role("cell", name="<img src=x onerror=alert(1)>")).to_be_visible()
    expect(chosen(output, "plots", "curve.json").locator("svg.marks")).to_be_visible()
    output.get_by_role("button", name="Logarithmic scale").click()
    output.get_by_role("button", name="Show train/loss large").click()
    expect(output.locator(".nbf-large")).to_contain_text("of 3,000 points")
    if app == "lab":
        notebook.page.set_viewport_size({"width": 1280, "height": 1700})
        for theme in ("dark", "light"):
            notebook.set_theme(theme)
            expect(output.locator("svg.marks")).to_be_visible()  # charts are drawn anew
            notebook.page.wait_for_timeout(500)
            output.screenshot(path=SCREENSHOTS / f"run-page-saved-{theme}.png")
