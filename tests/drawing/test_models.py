from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from msgspec.structs import replace

from nbflow import Client, set_tracking_uri
from nbflow.drawing.model_pages import info_bundle, info_text, model_bundle
from nbflow.drawing.pages import run_bundle
from nbflow.drawing.schemas import param_schema_bundle, schema_bundle, signature_bundle
from nbflow.mlmodel.document import Model, ModelInfo
from nbflow.mlmodel.example import EXAMPLE
from nbflow.mlmodel.param_schema import ParamSchema, ParamSpec
from nbflow.mlmodel.schema import ColSpec, Schema, TensorSpec
from nbflow.mlmodel.signature import ModelSignature

if TYPE_CHECKING:
    from nbflow.entities import Run

Parse = Callable[[str], Any]
Logged = Callable[..., tuple["Run", str]]


@pytest.fixture(autouse=True)
def _in_use(client: Client) -> None:
    set_tracking_uri(client.tracking_uri)


def facts(node: Any) -> dict[str, str]:
    return dict(node.one("table", "nbflow-facts").rows())


def table(node: Any, caption: str) -> list[list[str]]:
    (found,) = [table for table in node.all("table") if any(c.text == caption for c in table.all("caption"))]
    rows: list[list[str]] = found.rows()
    return rows


def captions(node: Any) -> list[str]:
    return [caption.text for caption in node.all("caption")]


# ---------------------------------------------------------------- what is known of a model


def test_a_model_says_what_it_is(client: Client, logged: Logged, parse: Parse) -> None:
    run, uri = logged()

    drawn = parse(info_bundle(client.get_model_info(uri))["text/html"])

    assert drawn.one("div", "nbflow-title").text == "Model forest"
    found = facts(drawn)
    assert found["URI"] == uri
    assert found["flavors"] == "sklearn 1.7.2, python_function"
    assert found["size"] == "1.5 kB"
    assert found["run"] == f"keen-fox ({run.run_id})"
    assert found["files"].endswith("artifacts/forest")
    assert found["made with"].startswith("Python 3.")
    assert table(drawn, "Inputs") == [["column", "type"], ["petal", "double"]]
    assert table(drawn, "Outputs") == [["type"], ["long"]]
    assert table(drawn, "Metrics") == [["metric", "value"], ["accuracy", "0.93"]]
    assert table(drawn, "Params") == [["param", "value"], ["depth", "7"]]


def test_text_says_the_same(client: Client, logged: Logged, parse: Parse) -> None:
    info = client.get_model_info(logged(metadata={"team": "vision"})[1])

    text = info_text(info)

    assert text.startswith("Model forest\n")
    for value in facts(parse(info_bundle(info)["text/html"])).values():
        assert value in text
    for part in ("petal  double", "accuracy  0.93", "depth  7", "team  vision", "numpy==2.1.0"):
        assert part in text


def test_the_code_that_loads_it_is_there(client: Client, logged: Logged) -> None:
    _, uri = logged()
    bundle = info_bundle(client.get_model_info(uri))

    assert f'model = nbflow.pyfunc.load_model("{uri}")' in bundle["text/plain"]
    assert f"nbflow.pyfunc.load_model(&quot;{uri}&quot;)" in bundle["text/html"]


def test_what_it_needs_is_folded_away(client: Client, logged: Logged, parse: Parse) -> None:
    info = client.get_model_info(logged(needs=("numpy==2.1.0", "scipy>=1"))[1])

    details = parse(info_bundle(info)["text/html"]).one("details")

    assert details.one("summary").text.endswith(", 2 requirements")
    assert details.one("pre").text == "numpy==2.1.0\nscipy>=1"
    assert "open" not in details.attributes


def test_the_first_rows_of_a_table_are_the_example(client: Client, logged: Logged, parse: Parse) -> None:
    frame = pd.DataFrame({"petal": [1.5, 2.25, 3.0], "kind": ["a", "b", "c"]})
    info = client.get_model_info(logged(example=frame)[1])

    drawn = parse(info_bundle(info)["text/html"])

    assert table(drawn, "Input example") == [["petal", "kind"], ["1.5", "a"], ["2.25", "b"], ["3", "c"]]


def test_a_wide_example_says_how_much_of_it_is_shown(client: Client, logged: Logged) -> None:
    frame = pd.DataFrame(np.zeros((9, 40)), columns=[f"c{i}" for i in range(40)])
    bundle = info_bundle(client.get_model_info(logged(example=frame)[1]))

    assert "Input example, 6 of 40 columns" in bundle["text/html"]
    assert "5 of 9 shown" in bundle["text/html"]
    assert "… and 4 more" in bundle["text/plain"]


