"""What MLflow's `synchronous=False` gives: something to wait for."""

from __future__ import annotations

__all__ = ["RunOperations", "operations"]


class RunOperations:
    """The log calls that somebody did not want to wait for.

    With nbflow they are complete when they return: writing to a file takes less than handing it to a thread.
    """

    def wait(self) -> None:
        """Return at once: what was logged is in the operating system's hands."""


_DONE = RunOperations()


def operations(synchronous: bool | None) -> RunOperations | None:
    """Give what a log function returns in MLflow: something to wait for when `synchronous` is False, else None."""
    return _DONE if synchronous is False else None
