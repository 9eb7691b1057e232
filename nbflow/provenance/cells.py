"""Which cell a frame belongs to: IPython compiles each cell under a file name of its own."""

from __future__ import annotations

import re

from nbflow.provenance._shell import ipython_shell

__all__ = ["cell_count"]

_NAMED = re.compile(r"<ipython-input-(\d+)-")
_LABEL = re.compile(r"\d+")


def cell_count(filename: str) -> int | None:
    """Find the execution count of the cell that was compiled under a file name.

    Parameters
    ----------
    filename
        A frame's `co_filename`: `<ipython-input-3-0123456789ab>` in a terminal, a path in the folder of temporary files
        such as `ipykernel_123/456.py` in a kernel (a hash of the cell's text: the count is that of its latest run).

    Returns
    -------
    count : int or None
        None for what is no cell.
    """
    compiler = getattr(ipython_shell(), "compile", None)
    label = None if compiler is None else compiler.format_code_name(filename)  # ("Cell", "In[3]")
    found = _NAMED.match(filename) if label is None else _LABEL.search(label[1])
    if found is None:
        return None
    return int(found[found.lastindex or 0])
