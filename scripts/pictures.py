"""Make the pictures of the README and the documentation: of real cells in a real JupyterLab, in light and dark.

`.venv/bin/python scripts/pictures.py`, after `make js`; it takes a minute or two. They go to `docs/_static`, as
`<name>-<theme>.png`.
"""

from __future__ import annotations

import io
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from PIL import Image
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.browser.chromium import launch  # noqa: E402 - found by the path above
from tests.browser.jupyter_server import Server  # noqa: E402
from tests.browser.notebook_page import Notebook, write  # noqa: E402

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

PLACE = ROOT / "docs" / "_static"
WIDTH = 1180
HEIGHTS = {"comparison": 1010, "model-card": 785}
COLORS = 160

TRAIN = """
import os
import nbflow
from sklearn.datasets import load_digits
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split

os.environ["NBFLOW_USER"] = "ada"
X, y = load_digits(as_frame=True, return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X / 16, y, random_state=0)
nbflow.set_experiment("digits")
for rate in (0.001, 0.01, 0.1):
    for penalty in ("l1", "l2"):
        for seed in range(2):
            with nbflow.start_run(run_name=f"{penalty}-{rate}-{seed}"):
                options = {"penalty": penalty, "learning_rate": "constant", "eta0": rate, "random_state": seed}
                nbflow.log_params(options)
                model = SGDClassifier(loss="log_loss", alpha=0.001, **options)
                for epoch in range(15):
                    model.partial_fit(X_train, y_train, classes=range(10))
                    nbflow.log_metric("loss", log_loss(y_test, model.predict_proba(X_test)), step=epoch)
                    nbflow.log_metric("accuracy", model.score(X_test, y_test), step=epoch)
"""
MODEL = """
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

rows, found = load_breast_cancer(as_frame=True, return_X_y=True)
nbflow.set_experiment("tumours")
with nbflow.start_run(run_name="scaled-logistic"):
    classifier = make_pipeline(StandardScaler(), LogisticRegression(C=0.02)).fit(rows, found)
    nbflow.log_metric("accuracy", classifier.score(rows, found))
    nbflow.sklearn.log_model(classifier, "model", input_example=rows.head(2), registered_model_name="tumours")
    nbflow.evaluate(classifier, rows.assign(target=found), targets="target", model_type="classifier")
client = nbflow.Client()
about = "Whether a tumour is benign, of 30 measures of its cells. A second opinion only."
client.update_model_version("tumours", 1, about)
client.set_registered_model_alias("tumours", "champion", 1)
nbflow.set_experiment("digits")
"""
LIVE = """
import time
with nbflow.start_run(run_name="watched"):
    nbflow.live()
    model = SGDClassifier(loss="log_loss", random_state=1)
    for epoch in range(600):
        model.partial_fit(X_train, y_train, classes=range(10))
        nbflow.log_metrics({"loss": log_loss(y_test, model.predict_proba(X_test)),
                            "accuracy": model.score(X_test, y_test)}, step=epoch)
        time.sleep(0.05)
"""
CELLS = {
    "run-table": 'runs = nbflow.search_runs(filter_string="metrics.loss < 100")\nruns',
    "comparison": "runs.iloc[[0, 2, 4, 6]].compare()",
    "model-card": 'client.get_model_version("tumours", 1)',
}


def main() -> int:
    """Make all pictures.

    Returns
    -------
    status : int
        0, or 1 where there is no browser.
    """
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as api:
        browser = launch(api)
        if browser is None:
            print("There is no Chromium: run `make chromium`.", file=sys.stderr)
            return 1
        server = Server.start(Path(folder))
        try:
            page = browser.new_page(viewport={"width": WIDTH, "height": 2600})
            page.set_default_timeout(120_000)
            take(page, server)
        finally:
            server.stop()
            browser.close()
    return 0


def take(page: Page, server: Server) -> None:
    """Run a notebook, and take a picture of each display in it."""
    path = write(server.root / "digits.ipynb", TRAIN + MODEL, *CELLS.values(), LIVE)
    notebook = Notebook(page, server, path).open()
    notebook.command("application:toggle-left-area")
    notebook.run_cell(0)
    for index, name in enumerate(CELLS, 1):
        output = notebook.run_cell(index)
        page.wait_for_timeout(4000)  # charts are drawn, and slow ones come after
        picture(notebook, output, name)
    output = notebook.start_cell(len(CELLS) + 1)
    page.wait_for_timeout(6000)
    picture(notebook, output, "live")


def picture(notebook: Notebook, output: Locator, name: str) -> None:
    """Take a display in both themes, as a PNG of few colours."""
    themes: tuple[Literal["light", "dark"], ...] = ("dark", "light")
    for theme in themes:
        notebook.set_theme(theme)
        notebook.page.wait_for_timeout(1500)  # charts are drawn anew
        view = output.locator(".nbf-output").first
        whole = Image.open(io.BytesIO(view.screenshot()))
        image = whole.crop((0, 0, whole.width, min(whole.height, HEIGHTS.get(name, 780))))
        small = image.convert("RGB").quantize(COLORS, dither=Image.Dither.NONE)
        file = PLACE / f"{name}-{theme}.png"
        small.save(file, optimize=True)
        print(f"{file.relative_to(ROOT)}: {image.width} x {image.height}, {file.stat().st_size // 1000} kB")


if __name__ == "__main__":
    sys.exit(main())