@pytest.mark.parametrize(
    ("example", "text"),
    [({"a": [1, 2]}, '{"a": [1, 2]}'), (np.array([[1, 2]]), "[[1, 2]]"), ((["hi"], {"t": 0.5}), '["hi"]')],
)
def test_another_example_is_shown_as_it_is_kept(example: Any, text: str, client: Client, logged: Logged) -> None:
    assert f"Input example\n  {text}\n" in info_text(client.get_model_info(logged(example=example)[1]))


@pytest.mark.parametrize("broken", ["{", "[" * 100_000, "[]", '{"data": 5}', '{"data": [[1], [1, 2]]}', "x" * 300_000])
def test_an_example_that_cannot_be_read_is_left_out_or_shown_as_it_is(
    broken: str, client: Client, logged: Logged
) -> None:
    info = client.get_model_info(logged(example=pd.DataFrame({"a": [1]}))[1])
    next(Path(client.tracking_uri).rglob(EXAMPLE)).write_text(broken)

    assert info_bundle(info)["text/html"]


def test_many_columns_are_folded_and_none_is_lost(client: Client, logged: Logged, parse: Parse) -> None:
    names = [f"a column with a long name, number {i}" for i in range(100)]
    info = client.get_model_info(logged(signature=ModelSignature(Schema([ColSpec("double", n) for n in names])))[1])

    drawn = parse(info_bundle(info)["text/html"])

    assert len(table(drawn, "Inputs: 100 columns")) == 13
    assert drawn.all("summary")[0].text == "88 more"
    assert [name for name in names if name not in drawn.text] == []


def test_of_very_many_columns_the_first_are_shown() -> None:
    schema = Schema([ColSpec("double", f"c{i}") for i in range(20_000)])

    bundle = schema_bundle(schema)

    assert "500 of 20,000 shown; all are in schema.inputs." in bundle["text/html"]
    assert "… and 19,980 more" in bundle["text/plain"]
    assert len(bundle["text/html"]) < 200_000


def test_what_a_run_no_longer_holds_is_not_looked_at(client: Client, logged: Logged, parse: Parse) -> None:
    run, uri = logged()
    old = replace(client.get_model_info(uri), model_uuid="0" * 32)

    drawn = parse(info_bundle(old)["text/html"])

    assert facts(drawn)["run"] == f"keen-fox ({run.run_id})"
    assert "files" not in facts(drawn)
    assert drawn.all("details") == []


def test_a_model_says_what_it_is_registered_as(client: Client, logged: Logged, parse: Parse) -> None:
    _, uri = logged()
    client.register_model(uri, "fraud")
    client.register_model(uri, "fraud")
    client.set_registered_model_alias("fraud", "champion", 2)

    drawn = parse(info_bundle(client.get_model_info(uri))["text/html"])

    assert facts(drawn)["registered as"] == "fraud 1, fraud 2 @champion"


def test_a_version_shown_as_a_model_has_its_number(client: Client, logged: Logged, parse: Parse) -> None:
    client.register_model(logged()[1], "fraud")

    drawn = parse(info_bundle(client.get_model_info("models:/fraud/1"))["text/html"])

    assert drawn.one("div", "nbflow-title").text == "Model fraud 1"


def test_a_model_of_another_store_says_what_it_holds(tmp_path: Path, client: Client, logged: Logged) -> None:
    info = client.get_model_info(logged()[1])
    set_tracking_uri(tmp_path / "elsewhere")

    text = info_text(info)

    assert "keen-fox" not in text
    assert str(info.run_id) in text
    assert "petal  double" in text


@pytest.mark.parametrize("uri", ["", "-", "s3://bucket/model", "//server/share/model", "\\\\server\\x", "\0", "\ud800"])
def test_nothing_is_fetched_to_draw_a_model(uri: str) -> None:
    assert info_bundle(ModelInfo(model_uri=uri, name="far"))["text/html"]


def test_a_model_in_a_folder_is_looked_at(tmp_path: Path, parse: Parse) -> None:
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "requirements.txt").write_text("numpy\n")
    Model(flavors={"onnx": {}}).save(tmp_path / "m")
    info = Client().get_model_info(tmp_path / "m")

    assert facts(parse(info_bundle(info)["text/html"]))["files"] == str(tmp_path / "m")


def test_looking_writes_nothing(tmp_path: Path, client: Client, logged: Logged) -> None:
    run, uri = logged(example=pd.DataFrame({"a": [1]}))
    client.set_terminated(run.run_id)
    version = client.register_model(uri, "fraud")
    before = list(files(tmp_path))

    info_bundle(client.get_model_info(uri))
    assert version._repr_mimebundle_()
    assert client.get_registered_model("fraud")._repr_mimebundle_()
    run_bundle(client.get_run(run.run_id))

    assert list(files(tmp_path)) == before


def files(root: Path) -> Iterator[tuple[str, int]]:
    for path in sorted(root.rglob("*")):
        yield str(path), path.stat().st_mtime_ns


