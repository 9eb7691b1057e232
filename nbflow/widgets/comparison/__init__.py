"""The interactive comparison of runs."""

from __future__ import annotations

__all__: list[str] = []
