"""The card of a model: what it says, what it does, and what it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import altair as alt
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression

import nbflow
from nbflow.errors import AliasPolicyError, InvalidRequestError, PermissionDeniedError, UnsupportedValueError
from nbflow.widgets.limits import MAX_SAVED_BYTES, json_text, saved_bytes
from nbflow.widgets.model_card.actions import ACTIONS, act
from nbflow.widgets.model_card.fitting import fitted_to_save
from nbflow.widgets.model_card.widget import ModelCard

if TYPE_CHECKING:
    from nbflow.mlmodel.document import ModelInfo

MIME = "application/vnd.nbflow.model.v1+json"
Log = Callable[..., "ModelInfo"]


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Log:
    """Log a regression of two columns as a version of the model `houses`."""
    nbflow.set_tracking_uri(str(tmp_path / "nbruns"))
    monkeypatch.setenv("NBFLOW_USER", "ada")
    features = pd.DataFrame({"rooms": [2, 3, 4], "area": [40.0, 60.0, 80.0]})

    def logged(price: float = 1000.0, **said: Any) -> ModelInfo:
        with nbflow.start_run(run_name=f"price-{price:.0f}"):
            model = LinearRegression(positive=True).fit(features, features["area"] * price)
            nbflow.log_param("price", price)
            nbflow.log_metric("r2", price / 10_000)
            given = {"input_example": features.head(2), "registered_model_name": "houses", **said}
            return nbflow.sklearn.log_model(model, "model", **given)

    return logged


def chart() -> Any:
    return alt.Chart(pd.DataFrame({"a": [1, 2], "b": [3, 4]})).mark_line().encode(x="a:Q", y="b:Q")


def ask(card: ModelCard, question: str, **args: Any) -> Any:
    return card._answer(question, args)


# ---------------------------------------------------------------- what it says


def test_a_version_is_shown_by_its_card(log: Log) -> None:
    log()

    bundle = nbflow.Client().get_model_version("houses", 1)._repr_mimebundle_()

    data = bundle[MIME]["data"]
    assert (data["name"], data["number"], data["uri"]) == ("houses", 1, "models:/houses/1")
    assert [each["name"] for each in data["inputs"]["rows"]] == ["rooms", "area"]
    assert data["example"]["rows"] == [["2", 40.0], ["3", 60.0]]
    assert data["metrics"] == [{"name": "r2", "value": 0.1, "evaluated": None}]
    assert any(line.startswith("scikit-learn") for line in data["environment"]["requirements"])
    assert "houses" in bundle["text/plain"]
    assert bundle["text/html"].count("models:/houses/1") >= 1


def test_the_files_of_a_model_are_listed_previewed_and_given(log: Log) -> None:
    log()
    card = ModelCard("models:/houses/1")

    top = {entry["path"] for entry in card._data()["artifacts"]["folders"][""]}
    preview = ask(card, "preview", path="MLmodel")
    content = ask(card, "file", path="requirements.txt")["data"]

    assert {"MLmodel", "requirements.txt", "python_env.yaml"} <= top
    assert {entry["path"] for entry in ask(card, "list", path="")} == top
    assert (preview["kind"], "python_function" in preview["text"]) == ("text", True)
    assert b"scikit-learn" in content


def test_a_notebook_keeps_the_names_and_sizes_of_the_files(log: Log) -> None:
    info = log(registered_model_name=None)

    kept = info._repr_mimebundle_()[MIME]["data"]["artifacts"]["folders"][""]

    assert {"path", "is_dir", "size"} == set(kept[0])
    assert "MLmodel" in {entry["path"] for entry in kept}


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", "none.txt", ""])
def test_what_is_no_file_of_a_model_is_refused(log: Log, path: str) -> None:
    log()

    with pytest.raises(nbflow.errors.NbflowError):
        ask(ModelCard("models:/houses/1"), "preview", path=path)


def test_a_model_that_a_run_logged_is_shown_by_its_card(log: Log) -> None:
    info = log(registered_model_name=None)

    data = info._repr_mimebundle_()[MIME]["data"]

    assert data["type"] == "model"
    assert data["versions"] is None
    assert data["metrics"][0]["name"] == "r2"
    assert [field["name"] for field in data["trial"]["fields"]] == ["rooms", "area"]


def test_a_card_is_made_of_what_names_a_model(log: Log) -> None:
    info = log()
    nbflow.Client().set_registered_model_alias("houses", "champion", 1)

    assert nbflow.ModelCard("models:/houses@champion").uri == "models:/houses/1"
    assert nbflow.ModelCard(info.model_uri).uri == info.model_uri
    assert nbflow.ModelCard(info).version is None
    with pytest.raises(UnsupportedValueError, match="give a URI"):
        nbflow.ModelCard(3)  # type: ignore[arg-type]


def test_it_lists_all_versions_and_the_history(log: Log) -> None:
    log(1000)
    log(2000)
    client = nbflow.Client()
    client.set_registered_model_alias("houses", "champion", 1)
    client.add_comment("houses", 2, "Better.")

    data = ModelCard("models:/houses/2")._data()

    assert [(row["version"], row["aliases"], row["current"]) for row in data["versions"]["rows"]] == [
        (2, [], True),
        (1, ["champion"], False),
    ]
    assert data["history"][0]["text"] == "version 2: commented: Better."
    assert data["history"][0]["user"] == "ada"


def test_it_says_what_changed_since_the_version_before(log: Log) -> None:
    log(1000)
    log(2000, extra_pip_requirements=["six==1.17.0"])

    found = ModelCard("models:/houses/2")._data()["differences"]

    assert (found["before"], found["after"], found["unknown"]) == (1, 2, [])
    groups = {group["title"]: {row["name"]: row for row in group["rows"]} for group in found["groups"]}
    assert groups["Params"]["price"]["after"] == "2000"
    assert groups["Metrics"]["r2"]["tone"] == "good"
    assert groups["Environment"]["six"] | {} == {
        "name": "six",
        "before": None,
        "after": "==1.17.0",
        "change": "",
        "tone": None,
    }
    assert ModelCard("models:/houses/1")._data()["differences"] is None


def test_another_version_is_compared_on_ask(log: Log) -> None:
    for price in (1000, 2000, 3000):
        log(price)

    found = ask(ModelCard("models:/houses/1"), "differences", version=3)

    assert (found["before"], found["after"]) == (1, 3)


# ---------------------------------------------------------------- charts


def test_charts_of_the_run_are_shown_and_drawn_as_pictures(log: Log) -> None:
    info = log()
    client = nbflow.Client()
    assert info.run_id is not None
    client.log_figure(info.run_id, chart(), "evaluation/roc_curve.json")
    client.log_dict(info.run_id, {"$schema": "something else"}, "evaluation/other.json")
    client.log_figure(info.run_id, chart(), "mine.json")

    card = ModelCard("models:/houses/1")

    assert [each["name"] for each in card._data()["charts"]] == ["roc curve", "mine"]
    bundle, _ = card.bundle()
    assert bundle["text/html"].count("data:image/svg+xml") == 2


def test_a_spec_that_names_an_address_is_never_fetched_for_its_picture(log: Log) -> None:
    info = log()
    assert info.run_id is not None
    spec = {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "data": {"url": "http://127.0.0.1:9/secret.json"},
        "mark": "point",
    }
    nbflow.Client().log_dict(info.run_id, spec, "evaluation/x.json")

    bundle, _ = ModelCard("models:/houses/1").bundle()

    assert "data:image/svg+xml" not in bundle["text/html"]


def test_what_a_notebook_keeps_has_a_limit_and_says_what_it_left_out(log: Log) -> None:
    info = log()
    assert info.run_id is not None
    rows = pd.DataFrame({"a": range(4_000), "b": [f"text {i}" for i in range(4_000)]})
    for i in range(8):
        large = alt.Chart(rows).mark_point().encode(x="a:Q", y="b:N").properties(title=f"{i}")
        nbflow.Client().log_figure(info.run_id, large, f"evaluation/c{i}.json")

    with alt.data_transformers.enable("default", max_rows=None):
        card = ModelCard("models:/houses/1")
    saved = card._saved()

    assert saved_bytes(json_text(saved)) <= MAX_SAVED_BYTES
    shown, all_of_them = saved["reduced"]["charts"]
    assert (shown, all_of_them) == (len(saved["charts"]), 8)
    assert 0 < shown < 8


def test_long_lists_are_left_out_too() -> None:
    def rows(n: int) -> list[dict[str, str]]:
        return [{"name": "x" * 50} for _ in range(n)]

    specs = {"rows": rows(500), "n_rows": 500}
    data: dict[str, Any] = {
        "charts": [],
        "history": rows(200),
        "tags": rows(500),
        "metrics": rows(500),
        "inputs": specs,
        "outputs": None,
        "trial": {"fields": rows(300), "params": []},
    }

    saved = fitted_to_save(data, 20_000)

    assert saved["reduced"] == {"history": [50, 200], "tags": [50, 500], "metrics": [50, 500], "inputs": [50, 500]}
    assert saved["trial"]["fields"] == []
    assert len(data["history"]) == 200


# ---------------------------------------------------------------- what it does


def test_actions_go_through_the_client_and_renew_the_card(log: Log) -> None:
    log()
    card = ModelCard("models:/houses/1")
    before = card.revision

    said = [
        ask(card, "act", action=action, args=args)["said"]
        for action, args in (
            ("set_alias", {"alias": "champion"}),
            ("set_tag", {"key": "checked", "value": "yes"}),
            ("describe", {"text": "Prices."}),
            ("comment", {"text": "Looks fine."}),
            ("ask_approval", {"alias": "champion", "text": "Please."}),
            ("approve", {"text": "Mine."}),
        )
    ]

    assert said[0] == "@champion stands for version 1."
    data = card._data()
    assert data["aliases"] == ["champion"]
    assert data["tags"] == [["checked", "yes"]]
    assert data["about"] == "Prices."
    assert [(each["user"], each["verdict"], each["counts"]) for each in data["approvals"]] == [
        ("ada", "asked", True),
        ("ada", "approved", False),
    ]
    assert card.revision == before + 6
    ask(card, "act", action="reject", args={})
    ask(card, "act", action="delete_tag", args={"key": "checked"})
    ask(card, "act", action="delete_alias", args={"alias": "champion"})
    data = card._data()
    assert (data["aliases"], data["tags"], data["approvals"][-1]["verdict"]) == ([], [], "rejected")


def test_a_moved_alias_says_what_it_left(log: Log) -> None:
    log(1000)
    log(2000)
    nbflow.Client().set_registered_model_alias("houses", "champion", 1)

    said = ask(ModelCard("models:/houses/2"), "act", action="set_alias", args={"alias": "champion"})["said"]

    assert said == "@champion stands for version 2, and no longer for version 1."


def test_a_policy_is_held_and_says_what_is_missing(log: Log) -> None:
    log()
    nbflow.Client().set_alias_policy("houses", "champion", approvals=1)

    with pytest.raises(AliasPolicyError, match="1 approval"):
        ask(ModelCard("models:/houses/1"), "act", action="set_alias", args={"alias": "champion"})


def test_who_may_not_is_refused(log: Log) -> None:
    log()
    client = nbflow.Client()
    client.set_registered_model_permission("houses", "*", "READ")
    client.set_registered_model_permission("houses", "user:ada", "MANAGE")
    card = ModelCard("models:/houses/1", client=nbflow.Client(identity=nbflow.Identity("eve")))

    with pytest.raises(PermissionDeniedError):
        ask(card, "act", action="set_tag", args={"key": "a", "value": "b"})


@pytest.mark.parametrize(
    ("action", "args"),
    [
        ("drop", {}),
        ("set_alias", {}),
        ("set_alias", {"alias": 3}),
        ("set_alias", []),
        ("comment", {"text": "a", "version": "2"}),
        ("comment", {"text": "a", "client": "b"}),
        *((action, {"nonsense": "x"}) for action in ACTIONS),
    ],
)
def test_what_no_card_asks_is_refused(log: Log, action: str, args: Any) -> None:
    log()

    with pytest.raises(InvalidRequestError):
        ask(ModelCard("models:/houses/1"), "act", action=action, args=args)


def test_a_fault_of_the_client_is_not_taken_for_one_of_the_arguments(log: Log) -> None:
    class Faulty:
        def add_comment(self, *_: object) -> None:
            raise TypeError("an argument within")

    log()
    version = nbflow.Client().get_model_version("houses", 1)

    with pytest.raises(TypeError, match="within"):
        act(cast("Any", Faulty()), version, "comment", {"text": "x"})


def test_a_model_that_is_no_version_has_no_actions(log: Log) -> None:
    info = log(registered_model_name=None)

    with pytest.raises(InvalidRequestError, match="register it first"):
        ask(ModelCard(info), "act", action="comment", args={"text": "x"})


def test_a_store_that_is_gone_leaves_the_record(log: Log, tmp_path: Path) -> None:
    log()
    version = nbflow.Client().get_model_version("houses", 1)
    nbflow.set_tracking_uri(str(tmp_path / "another"))

    data = version._repr_mimebundle_()[MIME]["data"]

    assert data["name"] == "houses"
    assert (data["known"], data["history"], data["environment"], data["charts"]) == (False, [], None, [])
    assert data["trial"]["reason"]


def test_hostile_texts_stay_texts(log: Log) -> None:
    hostile = "</script><img src=x onerror=alert(1)>"
    log()
    client = nbflow.Client()
    client.set_model_version_tag("houses", 1, "x", hostile)
    client.add_comment("houses", 1, hostile)
    client.update_model_version("houses", 1, hostile)

    bundle, _ = ModelCard("models:/houses/1").bundle()

    assert "<img src=x" not in bundle["text/html"]
    data = bundle[MIME]["data"]
    assert hostile in json.dumps(data)


def test_a_version_of_another_store_is_not_taken_for_one_of_the_same_name(log: Log, tmp_path: Path) -> None:
    log()
    shown = nbflow.Client().get_model_version("houses", 1)
    nbflow.set_tracking_uri(str(tmp_path / "other"))
    log(2000.0)

    card = ModelCard(shown)

    with pytest.raises(InvalidRequestError, match="another version 1 of houses"):
        ask(card, "act", action="set_alias", args={"alias": "champion"})
    assert "another version 1" in ask(card, "load")["problem"]["message"]
    with pytest.raises(InvalidRequestError):
        card.refresh()
    assert nbflow.Client().get_model_version("houses", 1).aliases == ()
