"""A model card: the `README.md` that tells people, and Hugging Face, what a model is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from msgspec import Struct

from nbflow.artifact_store import download
from nbflow.drawing import facts as of_run
from nbflow.drawing import model_facts as say
from nbflow.drawing.card_header import card_header
from nbflow.drawing.format import MISSING, count, moment, number, size
from nbflow.drawing.markdown import code_fence, code_span, md_lines, md_table, md_text
from nbflow.drawing.model_surroundings import ModelFiles, files_in, versions_of
from nbflow.drawing.schemas import input_type, value_of
from nbflow.drawing.surroundings import versions_of_run
from nbflow.entities import ModelHistoryEntry, ModelVersion, RegisteredModel, Run
from nbflow.errors import NbflowError
from nbflow.mlmodel.document import Model
from nbflow.mlmodel.environment import PYTHON_ENV, REQUIREMENTS
from nbflow.tracking import model_sources

if TYPE_CHECKING:
    from nbflow.drawing.card_header import Measured
    from nbflow.mlmodel.schema import Schema
    from nbflow.mlmodel.signature import ModelSignature
    from nbflow.tracking.client import Client
    from nbflow.tracking.found_model import FoundModel

__all__ = ["model_card"]

_ROWS = 100
_VERSIONS = 20
_NAME_LENGTH = 80
_EXAMPLE_LENGTH = 2_000
_TRAINING = ("training", "train")
_LIMITS = re.compile(r"^\W*(?:known |the )?limit(?:s|ations?)?\b[\s:*_]*", re.IGNORECASE)
_EVALUATED_ON = re.compile(r"evaluated on (.*?): ")
_NO_LIMITS = (
    "Nobody has written down yet where this model should not be used. What stands in its description from a line "
    "that begins with \u201cLimits\u201d will be here."
)


class _Known(Struct):
    """All that a card is made of."""

    uri: str
    document: Model
    files: ModelFiles
    run: Run | None = None
    version: ModelVersion | None = None
    registered: RegisteredModel | None = None
    versions: Sequence[ModelVersion] = ()
    history: Sequence[ModelHistoryEntry] = ()

    @property
    def name(self) -> str:
        """What the model is called."""
        if self.version is not None:
            return self.version.name
        return self.document.artifact_path or self.uri.rstrip("/").rpartition("/")[2] or "model"

    @property
    def evaluated_on(self) -> str | None:
        """What the version was evaluated on last."""
        texts = [entry.text for entry in self.history if entry.action == "evaluated"]
        found = _EVALUATED_ON.search(texts[-1]) if texts else None
        return None if found is None else found[1]


def model_card(client: Client, model_uri: str) -> str:
    """Write a model card.

    Parameters
    ----------
    client
        The store.
    model_uri
        What the model is loaded by: a path, `runs:/`, `models:/` or an fsspec URL.

    Returns
    -------
    card : str
        Markdown with Hugging Face's YAML header: what the model is, how it is loaded, what it takes and gives, its
        metrics, the data that it was trained on, its params, its environment, where it is from, its versions, and its
        limits. Names and texts of others are escaped in it. Its licence is left for its user to say.

    Raises
    ------
    InvalidUriError
        If the URI names no model.
    NotFoundError
        If there is no such model.
    ModelFormatError
        If its MLmodel file is broken.
    """
    known = _look(client, model_uri)
    title = f"{known.name} {known.version.version}" if known.version is not None else known.name
    about, limits = _about(known)
    sections = {
        "": about,
        "How to load it": _loading(known),
        "Input and output": _signature(known.document.signature, known),
        "Metrics": _metrics(known),
        "Training data": _data(known.run),
        "Params": _pairs(("param", "value"), {} if known.run is None else known.run.params),
        "Environment": _environment(known.files),
        "Source": _source(known),
        "Versions": _versions(known),
        "Limits": md_lines(limits) if limits else _NO_LIMITS,
    }
    written = [f"## {head}\n\n{text}" if head else text for head, text in sections.items() if text]
    header = card_header(known.name, known.document, _measured(known), _datasets(known.run))
    return "\n\n".join([f"{header}\n# {md_text(title, _NAME_LENGTH)}", *written]) + "\n"


def _look(client: Client, uri: str) -> _Known:
    found = client.find_model(uri)
    version = found.version
    # An alias may stand for another version when the card is read.
    named = uri if version is None or found.path else model_sources.model_uri(version.name, version.version)
    known = _Known(named, found.document, _files(found), version=version)
    with suppress(NbflowError):  # the run is gone, or may not be seen
        known.run = None if found.run_id is None else client.get_run(found.run_id)
    with suppress(NbflowError):
        if version is not None:
            known.registered = client.get_registered_model(version.name)
            known.versions = versions_of(client, version.name)
            known.history = client.model_history(version.name, version.version)
        elif known.run is not None:
            ours = versions_of_run(client, known.run.run_id)
            known.versions = [each for each in ours if each.model_uuid == known.document.model_uuid]
    return known


def _files(found: FoundModel) -> ModelFiles:
    """Read the small files of a model, wherever it is."""
    if found.files.local_path(found.path or None) is not None:
        return files_in(found.folder, found.document)
    with TemporaryDirectory() as copy:
        for name in (REQUIREMENTS, PYTHON_ENV):
            with suppress(NbflowError, OSError):
                download(found.files, f"{found.path}/{name}" if found.path else name, copy)
        return files_in(Path(copy), None)


# ---------------------------------------------------------------- what it is, and what it is not for


def _about(known: _Known) -> tuple[str, str]:
    """Say what the model is, in the words of its descriptions; and what of them is about its limits."""
    document = known.document
    made = f", made {md_text(say.created_text(document.utc_time_created))}" if document.utc_time_created else ""
    parts = [f"A model in the MLmodel format{made}, loadable as {md_text(say.flavors_text(document.flavors))}."]
    limits = []
    texts = ["" if known.registered is None else known.registered.description]
    texts.append("" if known.version is None else known.version.description)
    for text in texts:
        said, of_limits = _parted(text)
        parts += [md_lines(said)] if said else []
        limits += [of_limits] if of_limits else []
    return "\n\n".join(parts), "\n\n".join(limits)


def _parted(text: str) -> tuple[str, str]:
    """Part a description before the line that begins with `Limits`."""
    lines = text.splitlines()
    at = next((i for i, line in enumerate(lines) if _LIMITS.match(line)), len(lines))
    if at == len(lines):
        return text.strip(), ""
    rest = [_LIMITS.sub("", lines[at], count=1), *lines[at + 1 :]]
    return "\n".join(lines[:at]).strip(), "\n".join(rest).strip()


# ---------------------------------------------------------------- how it is used


def _loading(known: _Known) -> str:
    ours = f"import nbflow\n\n{say.loading_code(known.uri)}\npredictions = model.predict(data)"
    theirs = (
        'import mlflow\n\nmodel = mlflow.pyfunc.load_model("path/to/the/folder")\npredictions = model.predict(data)'
    )
    with_mlflow = f"Its folder is one that MLflow can load, too:\n\n{code_fence(theirs, 'python')}"
    return f"{code_fence(ours, 'python')}\n\n{with_mlflow}"


def _signature(signature: ModelSignature | None, known: _Known) -> str:
    if signature is None:
        return "It has no signature: what it takes and gives is not written down."
    parts = []
    for caption, schema in (("It takes", signature.inputs), ("It gives", signature.outputs)):
        if schema is not None:
            parts.append(f"{caption}:\n\n{_schema(schema)}")
    if signature.params is not None:
        rows = [
            (md_text(spec.name), md_text(repr(spec.dtype)), code_span(value_of(spec.default)))
            for spec in signature.params.params[:_ROWS]
        ]
        parts.append(f"Params of `predict`:\n\n{md_table(('param', 'type', 'default'), rows)}")
    if known.files.example is not None:
        text = value_of(known.files.example)
        if len(text) <= _EXAMPLE_LENGTH:
            parts.append(f"An example of its input, as JSON:\n\n{code_fence(text, 'json')}")
    return "\n\n".join(parts)


def _schema(schema: Schema) -> str:
    noun = "tensor" if schema.is_tensor_spec() else "column"
    names = schema.input_names() if schema.has_input_names() else range(len(schema))
    rows = [
        (
            md_text(name if isinstance(name, str) else repr(name)),
            md_text(input_type(spec)),
            "yes" if spec.required else "no",
        )
        for name, spec in zip(names[:_ROWS], schema.inputs, strict=False)
    ]
    table = md_table((noun, "type", "required"), rows)
    more = len(schema) - len(rows)
    return f"{table}\n\n… and {count(more, noun)} more." if more else table


# ---------------------------------------------------------------- how good it is, and of what


def _measured(known: _Known) -> list[Measured]:
    logged = known.version.metrics if known.version is not None else {} if known.run is None else known.run.metrics
    tested = [name for name, context in _inputs(known.run) if context not in (*_TRAINING, MISSING)]
    found: list[Measured] = [(tested[0] if len(tested) == 1 else None, logged)]
    if known.version is not None and known.version.evaluated:
        found.insert(0, (known.evaluated_on, known.version.evaluated))
    return found


def _metrics(known: _Known) -> str:
    parts = []
    for dataset, metrics in _measured(known):
        evaluated = known.version is not None and metrics is known.version.evaluated
        where = f" on {md_text(dataset)}" if dataset and evaluated else ""
        heading = f"Found by `nbflow.evaluate`{where}:" if evaluated else "Logged by its run:"
        rows = [(md_text(key), number(value)) for key, value in list(metrics.items())[:_ROWS]]
        if rows:
            parts.append(f"{heading}\n\n{md_table(('metric', 'value'), rows)}")
    return "\n\n".join(parts)


def _inputs(run: Run | None) -> list[tuple[str, str]]:
    """Give name and context of each data set that a run read."""
    return [] if run is None else [(name, context) for name, context, *_ in of_run.input_rows(run)]


def _datasets(run: Run | None) -> list[str]:
    return [name for name, context in _inputs(run) if context in (*_TRAINING, MISSING)]


def _data(run: Run | None) -> str:
    rows = [] if run is None else [tuple(map(md_text, row)) for row in of_run.input_rows(run)[:_ROWS]]
    return md_table(("data set", "context", "size", "digest", "source"), rows)


def _pairs(head: tuple[str, str], pairs: Mapping[str, str]) -> str:
    return md_table(head, [(md_text(key), md_text(value)) for key, value in list(pairs.items())[:_ROWS]])


# ---------------------------------------------------------------- where it is from


def _environment(files: ModelFiles) -> str:
    parts = [f"Python {md_text(files.python)}, and these packages:" if files.python else ""]
    if files.requirements:
        parts.append(code_fence("\n".join(files.requirements), "text"))
    return "\n\n".join(part for part in parts if part)


def _source(known: _Known) -> str:
    facts: list[tuple[str, str]] = [("loaded by", code_span(known.uri))]
    version, run, document = known.version, known.run, known.document
    if version is not None:
        by = f" by {md_text(version.user_id, _NAME_LENGTH)}" if version.user_id else ""
        facts.append(("registered", f"{moment(version.creation_timestamp)} UTC{by}"))
        facts.append(("from", code_span(version.source)))
    if run is not None:
        facts.append(("run", f"{md_text(run.name, _NAME_LENGTH)} ({code_span(run.run_id)})"))
        told = {fact.name: fact.value for fact in of_run.run_facts(run)}
        facts += [(name, md_text(told[name])) for name in ("user", "started", "source", "git") if name in told]
    elif document.run_id:
        facts.append(("run", code_span(document.run_id)))
    if document.model_uuid:
        facts.append(("uuid", code_span(document.model_uuid)))
    if document.model_size_bytes is not None:
        facts.append(("size", size(document.model_size_bytes)))
    return md_table(("what", "value"), facts)


def _versions(known: _Known) -> str:
    rows = [
        (
            f"{md_text(each.name, _NAME_LENGTH)} {each.version}",
            md_text(" ".join(each.aliases)) or MISSING,
            f"{moment(each.creation_timestamp)} UTC",
            md_text(each.user_id, _NAME_LENGTH),
        )
        for each in known.versions[:_VERSIONS]
    ]
    table = md_table(("version", "aliases", "registered", "by"), rows)
    more = len(known.versions) - len(rows)
    return f"{table}\n\n… and {more:,} more." if more else table
