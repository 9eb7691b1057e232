"""What a file looks like: pictures, tables, documents, cut to a size."""

from __future__ import annotations

__all__: list[str] = []
