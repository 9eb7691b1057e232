"""`merge`: brings one store into another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import msgspec

from nbflow.drawing.format import count, size
from nbflow.drawing.text import line
from nbflow.verbs.options import Verb, pass_session

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import RenderableType

    from nbflow.store.merge import Merged
    from nbflow.verbs.lines import Cell
    from nbflow.verbs.session import Session

__all__ = ["merge"]

_PATH = 200
_LISTED = 10


@click.command("merge", cls=Verb)
@click.argument("source", metavar="SRC")
@click.argument("target", metavar="[DST]", required=False)
@pass_session
def merge(session: Session, source: str, target: str | None) -> int:
    """Copy into the store DST what it lacks of the store SRC. DST is the store in use when it is not given.

    Both may be in use meanwhile, and a merge that was killed goes on when it is called again. The exit status is 1
    when something of SRC is not in DST: artifacts that both have and that differ (DST keeps its own), damaged logs. In
    a pipe each line is "run" or "model" and which; "renumbered", a model, a version's number in SRC and that in DST; or
    "differing", "diverged", "skipped" or "namesakes" and what.
    """
    if target is not None:
        if session.store is not None:
            raise click.UsageError("DST and --store both name the store to merge into. Give one of them.")
        session.store = target
    with session.progress("Merging") as advance:
        merged = session.client.merge(source, progress=advance)
    session.answer(
        lambda: {**msgspec.to_builtins(merged), "complete": merged.complete},
        lambda: _merge_lines(merged),
        lambda: _merged(merged),
    )
    return 0 if merged.complete else 1


def _left_out(merged: Merged) -> list[tuple[str, Sequence[str], str, str]]:
    return [
        ("differing", merged.differing, "artifact differs; DST keeps its own", "artifacts differ; DST keeps its own"),
        (
            "diverged",
            merged.diverged,
            "log disagrees, so that one is damaged; DST keeps its own",
            "logs disagree, so that one is damaged; DST keeps its own",
        ),
        ("skipped", merged.skipped, "is no file that can be copied", "are no files that can be copied"),
        (
            "namesakes",
            merged.namesakes,
            "name is that of several active experiments now; rename one",
            "names are those of several active experiments now; rename one",
        ),
        (
            "namesakes",
            merged.model_namesakes,
            "name is that of several active registered models now; rename one",
            "names are those of several active registered models now; rename one",
        ),
    ]


def _merge_lines(merged: Merged) -> Iterator[Sequence[Cell]]:
    yield from (["run", run_id] for run_id in merged.runs)
    yield from (["model", name] for name in merged.models)
    yield from (["renumbered", each.model, str(each.theirs), str(each.ours)] for each in merged.renumbered)
    for kind, paths, *_ in _left_out(merged):
        yield from ([kind, path] for path in paths)


def _merged(merged: Merged) -> RenderableType:
    from rich.text import Text

    from nbflow.verbs.drawing import plain

    if merged.files:
        grown = len(merged.runs) - merged.new_runs
        what = f"{count(merged.new_runs, 'new run')}, {count(grown, 'run')} with news"
        if merged.models:
            what += f", {count(merged.new_versions, 'new model version')}"
        parts = [plain(f"Copied {count(merged.files, 'file')} ({size(merged.copied_bytes)}): {what}.")]
    else:
        parts = [plain("Nothing to copy: all of it was there.")]
    for each in merged.renumbered[:_LISTED]:
        said = f"Version {each.theirs} of model {each.model} is version {each.ours} in DST: there its number was taken."
        parts.append(plain(line(said, _PATH), "yellow"))
    for _, paths, one, many in _left_out(merged):
        if paths:
            parts.append(plain(f"{count(len(paths), one, many)}:", "bold red"))
            parts += [plain(f"  {line(path, _PATH)}") for path in paths[:_LISTED]]
            if len(paths) > _LISTED:
                parts.append(plain(f"  and {len(paths) - _LISTED:,} more; --json lists all", "dim"))
    return Text("\n").join(parts)
