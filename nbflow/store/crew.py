"""Reading very many runs: other processes read and digest them while this one writes the index.

A cold index of 100,000 runs is 200,000 small files and all of Python's work on them; on two cores it takes little more
than half as long with a helper. Only plain data crosses the pipes, and what a helper cannot do is done here.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import queue
import struct
import subprocess
import sys
import threading
from collections import deque
from pathlib import Path
from typing import IO, TYPE_CHECKING, Self

import msgspec

from nbflow.store.digest import Digest, read_run
from nbflow.store.layout import Layout
from nbflow.store.reader import FolderReader
from nbflow.store.shape import NO_SHAPE, Shape

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from nbflow.store.fold import RunState

__all__ = ["Crew", "encode_state", "help_out"]

# Starting a helper costs as much as reading this many runs.
_WORTH_HELP = 4000
_MOST_HELPERS = 4
# What is found of a batch should fit into a pipe (64 kB on Linux; a run of 30 values is 390 bytes), so that a helper
# need not wait until it is taken; and what it was given ahead must last while this process reads a batch and writes
# what it has, or waits for a core that somebody else has.
_BATCH = 100
_AHEAD = 10

RunKey = tuple[str, str]
"""Home and run id."""
Found = tuple[Digest, bytes | None]
"""A run's digest, and its encoded state when the digest alone does not settle it."""

_encoder = msgspec.msgpack.Encoder()
_keys_decoder = msgspec.msgpack.Decoder(list[RunKey])
_found_decoder = msgspec.msgpack.Decoder(list[tuple[Shape, list[Found]]])
_length = struct.Struct("<I")

_HELPER = "import sys, json; sys.path[:] = json.loads(sys.argv[1]); from nbflow.store.crew import help_out; help_out()"
# -I: nothing is imported from the working directory; -S: no sitecustomize that prints into the pipe.
_OPTIONS = ("-I", "-S", "-c", _HELPER)
_GREETING = b"nbflow index helper 1\n"


