"""Execute the quickstart headless, then show what it tracked.

The executed notebook and its store go to `demo/`, which is made anew each time. `make demo` calls this.
"""

from __future__ import annotations

import io
import os
import shutil
import sys
import time
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOK = ROOT / "notebooks" / "quickstart.ipynb"
DEMO = ROOT / "demo"
CELL_TIMEOUT_S = 600


def main() -> int:
    """Run the demonstration.

    Returns
    -------
    status : int
        0, or 1 if a cell failed.
    """
    # What somebody's own settings are must not send these runs to their store.
    for name in [name for name in os.environ if name.startswith("NBFLOW_")]:
        del os.environ[name]
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a pipe on Windows may know no ✓
    console = Console()
    shutil.rmtree(DEMO / "nbruns", ignore_errors=True)
    DEMO.mkdir(exist_ok=True)
    executed = DEMO / NOTEBOOK.name
    os.environ["IPYNB_FILE"] = str(executed)  # what a front end would tell the kernel of its notebook

    console.print(f"Executing [bold]{NOTEBOOK.relative_to(ROOT)}[/bold]")
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    try:
        execute(notebook, console)
    except CellExecutionError as error:
        console.print(Text(str(error), style="red"))
        return 1
    finally:
        nbformat.write(notebook, executed)
    show_runs(console)
    console.print(
        f"\nThe executed notebook is [bold]{executed.relative_to(ROOT)}[/bold]; "
        "[bold]make lab[/bold] opens it in JupyterLab."
    )
    return 0


def execute(notebook: nbformat.NotebookNode, console: Console) -> None:
    """Execute a notebook in place, in the folder `demo`, with a line for each cell.

    Parameters
    ----------
    notebook
        The notebook; its outputs are filled in.
    console
        Where the lines go.
    """
    total = sum(cell.cell_type == "code" for cell in notebook.cells)
    done = 0
    began = time.monotonic()

    def started(cell: Any, cell_index: int) -> None:  # noqa: ARG001 - nbclient calls by name
        nonlocal began
        began = time.monotonic()
        if cell.cell_type == "code":
            status.update(Text(f"cell {done + 1} of {total}: {title(cell.source)}"))

    def ended(cell: Any, cell_index: int, execute_reply: Any) -> None:  # noqa: ARG001
        nonlocal done
        done += 1
        failed = execute_reply["content"]["status"] != "ok"
        line = f"  {done:>2}/{total}  {time.monotonic() - began:5.1f} s  {title(cell.source)}"
        console.print(Text(line, style="red" if failed else ""), no_wrap=True, overflow="ellipsis")

    client = NotebookClient(
        notebook,
        timeout=CELL_TIMEOUT_S,
        kernel_name="python3",
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": str(DEMO)}},
        on_cell_start=started,
        on_cell_executed=ended,
    )
    with console.status("starting the kernel") as status:
        client.execute()


def title(source: str) -> str:
    """Give a cell's first line."""
    return source.strip().partition("\n")[0]


def show_runs(console: Console) -> None:
    """Print the table of the runs, and the best of them, through nbflow itself.

    Parameters
    ----------
    console
        Where they go.
    """
    import nbflow

    nbflow.set_tracking_uri(DEMO / "nbruns")
    runs = nbflow.search_runs(search_all_experiments=True, order_by=["metrics.accuracy DESC"])
    best = runs.best("metrics.accuracy")
    console.print(f"\nWhat [bold]nbflow[/bold] knows of them, in {DEMO.name}/nbruns:\n")
    # Not through rich, which would break the lines of the table at the terminal's edge.
    print(runs._repr_mimebundle_()["text/plain"])
    console.print("\nAnd of the best:\n")
    print(best._repr_mimebundle_()["text/plain"])


if __name__ == "__main__":
    sys.exit(main())