def test_a_damaged_model_does_not_stop_the_page(client: Client, logged: Logged) -> None:
    info = client.get_model_info(logged()[1])
    for path in Path(client.tracking_uri).rglob("artifacts/forest/*"):
        path.write_text("{")

    assert "petal  double" in info_text(info)


# ---------------------------------------------------------------- the content of an MLmodel file


def test_a_document_of_a_run_says_which(client: Client, logged: Logged, parse: Parse) -> None:
    run, uri = logged()

    drawn = parse(model_bundle(client.find_model(uri).document)["text/html"])

    assert facts(drawn)["URI"] == uri
    assert facts(drawn)["run"] == f"keen-fox ({run.run_id})"


def test_a_document_of_no_run_has_no_uri(parse: Parse) -> None:
    drawn = parse(model_bundle(Model(flavors={"onnx": {"onnx_version": "1.19"}}))["text/html"])

    assert "URI" not in facts(drawn)
    assert facts(drawn)["flavors"] == "onnx 1.19"
    assert drawn.all("pre") == []


# ---------------------------------------------------------------- a run


def test_a_run_lists_its_models_and_their_versions(client: Client, logged: Logged, parse: Parse) -> None:
    run, uri = logged()
    client.register_model(uri, "fraud")
    client.set_registered_model_alias("fraud", "champion", 1)

    bundle = run_bundle(client.get_run(run.run_id))

    rows = table(parse(bundle["text/html"]), "Models")
    assert rows[0] == ["model", "flavors", "size", "registered as"]
    assert rows[1][:2] == ["forest", "python_function, sklearn"]
    assert rows[1][3] == "fraud 1 @champion"
    assert "registered as fraud 1 @champion\n" in bundle["text/plain"]


def test_a_model_that_is_not_registered_says_nothing_of_it(logged: Logged, parse: Parse) -> None:
    bundle = run_bundle(logged()[0])

    assert table(parse(bundle["text/html"]), "Models")[1][3] == "–"  # noqa: RUF001
    assert "registered" not in bundle["text/plain"]


# ---------------------------------------------------------------- signatures


def test_a_signature_has_a_table_for_each_part(parse: Parse) -> None:
    signature = ModelSignature(
        Schema([ColSpec("double", "a"), ColSpec("string", "b", required=False)]),
        Schema([TensorSpec(np.dtype("float32"), (-1, 3))]),
        ParamSchema([ParamSpec("t", "double", 0.5), ParamSpec("stops", "string", ["."], (-1,))]),
    )

    drawn = parse(signature_bundle(signature)["text/html"])

    assert table(drawn, "Inputs") == [["column", "type", "required"], ["a", "double", ""], ["b", "string", "optional"]]
    assert table(drawn, "Outputs") == [["type"], ["float32 (-1, 3)"]]
    assert table(drawn, "Params of predict") == [
        ["param", "type", "default"],
        ["t", "double", "0.5"],
        ["stops", "list of string", '["."]'],
    ]


def test_columns_without_names_are_counted(parse: Parse) -> None:
    drawn = parse(schema_bundle(Schema([ColSpec("double"), ColSpec("long")]))["text/html"])

    assert drawn.rows() == [["no.", "type"], ["0", "double"], ["1", "long"]]


def test_params_are_drawn_alone() -> None:
    text = param_schema_bundle(ParamSchema([ParamSpec("t", "double", None)]))["text/plain"]

    assert text == "Params\n\n  param  type    default\n  t      double  null"


# ---------------------------------------------------------------- in a notebook


def test_models_show_themselves_in_ipython(client: Client, logged: Logged) -> None:
    from IPython.core.formatters import DisplayFormatter

    _, uri = logged()
    info = client.get_model_info(uri)
    version = client.register_model(uri, "fraud")
    assert info.signature is not None
    assert info.signature.inputs is not None
    things = {
        "Model forest": info,
        "Model forest\n": client.find_model(uri).document,
        "Model version fraud 1": version,
        "Registered model fraud": client.get_registered_model("fraud"),
        "Signature": info.signature,
        "Schema": info.signature.inputs,
    }

    for begin, thing in things.items():
        data, _ = DisplayFormatter().format(thing)
        assert set(data) >= {"text/html", "text/plain"}
        assert data["text/plain"].startswith(begin)


def test_a_loaded_model_is_shown_in_short(tmp_path: Path, parse: Parse) -> None:
    from nbflow import pyfunc

    def double(model_input: list[int]) -> list[int]:
        return [2 * each for each in model_input]

    pyfunc.save_model(tmp_path / "m", python_model=double, pip_requirements=["cloudpickle"])
    model = pyfunc.load_model(tmp_path / "m", trust=True)

    bundle = model._repr_mimebundle_()

    drawn = parse(bundle["text/html"])
    assert drawn.one("div", "nbflow-title").text == "Loaded model"
    assert facts(drawn)["flavors"] == "python_function"
    assert bundle["text/plain"].endswith("  predictions = model.predict(data)")
