from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from nbflow.data import from_pandas
from nbflow.drawing.card_header import card_header, library_of, task_of
from nbflow.drawing.markdown import code_fence, code_span, md_lines, md_table, md_text
from nbflow.drawing.model_card import model_card
from nbflow.entities import DatasetInput, InputTag
from nbflow.errors import ModelFormatError, NotFoundError
from nbflow.mlmodel.document import Model
from nbflow.mlmodel.schema import ColSpec, Schema, TensorSpec
from nbflow.mlmodel.signature import ModelSignature

if TYPE_CHECKING:
    from nbflow import Client
    from nbflow.entities import Run

Logged = Callable[..., tuple["Run", str]]

# Hugging Face and GitHub let HTML through, and make links of what looks like one.
READER = MarkdownIt("commonmark", {"html": True}).enable("table")
MARKUP = st.text(st.sampled_from("\\`*_[]<>#|~&$!{}()^=-+.:/1 a\n\r\t\"'\u202e\x00") | st.characters(), max_size=60)


def parted(card: str) -> tuple[dict[str, Any], str]:
    before, header, body = card.split("---\n", 2)
    assert before == ""
    return yaml.safe_load(header), body


def headings(body: str) -> list[str]:
    tokens = READER.parse(body)
    return [tokens[i + 1].content for i, token in enumerate(tokens) if token.type == "heading_open"]


def section(body: str, name: str) -> str:
    return body.partition(f"## {name}\n\n")[2].partition("\n## ")[0]


def kinds(markdown: str) -> set[str]:
    """Name all that is more than text in paragraphs."""
    found = {
        kind
        for token in READER.parse(markdown)
        for kind in (token.type, *(child.type for child in token.children or ()))
    }
    return found - {"paragraph_open", "paragraph_close", "inline", "text", "text_special", "softbreak", "hardbreak"}


def text_of(markdown: str) -> str:
    tokens = READER.parse(markdown)
    return "".join(child.content for token in tokens for child in token.children or ())


# ---------------------------------------------------------------- the card


def test_a_version_has_a_card_with_all_sections(client: Client, logged: Logged) -> None:
    os.environ["NBFLOW_USER"] = "ada"
    run, uri = logged(example=pd.DataFrame({"petal": [1.5]}), metadata={"pipeline_tag": "tabular-regression"})
    data = from_pandas(pd.DataFrame({"petal": [1.5]}), name="iris")
    client.log_inputs(run.run_id, [DatasetInput(data.to_entity({}), (InputTag("mlflow.data.context", "training"),))])
    client.register_model(uri, "fraud")
    client.update_registered_model("fraud", "Finds fraud.\n\nLimits: cards only.\nNot for loans.")
    client.set_registered_model_alias("fraud", "champion", 1)
    client.log_evaluation("fraud", 1, {"roc_auc": 0.75, "example_count": 10}, dataset="held out (abc)")

    header, body = parted(model_card(client, "models:/fraud@champion"))

    assert headings(body) == [
        "fraud 1",
        "How to load it",
        "Input and output",
        "Metrics",
        "Training data",
        "Params",
        "Environment",
        "Source",
        "Versions",
        "Limits",
    ]
    assert "Finds fraud." in body.partition("## How")[0]
    assert 'nbflow.pyfunc.load_model("models:/fraud/1")' in section(body, "How to load it")
    assert "mlflow.pyfunc.load_model(" in section(body, "How to load it")
    assert "| petal | double | yes |" in section(body, "Input and output")
    assert '{"columns": ["petal"], "data": [[1.5]]}' in section(body, "Input and output")
    assert "on held out (abc):" in section(body, "Metrics")
    assert "| accuracy | 0.93 |" in section(body, "Metrics")
    assert "| iris | training | 1 row |" in section(body, "Training data")
    assert "| depth | 7 |" in section(body, "Params")
    assert "numpy==2.1.0" in section(body, "Environment")
    assert f"keen-fox (`{run.run_id}`)" in section(body, "Source")
    assert "| fraud 1 | champion |" in section(body, "Versions")
    assert section(body, "Limits") == "cards only.  \nNot for loans.\n"
    assert header["library_name"] == "sklearn"
    assert header["pipeline_tag"] == "tabular-regression"
    assert header["datasets"] == ["iris"]
    assert "license" not in header


