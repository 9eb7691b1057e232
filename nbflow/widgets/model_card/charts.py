"""The charts that a run has among its artifacts as Vega-Lite: their specs, and pictures of them."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from nbflow.charts.static import static_svg
from nbflow.drawing.sheet import Picture
from nbflow.drawing.surroundings import FAILED, local_folder

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nbflow.tracking.client import Client

__all__ = ["CARD_CHARTS", "SpecFile", "pictures", "spec_files"]

CARD_CHARTS = 8
_FOLDER = "evaluation"
_MAX_SPEC_BYTES = 300_000
_MAX_LOOKED_AT = 200
_MAX_PICTURE_BYTES = 60_000
_MAX_PICTURES_BYTES = 240_000
# The browser's letters may be wider than those that the picture was measured with.
_PADDING = {"left": 24, "right": 12, "top": 6, "bottom": 6}
_BROKEN = (ValueError, TypeError, RecursionError, UnicodeError)


class SpecFile(Struct, frozen=True):
    """A chart: its path among the artifacts, and the text of its spec."""

    path: str
    text: str

    @property
    def name(self) -> str:
        """What it is called: `"roc curve"`."""
        return self.path.rpartition("/")[2].removesuffix(".json").removesuffix(".vl").replace("_", " ")

    def spec(self) -> dict[str, Any]:
        """Give the spec."""
        spec: dict[str, Any] = json.loads(self.text)
        return spec


def spec_files(client: Client, run_id: str | None) -> list[SpecFile]:
    """Find the charts of a run: those that an evaluation left first.

    Parameters
    ----------
    client
        The store.
    run_id
        The run; None for none.

    Returns
    -------
    files : list of SpecFile
        As many as a card shows; empty where the artifacts are on another machine.
    """
    found: list[SpecFile] = []
    with suppress(*FAILED):
        if run_id is None or local_folder(client.get_run(run_id).info.artifact_uri) is None:
            return []
        paths = [
            file.path
            for file in client.walk_artifacts(run_id)
            if file.path.endswith(".json") and not file.is_dir and 0 < (file.file_size or 0) <= _MAX_SPEC_BYTES
        ]
        paths.sort(key=lambda path: (not path.startswith(f"{_FOLDER}/"), path))
        for path in paths[:_MAX_LOOKED_AT]:
            text = _spec_text(client, run_id, path)
            if text is not None:
                found.append(SpecFile(path, text))
            if len(found) >= CARD_CHARTS:
                break
    return found


def pictures(files: Iterable[SpecFile]) -> tuple[Picture, ...]:
    """Draw charts as SVG, as many as a notebook should keep; none where nothing is installed that draws them."""
    drawn, size = [], 0
    for file in files:
        svg = _svg(file.text)
        if svg is not None and size + len(svg) <= _MAX_PICTURES_BYTES:
            drawn.append(Picture(file.name, svg))
            size += len(svg)
    return tuple(drawn)


def _spec_text(client: Client, run_id: str, path: str) -> str | None:
    with suppress(*FAILED, *_BROKEN):
        text = client.read_artifact(run_id, path).decode("utf-8")
        # Most files of JSON are none: what they begin with, or end with, says so.
        if '"$schema"' not in text or "/vega-lite/" not in text:
            return None
        spec = json.loads(text)
        if isinstance(spec, dict) and "/vega-lite/" in str(spec.get("$schema")):
            return text
    return None


def _svg(text: str) -> bytes | None:
    try:
        svg = static_svg({"padding": _PADDING, **json.loads(text)}, _MAX_PICTURE_BYTES)
    except Exception:  # noqa: BLE001 - a door: the spec is somebody's, and the library raises what it likes
        return None
    return None if svg is None else svg.encode()
