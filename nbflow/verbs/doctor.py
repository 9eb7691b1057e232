"""`doctor`: what is wrong with a store, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import msgspec

from nbflow.drawing.format import count
from nbflow.drawing.text import line
from nbflow.errors import NewerFormatError, NotAStoreError
from nbflow.verbs.findings import TITLES, advice
from nbflow.verbs.options import Verb, pass_session

if TYPE_CHECKING:
    from rich.console import RenderableType

    from nbflow.store.checkup import Checkup
    from nbflow.verbs.session import Session

__all__ = ["doctor"]

_OK, _PROBLEMS, _UNUSABLE = 0, 1, 2
_PATH = 200
_DETAIL = 300
_LISTED = 10


@click.command("doctor", cls=Verb)
@pass_session
def doctor(session: Session) -> int:
    """Check the store: torn and damaged logs, missing files, conflicts. Nothing is changed.

    The exit status is 0 when all is well, 1 when there are problems, 2 when there is no store that can be read. In a
    pipe each finding is a line: "problem" or "note", its kind, where, and what.
    """
    try:
        with session.progress("Checking") as advance:
            checkup = session.client.doctor(progress=advance)
    except (NotAStoreError, NewerFormatError) as exc:
        session.fail(exc)
        return _UNUSABLE
    session.answer(
        lambda: {**msgspec.to_builtins(checkup), "n_problems": checkup.n_problems, "counts": checkup.counts},
        lambda: (
            ["problem" if found.problem else "note", found.kind, found.path, found.detail] for found in checkup.findings
        ),
        lambda: _checkup(checkup),
    )
    return _PROBLEMS if checkup.n_problems else _OK


def _checkup(checkup: Checkup) -> RenderableType:
    from rich.text import Text

    from nbflow.verbs.drawing import bold, plain

    of_models = f", {count(checkup.n_models, 'model')}, {count(checkup.n_versions, 'version')}"
    registered = of_models if checkup.n_models else ""
    looked = (
        f"{count(checkup.n_experiments, 'experiment')}, {count(checkup.n_runs, 'run')}, "
        f"{count(checkup.n_events, 'event')}, {count(checkup.n_points, 'point')}{registered}"
    )
    parts = [bold(f"Store {line(checkup.store, _PATH)}"), plain(looked)]
    for kind, n in checkup.counts.items():
        found = [finding for finding in checkup.findings if finding.kind == kind]
        style = "red" if found[0].problem else "cyan"
        parts += [
            plain(""),
            plain(count(n, *TITLES.get(kind, (kind, kind))), f"bold {style}"),
            plain(f"  {advice(kind)}", "dim"),
        ]
        parts += [plain(f"  {line(each.path, _PATH)}: {line(each.detail, _DETAIL)}") for each in found[:_LISTED]]
        if n > _LISTED:
            parts.append(plain(f"  and {n - _LISTED:,} more; `nbflow doctor --json` lists all", "dim"))
    n_problems = checkup.n_problems
    parts += [
        plain(""),
        plain(count(n_problems, "problem"), "bold red") if n_problems else plain("All is well.", "green"),
    ]
    return Text("\n").join(parts)
