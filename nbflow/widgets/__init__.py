"""Interactive widgets over the views in `labextension/`, and what of them stays without a kernel."""

from __future__ import annotations

__all__: list[str] = []
