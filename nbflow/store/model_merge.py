"""Bringing the registered models of another store over.

A model's folder follows from its name, so that the same name is the same model. The number of a version was given by
each store for itself: where the target gave it to another one, the version gets the next number here, once and for all,
since it is known again by the id that it was registered with. Aliases go by that id, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from nbflow.store.layout import LOG, Layout
from nbflow.store.model_fold import VersionState, content_of
from nbflow.store.reader import FolderReader
from nbflow.store.transfer import make_folder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbflow.store.filestore import FileStore
    from nbflow.store.transfer import Transfer

__all__ = ["ModelMerge", "Renumbered"]


class Renumbered(Struct, frozen=True):
    """A version of a registered model that has number `theirs` in the source and `ours` in the target."""

    model: str
    theirs: int
    ours: int


class ModelMerge:
    """The models of one merge.

    Parameters
    ----------
    source
        The other store's paths.
    target
        The store that grows.
    transfer
        What copies.
    """

    def __init__(self, source: Layout, target: FileStore, transfer: Transfer) -> None:
        self.names: list[str] = []
        self.new_versions = 0
        self.renumbered: list[Renumbered] = []
        self._source = source
        self._target = target
        self._transfer = transfer
        self._reader = FolderReader(source)

    def model(self, folder: str) -> None:
        """Bring a model over, its versions first: what its log says of them is there to be read then."""
        source, target = self._source.model(folder), self._target.layout.model(folder)
        if not self._transfer.enters(source):
            return
        files = self._transfer.files
        known = self._target.models.versions(folder)
        renumbered = []
        for number in self._reader.versions(folder):
            ours = self._version(folder, number, known)
            if ours is not None and ours != number:
                renumbered.append((number, ours))
        self._transfer.log(source / LOG, target / LOG)
        state = self._target.models.log(folder).refresh()
        if self._transfer.files != files and state.exists:
            self.names.append(state.current_name)
        self.renumbered += [Renumbered(state.current_name, theirs, ours) for theirs, ours in renumbered]

    def _version(self, folder: str, number: int, known: Sequence[VersionState]) -> int | None:
        """Bring a version over, and give the number that it has here; None for a number with no version."""
        source = self._source.version(folder, number)
        if not self._transfer.enters(source):
            return None
        theirs = VersionState(folder, number)
        for news in self._reader.version_news(folder, number, {}):
            theirs.take(news)
        if not theirs.exists:
            return None
        ours = _known_as(theirs, known)
        if ours is None:
            make_folder(self._target.layout.model(folder))
            ours = self._target.models.take_number(folder, None if self._is_used(theirs) else number)
            self.new_versions += 1
        target = self._target.layout.version(folder, ours)
        self._transfer.tree(source, target, LOG)
        self._transfer.log(source / LOG, target / LOG)
        return ours

    def _is_used(self, theirs: VersionState) -> bool:
        """Tell whether the number was that of another version that was removed for good."""
        removed = self._target.models.log(theirs.folder).refresh().removed
        return any(number == theirs.version and key != theirs.registered.id for key, (_, number) in removed.items())


def _known_as(theirs: VersionState, known: Sequence[VersionState]) -> int | None:
    """Find a version among those of the target: by its id, or as the same thing registered under the same number."""
    registered = theirs.registered
    for ours in known:
        if registered.id and registered.id in ours.registrations:
            return ours.version
    for ours in known:
        if ours.version == theirs.version and content_of(ours.registered) == content_of(registered):
            return ours.version
    return None
