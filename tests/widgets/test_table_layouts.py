from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nbflow.errors import InvalidInputError, LimitExceededError, StoreWriteError
from nbflow.widgets.run_table.layouts import Layouts
from nbflow.widgets.run_table.widget import RunTable
from tests.widgets.conftest import connected

if TYPE_CHECKING:
    from nbflow.tracking.frame import RunFrame

LAYOUT: dict[str, Any] = {
    "sort": [{"id": "metrics.loss", "desc": False}],
    "pinned": ["metrics.loss"],
    "widths": {"a": 9.5},
}


def test_a_saved_layout_is_what_the_next_table_begins_with(runs: RunFrame) -> None:
    _, page = connected(RunTable(runs))

    answer = page.ask("save_layout", name="by loss", layout=LAYOUT)["answer"]

    assert answer == {"layouts": {"by loss": LAYOUT}, "last": "by loss"}
    assert RunTable(runs).state == {**LAYOUT, "layout": "by loss"}


def test_a_layout_is_taken_by_its_name(runs: RunFrame) -> None:
    Layouts().save("a", {"differ": True})
    Layouts().save("b", {"differ": False})

    assert RunTable(runs, layout="a").state == {"differ": True, "layout": "a"}
    assert RunTable(runs).state["layout"] == "a"  # the one used last
    with pytest.raises(InvalidInputError, match="no layout of this name"):
        RunTable(runs, layout="c")


def test_layouts_are_listed_used_and_deleted(runs: RunFrame) -> None:
    _, page = connected(RunTable(runs))
    page.ask("save_layout", name="b", layout={})
    page.ask("save_layout", name="a", layout={})

    assert list(page.ask("layouts")["answer"]["layouts"]) == ["a", "b"]
    assert page.ask("use_layout", name="b")["answer"]["last"] == "b"
    assert page.ask("use_layout", name="nobody's")["answer"]["last"] == "b"
    assert page.ask("delete_layout", name="b")["answer"] == {"layouts": {"a": {}}, "last": None}
    assert page.ask("use_layout")["answer"]["last"] is None


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "x" * 101, 5])
def test_a_layout_needs_a_name(runs: RunFrame, name: Any) -> None:
    _, page = connected(RunTable(runs))

    assert page.ask("save_layout", name=name, layout={})["error"]["code"] in ("INVALID_PARAMETER_VALUE", "BAD_REQUEST")


def test_layouts_have_a_limit() -> None:
    with pytest.raises(LimitExceededError):
        Layouts().save("long", {"order": ["x" * 200_000]})


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"layouts": 5}', b'{"layouts": {"a": 5}}', b"\xff"])
def test_a_file_that_cannot_be_read_is_as_if_it_were_not_there(runs: RunFrame, content: bytes) -> None:
    path = Path(os.environ["NBFLOW_CONFIG_DIR"]) / "table-layouts.json"
    path.parent.mkdir(parents=True)
    path.write_bytes(content)

    assert RunTable(runs).state == {}
    Layouts().save("a", LAYOUT)
    assert Layouts().all() == {"a": LAYOUT}


def test_layouts_are_plain_json_in_a_file(tmp_path: Path) -> None:
    Layouts(tmp_path / "deep" / "file.json").save("é", LAYOUT)

    kept = json.loads((tmp_path / "deep" / "file.json").read_text(encoding="utf-8"))
    assert kept == {"version": 1, "last": "é", "layouts": {"é": LAYOUT}}
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["file.json"]


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(StoreWriteError):
        Layouts(tmp_path / "file" / "layouts.json").save("a", {})