def test_what_was_found_is_in_the_header(client: Client, logged: Logged) -> None:
    client.register_model(logged()[1], "fraud")
    client.log_evaluation("fraud", 1, {"f1_score": 0.75, "example_count": 10}, dataset="held out (abc)")

    header, _ = parted(model_card(client, "models:/fraud/1"))

    (model,) = header["model-index"]
    evaluated, logged_by_run = model["results"]
    assert model["name"] == "fraud"
    assert evaluated["dataset"] == {"name": "held out (abc)", "type": "held out (abc)"}
    assert evaluated["metrics"] == [{"type": "f1", "value": 0.75, "name": "f1_score"}]
    assert logged_by_run["dataset"]["name"] == "not recorded"
    assert logged_by_run["metrics"] == [{"type": "accuracy", "value": 0.93, "name": "accuracy"}]


def test_a_model_of_a_run_has_a_card(client: Client, logged: Logged) -> None:
    run, uri = logged()
    client.register_model(uri, "fraud")

    _, body = parted(model_card(client, uri))

    assert headings(body)[0] == "forest"
    assert f'load_model("{uri}")' in body
    assert "| fraud 1 |" in section(body, "Versions")
    assert "Nobody has written down yet" in section(body, "Limits")
    assert run.run_id in section(body, "Source")


def test_a_model_in_a_folder_has_a_card(client: Client, tmp_path: Path) -> None:
    (tmp_path / "my model").mkdir()
    Model(flavors={"python_function": {}}).save(tmp_path / "my model")

    header, body = parted(model_card(client, str(tmp_path / "my model")))

    assert header == {"library_name": "mlflow", "tags": ["mlflow", "nbflow"]}
    assert headings(body) == ["my model", "How to load it", "Input and output", "Source", "Limits"]
    assert "no signature" in section(body, "Input and output")


def test_a_model_elsewhere_has_a_card(client: Client) -> None:
    import fsspec

    memory = fsspec.filesystem("memory")
    memory.pipe("/card/MLmodel", Model(flavors={"onnx": {"onnx_version": "1.19"}}).to_yaml().encode())
    memory.pipe("/card/requirements.txt", b"onnx==1.19\n")
    try:
        header, body = parted(model_card(client, "memory://card"))
    finally:
        memory.rm("/card", recursive=True)

    assert header["library_name"] == "onnx"
    assert "onnx==1.19" in section(body, "Environment")


def test_a_run_that_is_gone_is_left_out(client: Client, logged: Logged, tmp_path: Path) -> None:
    import shutil

    from nbflow import Client as AnyClient

    shutil.copytree(client.find_model(logged()[1]).folder, tmp_path / "copy")

    _, body = parted(model_card(AnyClient(tmp_path / "other"), str(tmp_path / "copy")))

    assert "Params" not in headings(body)
    assert "| run | `" in section(body, "Source")


def test_what_is_no_model_has_no_card(client: Client, tmp_path: Path) -> None:
    (tmp_path / "MLmodel").write_text("{")

    with pytest.raises(ModelFormatError):
        model_card(client, str(tmp_path))
    with pytest.raises(NotFoundError):
        model_card(client, "models:/none/1")


def test_many_columns_are_counted(client: Client, logged: Logged) -> None:
    signature = ModelSignature(Schema([ColSpec("double", f"c{i}") for i in range(150)]))

    _, body = parted(model_card(client, logged(signature=signature)[1]))

    assert "… and 50 columns more." in body


@pytest.mark.parametrize(
    "bad",
    [
        "<img src=x onerror=alert(1)>",
        "](javascript:alert(1)) ![x](http://a.b/c.png)",
        "| --- |\n# big\n---\n```\n~~~\n<script>",
        "\n---\nlicense: mit\n---\n",
        "*_`[a]: http://a.b 'x' www.evil.com https://evil.com",
        "\u202egnp.exe\x1b[31m",
        "x" * 10_000,
    ],
)
def test_hostile_names_and_texts_stay_text(bad: str, client: Client, logged: Logged) -> None:
    name = "".join(character for character in bad if character.isprintable() and character not in "/:")[:200]
    _, uri = logged(metadata={bad: bad}, flavors={bad: {}, "python_function": {"loader_module": bad}})
    client.register_model(uri, name, tags={}, description=bad)
    client.update_registered_model(name, f"{bad}\nLimits {bad}")
    client.log_evaluation(name, 1, {"accuracy": 1.0}, dataset=bad)
    client.add_comment(name, 1, bad)

    version = client.search_model_versions()[0]
    quoted = version.name.replace("%", "%25").replace("@", "%40")
    header, body = parted(model_card(client, f"models:/{quoted}/1"))

    assert set(header) <= {"library_name", "tags", "model-index", "pipeline_tag", "datasets"}
    assert len(headings(body)) == 9
    allowed = {"code_inline", "fence", "heading_open", "heading_close"}
    assert {
        kind for kind in kinds(body) if not kind.startswith(("table", "thead", "tbody", "tr", "th", "td"))
    } <= allowed
    assert "\x1b" not in body
    assert "\u202e" not in body


