"""In which order nested runs are shown: children under their parent (pure)."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["nest"]


def nest(ids: Sequence[str], parents: Sequence[str | None]) -> list[tuple[int, int]]:
    """Order rows as a tree.

    Parameters
    ----------
    ids
        The run of each row.
    parents
        The parent of each, None or an id that is not among `ids` for a run at the top.

    Returns
    -------
    rows : list of (int, int), length n_rows
        Positions and depths. Rows of the same parent keep their order. Runs that are their own ancestors, which tags
        written by hand can say, stand at the top.
    """
    position = {run_id: i for i, run_id in enumerate(ids)}
    children: dict[int, list[int]] = {}
    tops = []
    for i, parent in enumerate(parents):
        above = None if parent is None else position.get(parent)
        if above is None or above == i:
            tops.append(i)
        else:
            children.setdefault(above, []).append(i)
    order: list[tuple[int, int]] = []
    seen: set[int] = set()
    for top in (*tops, *range(len(ids))):  # the second time round: what only a ring of parents leads to
        waiting = [(top, 0)]
        while waiting:
            i, depth = waiting.pop()
            if i not in seen:
                seen.add(i)
                order.append((i, depth))
                waiting.extend((child, depth + 1) for child in reversed(children.get(i, ())))
    return order
