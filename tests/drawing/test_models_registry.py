from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from nbflow import set_tracking_uri
from nbflow.drawing.registry_pages import (
    registered_model_bundle,
    registered_model_text,
    version_bundle,
    version_text,
)
from nbflow.entities import ModelVersion, RegisteredModel

if TYPE_CHECKING:
    from nbflow import Client
    from nbflow.entities import Run

Parse = Callable[[str], Any]
Logged = Callable[..., tuple["Run", str]]


@pytest.fixture(autouse=True)
def _in_use(client: Client) -> None:
    set_tracking_uri(client.tracking_uri)


@pytest.fixture
def version(client: Client, logged: Logged) -> ModelVersion:
    os.environ["NBFLOW_USER"] = "ada"
    client.register_model(logged()[1], "fraud", tags={"checked": "yes"}, description="Depth 7.")
    return client.get_model_version("fraud", 1)


def facts(node: Any) -> dict[str, str]:
    return dict(node.one("table", "nbflow-facts").rows())


def table(node: Any, caption: str) -> list[list[str]]:
    (found,) = [table for table in node.all("table") if any(c.text == caption for c in table.all("caption"))]
    rows: list[list[str]] = found.rows()
    return rows


def captions(node: Any) -> list[str]:
    return [caption.text for caption in node.all("caption")]


# ---------------------------------------------------------------- a version


def test_a_version_says_what_it_is(version: ModelVersion, parse: Parse) -> None:
    drawn = parse(version_bundle(version)["text/html"])

    assert drawn.one("div", "nbflow-title").text == "Model version fraud 1"
    assert "Depth 7." in drawn.text
    found = facts(drawn)
    assert found["URI"] == "models:/fraud/1"
    assert found["registered"].endswith("UTC by ada")
    assert found["flavors"] == "sklearn 1.7.2, python_function"
    assert found["source"] == version.source
    assert found["run"] == f"keen-fox ({version.run_id})"
    assert found["uuid"] == version.model_uuid
    assert table(drawn, "Inputs") == [["column", "type"], ["petal", "double"]]
    assert table(drawn, "Metrics") == [["metric", "value"], ["accuracy", "0.93"]]
    assert table(drawn, "Tags") == [["tag", "value"], ["checked", "yes"]]


def test_text_says_the_same(version: ModelVersion, parse: Parse) -> None:
    text = version_text(version)

    assert text.startswith("Model version fraud 1\n\nDepth 7.\n")
    for value in facts(parse(version_bundle(version)["text/html"])).values():
        assert value in text
    for part in ("petal  double", "accuracy  0.93", "checked  yes", "numpy==2.1.0"):
        assert part in text


def test_the_code_that_loads_a_version_names_its_number(client: Client, version: ModelVersion) -> None:
    client.set_registered_model_alias("fraud", "champion", 1)

    assert 'nbflow.pyfunc.load_model("models:/fraud/1")' in version_text(version)


def test_a_name_with_a_sign_of_its_own_is_written_so_that_it_can_be_loaded(client: Client, logged: Logged) -> None:
    client.register_model(logged()[1], "50% @ night's")

    text = version_text(client.get_model_version("50% @ night's", 1))

    uri = "models:/50%25 %40 night's/1"
    assert f"load_model({uri!r})" in text
    assert client.find_model(uri).version is not None


def test_aliases_and_stage_stand_behind_the_name(client: Client, version: ModelVersion, parse: Parse) -> None:
    client.set_registered_model_alias("fraud", "champion", 1)
    with warnings.catch_warnings(action="ignore"):
        client.transition_model_version_stage("fraud", 1, "Production")

    drawn = parse(version_bundle(client.get_model_version("fraud", version.version))["text/html"])

    assert [badge.text for badge in drawn.all("span", "nbflow-badge")] == ["@champion", "Production"]


def test_what_was_evaluated_stands_beside_what_was_registered(
    client: Client, version: ModelVersion, parse: Parse
) -> None:
    client.log_evaluation("fraud", 1, {"accuracy": 0.91, "roc_auc": 0.5})

    drawn = parse(version_bundle(client.get_model_version("fraud", version.version))["text/html"])

    assert table(drawn, "Metrics") == [
        ["metric", "at registration", "evaluated"],
        ["accuracy", "0.93", "0.91"],
        ["roc_auc", "–", "0.5"],  # noqa: RUF001
    ]


