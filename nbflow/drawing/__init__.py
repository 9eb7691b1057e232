"""How runs, experiments and tables of runs show themselves in a notebook: HTML without a script, and plain text."""

from __future__ import annotations

__all__: list[str] = []
