"""The file store: a log of events and numbers for each run, its fold into a state, and the index that searches them.

`FileStore` is the face of the package; `docs/format.md` is the format.
"""

from __future__ import annotations

from nbflow.store.filestore import FileStore

__all__ = ["FileStore"]
