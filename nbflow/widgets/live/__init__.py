"""The display of a run while it runs."""

from __future__ import annotations

__all__: list[str] = []
