from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
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


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"name": 5}', b'{"name": "a", "layout": 5}', b"\xff"])
def test_a_file_that_cannot_be_read_is_as_if_it_were_not_there(runs: RunFrame, content: bytes) -> None:
    Layouts().save("a", {})
    for path in (Path(os.environ["NBFLOW_CONFIG_DIR"]) / "table-layouts").iterdir():
        path.write_bytes(content)

    assert RunTable(runs).state == {}
    Layouts().save("a", LAYOUT)
    assert Layouts().all() == {"a": LAYOUT}
    assert Layouts().last == "a"


def test_a_layout_is_plain_json_in_a_file(tmp_path: Path) -> None:
    Layouts(tmp_path / "deep" / "folder").save("é/..", LAYOUT)

    files = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in (tmp_path / "deep/folder").iterdir()}
    assert files.pop("last.json") == {"name": "é/..", "version": 1}
    assert list(files.values()) == [{"name": "é/..", "layout": LAYOUT, "version": 1}]
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["folder"]


def test_names_that_differ_in_capitals_alone_are_two_layouts() -> None:
    Layouts().save("a", {"differ": True})
    Layouts().save("A", {"differ": False})

    assert Layouts().all() == {"A": {"differ": False}, "a": {"differ": True}}


def test_a_layout_in_the_file_of_another_is_none(tmp_path: Path) -> None:
    Layouts(tmp_path).save("a", {})
    (path,) = (path for path in tmp_path.iterdir() if path.name != "last.json")
    path.with_name("0" * 32 + ".json").write_bytes(path.read_bytes().replace(b'"a"', b'"b"'))

    assert list(Layouts(tmp_path).all()) == ["a"]


def test_what_is_saved_at_the_same_moment_is_all_kept(tmp_path: Path) -> None:
    names = [f"layout {i}" for i in range(40)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda name: Layouts(tmp_path).save(name, LAYOUT), names))

    assert Layouts(tmp_path).all() == dict.fromkeys(names, LAYOUT)
    assert Layouts(tmp_path).last in names


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(StoreWriteError):
        Layouts(tmp_path / "file" / "layouts").save("a", {})
