"""Contenders measured against each other, interleaved, each in a process of its own.

What is measured is a function that sets something up and returns a `Sample`: called again and again, it does the thing
and says how many seconds that took. The parent asks the contenders in turn, in many short rounds, so that whatever else
the machine does meanwhile hits all of them alike.
"""

from __future__ import annotations

import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

__all__ = ["AbsentError", "Contender", "Figures", "Kind", "Sample", "Stage", "ask"]

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 900

Kind = Literal["floor", "nbflow", "peer"]
Sample = Callable[[Any], list[float]]
"""Does the thing (with what the parent says, often nothing) and gives seconds, one figure for each time it was done."""


class AbsentError(Exception):
    """A contender needs a package that is not installed."""


@dataclass(frozen=True)
class Contender:
    """Something to measure.

    `make(**options)` runs in the child and gives the `Sample`. Of a slow one only every so many-th round is taken.
    `fresh` starts a new process for each sample. `judged` says whether the row's target is about it.
    """

    name: str
    make: Callable[..., Sample]
    options: Mapping[str, Any] = field(default_factory=dict)
    kind: Kind = "peer"
    every: int = 1
    fresh: bool = False
    judged: bool = True


@dataclass
class Figures:
    """What was measured of a contender."""

    contender: Contender
    seconds: list[float] = field(default_factory=list)
    peak_mb: float = 0.0
    word: str = ""
    """Why there is nothing."""

    @property
    def median(self) -> float:
        """The median, in seconds."""
        return statistics.median(self.seconds)

    @property
    def least(self) -> float:
        """The smallest, in seconds: the machine at its quietest."""
        return min(self.seconds)


class Stage:
    """The contenders of one or more rows, their processes running.

    Parameters
    ----------
    contenders
        Who is measured.
    """

    def __init__(self, contenders: Sequence[Contender]) -> None:
        self._contenders = contenders
        self._children: dict[str, _Child] = {}
        self._words: dict[str, str] = {}

    def __enter__(self) -> Self:
        for each in self._contenders:
            if not each.fresh:
                self._start(each)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for child in self._children.values():
            child.close()

    def compare(self, rounds: int, argument: Any = None, *, without: Sequence[str] = ()) -> list[Figures]:
        """Measure all of them.

        Parameters
        ----------
        rounds
            How often each is asked.
        argument
            What the samples are called with.
        without
            Names of contenders that stay out.
        """
        taking_part = [Figures(each) for each in self._contenders if each.name not in without]
        for number in range(rounds):
            turn = number % len(taking_part)
            for each in taking_part[turn:] + taking_part[:turn]:
                if number % each.contender.every == 0:
                    self._sample(each, argument)
        for each in taking_part:
            each.word = self._words.get(each.contender.name, each.word)
        return taking_part

    def _start(self, contender: Contender) -> None:
        try:
            child = _Child(contender.make, contender.options)
            self._children[contender.name] = child
            child.answer()
        except (AbsentError, _FailedError) as exc:
            self._excuse(contender, exc)

    def _sample(self, figures: Figures, argument: Any) -> None:
        contender = figures.contender
        if contender.name in self._words:
            return
        if contender.fresh:
            self._start(contender)
            if contender.name in self._words:
                return
        child = self._children[contender.name]
        try:
            seconds, peak_mb = child.ask(argument)
        except (AbsentError, _FailedError) as exc:
            self._excuse(contender, exc)
            return
        figures.seconds += seconds
        figures.peak_mb = max(figures.peak_mb, peak_mb)
        if contender.fresh:
            child.close()

    def _excuse(self, contender: Contender, exc: Exception) -> None:
        # A peer that is missing or broken must not break what is about us.
        if contender.kind == "nbflow" or (contender.kind == "floor" and not isinstance(exc, AbsentError)):
            raise exc
        self._words[contender.name] = str(exc)


def ask(function: Callable[..., Any], **options: Any) -> Any:
    """Call a function in a process of its own, and give what it returns.

    Raises
    ------
    AbsentError
        If it needs a package that is not installed.
    """
    child = _Child(function, options)
    try:
        child.answer()
        return child.ask(None)
    finally:
        child.close()


class _FailedError(Exception):
    pass


class _Child:
    def __init__(self, function: Callable[..., Any], options: Mapping[str, Any]) -> None:
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 (closed with the child)
        name = f"{function.__module__}:{function.__qualname__}"
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.child", name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            env=environment(options.get("folder")),
        )
        self._say(options)

    def ask(self, argument: Any) -> Any:
        self._say(argument)
        return self.answer()

    def _say(self, what: Any) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):  # it has ended: what it left behind will say why
            self._process.stdin.write(json.dumps(what) + "\n")
            self._process.stdin.flush()

    def answer(self) -> Any:
        assert self._process.stdout is not None
        timer = threading.Timer(PATIENCE_S, self._process.kill)
        timer.start()
        try:
            line = self._process.stdout.readline()
        finally:
            timer.cancel()
        if not line:
            self._process.wait()
            self._errors.seek(0)
            said = self._errors.read().decode(errors="replace").strip().splitlines()
            raise _FailedError("\n".join(said[-15:]) or f"ended with {self._process.returncode}")
        answer = json.loads(line)
        if "absent" in answer:
            raise AbsentError(f"{answer['absent']} is not installed")
        if "failed" in answer:
            raise _FailedError(answer["failed"])
        return answer["result"]

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.close()
            self._process.wait(60)
        except (OSError, subprocess.TimeoutExpired):
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
        self._errors.close()


def environment(folder: str | None = None) -> dict[str, str]:
    """Make the environment that contenders run in: compiled modules, caches of their own, nobody called.

    Parameters
    ----------
    folder
        Where the contender keeps its things.
    """
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("NBFLOW_", "MLFLOW_"))}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    kept |= {
        "PYTHONPATH": str(ROOT),
        "MLFLOW_ALLOW_FILE_STORE": "true",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "DO_NOT_TRACK": "true",
        "GIT_PYTHON_REFRESH": "quiet",
    }
    if folder is not None:
        kept["NBFLOW_CACHE_DIR"] = str(Path(folder) / "cache")
    return kept
