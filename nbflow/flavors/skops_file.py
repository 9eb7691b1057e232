"""skops files: written so that they can be read back, and read so that nothing runs that nobody vouches for."""

from __future__ import annotations

from collections.abc import Sequence
from json import JSONDecodeError
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

from nbflow.errors import ModelFormatError, UntrustedModelError
from nbflow.flavors.compiled import compiled_fault
from nbflow.flavors.skops_types import is_harmless, is_scientific

if TYPE_CHECKING:
    from nbflow.mlmodel.trust import Trust

__all__ = ["read_skops", "write_skops"]


def write_skops(model: Any, file: Path, trusted: Sequence[str]) -> tuple[list[str], str]:
    """Write a skops file and read it back.

    Parameters
    ----------
    model
        What is kept.
    file
        Where; it is gone again if the model cannot be kept.
    trusted
        Types that may be in it besides those of scikit-learn, numpy and scipy.

    Returns
    -------
    types : list of str
        Those in it that have to be trusted when it is read.
    fault : str
        Why the model cannot be kept so: a whole sentence; `""` when it can.
    """
    import skops.io

    fault = ""
    found: list[str] = []
    try:
        skops.io.dump(model, file)
        found = skops.io.get_untrusted_types(file=file)
        others = [name for name in found if not is_scientific(name) and name not in trusted]
        if others:
            fault = f"It holds {', '.join(others)}, which skops does not know."
        else:
            skops.io.load(file, trusted=found)
    except Exception as exc:  # noqa: BLE001 - skops meets any object here, and raises whatever that raises
        fault = f"skops cannot keep it ({type(exc).__name__}: {exc})."
    if fault:
        file.unlink(missing_ok=True)
    return found, fault


def read_skops(folder: Path, file: Path, listed: list[str], also: Sequence[str], trusted: Trust) -> Any:
    """Read a skops file.

    Parameters
    ----------
    folder
        The model's folder.
    file
        The file in it.
    listed
        The types that the MLmodel file says are to be trusted.
    also
        Those that the user trusts.
    trusted
        What is known of where the model comes from.

    Raises
    ------
    UntrustedModelError
        If it asks for types that may run code, or holds trees that cannot be checked, and nothing vouches for it.
    ModelFormatError
        If it is no skops file.
    """
    import skops.io
    from skops.io.exceptions import UntrustedTypesFoundException

    def others(types: list[str]) -> list[str]:
        return [name for name in types if not is_harmless(name) and name not in also]

    # Whoever wrote the file wrote the list, too.
    _check(folder, file, trusted, others(listed), "The MLmodel file lists types that may run code.")
    try:
        model = skops.io.load(file, trusted=listed)
    except (BadZipFile, JSONDecodeError, KeyError, RecursionError) as exc:
        raise ModelFormatError(str(folder), f"Its file {file.name} is no skops file, or damaged: {exc}.") from exc
    except UntrustedTypesFoundException:
        # Nothing was made of the file yet: skops looks through all of it first.
        unlisted = [name for name in skops.io.get_untrusted_types(file=file) if name not in listed]
        reason = "skops does not know these types, and the MLmodel file does not list them."
        _check(folder, file, trusted, others(unlisted), reason)
        model = skops.io.load(file, trusted=[*listed, *unlisted])
    fault = compiled_fault(model)
    if fault:
        _check(folder, file, trusted, [file.name], fault)
    return model


def _check(folder: Path, file: Path, trusted: Trust, what: list[str], reason: str) -> None:
    """Ask whether the file is trusted, where there is something in it that takes trust."""
    if not what:
        return
    try:
        trusted.check(folder, [file.relative_to(folder.resolve()).as_posix()])
    except UntrustedModelError as exc:
        raise UntrustedModelError(exc.path, what, f"{reason} {exc.reason}") from None
