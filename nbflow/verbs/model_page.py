"""What a person sees of a registered model, of a version, of a model's files: text in sections, safe for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbflow.drawing.format import count, moment, number, size
from nbflow.drawing.html import cut, visible
from nbflow.drawing.text import in_columns, line
from nbflow.verbs.differences import Measured
from nbflow.verbs.fitting import Column, fit
from nbflow.verbs.model_columns import requirement_table, signature_rows
from nbflow.verbs.model_documents import policy_text
from nbflow.verbs.model_facts import said

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rich.console import RenderableType

    from nbflow.entities import AliasPolicy, ModelVersion, Run
    from nbflow.verbs.model_facts import RegisteredFacts, SavedFacts, VersionFacts

__all__ = ["registered_page", "saved_page", "version_page"]

_NAME, _VALUE, _PATH = 80, 120, 4096  # what is to be copied is whole
_DESCRIPTION = 1_000
_ROWS = 20
_TITLES = {"inputs": "Inputs", "outputs": "Outputs", "params": "Params of predict"}
_STAGELESS = "None"

_Pairs = list[tuple[str, str]]


def registered_page(facts: RegisteredFacts, room: int) -> RenderableType:
    """Draw a registered model, with a table of its versions.

    Parameters
    ----------
    facts
        The model.
    room
        How wide the terminal is.
    """
    from rich.console import Group

    from nbflow.verbs.drawing import bold, plain

    model = facts.model
    about = _facts(
        ("created", _when(model.creation_timestamp, model.user_id)),
        ("changed", f"{moment(model.last_updated_timestamp)} UTC"),
        ("aliases", ", ".join(f"{alias} is {version}" for alias, version in model.aliases.items())),
    )
    text = _joined(
        _description(model.description),
        in_columns(about),
        _section("Tags", model.tags.items()),
        _needs(facts.policies),
    )
    parts = [bold(f"Registered model {line(model.name, _NAME)}"), plain(""), plain(text), plain("")]
    return Group(*parts, _versions(facts.versions, room) if facts.versions else plain("No versions yet."))


def version_page(facts: VersionFacts) -> RenderableType:
    """Draw a version of a registered model."""
    version, saved = facts.version, facts.saved
    about = _facts(
        ("uri", saved.uri, _PATH),
        ("aliases", ", ".join(version.aliases)),
        ("stage", "" if version.current_stage == _STAGELESS else version.current_stage),
        ("registered", _when(version.creation_timestamp, version.user_id)),
        ("source", version.source, _PATH),
        ("run", _run(facts.run, version.run_id), _PATH),
        ("run page", version.run_link or "", _PATH),
        ("flavors", ", ".join(version.flavors)),
        ("size", size(version.size_bytes) if version.size_bytes else ""),
    )
    return _page(
        f"Version {version.version} of {line(version.name, _NAME)}",
        _description(version.description),
        in_columns(about),
        *(_section(_TITLES[part], rows) for part, rows in signature_rows(facts.signature).items()),
        _section("Metrics at registration", _numbers(version.metrics)),
        _section("Metrics that evaluate found", _numbers(version.evaluated)),
        _section("Tags", version.tags.items()),
        _section("Approval", said(facts)),
        _needs(facts.policies),
        _on_disk(saved),
        f"Its files are not there to be looked at: {visible(saved.trouble, keep_lines=True)}" if saved.trouble else "",
    )


def saved_page(facts: SavedFacts, run: Run | None) -> RenderableType:
    """Draw a model that is not registered."""
    document = facts.document
    assert document is not None, "a model that has no MLmodel file is none"
    made = document.utc_time_created[:16]
    about = _facts(
        ("place", facts.place or "", _PATH),
        ("run", _run(run, facts.run_id or document.run_id), _PATH),
        ("created", f"{made} UTC" if made else ""),
        ("flavors", ", ".join(document.flavors)),
        ("written by", _writer(document.nbflow_version, document.mlflow_version)),
        ("size", size(document.model_size_bytes) if document.model_size_bytes else ""),
    )
    return _page(
        f"Model {line(facts.uri, _PATH)}",
        in_columns(about),
        *(_section(_TITLES[part], rows) for part, rows in signature_rows(document.signature).items()),
        _section("Metrics of its run", _numbers({} if run is None else run.metrics)),
        _on_disk(facts),
    )


def _page(title: str, *sections: str) -> RenderableType:
    from rich.console import Group

    from nbflow.verbs.drawing import bold, plain

    return Group(bold(title), plain(""), plain(_joined(*sections)))


def _joined(*sections: str) -> str:
    return "\n\n".join(section for section in sections if section)


def _facts(*facts: tuple[str, str] | tuple[str, str, int]) -> _Pairs:
    return [(name, line(value, *limit or [_VALUE])) for name, value, *limit in facts if value]


def _section(title: str, rows: Iterable[tuple[str, str]]) -> str:
    shown = list(rows)
    if not shown:
        return ""
    left_out = f"\n  … and {len(shown) - _ROWS:,} more; --json lists all" if len(shown) > _ROWS else ""
    pairs = [(line(key, _NAME), line(value, _VALUE)) for key, value in shown[:_ROWS]]
    return f"{title}\n{in_columns(pairs)}{left_out}"


def _numbers(metrics: Mapping[str, float]) -> _Pairs:
    return [(key, number(value)) for key, value in metrics.items()]


def _needs(policies: Sequence[AliasPolicy]) -> str:
    return _section("To get an alias it needs", [(each.alias, policy_text(each)) for each in policies])


def _on_disk(facts: SavedFacts) -> str:
    """Write what it needs and what it consists of."""
    needs = [("Python", facts.python)] if facts.python else []
    needs += requirement_table(facts.requirements or ()).items()
    files = [(info.path, size(info.file_size)) for info in facts.files]
    return _joined(_section("Environment", needs), _section("Files", files))


def _description(text: str) -> str:
    return visible(cut(text, _DESCRIPTION), keep_lines=True).strip()


def _when(ms: int, user: str) -> str:
    return f"{moment(ms)} UTC" + (f" by {user}" if user else "")


def _run(run: Run | None, run_id: str | None) -> str:
    if run is None:
        return f"{run_id}, which is not here" if run_id else ""
    return f"{run.name} ({run.run_id})"


def _writer(nbflow: str | None, mlflow: str | None) -> str:
    return f"nbflow {nbflow}" if nbflow else f"MLflow {mlflow}" if mlflow else ""


def _versions(versions: Sequence[ModelVersion], room: int) -> RenderableType:
    """Draw a table of versions, with as many metrics that differ as there is room for."""
    from rich.console import Group

    from nbflow.verbs.drawing import plain, table

    usual = [
        Column("version", tuple(_called(version) for version in versions)),
        Column("registered (UTC)", tuple(moment(version.creation_timestamp) for version in versions)),
        Column("by", tuple(line(version.user_id, _ROWS) for version in versions)),
    ]
    shown, n_left = fit([Measured(version.metrics) for version in versions], usual, room)
    drawn = table(
        [column.head for column in shown],
        [[column.cells[i] for column in shown] for i in range(len(versions))],
        right={i for i, column in enumerate(shown) if column.right},
        whole=range(1, len(shown)),
    )
    left = f"{count(n_left, 'metric that differs is', 'metrics that differ are')} not shown; "
    left += "`nbflow models compare` shows all."
    return Group(drawn, plain(left, "dim")) if n_left else drawn


def _called(version: ModelVersion) -> str:
    """Say which version it is, and what it stands for, or where it is."""
    marks = list(version.aliases)
    if version.current_stage != _STAGELESS:
        marks.append(version.current_stage)
    if version.lifecycle_stage != "active":
        marks.append("in the trash")
    return line(f"{version.version} ({', '.join(marks)})" if marks else str(version.version), _NAME)
