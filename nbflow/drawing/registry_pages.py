"""The page of a registered model, and the page of a version of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbflow.drawing import model_facts as say
from nbflow.drawing.format import MISSING, moment, size
from nbflow.drawing.model_surroundings import (
    AroundRegistered,
    AroundVersion,
    around_registered,
    around_version,
    run_names,
)
from nbflow.drawing.schemas import read_signature, signature_columns
from nbflow.drawing.sheet import Cell, Columns, Sheet, Stack, Table, cells
from nbflow.drawing.sheet_html import sheet_html
from nbflow.drawing.sheet_text import sheet_text
from nbflow.drawing.version_columns import metric_columns
from nbflow.entities import AliasPolicy
from nbflow.registry.policies import VersionFacts, missing
from nbflow.tracking.model_sources import model_uri

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nbflow.drawing.sheet import Part, Picture
    from nbflow.entities import ModelHistoryEntry, ModelVersion, RegisteredModel
    from nbflow.tracking.client import Client

__all__ = ["registered_model_bundle", "registered_model_text", "version_bundle", "version_text"]

_VERSIONS = 20
_NO_STAGE = "None"
_VERDICTS = {"approved": Cell("✓ approved", tone="good"), "rejected": Cell("✗ rejected", tone="bad")}
_ASKED = "approval asked"
_ONE_APPROVAL = AliasPolicy("any", approvals=1)


def version_bundle(
    version: ModelVersion, client: Client | None = None, *, pictures: Sequence[Picture] = ()
) -> dict[str, str]:
    """Draw a version of a registered model.

    Parameters
    ----------
    version
        The version.
    client
        Where its files, its run and its history are looked up; None is the store in use.
    pictures
        Of the charts of its evaluation.

    Returns
    -------
    bundle : dict of str to str
        `text/html` and `text/plain`, which say the same, but for the pictures.
    """
    return _bundle(_version_sheet(version, around_version(version, client), pictures))


def version_text(version: ModelVersion, client: Client | None = None) -> str:
    """Write the page of a version; see `version_bundle`."""
    return sheet_text(_version_sheet(version, around_version(version, client)))


def registered_model_bundle(model: RegisteredModel, client: Client | None = None) -> dict[str, str]:
    """Draw a registered model.

    Parameters
    ----------
    model
        The registered model.
    client
        Where its versions, its policies and its history are looked up; None is the store in use.

    Returns
    -------
    bundle : dict of str to str
        `text/html` and `text/plain`, which say the same.
    """
    return _bundle(_registered_sheet(model, client))


def registered_model_text(model: RegisteredModel, client: Client | None = None) -> str:
    """Write the page of a registered model; see `registered_model_bundle`."""
    return sheet_text(_registered_sheet(model, client))


# ---------------------------------------------------------------- a version


def _version_sheet(version: ModelVersion, around: AroundVersion, pictures: Sequence[Picture] = ()) -> Sheet:
    document, files = around.document, around.files
    uri = model_uri(version.name, version.version)
    # The MLmodel file says which libraries, the registry only which flavors.
    flavors = dict.fromkeys(version.flavors) if document is None else document.flavors
    signature = read_signature(version.signature)
    if signature is None and document is not None:
        signature = document.signature
    shown = None if document is None else say.example(files, document.saved_input_example_info)
    name, number = say.quoted(version.name), version.version
    said = Stack((_approvals(version, around.history), _policies(around.policies)))
    parts: list[Part] = [
        Columns((_version_metrics(version), said, say.pairs_table("Tags", "tag", version.tags, "version.tags"))),
        signature_columns(signature, "version.signature"),
        *([] if shown is None else [shown]),
        *pictures,
        say.history_table(around.history, f"nbflow.Client().model_history({name}, {number})", number),
        say.environment(files),
    ]
    return Sheet(
        "Model version",
        version.name,
        str(number),
        _badges(version),
        _restoring(version, f"nbflow.Client().restore_model_version({name}, {number})"),
        version.description,
        say.known(
            ("URI", uri, True),
            ("registered", _done(version.creation_timestamp, version.user_id)),
            ("changed", _changed(version)),
            ("status", None if version.status == "READY" else _status(version)),
            ("flavors", say.flavors_text(flavors)),
            ("size", size(version.size_bytes) if version.size_bytes else None),
            ("source", version.source, True),
            ("run", say.named(around.run, version.run_id), around.run is None),
            ("run link", version.run_link),
            ("uuid", version.model_uuid, True),
        ),
        tuple(parts),
        say.loading_code(uri),
    )


def _version_metrics(version: ModelVersion) -> Table:
    if not version.evaluated:
        return say.metrics_table(version.metrics, "version.metrics")
    keys = [*version.metrics, *(key for key in version.evaluated if key not in version.metrics)]
    rows = [
        (Cell(key), *(say.measured(found[key]) if key in found else Cell(MISSING) for found in _both(version)))
        for key in keys
    ]
    where = "version.metrics and version.evaluated"
    return Table("Metrics", ("metric", "at registration", "evaluated"), rows, where, (1, 2), first=12)


def _both(version: ModelVersion) -> tuple[dict[str, float], dict[str, float]]:
    return version.metrics, version.evaluated


def _approvals(version: ModelVersion, history: Sequence[ModelHistoryEntry]) -> Table:
    """Set out what each reviewer said last, and who asked for it since."""
    authors = frozenset([version.user_id, *(entry.user for entry in history if entry.action == "registered")])
    last = {entry.user: entry for entry in history if entry.action in _VERDICTS}
    asked = [entry for entry in history if entry.action == _ASKED][-1:]
    rows = [
        (
            Cell(entry.user),
            _verdict(entry, authors),
            Cell(moment(entry.timestamp), tone="soft"),
            Cell(_words(entry)),
        )
        for entry in (*asked, *last.values())
    ]
    return Table("Approvals", ("who", "says", "when (UTC)", "in words"), rows, "the history")


def _verdict(entry: ModelHistoryEntry, authors: frozenset[str]) -> Cell:
    said = _VERDICTS.get(entry.action)
    if said is None:
        return Cell("asked for it", tone="soft")
    # What counts is the rule's to say: it takes two spellings of a name for one person.
    alone = VersionFacts(authors, mover="", verdicts={entry.user: True})
    if entry.action == "approved" and missing(_ONE_APPROVAL, alone):
        return Cell("approved (by who registered it: counts for no policy)", tone="soft")
    return said


def _words(entry: ModelHistoryEntry) -> str:
    """Give what somebody said, without what the other columns say."""
    text = entry.text.removeprefix(f"version {entry.version}: ")
    return text.removeprefix(entry.action).removeprefix(":").strip()


def _status(version: ModelVersion) -> str:
    return version.status if not version.status_message else f"{version.status}: {version.status_message}"


def _changed(version: ModelVersion) -> str | None:
    updated = version.last_updated_timestamp
    return None if moment(updated) == moment(version.creation_timestamp) else say.when(updated)


# ---------------------------------------------------------------- a registered model


def _registered_sheet(model: RegisteredModel, client: Client | None) -> Sheet:
    around = around_registered(model, client)
    newest = tuple(sorted(model.latest_versions, key=lambda version: -version.version))
    versions = newest if around.versions is None else around.versions
    name = say.quoted(model.name)
    parts: tuple[Part, ...] = (
        _versions(versions, around, client, f"nbflow.search_model_versions(filter_string={_filter(model.name)})"),
        Columns((_policies(around.policies), say.pairs_table("Tags", "tag", model.tags, "model.tags"))),
        say.history_table(around.history, f"nbflow.Client().model_history({name})"),
    )
    updated = model.last_updated_timestamp
    return Sheet(
        "Registered model",
        model.name,
        trash=_restoring(model, f"nbflow.Client().restore_registered_model({name})"),
        about=model.description,
        facts=say.known(
            ("created", _done(model.creation_timestamp, model.user_id)),
            ("changed", None if moment(updated) == moment(model.creation_timestamp) else say.when(updated)),
            ("versions", f"{len(versions):,}" if around.versions is not None else None),
            ("aliases", ", ".join(f"@{alias} → {number}" for alias, number in model.aliases.items())),
        ),
        parts=parts,
        code=_use(model, versions),
    )


def _versions(versions: Sequence[ModelVersion], around: AroundRegistered, client: Client | None, where: str) -> Table:
    shown = versions[:_VERSIONS]
    runs = run_names(shown, client) if around.versions is not None else {}
    staged = any(version.current_stage != _NO_STAGE for version in shown)
    columns = metric_columns(shown, around.policies)
    head = (
        "version",
        "aliases",
        *(["stage"] if staged else []),
        *(label for label, _ in columns),
        "registered (UTC)",
        "by",
        "run",
    )
    rows = [
        (
            Cell(str(version.version)),
            Cell(" ".join(f"@{alias}" for alias in version.aliases)),
            *([Cell("" if version.current_stage == _NO_STAGE else version.current_stage)] if staged else []),
            *(column[i] for _, column in columns),
            Cell(moment(version.creation_timestamp), tone="soft"),
            Cell(version.user_id),
            Cell(runs.get(version.run_id or "", version.run_id or MISSING)),
        )
        for i, version in enumerate(shown)
    ]
    first = 2 + staged
    return Table("Versions", head, rows, where, (0, *range(first, first + len(columns))), n_rows=len(versions))


def _use(model: RegisteredModel, versions: Sequence[ModelVersion]) -> str:
    """Write the code by which the model is used: the version of an alias, else the newest; else how to register one."""
    if not versions:
        return f'nbflow.register_model("runs:/<run id>/<model>", {say.quoted(model.name)})'
    alias = "champion" if "champion" in model.aliases else next(iter(model.aliases), None)
    whole = model_uri(model.name, 0).removesuffix("/0")
    return say.loading_code(f"{whole}@{alias}" if alias else f"{whole}/latest")


def _filter(name: str) -> str:
    return repr(f'name = "{name}"' if "'" in name else f"name = '{name}'")


# ---------------------------------------------------------------- both


def _policies(policies: Iterable[AliasPolicy]) -> Table:
    rows = [
        cells(
            f"@{policy.alias}",
            f"{policy.approvals} by others" if policy.approvals else MISSING,
            policy.require or MISSING,
        )
        for policy in policies
    ]
    return Table("Policies", ("alias", "approvals", "evaluation"), rows, "the model's policies")


def _badges(version: ModelVersion) -> tuple[str, ...]:
    stage = () if version.current_stage == _NO_STAGE else (version.current_stage,)
    return (*(f"@{alias}" for alias in version.aliases), *stage)


def _restoring(thing: ModelVersion | RegisteredModel, code: str) -> str | None:
    return code if thing.lifecycle_stage == "deleted" else None


def _done(time_ms: int, user: str) -> str | None:
    return f"{say.when(time_ms)} by {user}" if user else say.when(time_ms)


def _bundle(sheet: Sheet) -> dict[str, str]:
    return {"text/plain": sheet_text(sheet), "text/html": sheet_html(sheet)}
