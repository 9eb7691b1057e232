"""How much of its data a display leaves in the notebook."""

from __future__ import annotations

from typing import Any

import msgspec

from nbflow.widgets.wire import to_json

__all__ = ["MAX_SAVED_BYTES", "json_text", "saved_bytes", "saved_size"]

MAX_SAVED_BYTES = 1_000_000
"""The most that one output's data takes up in the notebook's file, in bytes; what is more is left out, and told."""


def json_text(value: Any) -> str:
    """Write what `nbflow.widgets.wire.to_json` made, without a space in it."""
    return msgspec.json.encode(value).decode("utf-8")


def saved_bytes(text: str) -> int:
    """Tell how many bytes a JSON text takes up as a text in a notebook's file, where quotes are escaped."""
    return len(text.encode("utf-8", "replace")) + text.count('"') + text.count("\\") + 2


def saved_size(value: Any) -> int:
    """Tell how many bytes a value takes up as its JSON's text in a notebook's file."""
    return saved_bytes(json_text(to_json(value)))
