"""The MIME bundle of a view: what every reader can show, and the data that our own renderer draws the view from."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from nbflow.widgets.hosts import in_terminal
from nbflow.widgets.limits import MAX_SAVED_BYTES, json_text, saved_bytes
from nbflow.widgets.wire import to_json

if TYPE_CHECKING:
    from nbflow.widgets.view import View

__all__ = ["VERSION", "WIDGET_VIEW", "mime_type", "payload", "shown"]

VERSION = 1
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"

# A notebook's file has a line for each value of a list, with its indentation: as a text, data take a third of that.
_MAX_PLAIN_BYTES = 16_384


def mime_type(kind: str) -> str:
    """Give the MIME type of a view's data."""
    return f"application/vnd.nbflow.{kind}.v{VERSION}+json"


def payload(
    kind: str, data: Any, state: Mapping[str, Any], revision: int, model_id: str | None = None
) -> dict[str, Any]:
    """Make what our renderer draws a view from.

    Parameters
    ----------
    kind
        The view's.
    data
        Its data, of values that `nbflow.widgets.wire.to_json` knows.
    state
        What the user arranged.
    revision
        How often the data changed.
    model_id
        The widget that has the same data live, if there is one.

    Returns
    -------
    payload : dict
        `data` is the data, or where they are long their JSON text; None where they are above `MAX_SAVED_BYTES`.
    """
    plain = to_json(data)
    text = json_text(plain)
    size = saved_bytes(text)
    made: dict[str, Any] = {
        "version": VERSION,
        "kind": kind,
        "data": plain if size <= _MAX_PLAIN_BYTES else text if size <= MAX_SAVED_BYTES else None,
        "state": to_json(state),
        "revision": revision,
    }
    if model_id is not None:
        made["model_id"] = model_id
    return made


def shown(make: Callable[[], View], static: Callable[[], dict[str, str]]) -> dict[str, Any]:
    """Show a record by its view: what the functions do that `nbflow.display` names.

    Parameters
    ----------
    make
        Makes the view. In a kernel it is a live widget, kept until its cell runs again or many others were shown.
    static
        Draws the record without a view: all there is in a terminal.

    Returns
    -------
    bundle : dict of str to object
        MIME type to content.
    """
    if in_terminal():
        return dict(static())
    try:
        from nbflow.widgets.keeping import keep

        view = make()
        bundle, _ = view.bundle_of_value()
        keep(view)
    except Exception as exc:  # noqa: BLE001 - a door: whatever is wrong with a view, what is shown is shown
        warnings.warn(f"Shown without its interactive view: {type(exc).__name__}: {exc}", RuntimeWarning, stacklevel=2)
        return dict(static())
    return bundle