def test_the_last_word_of_each_reviewer_stands(client: Client, version: ModelVersion, parse: Parse) -> None:
    client.request_approval("fraud", 1, "champion", "Please.")
    for user, approves in (("grace", False), ("linus", True), ("grace", True)):
        os.environ["NBFLOW_USER"] = user
        (client.approve if approves else client.reject)("fraud", 1, f"says {user}")

    drawn = parse(version_bundle(version)["text/html"])

    rows = [[row[0], row[1], row[3]] for row in table(drawn, "Approvals")[1:]]
    assert rows == [
        ["ada", "asked for it", "for alias champion: Please."],
        ["grace", "✓ approved", "says grace"],
        ["linus", "✓ approved", "says linus"],
    ]
    assert "grace  ✓ approved" in version_text(version)


def test_an_approval_by_who_registered_it_is_no_green_check(
    client: Client, version: ModelVersion, parse: Parse
) -> None:
    os.environ["NBFLOW_USER"] = "Ada"  # who is ada to the policies
    client.approve("fraud", 1)

    (row,) = table(parse(version_bundle(version)["text/html"]), "Approvals")[1:]

    assert row[:2] == ["Ada", "approved (by who registered it: counts for no policy)"]


def test_what_aliases_ask_for_is_there(client: Client, version: ModelVersion, parse: Parse) -> None:
    client.set_alias_policy("fraud", "champion", approvals=2, require="metrics.accuracy >= 0.9")

    drawn = parse(version_bundle(version)["text/html"])

    assert table(drawn, "Policies") == [
        ["alias", "approvals", "evaluation"],
        ["@champion", "2 by others", "metrics.accuracy >= 0.9"],
    ]


def test_the_history_of_a_version_is_told_from_its_end(client: Client, version: ModelVersion, parse: Parse) -> None:
    for i in range(12):
        client.add_comment("fraud", 1, f"comment {i}")

    bundle = version_bundle(version)

    rows = table(parse(bundle["text/html"]), "History")
    assert rows[1][1:] == ["ada", "commented: comment 11"]
    assert len(rows) == 11
    note = parse(bundle["text/html"]).one("div", "nbflow-notes").text
    assert note == '10 of 13 shown; all are in nbflow.Client().model_history("fraud", 1).'
    assert "… and 3 more" in bundle["text/plain"]


def test_a_version_in_the_trash_says_how_to_get_it_back(client: Client, version: ModelVersion) -> None:
    client.delete_model_version("fraud", version.version)
    (gone,) = client.search_model_versions("name = 'fraud'", view_type=2)

    bundle = version_bundle(gone)

    assert 'nbflow.Client().restore_model_version("fraud", 1) brings it back' in bundle["text/plain"]
    assert "petal  double" in bundle["text/plain"]


def test_another_version_of_that_name_and_number_lends_nothing(version: ModelVersion, parse: Parse) -> None:
    other = replace(version, creation_timestamp=version.creation_timestamp + 1)

    drawn = parse(version_bundle(other)["text/html"])

    assert facts(drawn)["run"] == version.run_id
    assert "History" not in captions(drawn)
    assert facts(drawn)["flavors"] == "sklearn, python_function"
    assert "Inputs" in captions(drawn)


def test_a_version_whose_files_are_gone_says_what_is_known(client: Client, version: ModelVersion) -> None:
    next(Path(client.tracking_uri).rglob("MLmodel")).unlink()

    text = version_text(version)

    assert "petal  double" in text
    assert "version 1 registered from" in text


def test_a_client_that_is_given_is_asked(client: Client, version: ModelVersion, tmp_path: Path) -> None:
    set_tracking_uri(tmp_path / "elsewhere")

    assert "History" not in version_text(version)
    assert "History" in version_text(version, client)
    assert "History" in registered_model_text(client.get_registered_model("fraud"), client)


def test_who_may_not_see_a_model_is_told_nothing_of_it(client: Client, version: ModelVersion) -> None:
    from nbflow import Client as AnyClient

    client.set_registered_model_permission("fraud", "user:eve", "NO_PERMISSIONS")
    eve = AnyClient(client.tracking_uri, identity="eve")

    assert "History" not in version_text(version, eve)
    assert "History" not in registered_model_text(client.get_registered_model("fraud"), eve)


# ---------------------------------------------------------------- a registered model


