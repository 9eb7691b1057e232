from __future__ import annotations

import io
import json
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbflow.artifact_store.tables import encode_table
from nbflow.widgets.limits import json_text
from nbflow.widgets.previews.images import small_image
from nbflow.widgets.previews.preview import kind_of, preview
from nbflow.widgets.wire import to_json

NAMES = "a.csv a.tsv a.json a.jsonl a.parquet a.html a.txt a.png a.svg a.tif a.bin a a.md".split()  # noqa: SIM905


def png(width: int, height: int) -> bytes:
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(np.zeros((height, width, 3), np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()


@given(st.sampled_from(NAMES), st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode()))
def test_whatever_a_file_holds_its_preview_can_be_sent(name: str, data: bytes) -> None:
    made = preview(name, data)

    assert made["size"] == len(data)
    assert made["kind"] in {"image", "table", "text", "chart", "html", "plotly", "none"}
    json_text(to_json(made))


def test_an_image_is_what_it_is() -> None:
    data = png(4, 3)

    made = preview("plots/a.PNG", data)

    assert (made["kind"], made["mime"], made["data"]) == ("image", "image/png", data)


def test_a_tiff_which_browsers_do_not_draw_is_made_an_image_that_they_do() -> None:
    from PIL import Image

    buffer = io.BytesIO()
    Image.new("RGB", (40, 30)).save(buffer, "TIFF")

    made = preview("scan.tiff", buffer.getvalue())

    assert (made["mime"], made["pixels"]) == ("image/webp", [40, 30])


def test_a_smaller_copy_keeps_the_whole_size_in_mind() -> None:
    made = small_image(png(900, 300), 90)

    assert made is not None
    assert made["pixels"] == [900, 300]


def test_an_image_that_would_fill_the_memory_is_not_unpacked() -> None:
    from PIL import Image

    buffer = io.BytesIO()
    Image.new("1", (9000, 9000)).save(buffer, "PNG")

    assert small_image(buffer.getvalue(), 100) is None


def test_the_first_rows_and_columns_of_csv_are_a_table() -> None:
    rows = "\n".join(f"{i},{i / 2},text {i}" for i in range(500))

    made = preview("a.csv", f"n,half,text\n{rows}\n".encode())

    assert made["columns"] == ["n", "half", "text"]
    assert made["shape"] == [500, 3]
    assert (len(made["rows"]), made["rows"][2]) == (200, ["2", "1.0", "text 2"])
    assert made["numbers"] == [0, 1]


def test_the_delimiter_of_csv_is_found() -> None:
    assert preview("a.csv", b"a;b\n1;2\n")["columns"] == ["a", "b"]


def test_csv_that_ends_early_has_empty_cells() -> None:
    assert preview("a.csv", b"a,b\n1\n1,2,3\n")["rows"] == [["1", None], ["1", "2"]]


@pytest.mark.parametrize("name", ["t.json", "t.parquet"])
def test_what_log_table_writes_is_a_table(name: str) -> None:
    frame = pd.DataFrame({"n": [1.5, math.nan, math.inf], "text": ["a", "b", "<img onerror>"]})

    made = preview(name, encode_table(frame, name))

    assert made["columns"] == ["n", "text"]
    assert made["rows"][2] == ["inf", "<img onerror>"]
    assert made["numbers"] == [0]
    assert made["shape"] == [3, 2]


def test_integers_that_javascript_would_round_are_text() -> None:
    assert preview("t.json", b'{"columns": ["id"], "data": [[9007199254740993]]}')["rows"] == [["9007199254740993"]]


def test_a_cell_is_cut() -> None:
    [[cell]] = preview("t.json", encode_table({"a": ["x" * 100_000]}, "t.json"))["rows"]

    assert len(cell) == 200


def test_lines_of_json_are_a_table() -> None:
    made = preview("log.jsonl", b'{"a": 1}\n\n{"a": 2, "b": "x"}\n')

    assert (made["columns"], made["rows"]) == (["a", "b"], [[1, None], [2, "x"]])


def test_a_vega_lite_specification_is_a_chart() -> None:
    spec = {"$schema": "https://vega.github.io/schema/vega-lite/v6.json", "mark": "bar"}

    assert preview("c.json", json.dumps(spec).encode())["spec"] == spec


def test_a_figure_of_plotly_is_told_as_one() -> None:
    figure = {"data": [{"type": "bar", "y": [1]}], "layout": {}}

    assert preview("f.json", json.dumps(figure).encode())["kind"] == "plotly"


def test_other_json_is_set_out_in_lines() -> None:
    made = preview("c.json", b'{"a":[1,NaN]}')

    assert (made["kind"], made["language"]) == ("text", "json")
    assert made["text"].splitlines()[0] == "{"


def test_json_that_is_none_is_text() -> None:
    made = preview("c.json", b'{"a": ')

    assert (made["kind"], made["text"]) == ("text", '{"a": ')


def test_json_that_is_nested_without_end_is_no_trouble() -> None:
    assert preview("c.json", b"[" * 200_000)["kind"] == "text"


def test_a_long_text_is_cut_at_a_letter() -> None:
    made = preview("a.log", "ä".encode() * 900_000)

    assert made["text"] == "ä" * 200_000
    assert made["cut"] == 200_000


def test_a_page_says_whether_it_has_scripts() -> None:
    assert preview("a.html", b"<p>hi")["scripts"] is False
    assert preview("a.html", b"<SCRIPT src=x></SCRIPT>")["scripts"] is True


@pytest.mark.parametrize(("name", "data"), [("m.pkl", b"abc"), ("x", b"\0\1"), ("x.txt", b"\xff\xfe\xfd\xfc\xfb\xfa")])
def test_what_is_no_text_has_no_preview(name: str, data: bytes) -> None:
    assert preview(name, data)["kind"] == "none"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.PNG", "image"),
        ("t.csv", "table"),
        ("c.json", "json"),
        ("p.htm", "html"),
        ("MLmodel", "text"),
        ("m.pkl", "none"),
    ],
)
def test_a_kind_is_told_by_the_name(name: str, kind: str) -> None:
    assert kind_of(name) == kind


def test_a_parquet_file_that_is_none_says_why() -> None:
    made: dict[str, Any] = preview("t.parquet", b"\0PAR1 no")

    assert made["kind"] == "none"
    assert "Parquet" in made["why"]


def test_postscript_that_calls_itself_an_image_is_not_given_to_ghostscript() -> None:
    from PIL import Image

    buffer = io.BytesIO()
    Image.new("RGB", (4, 3)).save(buffer, "EPS")

    assert small_image(buffer.getvalue(), 2) is None
    assert small_image(png(4, 3), 2) is not None
