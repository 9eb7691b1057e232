"""The part of `doctor` that looks at registered models and their versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbflow.errors import shown
from nbflow.store.checkup import Finding, Seen, read_log
from nbflow.store.layout import MODELS
from nbflow.store.model_fold import ModelState, VersionState, content_of
from nbflow.store.named import namesakes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from nbflow.store.filestore import FileStore

__all__ = ["model_relations", "see_model"]


def see_model(store: FileStore, folder: str) -> Seen:
    """Look at a model, and then at its versions: what it says of them was there before they are listed."""
    state = ModelState(folder)
    place = store.layout.model(folder)
    seen = Seen(f"{MODELS}/{folder}", model=state)
    read_log(seen, place, lambda: store.reader.model_news(folder, {}), state)
    if not state.exists and state.claim is None and not seen.findings and place.is_dir():
        seen.add("not_created", "its log does not say what model it is")
    for version in store.reader.versions(folder):
        of_it = _see_version(store, folder, version)
        seen.findings += of_it.findings
        seen.n_events += of_it.n_events
        seen.versions += of_it.versions
        if not of_it.versions and version not in state.removed_numbers and not of_it.findings:
            seen.findings.append(_not_registered(of_it))
    return seen


def model_relations(models: Sequence[Seen], has_run: Callable[[str], bool]) -> Iterator[Finding]:
    """Find what models, versions and runs say of each other that is not so.

    Parameters
    ----------
    models
        What was seen of each.
    has_run
        Tells whether a run is in the store.
    """
    states = [each.model for each in models if each.model is not None]
    for name, folders in namesakes(states).items():
        paths = [f"{MODELS}/{folder}" for folder in folders]
        yield Finding(
            "same_name", " ".join(paths), f"models {', '.join(paths)} are all called {shown(name)}", len(paths)
        )
    for each in models:
        model = each.model
        for version in each.versions:
            yield from _conflicts(version)
            run_id = version.registered.run_id
            live = model is not None and model.exists and not model.deleted and not version.deleted
            if live and run_id is not None and not has_run(run_id):
                detail = f"the run {shown(run_id)} that it was registered from is not in this store"
                yield Finding("missing_source", _path(version), detail)
        if model is not None and model.exists and not model.deleted:
            yield from _aliases(model, each.versions)


def _see_version(store: FileStore, folder: str, version: int) -> Seen:
    state = VersionState(folder, version)
    seen = Seen(_path(state))
    read_log(seen, store.layout.version(folder, version), lambda: store.reader.version_news(folder, version, {}), state)
    seen.versions = [state] if state.exists else []
    return seen


def _not_registered(seen: Seen) -> Finding:
    if seen.n_events:
        return Finding("not_registered", seen.path, "its log does not say what was registered")
    detail = "its number was taken and nothing registered; it stays unused"
    return Finding("not_registered", seen.path, detail, problem=False)


def _conflicts(version: VersionState) -> Iterator[Finding]:
    contents = {content_of(event): event for _, event in version.registrations.values()}
    if len(contents) > 1:
        told = ", ".join(f"{shown(event.source)} by {shown(event.by)}" for event in contents.values())
        first = shown(version.registered.source)
        detail = f"several things were registered as it ({told}); {first}, the first, is the one that counts"
        yield Finding("version_conflict", _path(version), detail, len(contents))


def _aliases(model: ModelState, versions: Sequence[VersionState]) -> Iterator[Finding]:
    for alias, target in sorted(model.aliases.items()):
        if target.version is None:
            continue
        meant = [version for version in versions if version.is_meant(target.version, target.id)]
        if not any(not version.deleted for version in meant):
            what = "is in the trash" if meant else "is not there"
            detail = f"alias {shown(alias)} was set to version {target.version}, which {what}"
            yield Finding("alias_target", f"{MODELS}/{model.folder}", detail)


def _path(version: VersionState) -> str:
    return f"{MODELS}/{version.folder}/{version.version}"
