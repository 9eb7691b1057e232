"""An exception, described for the run it ended: what it was, what it said, where it came from."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType

from nbflow.entities import RunError
from nbflow.names import MAX_TAG
from nbflow.provenance._text import storable
from nbflow.provenance.cells import cell_count

__all__ = ["MAX_TRACEBACK", "describe_exception"]

MAX_TRACEBACK = 64 * 1024

_NBFLOW = Path(__file__).parents[1]
_STDLIB = Path(os.__file__).parent
_INSTALLED = frozenset({"site-packages", "dist-packages"})
_RUNNERS = frozenset({"nbflow", "IPython", "ipykernel"})
_TYPED_IN = re.compile(r"<(string|stdin|python-input-\d+)>")


def describe_exception(exc: BaseException) -> RunError:
    """Describe an exception.

    Parameters
    ----------
    exc
        A caught exception. Its own code (`__str__`, `__notes__`) may raise; that is described too.

    Returns
    -------
    error : RunError
        `type` is the class's name with its module, as tracebacks write it; `message` has at most as many characters as
        a tag; `traceback` at most 64 KiB of UTF-8, the middle cut out, without the outermost frames of nbflow and
        IPython; `where` is the innermost place in the user's own code (neither an installed package nor the standard
        library), None if the exception was never raised.
    """
    begin = _without_runners(exc.__traceback__)
    return RunError(
        type=storable(_attempt(lambda: _type_name(type(exc))), MAX_TAG),
        message=storable(_attempt(lambda: str(exc)), MAX_TAG),
        traceback=_cut(_attempt(lambda: _formatted(exc, begin))),
        where=_attempt(lambda: _where(exc, begin) or "") or None,
    )


def _attempt(describe: Callable[[], str]) -> str:
    try:
        return describe()
    except Exception as failed:  # noqa: BLE001 (the exception's own code runs here, and the run must still be ended)
        return f"<describing the exception failed with {type(failed).__name__}>"


def _type_name(cls: type[BaseException]) -> str:
    return cls.__qualname__ if cls.__module__ in ("builtins", "__main__") else f"{cls.__module__}.{cls.__qualname__}"


def _formatted(exc: BaseException, begin: TracebackType | None) -> str:
    from traceback import TracebackException

    return "".join(TracebackException(type(exc), exc, begin).format())


def _cut(text: str) -> str:
    data = str.encode(text, "utf-8", "backslashreplace")
    if len(data) <= MAX_TRACEBACK:
        return data.decode()
    room = (MAX_TRACEBACK - 100) // 2
    head, tail = data[:room].decode(errors="ignore"), data[-room:].decode(errors="ignore")
    return f"{head}\n[{len(data) - 2 * room} of {len(data)} bytes cut out here]\n{tail}"


def _without_runners(begin: TracebackType | None) -> TracebackType | None:
    """Step over the frames that ran the user's code, unless there is nothing else."""
    inner = begin
    while inner is not None:
        module = inner.tb_frame.f_globals.get("__name__")
        if not isinstance(module, str) or module.partition(".")[0] not in _RUNNERS:
            return inner
        inner = inner.tb_next
    return begin


def _where(exc: BaseException, begin: TracebackType | None) -> str | None:
    """Choose the innermost place in the user's files and cells; else in what was typed in; else of all."""
    typed_in = last = None
    for filename, line in reversed([*_places(exc, begin)]):
        cell = cell_count(filename)
        if cell is not None:
            return f"cell {cell}:{line}"
        place = storable(filename, MAX_TAG) + f":{line}"
        if _is_users(filename):
            return place
        last = last or place
        if _TYPED_IN.fullmatch(filename):
            typed_in = typed_in or place
    return typed_in or last


def _places(exc: BaseException, begin: TracebackType | None) -> Iterator[tuple[str, int]]:
    while begin is not None:
        yield begin.tb_frame.f_code.co_filename, begin.tb_lineno
        begin = begin.tb_next
    # The file that does not parse has no frame: it never ran.
    if isinstance(exc, SyntaxError) and isinstance(exc.filename, str) and isinstance(exc.lineno, int):
        yield exc.filename, exc.lineno


def _is_users(filename: str) -> bool:
    if filename.startswith("<"):  # generated code, and what _TYPED_IN knows
        return False
    path = Path(filename)
    return not (_INSTALLED.intersection(path.parts) or path.is_relative_to(_STDLIB) or path.is_relative_to(_NBFLOW))
