"""Routes about whole tables of runs, which pages follow by what changes in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from nbflow.server.api.runs import TableColumn
from nbflow.server.api.views import View, view_type
from nbflow.server.encoding import Download, Kept
from nbflow.server.routing import Call, route

if TYPE_CHECKING:
    import pandas as pd

    from nbflow.tracking.client import Client
    from nbflow.tracking.frame import RunFrame
    from nbflow.widgets.run_table.data import TableData

__all__ = [
    "CsvQuery",
    "Rest",
    "Table",
    "TableContent",
    "TablePatch",
    "TableQuery",
    "csv_of_table",
    "get_table",
]

# What makes a spreadsheet take a text for a formula, unless it is a number.
_FORMULA = r"[=+\-@\t\r]"
_NUMBER = r"[+\-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+\-]?[0-9]+)?"


class CsvQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Which runs, in which order; in all experiments where none is named."""

    experiment_id: tuple[str, ...] = ()
    filter: str = ""
    order_by: tuple[str, ...] = ()
    view: View = "active"


class TableQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Which runs, in which order, and the revision of their table that the asker has."""

    experiment_id: tuple[str, ...] = ()
    filter: str = ""
    order_by: tuple[str, ...] = ()
    view: View = "active"
    base: str | None = None

    @property
    def search(self) -> CsvQuery:
        """Which runs, in which order."""
        return CsvQuery(self.experiment_id, self.filter, self.order_by, self.view)


class TableContent(Struct, frozen=True):
    """All columns with all rows."""

    columns: list[TableColumn]
    reduced: None
    notice: str | None
    live: bool


class Rest(Struct, frozen=True):
    """What is said of a table beside its runs."""

    notice: str | None
    live: bool


class TablePatch(Struct, frozen=True, kw_only=True):
    """What changed.

    Parameters
    ----------
    from_
        Where in the old table each row is; `-1 - i` where it is the i-th row of `columns`.
    columns
        All columns, with the rows that are new or changed.
    rest
        What is said beside them.
    """

    from_: list[int] = field(name="from")
    columns: list[TableColumn]
    rest: Rest


class Table(Struct, frozen=True, omit_defaults=True):
    """A table, or what makes it of the one that the asker has."""

    revision: str
    data: TableContent | None = None
    base: str | None = None
    patch: TablePatch | None = None


@route("GET", "/stores/{store}/table", query=TableQuery, answer=Table)
def get_table(call: Call) -> Kept | None:
    """Give the table of a search: all of it, what changed, or nothing where nothing did."""
    client, search = call.client, call.query.search
    revision = client.search_revision(search.experiment_id or None)
    return call.store.tables.get((call.identity, search), revision, call.query.base, lambda: _table(client, search))


@route("GET", "/stores/{store}/table.csv", query=CsvQuery)
def csv_of_table(call: Call) -> Download:
    """Give the table of a search as CSV; what a spreadsheet would take for a formula gets an apostrophe."""
    found = _found(call.client, call.query)
    # As RFC 4180 has it; and a text with either of the two in it is quoted, so that it stays in its row.
    text: str = _harmless(found).to_csv(index=False, lineterminator="\r\n")
    return Download(text.encode("utf-8", "replace"), "text/csv; charset=utf-8", "runs.csv")


def _table(client: Client, search: CsvQuery) -> TableData:
    from nbflow.widgets.run_table.data import TableData
    from nbflow.widgets.run_table.rows import experiment_names

    return TableData(_found(client, search), experiment_names(client))


def _found(client: Client, search: CsvQuery) -> RunFrame:
    return client.search_frame(
        search.experiment_id or None, search.filter, view_type(search.view), None, search.order_by
    )


def _harmless(runs: RunFrame) -> pd.DataFrame:
    import pandas as pd

    made = pd.DataFrame(runs)
    for name in made.columns:
        column = made[name]
        if pd.api.types.is_string_dtype(column) or column.dtype == object:
            text = column.astype("string")
            risky = (text.str.match(_FORMULA) & ~text.str.fullmatch(_NUMBER)).fillna(value=False).astype(bool)
            if risky.any():
                made[name] = text.where(~risky, "'" + text)
    return made
