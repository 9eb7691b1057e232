"""The server as routes see it: its stores, how it was set up, and whom it runs for."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from nbflow.config import DEFAULT_STORE, ENV_STORE
from nbflow.errors import InvalidPathError, NotAllowedError, NotFoundError
from nbflow.server.threads import Threads
from nbflow.server.watch import Watches
from nbflow.uris import parse_store_uri

if TYPE_CHECKING:
    from nbflow.server.stores import OpenStore, Stores

__all__ = ["Server"]

# Finding out where a path leads may wait for a disk, too.
_LOOKERS = 16


class Server:
    """What all routes share.

    Parameters
    ----------
    stores
        The stores that are open.
    root_dir
        The folder that notebooks are below; None where there are no notebooks.
    read_only
        Whether every change is refused.
    open_stores
        Whether stores may be opened that it was not started with.
    alone
        Whether there is no JupyterLab around it, and no kernels.
    """

    def __init__(
        self,
        stores: Stores,
        *,
        root_dir: Path | None = None,
        read_only: bool = False,
        open_stores: bool = True,
        alone: bool = False,
    ) -> None:
        self.stores = stores
        self.root_dir = root_dir
        self.read_only = read_only
        self.open_stores = open_stores
        self.alone = alone
        self.watches = Watches()
        self.threads = Threads("of this server", most=_LOOKERS, limit_s=stores.limit_s)

    def open_path(self, path: str) -> OpenStore:
        """Open the store of a directory, which need not exist.

        Raises
        ------
        NotAllowedError
            If this server opens none.
        InvalidUriError
            If it is no path.
        InvalidPathError
            If it is relative: to what, the page cannot know.
        """
        root = parse_store_uri(path)
        if not (Path(path).is_absolute() or path.startswith(("~", "file:"))):
            raise InvalidPathError(path, "Give an absolute path, such as '/home/ada/nbruns'.")
        return self._opened(root)

    def open_for(self, notebook: str) -> OpenStore:
        """Open the store that a notebook would log to.

        Parameters
        ----------
        notebook
            The notebook, or a folder: a path below the server's root, parted by slashes.

        Returns
        -------
        store : OpenStore
            That of `NBFLOW_TRACKING_URI`, which kernels inherit; else of the nearest folder `nbruns`, looked for from
            the notebook's folder upwards to the root; else that which the notebook will make beside itself.

        Raises
        ------
        NotAllowedError
            If this server opens none, or has no notebooks.
        InvalidPathError
            If the path climbs out of the root.
        NotFoundError
            If there is no such folder.
        """
        if self.root_dir is None:
            raise NotAllowedError("This server has no notebooks. Open a store by its path.")
        chosen = os.environ.get(ENV_STORE)
        if chosen:
            return self._opened(parse_store_uri(chosen))
        root = Path(os.path.realpath(self.root_dir))
        folder = _below(root, notebook)
        for each in (folder, *folder.parents):
            if (each / DEFAULT_STORE).is_dir():
                return self._opened(each / DEFAULT_STORE)
            if each == root:
                break
        return self._opened(folder / DEFAULT_STORE)

    def _opened(self, root: Path) -> OpenStore:
        found = self.stores.find(root)
        if found is not None:
            return found
        if not self.open_stores:
            raise NotAllowedError("This server shows the stores that it was started with, and opens no others.")
        if root.is_dir():
            return self.stores.add(root)
        return self.stores.add_unmade(root, self.watches.is_watching)


def _below(root: Path, notebook: str) -> Path:
    """Find the folder of a notebook, which must be below a root."""
    parts = [part for part in notebook.split("/") if part]
    if any(part in (".", "..") or "\\" in part or "\0" in part for part in parts):
        raise InvalidPathError(notebook, "It must not have '.', '..' or a backslash in it.")
    # A drive, as one of Windows', would begin another path.
    place = Path(os.path.realpath(root.joinpath(*parts)))
    if place != root and root not in place.parents:
        raise InvalidPathError(notebook, "It leads out of the folder that this server serves.")
    folder = place if place.is_dir() or place == root else place.parent
    if not folder.is_dir():
        raise NotFoundError(f"There is no folder of {notebook!r} on this server.")
    return folder
