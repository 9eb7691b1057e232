"""A column of texts as one buffer: 100,000 of Python's strings take longer to make than all else that a search does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["BETWEEN", "MISSING", "Texts"]

MISSING = 0xFF  # no byte of UTF-8
BETWEEN = 0x1F  # separates units; hardly any text has it, and where one does, `split` says so


class Texts(Struct):
    """Texts, some of them missing, as Arrow keeps them.

    Parameters
    ----------
    data
        All the texts, one behind the other, in UTF-8.
    offsets
        Where in it each text begins, and where the last one ends: int64, shape (n + 1,).
    missing
        Which are missing: bool, shape (n,). They have no bytes.
    """

    data: bytes
    offsets: Any
    missing: Any

    @classmethod
    def split(cls, joined: bytes, length: int) -> Self | None:
        """Take apart texts that were joined by `BETWEEN`, with `MISSING` for those that are missing.

        Returns
        -------
        texts : Texts or None
            None when one of the texts has such a character itself.

        Raises
        ------
        sqlite3.DatabaseError
            If they are no texts: then the index is damaged.
        """
        import sqlite3

        import numpy as np

        codes = np.frombuffer(joined, dtype=np.uint8)
        ends = np.flatnonzero(codes == BETWEEN)
        if len(ends) != max(length - 1, 0):
            return None
        missing = np.zeros(length, dtype=bool)
        missing[np.searchsorted(ends, np.flatnonzero(codes == MISSING))] = True
        lengths = np.diff(ends, prepend=-1, append=len(codes))[:length] - 1 - missing
        data = joined.translate(None, bytes((BETWEEN, MISSING)))
        try:
            if not data.isascii():
                data.decode()
        except UnicodeDecodeError as exc:
            raise sqlite3.DatabaseError(f"not UTF-8: {exc}") from None
        return cls(data, _sums(lengths), missing)

    @classmethod
    def of(cls, values: Sequence[str | None]) -> Self:
        """Take over texts one by one."""
        import numpy as np

        data = [b"" if value is None else value.encode() for value in values]
        return cls(b"".join(data), _sums(list(map(len, data))), np.array([value is None for value in values], bool))

    def spread(self, places: Any, length: int) -> Texts:
        """Put the texts at places that grow, among so many; the others are missing."""
        import numpy as np

        lengths = np.zeros(length, dtype=np.int64)
        lengths[places] = np.diff(self.offsets)
        missing = np.ones(length, dtype=bool)
        missing[places] = self.missing
        return Texts(self.data, _sums(lengths), missing)

    def __len__(self) -> int:
        return len(self.missing)

    def to_list(self) -> list[str | None]:
        """Give the texts as Python's."""
        data, offsets = self.data, self.offsets.tolist()
        return [
            None if missing else data[start:end].decode()
            for start, end, missing in zip(offsets, offsets[1:], self.missing.tolist(), strict=False)
        ]


def _sums(lengths: Any) -> Any:
    import numpy as np

    offsets = np.zeros(len(lengths) + 1, dtype=np.int64)
    np.cumsum(lengths, out=offsets[1:])
    return offsets
