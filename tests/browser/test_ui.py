"""`nbflow ui` in a real browser: the pages of JupyterLab without it, below a path as a proxy has it."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

import nbflow
from tests.browser.ui_server import Ui

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

SOON_MS = 4_000  # for a machine that is busy with other tests; what is promised is measured by tests/bench

LOG = """
import sys
import pandas as pd
from sklearn.linear_model import LogisticRegression
import nbflow

nbflow.set_tracking_uri(sys.argv[1])
nbflow.set_experiment("wine")
table = pd.DataFrame({"acid": [0.1, 0.4, 0.6, 0.9], "sugar": [1.0, 2.0, 3.0, 4.0]})
for n, C in enumerate((0.1, 1.0, 10.0)):
    with nbflow.start_run(run_name=f"fit-{n}"):
        nbflow.log_params({"C": C, "solver": "lbfgs"})
        for step in range(20):
            nbflow.log_metric("loss", 1 / (n + step + 1), step=step)
        nbflow.log_text("it went well", "report.txt")
        if n == 2:
            model = LogisticRegression(C=C).fit(table, [0, 0, 1, 1])
            nbflow.sklearn.log_model(model, name="model", signature=nbflow.models.infer_signature(table, [0]))
"""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a store with three runs, the last of which logged a model."""
    root = tmp_path_factory.mktemp("ui") / "nbruns"
    subprocess.run([sys.executable, "-c", LOG, str(root)], check=True, cwd=root.parent)
    return root


@pytest.fixture(scope="module")
def ui(store: Path) -> Iterator[Ui]:
    started = Ui.start(store, "--base-url", "/hub/user/ada/")
    yield started
    started.stop()


@pytest.fixture
def client(store: Path) -> nbflow.Client:
    return nbflow.Client(store)


@pytest.fixture
def shown(page: Page, ui: Ui) -> Page:
    """Open the page that one starts with."""
    page.goto(ui.address)
    expect(page.get_by_role("main").get_by_role("heading", name="Last runs")).to_be_visible()
    return page


def main(page: Page) -> Locator:
    return page.get_by_role("main")


def tabs(page: Page) -> Locator:
    return page.get_by_role("navigation", name="Open pages")


def open_experiment(page: Page) -> Locator:
    """Open the experiment's page from the start page; gives its table."""
    main(page).get_by_role("table", name="Experiments").get_by_role("link", name="wine", exact=True).click()
    grid = main(page).get_by_role("treegrid")
    expect(grid.get_by_role("row").filter(has_text="fit-2")).to_be_visible()
    return grid


def names(grid: Locator) -> list[str]:
    """Give the runs in view."""
    return sorted(re.findall(r"fit-\d", "\n".join(grid.get_by_role("rowheader").all_inner_texts())))


def test_the_first_page_shows_what_ran_last(shown: Page) -> None:
    runs = main(shown).get_by_role("table", name="Last runs")

    expect(runs.get_by_role("row")).to_have_count(4)
    expect(runs.get_by_role("row").nth(1)).to_contain_text("fit-2")
    expect(runs.get_by_role("row").nth(1)).to_contain_text("finished")
    assert "token" not in shown.url


def test_runs_arrive_while_another_process_logs_them(shown: Page, client: nbflow.Client) -> None:
    grid = open_experiment(shown)
    experiment = client.get_experiment_by_name("wine")
    assert experiment is not None

    run = client.create_run(experiment.experiment_id, run_name="late")
    client.log_metric(run.run_id, "loss", 0.123456)

    try:
        row = grid.get_by_role("row").filter(has_text="late")
        expect(row).to_contain_text("running", timeout=SOON_MS)
        expect(row).to_contain_text("0.123", timeout=SOON_MS)

        client.set_terminated(run.run_id)

        expect(row).to_contain_text("finished", timeout=SOON_MS)
        expect(shown.get_by_role("complementary").get_by_text("late")).to_be_visible(timeout=SOON_MS)
    finally:
        client.delete_run(run.run_id)
    expect(row).to_have_count(0, timeout=SOON_MS)


def test_runs_are_filtered_selected_and_compared(shown: Page) -> None:
    grid = open_experiment(shown)
    expect(main(shown).get_by_role("figure", name="loss", exact=True).first).to_be_visible()

    main(shown).get_by_role("combobox", name=re.compile("^Filter")).fill("params.C >= 1")

    expect(grid.get_by_role("row").filter(has_text="fit-0")).to_have_count(0)
    assert names(grid) == ["fit-1", "fit-2"]

    for name in ("fit-1", "fit-2"):
        grid.get_by_role("row").filter(has_text=name).locator(".nbf-check").click()
    main(shown).get_by_role("button", name="Compare 2 selected runs").click()

    expect(main(shown).get_by_role("heading", name="Comparison of 2 runs")).to_be_visible()
    expect(main(shown).get_by_role("article", name="Comparison of 2 runs")).to_contain_text("fit-1")
    expect(tabs(shown).get_by_role("link", name="Comparison of 2 runs")).to_have_attribute("aria-current", "page")


