"""Whether the process that runs a run is still there.

A run says which process started it. On the same machine, in the same boot and the same process namespace, the process
table answers. Elsewhere only the heartbeat does: the process touches its log every `Settings.heartbeat_s` seconds.
"""

from __future__ import annotations

import functools
import os
import threading
import time
import weakref
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from nbflow.store.forks import forkable

if TYPE_CHECKING:
    from nbflow.store.writer import LogWriter

__all__ = ["Heartbeat", "Liveness", "Origin", "heartbeat", "last_sign", "liveness_of", "this_process"]

Liveness = Literal["alive", "gone", "silent"]

# The start of a process and the clock of a run are not measured together: this much disagreement is no proof.
_SLACK_S = 5.0
_IMPORTED_S = time.time()


class Origin(Struct, frozen=True):
    """A process: the machine's name, its boot and process namespace, and the pid."""

    host: str
    boot: str
    pid: int


def this_process() -> Origin:
    """Describe this process."""
    host, boot = _machine()
    return Origin(host, boot, os.getpid())


@functools.cache
def _machine() -> tuple[str, str]:
    host = os.uname().nodename if hasattr(os, "uname") else os.environ.get("COMPUTERNAME", "")
    parts = []
    # Containers share a boot and even a name, but not a process table.
    with suppress(OSError):
        parts.append(Path("/proc/sys/kernel/random/boot_id").read_text().strip()[:13])
    with suppress(OSError):
        parts.append(str(Path("/proc/self/ns/pid").readlink()).strip("pid:[]"))
    return host, "-".join(parts)


def liveness_of(origin: Origin, since_ms: int, last_sign_s: float | None, silent_s: float) -> Liveness:
    """Judge whether a run's process lives.

    Parameters
    ----------
    origin
        The process.
    since_ms
        When it took the run up, in milliseconds since the epoch.
    last_sign_s
        The mtime of its log, in seconds since the epoch; None when there is no log.
    silent_s
        After how many seconds without a sign a process elsewhere counts as dead.

    Returns
    -------
    liveness : {"alive", "gone", "silent"}
        `gone` is final; `silent` may be taken back by the next heartbeat.
    """
    here = this_process()
    if origin.pid and (origin.host, origin.boot) == (here.host, here.boot):
        # In a container that was started again, this process may have the number of the one that ran the run.
        ours = origin.pid == here.pid and since_ms / 1000 >= _IMPORTED_S - _SLACK_S
        return "alive" if ours or _process_runs(origin.pid, since_ms) else "gone"
    if last_sign_s is not None and time.time() - last_sign_s <= silent_s:
        return "alive"
    return "silent"


def last_sign(folder: Path, writer: str) -> float | None:
    """Give the latest mtime of a writer's files, in seconds since the epoch; None when there are none."""
    latest = None
    for ending in (".jsonl", ".metrics"):
        try:
            seen = (folder / "log" / f"{writer}{ending}").stat().st_mtime
        except OSError:
            continue
        latest = seen if latest is None else max(latest, seen)
    return latest


def _process_runs(pid: int, since_ms: int) -> bool:
    import psutil

    try:
        process = psutil.Process(pid)
        # A process younger than the run is another one with the same number; a zombie only waits for its parent.
        started: float = process.create_time()
        if process.status() in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD):
            return False
    except psutil.NoSuchProcess:
        return False
    except psutil.Error:
        return True
    return started <= since_ms / 1000 + _SLACK_S


class Heartbeat:
    """One thread that touches the logs of the runs that this process runs."""

    def __init__(self) -> None:
        self.forget()
        forkable.add(self)

    def forget(self) -> None:
        """After a fork: the runs are the parent's, the thread is not here, another one may have held the lock."""
        self._writers: weakref.WeakSet[LogWriter] = weakref.WeakSet()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def add(self, writer: LogWriter, interval_s: float) -> None:
        """Begin to touch a writer's log, every `interval_s` seconds."""
        with self._lock:
            self._writers.add(writer)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(
                    target=self._beat, args=(interval_s,), name="nbflow-heartbeat", daemon=True
                )
                self._thread.start()

    def remove(self, writer: LogWriter) -> None:
        """Stop to touch a writer's log."""
        with self._lock:
            self._writers.discard(writer)

    def _beat(self, interval_s: float) -> None:
        while True:
            time.sleep(interval_s)
            with self._lock:
                writers = list(self._writers)
            for writer in writers:
                writer.touch()


heartbeat = Heartbeat()
