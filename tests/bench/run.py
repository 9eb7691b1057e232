"""Run the benchmarks: `python -m tests.bench.run`, or `make bench`.

Nothing here passes or fails by a time: a machine that does other things meanwhile measures other things. The table says
which of the targets were met.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from tests.bench import (
    bench_display,
    bench_history,
    bench_import,
    bench_live,
    bench_log_metric,
    bench_models,
    bench_panel,
    bench_search,
    bench_server,
    bench_system_metrics,
    bench_whole_run,
    machine,
)
from tests.bench.report import Section, as_markdown, as_table
from tests.bench.timing import ROOT, ask

__all__ = ["main"]

PAGE = ROOT / "docs" / "benchmarks.md"
PARTS = ("import", "log_metric", "run", "history", "search", "models", "display", "live", "system", "server", "panel")


def main() -> None:
    """Measure what was asked for, print it, and write it down."""
    options = _options()
    from rich.console import Console

    console = Console(width=170, soft_wrap=True)
    facts = machine.facts(options.folder)
    console.print(machine.METHOD)
    for name, value in facts:
        console.print(f"  {name}: {value}")
    sections: list[Section] = []
    load = machine.load()
    with tempfile.TemporaryDirectory(prefix="nbflow-bench-", dir=options.folder, ignore_cleanup_errors=True) as place:
        for part in options.only or PARTS:
            folder = Path(place) / part
            folder.mkdir()
            with console.status(f"measuring: {part}"):
                measured = _measure(part, folder, options)
            for section in measured:
                console.print(as_table(section))
            sections += measured
    facts.append(("load (processes that wanted a core) before and after", f"{load}, {machine.load()}"))
    missed = [row.what for section in sections for row in section.rows if False in row.verdicts()]
    console.print(f"Targets missed: {'; '.join(missed) or 'none'}")
    if options.write:
        PAGE.write_text(_page(facts, sections), encoding="utf-8")
        console.print(f"Written to {PAGE.relative_to(ROOT)}")


def _measure(part: str, folder: Path, options: argparse.Namespace) -> list[Section]:
    plainly = {
        "import": bench_import.measure,
        "log_metric": bench_log_metric.measure,
        "run": bench_whole_run.measure,
        "history": bench_history.measure,
        "models": bench_models.measure,
        "display": bench_display.measure,
        "live": bench_live.measure,
    }
    if part in plainly:
        return [plainly[part](folder)]
    if part == "search":
        return bench_search.measure(folder, options.runs, options.points, options.peer_runs)
    if part == "server":
        return bench_server.measure(folder, options.runs, options.loaded_runs, options.peer_runs, options.seconds)
    if part == "panel":
        return [bench_panel.measure(folder, options.runs)]
    plain = [(what, f"{value:.4g} {unit}") for what, value, unit in ask(bench_system_metrics.measure)]
    return [Section("System metrics", "What watching the machine costs; off by default.", plain=plain)]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.run", description=__doc__)
    parser.add_argument("--runs", type=int, default=100_000, help="runs in the store that is searched (%(default)s)")
    parser.add_argument("--points", type=int, default=1, help="points of each of their metrics (%(default)s)")
    parser.add_argument("--peer-runs", type=int, default=1000, help="runs in mlflow's (%(default)s)")
    parser.add_argument("--loaded-runs", type=int, default=10_000, help="runs of the server under load (%(default)s)")
    parser.add_argument("--seconds", type=float, default=60, help="how long each load lasts (%(default)s)")
    parser.add_argument("--only", action="append", choices=PARTS, help="measure this part alone; may be given again")
    parser.add_argument("--folder", help="where to put the stores; they are removed (the system's temporary folder)")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.relative_to(ROOT)}")
    return parser.parse_args()


def _page(facts: list[tuple[str, str]], sections: list[Section]) -> str:
    head = ["# Benchmarks", "", machine.METHOD, "", "| the machine | |", "|---|---|"]
    head += [f"| {name} | {value} |" for name, value in facts]
    return "\n".join(head) + "\n\n" + "\n".join(map(as_markdown, sections))


if __name__ == "__main__":
    main()
