"""Letting a model predict in a process of another Python."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping

from nbflow.errors import ModelProcessError
from nbflow.serving.job import Job, command
from nbflow.serving.worker import Told, heard

__all__ = ["predict_apart"]


def predict_apart(job: Job, body: bytes, python: str, environment: Mapping[str, str] | None = None) -> bytes:
    """Let a model predict.

    Parameters
    ----------
    job
        Which model, and of which type the data is.
    body
        The data, as the body of a request.
    python
        The Python that does it.
    environment
        Its environment variables; None is this process's.

    Returns
    -------
    text : bytes
        The predictions as JSON.

    Raises
    ------
    ModelProcessError
        If the process says that something is wrong, or says nothing.
    """
    done = subprocess.run(  # noqa: S603 - the Python of an environment, with a program of ours
        command(python),
        input=job.line() + body,
        stdout=subprocess.PIPE,
        env=None if environment is None else dict(environment),
        check=False,
    )
    told = heard(done.stdout.splitlines()[-1]) if done.stdout else Told()
    if told.predictions:
        return told.predictions
    raise ModelProcessError(
        told.error or f"The process that was to predict ended without a word: status {done.returncode}."
    )
