"""Altair charts of runs: each function gives an `alt.Chart` that its user can change and compose."""

from __future__ import annotations

__all__: list[str] = []
