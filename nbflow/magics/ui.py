"""`%nbflow ui`: the pages of the store in use, from the Jupyter server of this kernel where that has them."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from html import escape
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qs, quote, urlencode, urljoin, urlsplit
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from msgspec import Struct

from nbflow.errors import InvalidInputError, NbflowError
from nbflow.provenance.place import kernel_id
from nbflow.tracking.client import Client
from nbflow.tracking.fluent.experiments import current_experiment_id

__all__ = ["Link", "link_to_pages", "stop"]

_PATIENCE_S = 3.0
_STARTS_S = 60.0
_ENDS_S = 5.0


class _NoRedirects(HTTPRedirectHandler):
    """Follows nobody elsewhere: the token would come along."""

    def redirect_request(self, *_: Any) -> None:
        return None


# A server of this machine is asked directly, whatever proxy there is for others.
_opener = build_opener(ProxyHandler({}), _NoRedirects)

# One for each store that was asked for, with its address, token included: they end with this process.
_started: dict[str, tuple[subprocess.Popen[bytes], str]] = {}


class Link(Struct, frozen=True):
    """Where the pages are, shown as a link. It is kept in the notebook, so there is never a token in it.

    Parameters
    ----------
    url
        The whole address, as far as it is known here.
    href
        What a notebook's page follows: without the name of the server, by which the browser may know another one.
    store
        The store's directory.
    once
        Whether it logs a browser in, the first that follows it within a minute.
    """

    url: str
    href: str
    store: str
    once: bool = False

    def __repr__(self) -> str:
        return f"{self.store} is shown at {self.url}{self._hint}"

    def _repr_html_(self) -> str:
        href, store = escape(self.href), escape(self.store)
        return f'<a href="{href}" target="_blank" rel="noopener">Show {store} in nbflow</a>{self._hint}'

    @property
    def _hint(self) -> str:
        return " (it logs in once, within a minute; for another browser run %nbflow ui again)" if self.once else ""


def link_to_pages() -> Link:
    """Find, or start, what shows the store in use in a browser.

    Returns
    -------
    link : Link
        To this kernel's own Jupyter server, where it has nbflow. Else to a server that was started for this kernel,
        and ends with it.

    Raises
    ------
    InvalidInputError
        If none can be started.
    """
    root = Client().tracking_uri
    for server in _own_servers():
        store_id = _opened(server, root)
        if store_id is not None:
            base = f"{server['base_url'].rstrip('/')}/nbflow/"
            place = _place(store_id)
            return Link(urljoin(server["url"], base) + place, base + place, root)
    url = _way_in(_start(root), root)
    return Link(url, url, root, once=True)


def stop() -> None:
    """End the servers that were started for this process."""
    for process, _ in _started.values():
        _end(process)
        for stream in (process.stdin, process.stdout):
            assert stream is not None
            stream.close()
    _started.clear()


def _own_servers() -> Iterator[dict[str, Any]]:
    """Give what the Jupyter servers of this user have written down of themselves: first the one that began this kernel.

    A server on another machine, as behind a gateway, is not among them.
    """
    from jupyter_core.paths import jupyter_runtime_dir

    folder, parent = Path(jupyter_runtime_dir()), os.environ.get("JPY_PARENT_PID", "")
    own = folder / f"jpserver-{parent}.json"
    others = sorted((each for each in folder.glob("jpserver-*.json") if each != own), reverse=True)
    found = kernel_id()
    for place in (own, *others):
        with suppress(OSError, ValueError):
            server = json.loads(place.read_text(encoding="utf-8"))
            if not isinstance(server, dict) or not isinstance(server.get("url"), str):
                continue
            server.setdefault("base_url", "/")
            if place == own and not server.get("token"):  # what the environment has is this server's, and no other's
                server["token"] = os.environ.get("JUPYTERHUB_API_TOKEN") or os.environ.get("JUPYTER_TOKEN")
            # Of the others only one that says that this kernel is its own: on Windows the first is not known.
            if place == own or (found and _has_kernel(server, found)):
                yield server


def _has_kernel(server: dict[str, Any], found: str) -> bool:
    try:
        return bool(_answer(server, "GET", f"api/kernels/{quote(found)}"))
    except HTTPError as exc:
        exc.close()
        return False


def _opened(server: dict[str, Any], root: str) -> str | None:
    """Have a server open the store, and give its id there.

    `""` where it wants a login that this process has not, and a browser has; None where it has no nbflow, or will not.
    """
    try:
        answer = _answer(server, "POST", "nbflow/api/stores", {"path": root})
    except HTTPError as exc:
        with exc, suppress(ValueError):
            told = json.loads(exc.read())
            if isinstance(told, dict) and told.get("error_code") == "UNAUTHENTICATED":
                return ""
        return None
    except (OSError, ValueError):
        return None
    store_id = answer.get("id") if isinstance(answer, dict) else None
    return store_id if isinstance(store_id, str) else None


def _answer(server: dict[str, Any], method: str, path: str, body: Any = None) -> Any:
    token = server.get("token")
    base = server["url"].rstrip("/")
    if not base.startswith(("http://", "https://")):
        raise ValueError(base)
    request = Request(f"{base}/{path}", method=method)  # noqa: S310 - its scheme was looked at
    if token:
        request.add_header("Authorization", f"token {token}")
    if body is not None:
        request.add_header("Content-Type", "application/json")
        request.data = json.dumps(body).encode()
    with _opener.open(request, timeout=_PATIENCE_S) as response:
        return json.loads(response.read())


def _place(store_id: str) -> str:
    """Give the part of an address that leads to the experiment in use, or to the start where there is none yet."""
    if not store_id:
        return ""
    try:
        return f"#/{store_id}/experiments/{Client().get_experiment(current_experiment_id()).experiment_id}"
    except NbflowError:
        return ""


def _start(root: str) -> str:
    """Start a server for the store, unless it runs already, and give its address, token included."""
    running = _started.get(root)
    if running is not None and running[0].poll() is None:
        return running[1]
    command = [sys.executable, "-c", "from nbflow.cli import main; main()"]
    arguments = ["ui", "--no-browser", "--end-with-input", "--store", root]
    with TemporaryFile() as told:
        # Its input stays open as long as this process lives, however that ends. What interrupts a cell is not for it.
        process = subprocess.Popen(  # noqa: S603 - Python itself, and the path as one argument
            [*command, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=told,
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        assert process.stdout is not None
        line = _first_line(process)
        if not line:
            _end(process)
            told.seek(0)
            why = told.read().decode(errors="replace").strip().splitlines()
            raise InvalidInputError("the store", root, f"No server for it could be started. {why[-1] if why else ''}")
    if not _started:
        atexit.register(stop)
    url = line.decode().strip()
    _started[root] = (process, url)
    return url


def _way_in(address: str, root: str) -> str:
    """Have a server that was started here give an address that logs a browser in once, for what has its token."""
    place = urlsplit(address)
    server = {"url": f"{place.scheme}://{place.netloc}/", "token": parse_qs(place.query)["token"][0]}
    try:
        code = _answer(server, "POST", "nbflow/enter")["code"]
    except (OSError, ValueError, KeyError) as exc:
        raise InvalidInputError("the store", root, "The server that was started for it does not answer.") from exc
    return f"{server['url']}nbflow/enter?{urlencode({'code': code})}"


def _first_line(process: subprocess.Popen[bytes]) -> bytes:
    """Read what a process says first; nothing where it ended, or said nothing for long."""
    assert process.stdout is not None
    said: list[bytes] = []
    stream = process.stdout
    reader = threading.Thread(target=lambda: said.append(stream.readline()), daemon=True)
    reader.start()
    reader.join(_STARTS_S)
    return said[0] if said else b""


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process: kindly, and where that does not help soon, all the same."""
    process.terminate()
    try:
        process.wait(_ENDS_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
