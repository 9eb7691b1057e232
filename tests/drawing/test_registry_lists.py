from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from nbflow.entities import ModelVersion, RegisteredModel
from nbflow.tracking.paging import PagedList

if TYPE_CHECKING:
    from nbflow import Client
    from nbflow.entities import Run

Parse = Callable[[str], Any]
Logged = Callable[..., tuple["Run", str]]


def test_versions_that_were_found_have_a_table(client: Client, logged: Logged, parse: Parse) -> None:
    client.register_model(logged()[1], "fraud")
    client.set_registered_model_alias("fraud", "champion", 1)
    with pytest.warns(FutureWarning, match="stages"):
        client.transition_model_version_stage("fraud", 1, "Staging")

    bundle = client.search_model_versions()._repr_mimebundle_()

    drawn = parse(bundle["text/html"])
    head, row = drawn.rows()
    assert drawn.one("div", "nbflow-title").text == "1 model version"
    assert head == ["name", "version", "aliases", "stage", "accuracy", "registered (UTC)", "by"]
    assert row[:5] == ["fraud", "1", "@champion", "Staging", "0.93"]
    assert "@champion" in bundle["text/plain"]


def test_registered_models_that_were_found_have_a_table(client: Client, logged: Logged, parse: Parse) -> None:
    client.create_registered_model("empty")
    client.register_model(logged()[1], "fraud")
    client.set_registered_model_alias("fraud", "champion", 1)

    bundle = client.search_registered_models()._repr_mimebundle_()

    head, *rows = parse(bundle["text/html"]).rows()
    assert head == ["name", "newest", "aliases", "accuracy", "changed (UTC)", "by"]
    assert [row[:4] for row in rows] == [["empty", "–", "", "–"], ["fraud", "1", "@champion → 1", "0.93"]]  # noqa: RUF001
    assert "@champion → 1" in bundle["text/plain"]


def test_a_page_that_is_not_the_last_says_so() -> None:
    page = PagedList([RegisteredModel("<b>", 0, 0)], "token")

    bundle = page._repr_mimebundle_()

    assert "page_token=" in bundle["text/plain"]
    assert "<b>" not in bundle["text/html"].partition("<tbody>")[2].replace("&lt;b&gt;", "")


def test_other_lists_are_shown_as_lists() -> None:
    assert PagedList([])._repr_mimebundle_() == {}
    assert PagedList([1])._repr_mimebundle_() == {}
    assert PagedList([RegisteredModel("a", 0, 0), ModelVersion("a", 1, 0, 0)])._repr_mimebundle_() == {}
