"""Strip notebooks of what an execution leaves: outputs, counts, timings, the kernel's version.

Use: `python scripts/strip_notebooks.py notebooks/*.ipynb`
"""

from __future__ import annotations

import sys
from pathlib import Path

import nbformat

KEPT_METADATA = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}


def strip(path: Path) -> bool:
    """Strip one notebook in place.

    Parameters
    ----------
    path
        The notebook.

    Returns
    -------
    changed : bool
        Whether there was something to strip.
    """
    before = path.read_text(encoding="utf-8")
    notebook = nbformat.reads(before, as_version=4)
    notebook.metadata = nbformat.from_dict(KEPT_METADATA)
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict({"tags": cell.metadata.tags} if "tags" in cell.metadata else {})
        if cell.cell_type == "code":
            cell.outputs = []
            cell.execution_count = None
    after = nbformat.writes(notebook) + "\n"
    if after == before:
        return False
    path.write_text(after, encoding="utf-8", newline="\n")
    return True


if __name__ == "__main__":
    for name in sys.argv[1:]:
        if strip(Path(name)):
            print(f"stripped {name}")
