"""A form made from typed parameters."""

from __future__ import annotations

__all__: list[str] = []
