"""What a process of a model is told: the model's folder, why it is trusted, and what to do. One line of JSON."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from nbflow.mlmodel.trust import Trust
from nbflow.serving.settings import ServingSettings

if TYPE_CHECKING:
    from nbflow.flavors.pyfunc_model import PyFuncModel

__all__ = ["Job", "command"]

# -P: what lies in the current folder is imported by nobody. `sys_path` is that of the process that starts this one,
# unless it is another Python.
_PROGRAM = """
import json, sys
line = sys.stdin.buffer.readline()
sys.path[:] = json.loads(line)["sys_path"] or sys.path
from nbflow.serving.worker import run
run(line)
"""


class Job(msgspec.Struct, frozen=True):
    """What a process of a model is told.

    Parameters
    ----------
    folder
        The model's folder.
    trust_all
        Whether the user trusts all of the model.
    digests
        What the store wrote: the SHA-256 of each file; None where it did not write it.
    place
        Where the model is from.
    sealed
        Whether all that is loaded must be as the store recorded it.
    settings
        What a server keeps to.
    sys_path
        Where modules are looked for; None in an environment of its own.
    socket
        What hands over the socket to listen at; None for a process that predicts once.
    content_type
        The type of the data to predict for, which follows the line.
    """

    folder: str
    trust_all: bool = False
    digests: Mapping[str, str] | None = None
    place: str = ""
    sealed: bool = False
    settings: ServingSettings = ServingSettings()
    sys_path: list[str] | None = None
    socket: Any = None
    content_type: str = ""

    @classmethod
    def of(cls, folder: Path, trust: Trust, *, own_environment: bool = False, **more: Any) -> Job:
        """Make a job.

        Parameters
        ----------
        folder
            The model's folder.
        trust
            What is known of where it comes from.
        own_environment
            Whether it is for another Python than this one.
        **more
            Further fields.
        """
        path = None if own_environment else [entry for entry in sys.path if entry]
        return cls(str(folder), trust.all, trust.digests, trust.place, trust.sealed, sys_path=path, **more)

    def load(self) -> PyFuncModel:
        """Load the model.

        Raises
        ------
        NbflowError
            If it cannot be loaded, or is not trusted.
        """
        from nbflow.flavors.loading import load_pyfunc

        trusted = Trust(self.digests, all=self.trust_all, place=self.place, sealed=self.sealed)
        return load_pyfunc(self.folder, trusted=trusted)

    def line(self) -> bytes:
        """Write it as the line that a process reads first."""
        return msgspec.json.encode(self) + b"\n"


def command(python: str) -> list[str]:
    """Give what starts a process for a job.

    Parameters
    ----------
    python
        The Python that runs it.
    """
    return [python, "-P", "-c", _PROGRAM]
