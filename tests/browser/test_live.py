"""The live display in a real JupyterLab: its values move while the cell runs, and it stays when all has ended."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.notebook_page import App, Notebook

MIME = "application/vnd.nbflow.live.v1+json"
LOAD = "%load_ext nbflow\nimport math, time\nfrom pathlib import Path\nimport nbflow"
# It goes on until it is told to end, so that nothing hangs on how quick the machine is.
TRAIN = """\
%%nbflow run keen-fox-12 --param optimizer=adamw --param "learning rate=0.001"
i = 0
while not Path("stop").exists():
    nbflow.log_metrics({
        "train/loss": 2 * math.exp(-i / 60) + 0.1 * math.sin(i * 7.1) ** 3,
        "val/accuracy": 0.95 - 0.6 * math.exp(-i / 40),
        "learning_rate": 0.001 * (1 + math.cos(i / 50)),
        "grad norm": float("nan") if i % 9 == 0 else math.sin(i / 15),
    }, step=i)
    time.sleep(0.02)
    i += 1
"""
Open = Callable[..., Notebook]


def steps(output: Locator) -> int:
    """Read how many points the first chart was drawn of."""
    label = output.locator("svg[role=img]").first.get_attribute("aria-label") or ""
    return int(label.split(": ")[1].split(" points")[0])


def stop(notebook: Notebook) -> None:
    (notebook.path.parent / "stop").touch()


@pytest.mark.parametrize("app", ["lab", "notebook"])
def test_values_move_while_the_cell_runs_and_stay_without_a_kernel(open_notebook: Open, app: App) -> None:
    notebook = open_notebook(LOAD, TRAIN, app=app)
    notebook.run_cell(0)
    output = notebook.start_cell(1)
    output.locator(".nbf-live-card").first.wait_for()

    first = steps(output)
    expect(output.locator(".nbf-status")).to_contain_text("running")
    expect(output).to_contain_text("steps/s")
    notebook.page.wait_for_timeout(1500)
    assert steps(output) > first
    if app == "lab":
        notebook.screenshot("live-running", output)

    stop(notebook)
    expect(output.locator(".nbf-status")).to_contain_text("finished", timeout=30_000)
    notebook.python("")  # waits for the cell's end
    notebook.save()
    notebook.shut_down()
    notebook.open(has_kernel=False)

    output.locator(".nbf-live-card").first.wait_for()
    expect(output.locator(".nbf-status")).to_contain_text("finished")
    expect(output.locator(".nbf-live-card").first).to_contain_text("train/loss")
    assert output.locator(".nbf-live-card svg[role=img]").count() == 4
    output.get_by_role("button", name="Show val/accuracy large").click()
    expect(output.locator(".nbf-large")).to_be_visible()
    if app == "lab":
        notebook.screenshot("live-saved", output)
    data = notebook.read().cells[1].outputs[0]["data"]
    assert "data:image/svg+xml" in "".join(data["text/html"])


def test_runs_that_belong_to_the_run_are_lines_of_the_same_chart(open_notebook: Open) -> None:
    notebook = open_notebook(
        LOAD,
        """\
with nbflow.start_run(run_name="sweep"):
    nbflow.live()
    for lr in (0.1, 0.03, 0.01):
        with nbflow.start_run(run_name=f"lr={lr}", nested=True):
            nbflow.log_param("lr", lr)
            for i in range(60):
                nbflow.log_metric("loss", math.exp(-i * lr), step=i)
                time.sleep(0.005)
""",
    )
    notebook.run_cell(0)
    output = notebook.run_cell(1)

    expect(output.locator(".nbf-live-runs li")).to_have_count(4)
    expect(output.locator(".nbf-live-card .nbf-lines-line")).to_have_count(3)
    expect(output.locator(".nbf-live-title .nbf-status")).to_contain_text("finished")
    notebook.screenshot("live-nested", output)


def test_many_metrics_are_searched(open_notebook: Open) -> None:
    notebook = open_notebook(
        LOAD,
        """\
with nbflow.start_run(run_name="wide"):
    nbflow.live()
    for i in range(30):
        nbflow.log_metrics({f"layer.{n}/norm": math.sin(n + i / 9) for n in range(1000)}, step=i)
        time.sleep(0.02)
""",
    )
    notebook.run_cell(0)
    output = notebook.run_cell(1)

    expect(output.locator(".nbf-live-title .nbf-status")).to_contain_text("finished")
    expect(output.locator(".nbf-live-card")).to_have_count(12)
    output.get_by_role("searchbox", name="Search the metrics").fill("layer.777/")
    expect(output.locator(".nbf-live-card")).to_have_count(1)
    expect(output.locator(".nbf-live-card")).to_contain_text("layer.777/norm")
    expect(output.locator(".nbf-live-card svg[role=img]")).to_be_visible()  # asked for now that it is seen