class Crew:
    """Reads runs that the index does not know yet. A context manager: at its end the helpers are gone.

    Parameters
    ----------
    root
        The store.
    worth_help
        How many runs a helper process is started for.
    """

    def __init__(self, root: Path, *, worth_help: int = _WORTH_HELP) -> None:
        self._root = root
        self._worth_help = worth_help
        self._helpers: list[_Helper] = []
        self._done: queue.SimpleQueue[tuple[_Helper, list[Found] | None]] = queue.SimpleQueue()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        while self._helpers:
            self._helpers.pop().stop()

    def expect(self, n_runs: int) -> None:
        """Start the helpers that so many runs are worth: what is done until they are ready costs no time."""
        while len(self._helpers) < _helpers_for(n_runs, self._worth_help):
            self._helpers.append(_Helper(self._root, self._done))

    def digest(self, runs: Sequence[RunKey]) -> Iterator[Found]:
        """Read runs.

        Parameters
        ----------
        runs
            The runs.

        Yields
        ------
        found : tuple of Digest and (bytes or None)
            Each run once, in any order.
        """
        self.expect(len(runs))
        waiting = deque(runs[i : i + _BATCH] for i in range(0, len(runs), _BATCH))
        for helper in self._helpers:
            self._hand_out(waiting, helper)
        reader = FolderReader(Layout(self._root))
        while waiting or any(helper.given for helper in self._helpers):
            try:
                helper, found = self._done.get(block=not waiting)
            except queue.Empty:
                yield from _digest(reader, waiting.pop())
                continue
            if found is None:  # it died: its work is ours again
                waiting.extend(helper.given)
                helper.given.clear()
                continue
            helper.given.popleft()
            self._hand_out(waiting, helper)
            yield from found

    def _hand_out(self, waiting: deque[Sequence[RunKey]], helper: _Helper) -> None:
        # Less and less ahead towards the end, so that all are done at the same time.
        room = min(_AHEAD, len(waiting) // (2 * len(self._helpers)) + 1)
        while waiting and len(helper.given) < room:
            helper.give(waiting.popleft())


def help_out() -> None:
    """Be a helper: answer each batch of runs on the standard input with what was found, on the standard output."""
    gc.disable()  # nothing here is in a cycle, and nothing lasts
    os.chdir(sys.argv[2])  # so that the paths, of which the system looks up two hundred thousand, are short
    reader = FolderReader(Layout(Path()))
    source, target = sys.stdin.buffer, sys.stdout.buffer
    target.write(_GREETING)
    while data := _receive(source):
        _send(target, _encode(_digest(reader, _keys_decoder.decode(data))))


def _digest(reader: FolderReader, runs: Iterable[RunKey]) -> Iterator[Found]:
    for home, run_id in runs:
        state, digest, _ = read_run(reader, home, run_id, None)
        yield digest, None if state is None else encode_state(state)


def _encode(found: Iterable[Found]) -> bytes:
    """Encode what is found, each run while the processor still has it at hand, and each shape once."""
    by_shape: dict[Shape, list[msgspec.Raw]] = {}
    for each in found:
        shape, each[0].shape = each[0].shape, NO_SHAPE
        by_shape.setdefault(shape, []).append(msgspec.Raw(_encoder.encode(each)))
    return _encoder.encode(list(by_shape.items()))


def _decode(data: bytes) -> list[Found]:
    found: list[Found] = []
    for shape, of_shape in _found_decoder.decode(data):
        for digest, _ in of_shape:
            digest.shape = shape
        found += of_shape
    return found


def encode_state(state: RunState) -> bytes:
    """Encode a state for the index."""
    return _encoder.encode(state)


def _helpers_for(n_runs: int, worth_help: int) -> int:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores - 1, _MOST_HELPERS, n_runs // worth_help) if sys.executable else 0


class _Helper:
    """Another process, and a thread that takes what it answers."""

    def __init__(self, root: Path, done: queue.SimpleQueue[tuple[_Helper, list[Found] | None]]) -> None:
        self.given: deque[Sequence[RunKey]] = deque()
        self._done = done
        self._process: subprocess.Popen[bytes] | None = None
        # It goes into the store, which must not be where it imports from: an empty entry is the working directory.
        places = [os.path.abspath(place) for place in sys.path]
        with contextlib.suppress(OSError):
            self._process = subprocess.Popen(  # noqa: S603 (ourselves, and a path as one argument)
                [sys.executable, *_OPTIONS, json.dumps(places), os.path.abspath(root)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        self._thread = threading.Thread(target=self._take, name="nbflow-index-helper", daemon=True)
        self._thread.start()

    def give(self, runs: Sequence[RunKey]) -> None:
        """Hand over a batch. A helper that is gone shows itself in what `_take` says."""
        self.given.append(runs)
        if self._process is not None and self._process.stdin is not None:
            with contextlib.suppress(OSError):
                _send(self._process.stdin, _encoder.encode(runs))

    def stop(self) -> None:
        """End the process."""
        process = self._process
        if process is None:
            return
        with contextlib.suppress(OSError):
            process.kill()
        process.wait()
        self._thread.join()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def _take(self) -> None:
        source = None if self._process is None else self._process.stdout
        if source is not None and source.read(len(_GREETING)) != _GREETING:
            source = None  # something else speaks there
        while source is not None and (data := _receive(source)):
            try:
                self._done.put((self, _decode(data)))
            except msgspec.DecodeError:
                break
        self._done.put((self, None))


def _send(target: IO[bytes], data: bytes) -> None:
    target.write(_length.pack(len(data)) + data)
    target.flush()


def _receive(source: IO[bytes]) -> bytes:
    """Read one message; nothing at the end of the stream, or when it was cut off."""
    try:
        header = source.read(_length.size)
        if len(header) < _length.size:
            return b""
        (length,) = _length.unpack(header)
        data = source.read(length)
    except (OSError, ValueError):
        return b""
    return data if len(data) == length else b""
