"""A real Jupyter server for browser tests: JupyterLab and Notebook 7, on a free loopback port, with its own folders."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Server"]

ROOT = Path(__file__).parents[2]
DIST = ROOT / "labextension" / "dist"
START_S = 90
STOP_S = 15
FOLDERS = (
    "JUPYTER_CONFIG_DIR",
    "JUPYTER_DATA_DIR",
    "JUPYTER_RUNTIME_DIR",
    "JUPYTERLAB_SETTINGS_DIR",
    "JUPYTERLAB_WORKSPACES_DIR",
    "IPYTHONDIR",
)
# A provider that knows who somebody is, as that of a hub does.
PROVIDER = """
from jupyter_server.auth import IdentityProvider, User


class Knowing(IdentityProvider):
    def generate_anonymous_user(self, handler):
        return User({user!r})


c.ServerApp.identity_provider_class = Knowing
"""


@dataclass(frozen=True)
class Server:
    """A running server.

    Parameters
    ----------
    url
        Where it is, without a slash at the end.
    token
        What it asks for.
    root
        The folder that it serves.
    process
        Its process.
    """

    url: str
    token: str
    root: Path
    process: subprocess.Popen[bytes]

    @classmethod
    def start(
        cls,
        base: Path,
        *,
        is_ours_enabled: bool = True,
        python: Path = Path(sys.executable),
        base_url: str = "/",
        user: str | None = None,
    ) -> Server:
        """Start one, and wait until it answers.

        Parameters
        ----------
        base
            An empty folder for all that it writes.
        is_ours_enabled
            False for a JupyterLab that knows nothing of nbflow's extension.
        python
            The Python of the environment that it runs in.
        base_url
            Below which path it is, with a slash at both ends.
        user
            Whom its identity provider takes everybody for; None for Jupyter's own provider, which knows nobody.
        """
        root = base / "root"
        root.mkdir()
        shutil.copytree(DIST, base / "labextensions" / "nbflow")  # not what the last installation left elsewhere
        log = base / "server.log"
        port, token = free_port(), secrets.token_hex(16)
        command = [str(python), "-m", "jupyter_server", *options(root, port, token), f"--ServerApp.base_url={base_url}"]
        variables = environment(base, is_ours_enabled=is_ours_enabled)
        if user is not None:
            folder = Path(variables["JUPYTER_CONFIG_DIR"])
            (folder / "jupyter_server_config.py").write_text(PROVIDER.format(user=user), encoding="utf-8")
        with log.open("wb") as out:
            process = subprocess.Popen(
                command,
                env=variables,
                cwd=root,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        server = cls(f"http://127.0.0.1:{port}{base_url.rstrip('/')}", token, root, process)
        end = time.monotonic() + START_S
        while not server.answers():
            if process.poll() is not None or time.monotonic() > end:
                server.stop()
                msg = f"the Jupyter server did not start:\n{log.read_text(errors='replace')}"
                raise RuntimeError(msg)
            time.sleep(0.1)
        return server

    def answers(self) -> bool:
        """Tell whether it is up."""
        try:
            with urllib.request.urlopen(f"{self.url}/api/status?token={self.token}", timeout=2):  # noqa: S310 - ours
                return True
        except OSError:
            return False

    def stop(self) -> None:
        """End it, and its kernels with it."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            if hasattr(os, "killpg"):
                os.killpg(self.process.pid, signal.SIGKILL)  # a group of its own: start_new_session
            else:
                self.process.kill()
            self.process.wait(STOP_S)


def free_port() -> int:
    """Give a port that nobody listens at."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def options(root: Path, port: int, token: str) -> list[str]:
    """Give the server's options."""
    return [
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        f"--ServerApp.root_dir={root}",
        "--ServerApp.allow_root=True",
        "--ServerApp.open_browser=False",
        f"--IdentityProvider.token={token}",
        "--LabApp.extension_manager=readonly",
    ]


def configure(folder: Path, extensions: Path, *, is_ours_enabled: bool) -> None:
    """Let both applications show themselves to the tests' scripts, and have nbflow's extensions: of the page, as it was
    built here, and of the server.

    In files: Notebook 7 does not heed what the command line says of it.
    """
    folder.mkdir()
    server = {"ServerApp": {"jpserver_extensions": {"nbflow": is_ours_enabled}}}
    (folder / "jupyter_server_config.json").write_text(json.dumps(server), encoding="utf-8")
    settings = {"expose_app_in_browser": True, "extra_labextensions_path": [str(extensions)]}
    for name, section in (("lab", "LabApp"), ("notebook", "JupyterNotebookApp")):
        text = json.dumps({section: settings})
        (folder / f"jupyter_{name}_config.json").write_text(text, encoding="utf-8")


def environment(base: Path, *, is_ours_enabled: bool) -> dict[str, str]:
    """Give the server's environment: nothing of the user's settings, no news, no look for updates."""
    variables = {
        name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "JPY_", "NBFLOW_"))
    }
    folders = {name: base / name.lower() for name in FOLDERS}
    settings = folders["JUPYTERLAB_SETTINGS_DIR"] / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    configure(folders["JUPYTER_CONFIG_DIR"], base / "labextensions", is_ours_enabled=is_ours_enabled)
    quiet = {"fetchNews": "false", "checkForUpdates": False}
    (settings / "notification.jupyterlab-settings").write_text(json.dumps(quiet), encoding="utf-8")
    if not is_ours_enabled:
        page = folders["JUPYTER_CONFIG_DIR"] / "labconfig" / "page_config.json"
        page.parent.mkdir(parents=True)
        page.write_text(json.dumps({"disabledExtensions": {"nbflow": True}}), encoding="utf-8")
    return variables | {name: str(folder) for name, folder in folders.items()}
