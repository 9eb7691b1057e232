"""The model card in a real JupyterLab: tried, changed, refused, and still there without its kernel."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.browser.notebook_page import Notebook

pytestmark = pytest.mark.slow

STORE = """
import os
import nbflow
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

os.environ["NBFLOW_USER"] = "ada"
X, y = load_iris(as_frame=True, return_X_y=True)
nbflow.set_tracking_uri("{store}")
nbflow.set_experiment("flowers")
for c in (0.1, 1.0):
    with nbflow.start_run(run_name=f"c-{{c}}"):
        model = LogisticRegression(C=c, max_iter=500).fit(X, y)
        nbflow.log_params({{"C": c, "solver": "lbfgs"}})
        nbflow.log_metric("accuracy", model.score(X, y))
        info = nbflow.sklearn.log_model(model, "model", input_example=X.head(3), registered_model_name="flowers")
        nbflow.evaluate(model, X.assign(target=y), targets="target", model_type="classifier")
client = nbflow.Client()
client.update_model_version("flowers", 2, "Which of three irises a flower is.\\nLimits: three species, one garden.")
client.set_alias_policy("flowers", "champion", approvals=1)
client.set_registered_model_alias("flowers", "staging", 1)
client.set_model_version_tag("flowers", 2, "checked", "yes")
client.add_comment("flowers", 2, "The margin is thin between versicolor and virginica.")
client.request_approval("flowers", 2, alias="champion", text="Better on the new flowers.")
"""
CARD = 'client.get_model_version("flowers", 2)'
Open = Callable[..., Notebook]


@pytest.fixture
def notebook(open_notebook: Open, request: pytest.FixtureRequest) -> Notebook:
    """Open a notebook that shows the card of a version, in the application that a test is run for."""
    opened = open_notebook(
        STORE.format(store="nbruns-" + re.sub(r"\W", "-", request.node.name)),
        CARD,
        app=getattr(request, "param", "lab"),
    )
    opened.run_all()
    return opened


def test_it_is_tried_changed_and_refused(notebook: Notebook) -> None:
    card = notebook.output(1)
    card.get_by_role("toolbar", name="Actions").wait_for()
    card.locator(".nbf-card-chart svg, .nbf-card-chart canvas").first.wait_for()
    notebook.screenshot("model-card-overview", card)

    card.get_by_role("tab", name="Try it").click()
    card.get_by_role("textbox", name="petal length (cm)").fill("5.5")
    card.get_by_role("textbox", name="petal width (cm)").fill("2.1")
    card.get_by_role("button", name="Predict").click()
    card.locator(".nbf-card-answer", has_text="2").wait_for()
    notebook.screenshot("model-card-trial", card)

    card.get_by_role("textbox", name="petal width (cm)").fill("wide")
    card.get_by_role("button", name="Predict").click()
    card.locator(".nbf-card-refused", has_text="petal width (cm)").wait_for()
    notebook.screenshot("model-card-enforced", card)

    card.get_by_role("button", name="Alias", exact=True).click()
    card.get_by_label("Alias", exact=True).and_(notebook.page.locator("input")).fill("staging")
    card.get_by_role("button", name="Set").click()
    card.get_by_text("@staging stands for version 2, and no longer for version 1.").wait_for()
    card.locator(".nbf-card-title .nbf-card-badge", has_text="@staging").wait_for()
    assert notebook.python('print(client.get_model_version_by_alias("flowers", "staging").version)') == "2"

    card.get_by_role("button", name="Alias", exact=True).click()
    card.get_by_label("Alias", exact=True).and_(notebook.page.locator("input")).fill("champion")
    card.get_by_role("button", name="Set").click()
    card.get_by_role("alert").get_by_text("1 approval by somebody").wait_for()
    notebook.screenshot("model-card-refused", card)


def test_it_shows_what_changed_and_what_was_done(notebook: Notebook) -> None:
    card = notebook.output(1)

    card.get_by_role("tab", name="Changes").click()
    card.get_by_role("cell", name="+0.0133333 better").wait_for()
    notebook.screenshot("model-card-changes", card)
    card.get_by_role("tab", name="Versions").click()
    card.get_by_role("cell", name="@staging").wait_for()
    notebook.screenshot("model-card-versions", card)
    card.get_by_role("button", name="Comment").click()
    card.get_by_label("Comment", exact=True).and_(notebook.page.locator("textarea")).fill("Fine by me.")
    card.get_by_role("button", name="Say it").click()
    card.get_by_role("tab", name="History").click()
    card.get_by_text("commented: Fine by me.").wait_for()
    notebook.screenshot("model-card-history", card)
    card.get_by_role("tab", name="Inputs and outputs").click()
    card.get_by_text("scikit-learn==").wait_for()
    notebook.screenshot("model-card-schema", card)


@pytest.mark.parametrize("notebook", ["lab", "notebook"], indirect=True)
def test_it_is_still_there_without_its_kernel(notebook: Notebook) -> None:
    card = notebook.output(1)
    card.get_by_role("button", name="Approve").click()
    card.get_by_label("In words").fill("Mine.")
    card.locator(".nbf-card-action").get_by_role("button", name="Approve").click()
    card.get_by_text("You approved version 2.").wait_for()
    card.get_by_text("As it was saved.").wait_for(state="hidden")
    notebook.page.wait_for_timeout(1_500)  # the notebook's copy is renewed once a second
    notebook.save()
    notebook.shut_down()
    card.get_by_text("As it was saved.").wait_for()

    notebook.open(has_kernel=False)

    card.get_by_text("As it was saved.").wait_for()
    card.get_by_text("counts for no policy").wait_for()
    assert card.get_by_role("toolbar", name="Actions").count() == 0
    card.locator(".nbf-card-chart svg, .nbf-card-chart canvas").first.wait_for()
    notebook.screenshot(f"model-card-saved-{notebook.app}", card)
    card.get_by_role("tab", name="Try it").click()
    card.get_by_text("No kernel answers, so it cannot be tried").wait_for()
    assert card.get_by_role("button", name="Predict").is_disabled()
    card.get_by_role("tab", name="Changes").click()
    card.get_by_role("cell", name="+0.0133333 better").wait_for()
