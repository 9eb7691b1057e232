"""Whether the text of a LightGBM booster is whole.

LightGBM takes the sizes of the trees that stand in it for granted, and reads on beyond the end of what was cut off, or
whose line ends were changed on the way: then the process dies.
"""

from __future__ import annotations

import re
from pathlib import Path

__all__ = ["text_fault"]

_SIZES = re.compile(rb"^tree_sizes=([0-9 ]*)\n+", re.MULTILINE)
_END = b"end of trees"
_PARAMETERS, _END_OF_PARAMETERS = b"\nparameters:", b"\nend of parameters"


def text_fault(file: Path) -> str:
    """Find what is missing in the text of a booster.

    Parameters
    ----------
    file
        The file.

    Returns
    -------
    fault : str
        A whole sentence; `""` when all trees are where LightGBM looks for them.
    """
    text = file.read_bytes()
    if text.startswith(b"tree\r\n"):
        return "Its lines end as on Windows: git, or another program, has changed them."
    sizes = _SIZES.search(text)
    if sizes is None:  # at first LightGBM wrote none, and goes by the lines then
        return "" if b"\nTree=" in text else "There are no trees in it."
    place = sizes.end()
    for number, size in enumerate(sizes[1].split()):
        if not text.startswith(b"Tree=%d\n" % number, place):
            return f"The tree {number} in it is not where it must be: the file was cut off, or changed."
        place += int(size)
    parameters = text.find(_PARAMETERS, place)
    cut_later = parameters >= 0 and text.find(_END_OF_PARAMETERS, parameters) < 0
    if cut_later or not text.startswith(_END, place):
        return "Its end is missing: the file was cut off, or changed."
    return ""
