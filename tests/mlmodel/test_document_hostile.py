"""MLmodel files that somebody made to do harm, or by mistake: refused, soon, and with the reason."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbflow.errors import ModelFormatError, StoreReadError
from nbflow.mlmodel.document import Model
from nbflow.mlmodel.yamlfile import read_yaml

LAUGHS = "\n".join(
    ["a: &a [x, x, x, x, x, x, x, x, x]"]
    + [f"{new}: &{new} [{', '.join(['*' + old] * 9)}]" for old, new in zip("abcdefgh", "bcdefghi", strict=True)]
)
MERGES = "\n".join(
    ["a: &a {x0: 1, x1: 1}"]
    + [
        f"{new}: &{new} {{<<: [{', '.join(['*' + old] * 9)}], {new}: 1}}"
        for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    ]
)
# Each alias nests one level deeper than the last.
STAIRS = "\n".join(["a0: &a0 [x]"] + [f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 5000)])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("", "NoneType", id="empty"),
        pytest.param("- a\n", "list", id="list"),
        pytest.param("just words\n", "str", id="text"),
        pytest.param("{", "not YAML", id="torn"),
        pytest.param("a: b: c\n", "line 1", id="malformed"),
        pytest.param("a: 1\n---\nb: 2\n", "single document", id="two documents"),
        pytest.param("a: !!python/object/apply:os.system ['true']\n", "python", id="python object"),
        pytest.param("a: !!python/name:os.system\n", "python", id="python name"),
        pytest.param("a: !mine 1\n", "mine", id="unknown tag"),
        pytest.param("a: !!int x\n", "form", id="wrong int"),
        pytest.param("a: !!int ''\n", "form", id="empty int"),
        pytest.param("a: !!float x\n", "form", id="wrong float"),
        pytest.param("a: !!bool x\n", "form", id="wrong bool"),
        pytest.param("a: !!timestamp x\n", "form", id="wrong time"),
        pytest.param("a: 2026-99-99\n", "form", id="impossible day"),
        pytest.param("a: !!binary é\n", "YAML", id="wrong bytes"),
        pytest.param("1: a\n", "key 1", id="number as a key"),
        pytest.param("null: a\n", "key None", id="null as a key"),
        pytest.param("[a]: b\n", "YAML", id="list as a key"),
        pytest.param("a: *nothing\n", "alias", id="alias of nothing"),
        pytest.param("a: &a [*a]\n", "contains itself", id="circle"),
        pytest.param("&a {<<: *a}\n", "contains itself", id="merged circle"),
        pytest.param(LAUGHS, "200,000", id="billion laughs"),
        pytest.param(MERGES, "200,000", id="billion merges"),
        pytest.param(STAIRS, "64 levels", id="stairs of aliases"),
        pytest.param("a: " + "[" * 100_000, "64 levels", id="open lists"),
        pytest.param("a: " + "{b: " * 100_000, "64 levels", id="open dictionaries"),
        pytest.param("a: [" + "x," * 300_000 + "]", "200,000", id="too many values"),
        pytest.param("a: " + "1:" * 500_000 + "1\n", "too long", id="endless sexagesimal"),
        pytest.param("a: " + "9" * 10_000 + "\n", "too long", id="endless number"),
        pytest.param("a: 1.0e+" + "9" * 10_000 + "\n", "too long", id="endless float"),
        pytest.param("a: x\x00y\n", "YAML", id="NUL"),
    ],
)
def test_bad_yaml_is_refused_soon_with_a_reason(text: str, reason: str, tmp_path: Path) -> None:
    (tmp_path / "MLmodel").write_text(text, encoding="utf-8")
    began = time.perf_counter()

    with pytest.raises(ModelFormatError, match=reason) as caught:
        Model.load(tmp_path)

    assert time.perf_counter() - began < 10
    assert caught.value.path == str(tmp_path / "MLmodel")
    assert len(str(caught.value)) < 1000


def test_an_alias_of_something_small_is_read(tmp_path: Path) -> None:
    """A writer that meets one object twice makes an alias of it."""
    (tmp_path / "MLmodel").write_text("flavors: {a: {env: &e {conda: c.yaml}}, b: {env: *e}}\n")

    assert Model.load(tmp_path).flavors == {"a": {"env": {"conda": "c.yaml"}}, "b": {"env": {"conda": "c.yaml"}}}


def test_a_surrogate_written_as_an_escape_is_refused() -> None:
    with pytest.raises(ModelFormatError):
        read_yaml('a: "\\ud800"\n', "here")


def test_a_surrogate_in_the_json_of_a_name_is_no_fault_of_the_file() -> None:
    assert read_yaml("a: '\"\\ud800\"'\n", "here") == {"a": '"\\ud800"'}


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ("flavors: []", "flavors is .* a dictionary"),
        ("flavors: {sklearn: skops}", "flavors.sklearn is 'skops'"),
        ("flavors: {1: {}}", "name of a flavor is 1"),
        ("signature: '[]'", "signature is"),
        ("signature: {inputs: '[{'}", "signature does not parse"),
        ("signature: {inputs: 5}", "signature does not parse"),
        ("signature: {inputs: [{type: long}]}", "signature does not parse"),
        ("signature: {}", "signature does not parse"),
        ("metadata: [1]", "metadata is"),
        ("model_uuid: 5", "model_uuid is 5"),
        ("run_id: [x]", "run_id is"),
        ("artifact_path: {a: b}", "artifact_path is"),
        ("utc_time_created: 5", "utc_time_created is 5"),
        ("model_size_bytes: many", "model_size_bytes is 'many', where a whole number must be"),
        ("model_size_bytes: true", "model_size_bytes is True"),
        ("mlflow_version: 3.1", "mlflow_version is 3.1"),
        ("saved_input_example_info: x", "saved_input_example_info is"),
    ],
)
def test_an_entry_of_a_wrong_type_is_named(entry: str, reason: str, tmp_path: Path) -> None:
    (tmp_path / "MLmodel").write_text(f"{entry}\n")

    with pytest.raises(ModelFormatError, match=reason):
        Model.load(tmp_path)


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_whatever_the_file_holds_is_read_or_refused(data: bytes) -> None:
    path = Path("MLmodel")
    path.write_bytes(data)

    with suppress(ModelFormatError):
        Model.load(path)


def test_a_file_of_other_bytes_than_utf8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "MLmodel").write_bytes(b"a: \xff\n")

    with pytest.raises(ModelFormatError, match="not UTF-8"):
        Model.load(tmp_path)


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "MLmodel").write_bytes(b"\xef\xbb\xbfrun_id: a\r\n")

    assert Model.load(tmp_path).run_id == "a"


def test_an_endless_file_is_not_read_to_its_end(tmp_path: Path) -> None:
    with (tmp_path / "MLmodel").open("wb") as file:
        file.truncate(1 << 40)

    with pytest.raises(ModelFormatError, match="longer than"):
        Model.load(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no pipes in folders")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "MLmodel")

    with pytest.raises(ModelFormatError, match="pipe"):
        Model.load(tmp_path)


def test_a_folder_of_that_name_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "MLmodel").mkdir()

    with pytest.raises(ModelFormatError, match="folder"):
        Model.load(tmp_path)


def test_a_link_to_nowhere_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "MLmodel").symlink_to("nowhere")

    with pytest.raises(StoreReadError):
        Model.load(tmp_path)


def test_what_stands_in_the_file_does_not_colour_the_message(tmp_path: Path) -> None:
    (tmp_path / "MLmodel").write_text("a: !%1B[31mred" + "d" * 5000 + " 1\n")

    with pytest.raises(ModelFormatError) as caught:
        Model.load(tmp_path)

    assert "\x1b" not in str(caught.value)
    assert len(str(caught.value)) < 1000