def test_a_registered_model_says_what_it_is(client: Client, version: ModelVersion, parse: Parse) -> None:
    client.update_registered_model("fraud", "Finds fraud.\nLimits: cards only.")
    client.set_registered_model_alias("fraud", "champion", version.version)
    client.set_registered_model_tag("fraud", "team", "risk")

    drawn = parse(registered_model_bundle(client.get_registered_model("fraud"))["text/html"])

    assert drawn.one("div", "nbflow-title").text == "Registered model fraud"
    assert "Finds fraud." in drawn.text
    assert facts(drawn)["created"].endswith("UTC by ada")
    assert facts(drawn)["aliases"] == "@champion → 1"
    assert table(drawn, "Tags") == [["tag", "value"], ["team", "risk"]]
    head, row = table(drawn, "Versions")
    assert head == ["version", "aliases", "accuracy", "registered (UTC)", "by", "run"]
    assert row[:3] == ["1", "@champion", "0.93"]
    assert row[4:] == ["ada", "keen-fox"]


def test_text_of_a_registered_model_says_the_same(client: Client, version: ModelVersion) -> None:
    client.set_alias_policy("fraud", "champion", approvals=1)

    text = registered_model_text(client.get_registered_model(version.name))

    assert text.startswith("Registered model fraud\n")
    for part in ("version  aliases  accuracy", "@champion  1 by others", "version 1 registered from", "fraud/latest"):
        assert part in text


def test_versions_are_told_from_the_newest(client: Client, logged: Logged, parse: Parse) -> None:
    _, uri = logged()
    for _ in range(25):
        client.register_model(uri, "fraud")

    bundle = registered_model_bundle(client.get_registered_model("fraud"))

    rows = table(parse(bundle["text/html"]), "Versions")
    assert [row[0] for row in rows[1:]] == [str(n) for n in range(25, 5, -1)]
    assert "20 of 25 shown" in bundle["text/html"]
    assert "… and 5 more" in bundle["text/plain"]


def test_metrics_that_a_policy_asks_for_come_first(client: Client, version: ModelVersion, parse: Parse) -> None:
    client.log_evaluation("fraud", version.version, {f"score_{i}": i / 10 for i in range(9)} | {"z_auc": 0.8})
    client.set_alias_policy("fraud", "champion", require="metrics.z_auc > 0.7")

    drawn = parse(registered_model_bundle(client.get_registered_model("fraud"))["text/html"])

    head = table(drawn, "Versions")[0]
    assert head[2:4] == ["z_auc (evaluated)", "accuracy"]
    assert len(head) == 9


def test_a_stage_has_a_column_where_there_is_one(client: Client, version: ModelVersion, parse: Parse) -> None:
    with warnings.catch_warnings(action="ignore"):
        client.transition_model_version_stage("fraud", version.version, "Staging")

    drawn = parse(registered_model_bundle(client.get_registered_model("fraud"))["text/html"])

    assert table(drawn, "Versions")[0][2] == "stage"
    assert table(drawn, "Versions")[1][2] == "Staging"


def test_the_code_uses_the_alias_that_there_is(client: Client, version: ModelVersion) -> None:
    client.set_registered_model_alias("fraud", "challenger", version.version)

    assert 'load_model("models:/fraud@challenger")' in registered_model_text(client.get_registered_model("fraud"))


def test_a_model_without_versions_says_how_to_register_one(client: Client) -> None:
    text = registered_model_text(client.create_registered_model("new"))

    assert 'nbflow.register_model("runs:/<run id>/<model>", "new")' in text
    assert "versions  0" in text


def test_a_registered_model_of_another_store_says_what_it_holds(
    tmp_path: Path, client: Client, version: ModelVersion, parse: Parse
) -> None:
    model = client.get_registered_model(version.name)
    set_tracking_uri(tmp_path / "elsewhere")

    drawn = parse(registered_model_bundle(model)["text/html"])

    assert table(drawn, "Versions")[1][0] == "1"
    assert "History" not in captions(drawn)


def test_another_model_of_that_name_lends_nothing(client: Client, version: ModelVersion, parse: Parse) -> None:
    other = RegisteredModel(version.name, 5, 5)

    assert "Versions" not in captions(parse(registered_model_bundle(other)["text/html"]))
    assert client.get_registered_model("fraud").creation_timestamp != 5


def test_a_registered_model_in_the_trash_says_how_to_get_it_back(client: Client, version: ModelVersion) -> None:
    client.delete_registered_model(version.name)
    (gone,) = client.search_registered_models(view_type=2)

    assert 'nbflow.Client().restore_registered_model("fraud") brings it back' in registered_model_text(gone)


def test_names_with_both_quotes_find_their_versions(client: Client, logged: Logged) -> None:
    name = """it's "new\""""
    client.register_model(logged()[1], name)
    client.register_model(logged()[1], name.replace('"', "x"))

    assert "versions  1" in registered_model_text(client.get_registered_model(name))
