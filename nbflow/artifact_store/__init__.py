"""The files of one run, wherever they are kept: this machine, an object store, or memory.

This package knows paths and bytes, and nothing of runs. `media` turns figures, images, tables and dictionaries into
bytes and back.
"""

from __future__ import annotations

from nbflow.artifact_store.download import download
from nbflow.artifact_store.local import LocalArtifacts
from nbflow.artifact_store.opening import open_artifacts
from nbflow.artifact_store.paths import check_artifact_path
from nbflow.artifact_store.protocol import ArtifactStore
from nbflow.artifact_store.remote import RemoteArtifacts

__all__ = [
    "ArtifactStore",
    "LocalArtifacts",
    "RemoteArtifacts",
    "check_artifact_path",
    "download",
    "open_artifacts",
]
