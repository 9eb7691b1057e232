"""The table that `%nbflow experiments` shows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, overload

from nbflow.drawing.cells import left
from nbflow.drawing.facts import description
from nbflow.drawing.format import MISSING, count, moment
from nbflow.drawing.html import el, user_text
from nbflow.drawing.style import page
from nbflow.drawing.text import grid, line
from nbflow.entities import Experiment

__all__ = ["ExperimentList"]

_HEAD = ("experiment", "id", "created (UTC)", "description")
_ROWS = 50
_LENGTH = 60


class ExperimentList(Sequence[Experiment]):
    """Experiments, shown as a table: no `list`, because IPython has its own way to show those.

    Parameters
    ----------
    experiments
        The experiments, in the order shown.
    in_use
        The id of the one that new runs go into, which is marked.
    """

    def __init__(self, experiments: Iterable[Experiment], in_use: str | None = None) -> None:
        self._experiments = tuple(experiments)
        self.in_use = in_use

    @overload
    def __getitem__(self, index: int) -> Experiment: ...

    @overload
    def __getitem__(self, index: slice) -> ExperimentList: ...

    def __getitem__(self, index: int | slice) -> Experiment | ExperimentList:
        if isinstance(index, slice):
            return ExperimentList(self._experiments[index], self.in_use)
        return self._experiments[index]

    def __len__(self) -> int:
        return len(self._experiments)

    def __repr__(self) -> str:
        return f"<ExperimentList of {count(len(self), 'experiment')}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": self._text(), "text/html": self._html()}

    def _rows(self) -> list[tuple[str, str, str, str]]:
        return [
            (
                f"{each.name} (in use)" if each.experiment_id == self.in_use else each.name,
                each.experiment_id,
                moment(each.creation_time),
                description(each.tags) or MISSING,
            )
            for each in self._experiments[:_ROWS]
        ]

    def _left_out(self) -> str | None:
        more = len(self) - _ROWS
        return f"{_ROWS} of {len(self):,} shown; nbflow.search_experiments() gives all." if more > 0 else None

    def _text(self) -> str:
        cells = [tuple(line(text, _LENGTH) for text in row) for row in self._rows()]
        table = grid([_HEAD, *cells]) if cells else None
        return "\n\n".join(part for part in (count(len(self), "experiment"), table, self._left_out()) if part)

    def _html(self) -> str:
        head = el("tr", *(left("th", name, scope="col") for name in _HEAD))
        lines = [
            el("tr", left("th", name, scope="row"), *(left("td", each) for each in rest))
            for name, *rest in ([user_text(text, _LENGTH) for text in row] for row in self._rows())
        ]
        table = el("table", el("thead", head), el("tbody", *lines), class_="nbflow-table") if lines else None
        note = self._left_out()
        return page(
            el("div", el("b", count(len(self), "experiment")), class_="nbflow-title"),
            el("div", table, class_="nbflow-scroll"),
            el("div", note, class_="nbflow-notes") if note else None,
        )
