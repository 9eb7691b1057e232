"""The interactive card of a model."""

from __future__ import annotations

__all__: list[str] = []
