"""Lists of registered models, and of versions of them, as a search gives them: a table of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbflow.drawing.format import MISSING, count, moment
from nbflow.drawing.sheet import Cell, Sheet, Table
from nbflow.drawing.sheet_html import sheet_html
from nbflow.drawing.sheet_text import sheet_text
from nbflow.drawing.version_columns import metric_columns
from nbflow.entities import ModelVersion, RegisteredModel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbflow.tracking.paging import PagedList

__all__ = ["list_bundle"]

_ROWS = 50
_NO_STAGE = "None"


def list_bundle(found: PagedList[Any]) -> dict[str, str]:
    """Draw a page of results.

    Parameters
    ----------
    found
        What a search gave.

    Returns
    -------
    bundle : dict of str to str
        `text/html` and `text/plain`, which say the same; empty where the list holds neither registered models nor
        versions of them alone, or nothing: it is shown as any list is.
    """
    if found and all(isinstance(each, RegisteredModel) for each in found):
        kind, table = "registered model", _models(found)
    elif found and all(isinstance(each, ModelVersion) for each in found):
        kind, table = "model version", _versions(found)
    else:
        return {}
    more = "" if found.token is None else ", and more with page_token=<this list>.token"
    sheet = Sheet(f"{count(len(found), kind)}{more}", parts=(table,))
    return {"text/plain": sheet_text(sheet), "text/html": sheet_html(sheet)}


def _models(found: Sequence[RegisteredModel]) -> Table:
    shown = found[:_ROWS]
    newest = [max(model.latest_versions, key=lambda version: version.version, default=None) for model in shown]
    stages = [", ".join(map(_stage, filter(_staged, model.latest_versions))) for model in shown]
    # A model without versions has no metrics.
    placed = [version for version in newest if version is not None]
    columns = [(label, iter(column)) for label, column in metric_columns(placed)]
    rows = [
        (
            Cell(model.name),
            Cell(MISSING if version is None else str(version.version)),
            Cell(", ".join(f"@{alias} → {number}" for alias, number in model.aliases.items())),
            *([Cell(stage)] if any(stages) else []),
            *(Cell(MISSING) if version is None else next(column) for _, column in columns),
            Cell(moment(model.last_updated_timestamp), tone="soft"),
            Cell(model.user_id),
        )
        for model, version, stage in zip(shown, newest, stages, strict=True)
    ]
    head = ("name", "newest", "aliases", *(["stages"] if any(stages) else []), *(label for label, _ in columns))
    first = len(head) - len(columns)
    numbers = (1, *range(first, len(head)))
    return Table("", (*head, "changed (UTC)", "by"), rows, "the list", numbers, n_rows=len(found))


def _versions(found: Sequence[ModelVersion]) -> Table:
    shown = found[:_ROWS]
    staged = any(map(_staged, shown))
    columns = metric_columns(shown)
    rows = [
        (
            Cell(version.name),
            Cell(str(version.version)),
            Cell(" ".join(f"@{alias}" for alias in version.aliases)),
            *([Cell(version.current_stage if _staged(version) else "")] if staged else []),
            *(column[i] for _, column in columns),
            Cell(moment(version.creation_timestamp), tone="soft"),
            Cell(version.user_id),
        )
        for i, version in enumerate(shown)
    ]
    head = ("name", "version", "aliases", *(["stage"] if staged else []), *(label for label, _ in columns))
    numbers = (1, *range(len(head) - len(columns), len(head)))
    return Table("", (*head, "registered (UTC)", "by"), rows, "the list", numbers, n_rows=len(found))


def _staged(version: ModelVersion) -> bool:
    return version.current_stage != _NO_STAGE


def _stage(version: ModelVersion) -> str:
    return f"{version.current_stage} → {version.version}"
