"""What a model card shows, as plain values: of a version of a registered model, or of a model that a run logged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from nbflow.drawing import model_facts as say
from nbflow.drawing.facts import version_name
from nbflow.drawing.format import moment, size
from nbflow.drawing.model_surroundings import around_model, around_version, run_names, versions_of
from nbflow.drawing.schemas import input_type, read_signature, value_of
from nbflow.drawing.surroundings import FAILED
from nbflow.drawing.version_columns import metric_columns
from nbflow.entities import AliasPolicy, ModelVersion
from nbflow.errors import NbflowError
from nbflow.registry.policies import VersionFacts, missing
from nbflow.tracking.model_sources import model_uri
from nbflow.widgets.artifacts import ArtifactsOfModel, artifact_tree
from nbflow.widgets.model_card.charts import SpecFile, spec_files
from nbflow.widgets.model_card.differences import differences, version_state
from nbflow.widgets.model_card.trial import Trial, trial_of

if TYPE_CHECKING:
    from nbflow.drawing.model_surroundings import AroundModel, AroundVersion, ModelFiles
    from nbflow.entities import ModelHistoryEntry
    from nbflow.mlmodel.document import ModelInfo
    from nbflow.mlmodel.schema import Schema
    from nbflow.mlmodel.signature import ModelSignature
    from nbflow.tracking.client import Client

__all__ = ["Card", "history_row", "info_card", "version_card"]

_SPECS, _PAIRS, _REQUIREMENTS = 500, 500, 500
_HISTORY, _VERSIONS = 200, 200
_EXAMPLE_ROWS, _EXAMPLE_COLUMNS, _EXAMPLE_LENGTH = 5, 30, 4_000
_TEXT_LENGTH, _VALUE_LENGTH = 8_000, 2_000
_COMMIT_LENGTH = 12
_NO_STAGE = "None"
_VERDICTS = {"approved", "rejected"}
_ASKED = "approval asked"
_ONE_APPROVAL = AliasPolicy("any", approvals=1)


class Card(Struct, frozen=True):
    """A card: what the view is given, the charts, how the model is tried, and its files where they are known."""

    data: dict[str, Any]
    charts: tuple[SpecFile, ...]
    trial: Trial
    files: ArtifactsOfModel | None


def version_card(version: ModelVersion, client: Client, *, no_trial: str = "") -> Card:
    """Set out a version.

    Parameters
    ----------
    version
        The version.
    client
        Its store. What cannot be read there is left out; nothing is loaded, and nothing fetched from other machines.
    no_trial
        Why no model is tried where the card is shown; `""` where they are.
    """
    around = around_version(version, client)
    document, files = around.document, around.files
    signature = read_signature(version.signature)
    if signature is None and document is not None:
        signature = document.signature
    charts = spec_files(client, version.run_id)
    versions = _versions_of(client, version)
    known = document is not None
    trial = Trial(reason=no_trial) if no_trial else _trial(signature, files, document, known=known)
    uri = model_uri(version.name, version.version)
    shown = _files_of(client, uri) if around.history else None
    data = {
        "type": "version",
        "uri": uri,
        "name": version.name,
        "number": version.version,
        "deleted": version.lifecycle_stage == "deleted",
        "about": version.description[:_TEXT_LENGTH],
        "aliases": list(version.aliases),
        "stage": None if version.current_stage == _NO_STAGE else version.current_stage,
        "facts": _version_facts(version, around, client),
        "code": say.loading_code(uri),
        "metrics": _metrics(version.metrics, version.evaluated),
        "tags": _pairs(version.tags),
        "pairs": [],
        **_shared(signature, files, None if document is None else document.saved_input_example_info, charts, trial),
        "approvals": _approvals(version, around.history),
        "policies": [
            {"alias": each.alias, "approvals": each.approvals, "require": each.require} for each in around.policies
        ],
        "history": [history_row(each) for each in reversed(around.history[-_HISTORY:])],
        "versions": _versions(versions, version, around.policies, client),
        "differences": _since_previous(client, versions, version),
        "artifacts": None if shown is None else artifact_tree(shown),
        "known": bool(around.history),
    }
    cut = {"history": [_HISTORY, len(around.history)], "versions": [_VERSIONS, len(versions)]}
    data["reduced"] = {noun: pair for noun, pair in cut.items() if pair[0] < pair[1]}
    return Card(data, tuple(charts), trial, shown)


def info_card(info: ModelInfo, client: Client) -> Card:
    """Set out a model that a run logged; see `version_card`."""
    around = around_model(info.model_uri, info.model_uuid, info.run_id, client)
    files = around.files
    charts = spec_files(client, info.run_id)
    trial = _trial(info.signature, files, info, known=files is not None)
    shown = _files_of(client, info.model_uri, looked_at=files is not None)
    data = {
        "type": "model",
        "uri": info.model_uri,
        "name": info.name or info.artifact_path or "",
        "number": info.registered_model_version if info.model_uri.startswith("models:") else None,
        "deleted": False,
        "about": "",
        "aliases": [],
        "stage": None,
        "facts": _info_facts(info, around, client),
        "code": say.loading_code(info.model_uri) if info.model_uri else "",
        "metrics": _metrics(info.metrics or _run_metrics(client, info.run_id), {}),
        "tags": _pairs(info.tags),
        "pairs": [
            {"title": title, "rows": _pairs(pairs)}
            for title, pairs in (("Params", info.params), ("Metadata", info.metadata or {}))
            if pairs
        ],
        **_shared(info.signature, files, info.saved_input_example_info, charts, trial),
        "approvals": [],
        "policies": [],
        "history": [],
        "versions": None,
        "differences": None,
        "artifacts": None if shown is None else artifact_tree(shown),
        "known": files is not None,
        "reduced": {},
    }
    return Card(data, tuple(charts), trial, shown)


def _files_of(client: Client, uri: str, *, looked_at: bool = True) -> ArtifactsOfModel | None:
    """Give a model's files; None where they are gone, or another's that took its place: those that were looked at."""
    if not uri:
        return None
    files = ArtifactsOfModel(uri, client)
    try:
        return files if looked_at or not files.is_here() else None
    except FAILED:
        return None


def _version_facts(version: ModelVersion, around: AroundVersion, client: Client) -> list[dict[str, Any]]:
    flavors = dict.fromkeys(version.flavors) if around.document is None else around.document.flavors
    updated = version.last_updated_timestamp
    changed = None if moment(updated) == moment(version.creation_timestamp) else say.when(updated)
    by = f" by {version.user_id}" if version.user_id else ""
    status = None if version.status == "READY" else f"{version.status} {version.status_message or ''}".strip()
    return _facts(
        ("registered", f"{say.when(version.creation_timestamp)}{by}"),
        ("changed", changed),
        ("status", status),
        ("flavors", say.flavors_text(flavors)),
        ("size", size(version.size_bytes) if version.size_bytes else None),
        ("run", say.named(around.run, version.run_id)),
        ("made in", _made_in(client, version.run_id)),
        ("source", version.source, True),
        ("run link", version.run_link),
        ("uuid", version.model_uuid, True),
    )


def _info_facts(info: ModelInfo, around: AroundModel, client: Client) -> list[dict[str, Any]]:
    registered = ", ".join(map(version_name, around.versions))
    if not registered and info.registered_model_version is not None:
        registered = f"version {info.registered_model_version}"
    python = say.python_of(info.flavors, around.files)
    written = (("Python", python), ("nbflow", info.nbflow_version), ("MLflow", info.mlflow_version))
    return _facts(
        ("created", say.created_text(info.utc_time_created)),
        ("flavors", say.flavors_text(info.flavors)),
        ("size", None if info.model_size_bytes is None else size(info.model_size_bytes)),
        ("run", say.named(around.run, info.run_id)),
        ("made in", _made_in(client, info.run_id)),
        ("registered as", registered),
        ("made with", ", ".join(f"{name} {version}" for name, version in written if version)),
        ("files", None if around.files is None else around.files.folder, True),
        ("uuid", info.model_uuid, True),
    )


def _shared(
    signature: ModelSignature | None,
    files: ModelFiles | None,
    example: Mapping[str, Any] | None,
    charts: Iterable[SpecFile],
    trial: Trial,
) -> dict[str, Any]:
    params = () if signature is None or signature.params is None else tuple(signature.params)
    return {
        "inputs": None if signature is None else _specs(signature.inputs),
        "outputs": None if signature is None else _specs(signature.outputs),
        "params": [
            {
                "name": each.name,
                "type": f"{'' if each.shape is None else 'list of '}{each.dtype!r}",
                "default": value_of(each.default)[:_VALUE_LENGTH],
            }
            for each in params[:_SPECS]
        ],
        "example": _example(files, example),
        "environment": None
        if files is None
        else {"python": files.python or "", "requirements": list(files.requirements[:_REQUIREMENTS])},
        "charts": [{"name": each.name, "path": each.path, "spec": each.spec()} for each in charts],
        "trial": trial.to_json(),
    }


def _trial(signature: ModelSignature | None, files: ModelFiles | None, document: Any, *, known: bool) -> Trial:
    if not known:
        return Trial(reason="Its files are not on this machine, or are gone.")
    if "python_function" not in document.flavors:
        return Trial(reason="It has no python_function flavor: it cannot predict.")
    other = getattr(document, "other", {})
    hints = bool(other.get("is_signature_from_type_hint"))
    try:
        return trial_of(signature, files, document.saved_input_example_info, hints=hints)
    except NbflowError as exc:
        return Trial(reason=str(exc))


def _facts(*facts: tuple[str, str | None] | tuple[str, str | None, bool]) -> list[dict[str, Any]]:
    return [{"name": fact.name, "value": fact.value, "code": fact.code} for fact in say.known(*facts)]


def _run_metrics(client: Client, run_id: str | None) -> Mapping[str, float]:
    try:
        return {} if run_id is None else client.get_run(run_id).metrics
    except FAILED:
        return {}


def _made_in(client: Client, run_id: str | None) -> str | None:
    """Say which notebook or script made the run, and of which commit."""
    try:
        tags = {} if run_id is None else client.get_run(run_id).tags
    except FAILED:
        return None
    commit = tags.get("mlflow.source.git.commit", "")[:_COMMIT_LENGTH]
    changed = ", changed since" if commit and tags.get("nbflow.source.git.dirty") == "true" else ""
    name = PurePath(tags.get("mlflow.source.name", "")).name
    return ", ".join(part for part in (name, f"commit {commit}{changed}" if commit else "") if part) or None


def _specs(schema: Schema | None) -> dict[str, Any] | None:
    if schema is None:
        return None
    named = schema.has_input_names()
    rows = [
        {"name": str(name) if named else None, "type": input_type(spec), "required": spec.required}
        for name, spec in zip(schema.input_names()[:_SPECS], schema.inputs, strict=False)
    ]
    return {"what": "tensor" if schema.is_tensor_spec() else "column", "rows": rows, "n_rows": len(schema)}


def _example(files: ModelFiles | None, info: Mapping[str, Any] | None) -> dict[str, Any] | None:
    value = None if files is None else files.example
    if value is None or info is None:
        return None
    if info.get("params") and isinstance(value, dict) and "inputs" in value:
        value = value["inputs"]
    rows = value.get("data") if isinstance(value, dict) else None
    if info.get("type") != "dataframe" or not isinstance(rows, list) or not rows or not isinstance(rows[0], list):
        return {"text": value_of(value)[:_EXAMPLE_LENGTH]}
    width = len(rows[0])
    if not width or not all(isinstance(row, list) and len(row) == width for row in rows):
        return {"text": value_of(value)[:_EXAMPLE_LENGTH]}
    names: Any = value.get("columns")
    if not isinstance(names, list) or len(names) != width:
        names = list(range(width))
    return {
        "columns": [value_of(name)[:_VALUE_LENGTH] for name in names[:_EXAMPLE_COLUMNS]],
        "rows": [[_plain(cell) for cell in row[:_EXAMPLE_COLUMNS]] for row in rows[:_EXAMPLE_ROWS]],
        "n_rows": len(rows),
        "n_columns": width,
    }


def _plain(value: Any) -> Any:
    return value if isinstance(value, float) or value is None else value_of(value)[:_VALUE_LENGTH]


def _metrics(metrics: Mapping[str, float], evaluated: Mapping[str, float]) -> list[dict[str, Any]]:
    names = [*metrics, *(name for name in evaluated if name not in metrics)]
    return [{"name": name, "value": metrics.get(name), "evaluated": evaluated.get(name)} for name in names[:_PAIRS]]


def _pairs(pairs: Mapping[str, Any]) -> list[list[str]]:
    return [[str(key), value_of(value)[:_VALUE_LENGTH]] for key, value in list(pairs.items())[:_PAIRS]]


def history_row(entry: ModelHistoryEntry) -> dict[str, Any]:
    """Say one thing that happened, in short where its words are many."""
    return {
        "time": entry.timestamp,
        "user": entry.user,
        "action": entry.action,
        "text": entry.text[:_TEXT_LENGTH],
        "version": entry.version,
    }


def _approvals(version: ModelVersion, history: Sequence[ModelHistoryEntry]) -> list[dict[str, Any]]:
    """Say what each reviewer said last, and who asked for it since; whether it counts is for the rule to say."""
    authors = frozenset([version.user_id, *(entry.user for entry in history if entry.action == "registered")])
    last = {entry.user: entry for entry in history if entry.action in _VERDICTS}
    asked = [entry for entry in history if entry.action == _ASKED][-1:]
    said = []
    for entry in (*asked, *last.values()):
        alone = VersionFacts(authors, mover="", verdicts={entry.user: True})
        words = (
            entry.text.removeprefix(f"version {entry.version}: ").removeprefix(entry.action).removeprefix(":").strip()
        )
        said.append(
            {
                "user": entry.user,
                "verdict": "asked" if entry.action == _ASKED else entry.action,
                "counts": entry.action != "approved" or not missing(_ONE_APPROVAL, alone),
                "time": entry.timestamp,
                "text": words[:_TEXT_LENGTH],
            }
        )
    return said


def _versions_of(client: Client, version: ModelVersion) -> list[ModelVersion]:
    try:
        return versions_of(client, version.name)
    except FAILED:
        return []


def _versions(
    versions: Sequence[ModelVersion], current: ModelVersion, policies: Iterable[AliasPolicy], client: Client
) -> dict[str, Any]:
    shown = versions[:_VERSIONS]
    columns = metric_columns(shown, policies)
    runs = run_names(shown, client)
    rows = [
        {
            "version": each.version,
            "aliases": list(each.aliases),
            "stage": None if each.current_stage == _NO_STAGE else each.current_stage,
            "metrics": [{"text": cells[i].text, "exact": cells[i].tip} for _, cells in columns],
            "time": each.creation_timestamp,
            "user": each.user_id,
            "run": runs.get(each.run_id or "", each.run_id or ""),
            "current": each.version == current.version,
        }
        for i, each in enumerate(shown)
    ]
    return {"metrics": [label for label, _ in columns], "rows": rows, "n_rows": len(versions)}


def _since_previous(client: Client, versions: Sequence[ModelVersion], current: ModelVersion) -> dict[str, Any] | None:
    """Compare with the version before: what a card shows at first, and all it has without a kernel."""
    previous = max((each for each in versions if each.version < current.version), key=lambda v: v.version, default=None)
    if previous is None:
        return None
    return differences(version_state(client, previous), version_state(client, current))