def test_a_run_shows_its_files_and_registers_its_model(shown: Page, client: nbflow.Client) -> None:
    open_experiment(shown).get_by_text("fit-2").click()
    page = main(shown)
    expect(page.get_by_role("heading", name="fit-2", level=1)).to_be_visible()

    page.get_by_role("treeitem", name="report.txt").click()

    expect(page.get_by_role("region", name="Preview of report.txt")).to_contain_text("it went well")
    with shown.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert download.value.path().read_text(encoding="utf-8") == "it went well"

    page.get_by_role("button", name="Register the model model").click()
    dialog = shown.get_by_role("dialog", name="Register the model")
    dialog.get_by_label("Name of the registered model").last.fill("wine-model")
    dialog.get_by_role("button", name="Register").click()

    expect(page.get_by_role("heading", name="Version 1", level=1)).to_be_visible()
    page.get_by_role("tab", name="Inputs and outputs").click()
    expect(page.get_by_role("tabpanel")).to_contain_text("sugar")

    page.get_by_role("link", name="wine-model").click()
    page.get_by_role("button", name="Give version 1 an alias").click()
    alias = shown.get_by_role("dialog", name="Give version 1 an alias")
    alias.get_by_label("Alias").last.fill("champion")
    alias.get_by_role("button", name="Set").click()

    versions = page.get_by_role("table", name="Versions")
    expect(versions.get_by_role("row").nth(1)).to_contain_text("@champion")
    assert client.get_model_version_by_alias("wine-model", "champion").version == 1


def test_a_reload_finds_the_tabs_and_what_was_arranged(shown: Page) -> None:
    grid = open_experiment(shown)
    main(shown).get_by_role("combobox", name=re.compile("^Filter")).fill("params.C < 1")
    expect(grid.get_by_role("row").filter(has_text="fit-2")).to_have_count(0)
    grid.get_by_text("fit-0").click()
    expect(main(shown).get_by_role("heading", name="fit-0")).to_be_visible()
    here = shown.url

    shown.reload()

    expect(main(shown).get_by_role("heading", name="fit-0")).to_be_visible()
    assert shown.url == here
    shown.go_back()
    expect(tabs(shown).get_by_role("link", name="wine")).to_have_attribute("aria-current", "page")
    expect(main(shown).get_by_role("rowheader", name="fit-0")).to_be_visible()
    assert names(main(shown).get_by_role("treegrid")) == ["fit-0"]


def test_an_address_is_shared_and_tabs_are_closed(shown: Page, browser: Browser, ui: Ui) -> None:
    open_experiment(shown).get_by_text("fit-1").click()
    expect(main(shown).get_by_role("heading", name="fit-1")).to_be_visible()
    shared = shown.url

    other = browser.new_context().new_page()
    other.goto(ui.address)
    other.goto(shared)

    expect(main(other).get_by_role("heading", name="fit-1")).to_be_visible()
    expect(other).to_have_title(re.compile("^fit-1 "))
    other.context.close()

    tabs(shown).get_by_role("link", name="fit-1").click(button="middle")

    expect(tabs(shown).get_by_role("link", name="wine")).to_have_attribute("aria-current", "page")
    tabs(shown).get_by_role("button", name="Close: wine").click()
    expect(main(shown).get_by_role("heading", name="Last runs")).to_be_visible()


def test_a_run_goes_into_the_trash_and_comes_back(shown: Page) -> None:
    open_experiment(shown).get_by_text("fit-1").click()
    page = main(shown)

    page.get_by_role("button", name="Delete the run").click()
    shown.get_by_role("dialog", name="Delete the run").get_by_role("button", name="Delete").click()

    expect(page.get_by_text("This run is in the trash.")).to_be_visible()
    page.get_by_role("link", name="wine", exact=True).click()
    page.get_by_role("button", name="Runs in the trash").click()
    row = page.get_by_role("treegrid").get_by_role("row").filter(has_text="fit-1")
    row.locator(".nbf-check").click()
    page.get_by_role("button", name="Restore 1 run").click()

    page.get_by_role("button", name="Runs in use").click()
    expect(row).to_be_visible(timeout=SOON_MS)


def test_a_server_that_only_reads_offers_no_changes(page: Page, store: Path) -> None:
    reading = Ui.start(store, "--read-only")
    try:
        page.goto(reading.address)
        expect(page.get_by_text("read only")).to_be_visible()
        grid = open_experiment(page)
        grid.get_by_role("row").filter(has_text="fit-1").locator(".nbf-check").click()

        expect(main(page).get_by_text("1 selected")).to_be_visible()
        expect(main(page).get_by_role("button", name=re.compile("Delete(?!d)|Rename|Tag "))).to_have_count(0)
    finally:
        reading.stop()


def test_on_a_narrow_page_the_panel_is_a_drawer(page: Page, ui: Ui) -> None:
    page.set_viewport_size({"width": 400, "height": 800})
    page.goto(ui.address)
    panel = page.get_by_role("complementary")
    expect(panel).to_be_hidden()

    page.get_by_role("button", name="Show the panel").click()

    expect(panel).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Fold the panel away").click()
    expect(panel).to_be_hidden()
    grid = open_experiment(page)
    box = grid.bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= 400


def test_light_and_dark_are_chosen_and_kept(shown: Page) -> None:
    background = "() => getComputedStyle(document.body).backgroundColor"
    assert shown.evaluate(background) == "rgb(255, 255, 255)"

    shown.get_by_role("button", name="Light or dark").click()
    shown.get_by_role("menuitemcheckbox", name="Dark").click()

    assert shown.evaluate(background) == "rgb(21, 24, 28)"
    shown.reload()
    expect(main(shown).get_by_role("heading", name="Last runs")).to_be_visible()
    assert shown.evaluate(background) == "rgb(21, 24, 28)"
