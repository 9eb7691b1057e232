"""The state of a run as an icon and a word: never told by colour alone."""

from __future__ import annotations

from nbflow.drawing.html import Html, cut, el, visible

__all__ = ["icon", "status_mark"]

_ICONS = {"FINISHED": "✓", "FAILED": "✗", "KILLED": "■", "RUNNING": "●", "SCHEDULED": "○"}
_LENGTH = 40


def icon(status: str) -> str:
    """Get the icon of a status; `?` for one that is not known."""
    return _ICONS.get(status, "?")


def status_mark(status: str) -> Html:
    """Show a status: its icon in its colour, and its name."""
    colour = f"nbflow-{status.lower()}" if status in _ICONS else None
    return el(
        "span",
        el("span", icon(status), aria_hidden="true", class_=colour),
        f"\u00a0{cut(visible(status), _LENGTH).lower()}",
        class_="nbflow-status",
    )
