"""The root of all verbs, and how one is run from Python."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from nbflow.verbs.access import access
from nbflow.verbs.artifacts import artifacts
from nbflow.verbs.doctor import doctor
from nbflow.verbs.experiments import experiments
from nbflow.verbs.gc import gc
from nbflow.verbs.merge import merge
from nbflow.verbs.models import models
from nbflow.verbs.options import VerbGroup
from nbflow.verbs.runs import runs
from nbflow.verbs.session import Session
from nbflow.verbs.status import status
from nbflow.verbs.ui import ui

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

__all__ = ["group", "invoke"]

group = VerbGroup(
    "nbflow",
    commands=[runs, experiments, artifacts, models, access, ui, status, doctor, gc, merge],
    help="Track experiments and models in plain files: list, show, compare, register, serve, check and merge them.",
)


def invoke(args: Sequence[str], *, console: Console | None = None) -> int:
    """Run a verb in this process.

    Parameters
    ----------
    args
        What would follow `nbflow` on a command line.
    console
        Where it is shown, as for a person; None is the standard output, as lines where that is no terminal.

    Returns
    -------
    status : int
        0, or what the verb says: 1 for problems that were found, 2 for a store that cannot be used.

    Raises
    ------
    NbflowError
        If the verb cannot be done.
    click.UsageError
        If there is no such verb, or it does not take such arguments.
    """
    try:
        with group.make_context("nbflow", list(args), obj=Session(console)) as context:
            return int(group.invoke(context) or 0)
    except click.exceptions.Exit as exc:  # --help
        return exc.exit_code
    except click.Abort:
        return 1
