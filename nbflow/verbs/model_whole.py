"""A registered model, a version, a model's files, told whole: as a document of JSON, and as lines of a pipe (pure)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec

from nbflow.verbs.documents import artifact_document
from nbflow.verbs.lines import moment_text
from nbflow.verbs.model_columns import flat_rows, requirement_table, schema_document
from nbflow.verbs.model_documents import policy_text, registered_document, version_document
from nbflow.verbs.model_facts import verdicts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbflow.entities import Run
    from nbflow.mlmodel.document import Model
    from nbflow.verbs.lines import Cell
    from nbflow.verbs.model_facts import RegisteredFacts, SavedFacts, VersionFacts

__all__ = [
    "registered_facts_document",
    "registered_lines",
    "saved_document",
    "saved_lines",
    "version_facts_document",
    "version_lines",
]


def registered_facts_document(facts: RegisteredFacts) -> dict[str, Any]:
    """Make the document of a registered model that is shown by itself."""
    n_versions = sum(version.lifecycle_stage == "active" for version in facts.versions)
    return {
        **registered_document(facts.model, n_versions),
        "versions": [version_document(version) for version in facts.versions],
        "policies": [msgspec.to_builtins(policy) for policy in facts.policies],
    }


def version_facts_document(facts: VersionFacts) -> dict[str, Any]:
    """Make the document of a version that is shown by itself: with its files, its run, and what was said of it."""
    return {
        **version_document(facts.version),
        "model_uri": facts.saved.uri,
        "schema": schema_document(facts.signature),
        "model": _saved(facts.saved),
        "run_name": None if facts.run is None else facts.run.name,
        "verdicts": [msgspec.to_builtins(entry) for entry in verdicts(facts.history).values()],
        "policies": [msgspec.to_builtins(policy) for policy in facts.policies],
    }


def saved_document(facts: SavedFacts, run: Run | None) -> dict[str, Any]:
    """Make the document of a model that is not registered, or is shown by its URI."""
    document = facts.document
    return {
        "model_uri": facts.uri,
        "run_id": facts.run_id,
        "run_name": None if run is None else run.name,
        "schema": schema_document(None if document is None else document.signature),
        "model": _saved(facts),
        "metrics": {} if run is None else run.metrics,
        "params": {} if run is None else run.params,
    }


def registered_lines(facts: RegisteredFacts) -> Iterator[tuple[str, Cell]]:
    """Give a registered model as names and values."""
    model = facts.model
    yield "name", model.name
    yield "description", model.description
    yield "lifecycle_stage", model.lifecycle_stage
    yield "user", model.user_id
    yield "creation_time", moment_text(model.creation_timestamp)
    yield "last_update_time", moment_text(model.last_updated_timestamp)
    yield "n_versions", sum(version.lifecycle_stage == "active" for version in facts.versions)
    for alias, version in model.aliases.items():
        yield f"aliases.{alias}", version
    for policy in facts.policies:
        yield f"policies.{policy.alias}", policy_text(policy)
    for key, value in model.tags.items():
        yield f"tags.{key}", value
    for each in facts.versions:
        yield f"versions.{each.version}", each.source if each.lifecycle_stage == "active" else "deleted"


def version_lines(facts: VersionFacts) -> Iterator[tuple[str, Cell]]:
    """Give a version as names and values."""
    version = facts.version
    yield "name", version.name
    yield "version", version.version
    yield "aliases", ",".join(version.aliases)
    yield "current_stage", version.current_stage
    yield "description", version.description
    yield "user", version.user_id
    yield "creation_time", moment_text(version.creation_timestamp)
    yield "last_update_time", moment_text(version.last_updated_timestamp)
    yield "source", version.source
    yield "run_id", version.run_id
    yield "flavors", ",".join(version.flavors)
    yield "model_uuid", version.model_uuid
    yield "size_bytes", version.size_bytes
    yield from ((f"signature.{key}", text) for key, text in flat_rows(facts.signature).items())
    yield from ((f"metrics.{key}", value) for key, value in version.metrics.items())
    yield from ((f"evaluated.{key}", value) for key, value in version.evaluated.items())
    yield from ((f"tags.{key}", text) for key, text in version.tags.items())
    yield from ((f"verdicts.{user}", entry.action) for user, entry in verdicts(facts.history).items())
    yield from _files(facts.saved)


def saved_lines(facts: SavedFacts, run: Run | None) -> Iterator[tuple[str, Cell]]:
    """Give a model that is not registered as names and values."""
    document = facts.document
    yield "model_uri", facts.uri
    yield "place", facts.place
    yield "run_id", facts.run_id
    if document is not None:
        yield "flavors", ",".join(document.flavors)
        yield "model_uuid", document.model_uuid
        yield "utc_time_created", document.utc_time_created
        yield "size_bytes", document.model_size_bytes
        yield from ((f"signature.{key}", text) for key, text in flat_rows(document.signature).items())
    if run is not None:
        yield from ((f"metrics.{key}", value) for key, value in run.metrics.items())
    yield from _files(facts)


def _files(facts: SavedFacts) -> Iterator[tuple[str, Cell]]:
    yield "python", facts.python
    yield from ((f"requirements.{key}", text) for key, text in requirement_table(facts.requirements or ()).items())
    yield from ((f"files.{info.path}", info.file_size) for info in facts.files)


def _saved(facts: SavedFacts) -> dict[str, Any]:
    return {
        "place": facts.place,
        "mlmodel": None if facts.document is None else _entries(facts.document),
        "requirements": facts.requirements,
        "python": facts.python,
        "files": [artifact_document(info) for info in facts.files],
        "trouble": facts.trouble,
    }


def _entries(document: Model) -> Any:
    """Give what the MLmodel file says, without the signature. YAML has dates, bytes and sets, JSON has not."""
    known = {name: getattr(document, name) for name in document.__struct_fields__ if name not in ("other", "signature")}
    entries = document.other | {name: value for name, value in known.items() if value is not None}
    return json.loads(json.dumps(entries, default=str, skipkeys=True))
