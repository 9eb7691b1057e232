"""nbflow itself, to be installed elsewhere: the very code that runs here, whether it was released or not."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import zipfile
from importlib import metadata
from pathlib import Path

from nbflow._version import __version__

__all__ = ["is_released", "own_requirement", "pack_wheel"]

_DISTRIBUTION = "jupyter-nbflow"
_EPOCH = (1980, 1, 1, 0, 0, 0)
_WHEEL = "Wheel-Version: 1.0\nGenerator: nbflow\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
_FILES = ("METADATA", "entry_points.txt")


def own_requirement(folder: Path) -> str:
    """Say how to install nbflow.

    Parameters
    ----------
    folder
        Where a wheel may be put, for an nbflow that no index has.

    Returns
    -------
    requirement : str
        `jupyter-nbflow==V` where it was installed from an index; else the path of a wheel in the folder.
    """
    return f"{_DISTRIBUTION}=={__version__}" if is_released() else str(pack_wheel(folder))


def is_released() -> bool:
    """Tell whether nbflow was installed from an index, and not from a folder, a file or a repository (PEP 610)."""
    try:
        text = metadata.distribution(_DISTRIBUTION).read_text("direct_url.json")
    except metadata.PackageNotFoundError:
        return False
    return text is None or "url" not in json.loads(text)


def pack_wheel(folder: Path) -> Path:
    """Pack the nbflow that runs here as a wheel; no build tool is needed, and the same code gives the same bytes.

    Parameters
    ----------
    folder
        Where it goes.

    Returns
    -------
    path : Path
        The wheel.
    """
    package = Path(__file__).parents[1]
    named = f"jupyter_nbflow-{__version__}"
    entries = {
        f"{package.name}/{file.relative_to(package).as_posix()}": file.read_bytes()
        for file in sorted(package.rglob("*"))
        if file.is_file() and "__pycache__" not in file.parts
    }
    info = f"{named}.dist-info"
    entries |= {f"{info}/{name}": text.encode() for name, text in _metadata().items()}
    entries[f"{info}/RECORD"] = _record(entries, f"{info}/RECORD")
    target = folder / f"{named}-py3-none-any.whl"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as wheel:
        for name, data in entries.items():
            wheel.writestr(zipfile.ZipInfo(name, _EPOCH), data, zipfile.ZIP_DEFLATED)
    return target


def _metadata() -> dict[str, str]:
    try:
        distribution = metadata.distribution(_DISTRIBUTION)
    except metadata.PackageNotFoundError:  # found on sys.path alone
        return {"METADATA": f"Metadata-Version: 2.1\nName: {_DISTRIBUTION}\nVersion: {__version__}\n", "WHEEL": _WHEEL}
    texts = {name: distribution.read_text(name) for name in _FILES}
    return {name: text for name, text in texts.items() if text is not None} | {"WHEEL": _WHEEL}


def _record(entries: dict[str, bytes], own: str) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for name, data in entries.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode("ascii")
        writer.writerow([name, f"sha256={digest}", len(data)])
    writer.writerow([own, "", ""])
    return text.getvalue().encode()
