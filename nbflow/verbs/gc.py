"""`gc`: empties the trash, after asking."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

from nbflow.drawing.format import count, size
from nbflow.drawing.text import line
from nbflow.verbs.model_completion import complete_trash_of_model
from nbflow.verbs.options import Verb, pass_session
from nbflow.verbs.refs import complete_experiment, complete_run, find_experiment, find_runs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import RenderableType

    from nbflow.store.gc import Collected
    from nbflow.verbs.lines import Cell
    from nbflow.verbs.session import Session

__all__ = ["Age", "gc"]

_DEFAULT = "0"
_PATH = 200
_REASON = 300
_UNIT_S = {"d": 86400, "h": 3600, "m": 60, "s": 1}
_AGE = re.compile(r"(?:\d+(?:\.\d+)?[dhms])+")
_PART = re.compile(r"(\d+(?:\.\d+)?)([dhms])")


class Age(click.ParamType[float]):
    """A length of time: `30d`, `12h`, `1d12h`, `90m`; in seconds then."""

    name = "age"

    def convert(self, value: str | float, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Take the text apart."""
        if not isinstance(value, str):
            return float(value)
        if not _AGE.fullmatch(value):
            self.fail(f"{value!r} is no length of time. Write it as 30d, 12h, 1d12h, 90m or 10s.", param, ctx)
        return sum(float(number) * _UNIT_S[unit] for number, unit in _PART.findall(value))


@click.command("gc", cls=Verb)
@click.option(
    "--older-than", type=Age(), default=0.0, metavar="AGE", help="Only what was deleted so long ago: 30d, 12h."
)
@click.option(
    "--run-id", "runs", multiple=True, metavar="RUN", shell_complete=complete_run, help="Only this run; several times."
)
@click.option(
    "--experiment-id",
    "experiments",
    multiple=True,
    metavar="ID|NAME",
    shell_complete=complete_experiment,
    help="Only this experiment and its runs; several times.",
)
@click.option(
    "--model",
    "models",
    multiple=True,
    metavar="NAME",
    shell_complete=complete_trash_of_model,
    help="Only this registered model, or deleted versions of it; several times.",
)
@click.option("--force", is_flag=True, help="Also runs that versions of registered models were registered from.")
@click.option("--dry-run", is_flag=True, help="Only say what would be removed.")
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@pass_session
def gc(
    session: Session,
    older_than: float,
    runs: Sequence[str],
    experiments: Sequence[str],
    models: Sequence[str],
    force: bool,
    dry_run: bool,
    yes: bool,
) -> int:
    """Remove what is in the trash for good, with its artifacts. It cannot be undone.

    In a pipe each line is "run", "experiment", "model", "version" or "leftover" and what went, or "kept", what stays,
    and why.
    """
    client = session.client
    named = bool(runs or experiments or models)
    run_ids = [run.run_id for run in find_runs(client, runs)] if named else None
    names = list(models) if named else None
    ids = [find_experiment(client, ref).experiment_id for ref in experiments] if named else None
    if not (dry_run or yes):
        planned = client.gc(older_than, run_ids, ids, model_names=names, force=force, dry_run=True)
        if _total(planned):
            if not session.interactive:
                raise click.UsageError("Nobody can be asked here. Give --yes to remove it, or --dry-run to see what.")
            session.console.print(_collected(planned), markup=False, highlight=False)
            click.confirm("Remove it for good?", abort=True)
    with session.progress("Looking" if dry_run else "Removing") as advance:
        collected = client.gc(
            older_than, run_ids, ids, model_names=names, force=force, dry_run=dry_run, progress=advance
        )
    session.answer(lambda: collected, lambda: _gc_lines(collected), lambda: _collected(collected))
    return 1 if any(kept.failed for kept in collected.kept) else 0


def _total(collected: Collected) -> int:
    went = (collected.runs, collected.experiments, collected.models, collected.versions, collected.leftovers)
    return sum(map(len, went))


def _gc_lines(collected: Collected) -> Iterator[Sequence[Cell]]:
    yield from (["run", run_id] for run_id in collected.runs)
    yield from (["experiment", experiment_id] for experiment_id in collected.experiments)
    yield from (["model", name] for name in collected.models)
    yield from (["version", version] for version in collected.versions)
    yield from (["leftover", path] for path in collected.leftovers)
    yield from (["kept", kept.id, kept.reason] for kept in collected.kept)


def _kept_name(kept: str) -> str:
    return "the experiment Default" if kept == _DEFAULT else line(kept, _PATH)


def _collected(collected: Collected) -> RenderableType:
    from rich.text import Text

    from nbflow.verbs.drawing import plain

    parts = []
    if not _total(collected):
        parts.append(plain("The trash has nothing to remove."))
    else:
        counts = (
            (len(collected.experiments), "experiment"),
            (len(collected.runs), "run"),
            (len(collected.models), "registered model"),
            (len(collected.versions), "model version"),
            (len(collected.leftovers), "leftover"),
        )
        what = ", ".join(count(n, noun) for n, noun in counts if n)
        verb = "Would remove" if collected.dry_run else "Removed"
        parts.append(plain(f"{verb} {what} ({size(collected.freed_bytes)})."))
    parts += [
        plain(f"Kept {_kept_name(kept.id)}: {line(kept.reason, _REASON)}", "red" if kept.failed else "")
        for kept in collected.kept
    ]
    return Text("\n").join(parts)
