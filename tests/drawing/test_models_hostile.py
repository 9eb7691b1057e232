"""Whatever names, texts and files say: it stays text, on every page of a model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nbflow.drawing import model_facts as say
from nbflow.drawing.evaluation_page import evaluation_bundle
from nbflow.drawing.model_pages import info_bundle, model_bundle
from nbflow.drawing.model_surroundings import ModelFiles
from nbflow.drawing.registry_pages import registered_model_bundle, version_bundle
from nbflow.drawing.schemas import schema_bundle, signature_bundle
from nbflow.drawing.sheet import Sheet
from nbflow.drawing.sheet_html import sheet_html
from nbflow.drawing.sheet_text import sheet_text
from nbflow.entities import AliasPolicy, ModelHistoryEntry, ModelOutput, ModelVersion, RegisteredModel
from nbflow.evaluation import EvaluationResult, MetricThreshold
from nbflow.mlmodel.document import Model, ModelInfo
from nbflow.mlmodel.param_schema import ParamSchema, ParamSpec
from nbflow.mlmodel.schema import ColSpec, Schema, TensorSpec
from nbflow.mlmodel.signature import ModelSignature

Parse = Callable[[str], Any]
Bundle = dict[str, str]

BAD = [
    "<img src=x onerror=alert(1)>",
    "</pre></details><script>alert(1)</script>",
    "\"' onmouseover='alert(1)",
    "\u202egnp.exe\x1b[31m\x00",
    "\ud800",
    "x" * 100_000,
    '") ; import os; ("',
]
# What pages are full of: markup, quotes, controls, what turns or joins, and any other character.
texts = st.text(
    st.sampled_from("<>&\"'`/\\\n\r\t\x00\x1b\x85\u202e\u2066\u200d\u0301\ud800|*_[]()#{}ab 1") | st.characters(),
    max_size=40,
)


def signature(bad: str) -> ModelSignature:
    return ModelSignature(
        Schema([ColSpec("double", bad), ColSpec("string", f"{bad}2", required=False)]),
        Schema([TensorSpec(np.dtype("float32"), (-1, 2), bad)]),
        ParamSchema([ParamSpec(bad, "string", bad)]),
    )


def version(bad: str, number: int = 1) -> ModelVersion:
    return ModelVersion(
        name=bad[:256],
        version=number,
        creation_timestamp=number * 10**20,
        last_updated_timestamp=-(10**20),
        current_stage=bad,
        description=bad,
        source=bad[:200],
        run_id=bad[:100],
        run_link=bad,
        status=bad,
        status_message=bad,
        user_id=bad,
        tags={bad: bad},
        aliases=(bad, bad),
        metrics={bad: float("nan")},
        signature={"inputs": bad, "outputs": None, "params": None},
        flavors=(bad,),
        model_uuid=bad[:100],
        lifecycle_stage="deleted",
        evaluated={bad: 1e300},
    )


def bundles(bad: str) -> Iterator[Bundle]:
    said: dict[str, Any] = {
        "run_id": bad[:100],
        "artifact_path": bad[:100],
        "utc_time_created": bad,
        "flavors": {bad: {f"{bad}_version": bad}, "python_function": {"python_version": bad}},
        "signature": signature(bad),
        "saved_input_example_info": {"artifact_path": bad, "type": bad, "params": bad},
        "model_uuid": bad[:100],
        "metadata": {bad: {bad: [bad, None, True, 1.5]}},
        "mlflow_version": bad,
        "nbflow_version": bad,
    }
    yield model_bundle(Model(**said))
    yield info_bundle(ModelInfo(model_uri=bad[:200], name=bad, metrics={bad: 1.0}, params={bad: bad}, **said))
    yield version_bundle(version(bad))
    yield registered_model_bundle(
        RegisteredModel(
            bad[:256], 0, 10**15, bad, bad, {bad: bad}, {bad: 1}, (version(bad), version(bad, 2)), "deleted"
        )
    )
    yield signature_bundle(signature(bad))
    yield schema_bundle(Schema([ColSpec("double", (bad, 1, bad))]))
    yield evaluation_bundle(
        EvaluationResult(
            {bad: 0.5},
            {bad: float("inf")},
            {bad: object()},
            {bad: object()},
            {bad: bad},
            bad[:100],
            {bad: MetricThreshold(1.0)},
        )
    )
    yield drawn(sheet_of(bad))


def sheet_of(bad: str) -> Sheet:
    """Make a page of what no record holds, and a store would be asked for."""
    entries = [ModelHistoryEntry(10**20, bad, bad, bad, 1), ModelHistoryEntry(0, bad, "approved", bad, 1)]
    files = ModelFiles(bad, bad, (bad,), {"columns": [bad, bad], "data": [[bad, 1], [None, {bad: bad}]]})
    shown = [say.example(files, {"type": kind}) for kind in ("dataframe", "json_object")]
    history = say.history_table(entries, "here")
    return Sheet("Model", bad, parts=(*(one for one in shown if one), history, say.environment(files)))


def drawn(sheet: Sheet) -> Bundle:
    return {"text/html": sheet_html(sheet), "text/plain": sheet_text(sheet)}


def check(bundle: Bundle, parse: Parse) -> None:
    parse(bundle["text/html"])  # refuses what is not expected
    assert bundle["text/html"].encode()
    assert len(bundle["text/html"]) < 60_000
    assert not any(character in bundle["text/plain"] for character in "\x00\x1b\u202e\ud800")
    assert len(bundle["text/plain"]) < 20_000


@pytest.mark.parametrize("bad", BAD)
def test_hostile_text_stays_text_in_every_field(bad: str, parse: Parse) -> None:
    for bundle in bundles(bad):
        check(bundle, parse)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(texts)
def test_any_text_stays_text_in_every_field(parse: Parse, text: str) -> None:
    for bundle in bundles(text):
        check(bundle, parse)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(values, st.sampled_from(["dataframe", "ndarray", "json_object", 5, None]))
def test_any_content_of_an_example_is_drawn(parse: Parse, value: Any, kind: Any) -> None:
    files = ModelFiles("f", example=value)

    shown = say.example(files, {"type": kind, "params": "true"})

    if shown is not None:
        check(drawn(Sheet("Model", parts=(shown,))), parse)


def test_a_run_whose_models_have_odd_names_is_drawn(parse: Parse) -> None:
    from nbflow.drawing.pages import run_bundle
    from nbflow.entities import Run, RunData, RunInfo, RunOutputs

    for bad in BAD:
        run = Run(
            RunInfo(bad[:100], "n", "1", "u", "FINISHED", 0, 1, "a"),
            RunData(),
            outputs=RunOutputs((ModelOutput(bad, bad, (bad, bad), size_bytes=-1),)),
        )
        check(run_bundle(run), parse)


def test_policies_with_odd_texts_are_drawn(parse: Parse) -> None:
    from nbflow.drawing.registry_pages import _policies

    for bad in BAD:
        sheet = Sheet("Model", parts=(_policies([AliasPolicy(bad, 1, bad)]),))
        check(drawn(sheet), parse)