# ---------------------------------------------------------------- the header


def test_a_header_stays_one_whatever_it_holds() -> None:
    bad = "---\n# a: b\n'\"\x00\ud800{[&*!%@"
    document = Model(flavors={bad: {}})

    header, rest = parted(card_header(bad, document, [(bad, {bad + "_loss": 1.0})], [bad, "iris", "org/data"]))

    assert rest == ""
    assert header["datasets"] == ["iris", "org/data"]
    assert header["model-index"][0]["results"][0]["metrics"][0]["value"] == 1.0


def test_what_is_not_finite_is_not_in_the_header() -> None:
    header, _ = parted(card_header("m", Model(), [(None, {"loss": float("nan"), "accuracy": float("inf")})]))

    assert "model-index" not in header


@pytest.mark.parametrize(
    ("inputs", "flavors", "metrics", "task"),
    [
        ([ColSpec("double", "a")], {}, ["roc_auc"], "tabular-classification"),
        ([ColSpec("double", "a")], {}, ["r2_score"], "tabular-regression"),
        ([ColSpec("double", "a")], {"xgboost": {"model_class": "xgboost.XGBRegressor"}}, [], "tabular-regression"),
        ([TensorSpec(np.dtype("float64"), (-1, 4))], {}, ["log_loss"], "tabular-classification"),
        ([TensorSpec(np.dtype("float32"), (-1, 28, 28))], {}, ["log_loss"], None),
        ([ColSpec("string")], {}, ["accuracy_score"], None),
        ([ColSpec("double", "a")], {}, ["loss"], None),
    ],
)
def test_a_task_is_said_where_it_is_known(inputs: Any, flavors: Any, metrics: list[str], task: str | None) -> None:
    assert task_of(Model(signature=ModelSignature(Schema(inputs)), flavors=flavors), metrics) == task


def test_evaluate_says_the_task_of_a_model_without_a_signature() -> None:
    assert task_of(Model(), ["example_count", "f1_score"]) == "tabular-classification"
    assert task_of(Model(), ["example_count", "max_error"]) == "tabular-regression"
    assert task_of(Model(), ["log_loss"]) is None


def test_metadata_say_the_task() -> None:
    assert task_of(Model(metadata={"pipeline_tag": "text-classification"})) == "text-classification"
    assert task_of(Model(metadata={"pipeline_tag": "a\nb"})) is None


def test_a_library_is_the_first_flavor_that_is_one() -> None:
    assert library_of(Model(flavors={"python_function": {}, "xgboost": {}})) == "xgboost"


# ---------------------------------------------------------------- Markdown


@given(MARKUP)
def test_any_text_stays_text_on_a_line(text: str) -> None:
    written = md_text(text)

    # A word before it: where a line begins, more is markup.
    assert kinds(f"a {written} z") == set()
    assert "\n" not in written


@given(MARKUP)
def test_any_text_stays_text_in_paragraphs(text: str) -> None:
    assert kinds(md_lines(text)) == set()


@given(st.lists(MARKUP, min_size=1, max_size=4))
def test_any_text_stays_in_its_cell(texts: list[str]) -> None:
    table = md_table(["head"] * len(texts), [[md_text(text) or "–" for text in texts]])  # noqa: RUF001

    tokens = READER.parse(table)
    assert [token.type for token in tokens].count("td_open") == len(texts)
    assert kinds(table) <= {f"{tag}_{end}" for tag in "table thead tbody tr th td".split() for end in ("open", "close")}  # noqa: SIM905


@given(MARKUP)
def test_any_text_stays_code(text: str) -> None:
    assert kinds(code_span(text)) == {"code_inline"}
    (block,) = READER.parse(code_fence(text, "text"))
    assert block.type == "fence"


def test_what_is_plain_is_read_as_it_is_written() -> None:
    assert text_of(md_text("a_b * [c] <d> 5 | 6")) == "a_b * [c] <d> 5 | 6"
    assert md_text("petal length (cm)") == "petal length (cm)"


@pytest.mark.parametrize("text", ["https://evil.com", "www.evil.com", "WWW.evil.com", "ftp://x.y"])
def test_no_link_is_made_of_what_looks_like_one(text: str) -> None:
    assert text not in md_text(text)
    assert text_of(md_text(text)) == text


@pytest.mark.parametrize(
    "line", ["- a", "+ a", "1. a", "2) a", "===", "---", "    code", "\tcode", ": a", "# a", "> a"]
)
def test_no_line_begins_anything(line: str) -> None:
    assert kinds(md_lines(f"first\n{line}\n\n{line}")) == set()
