"""Which runs: the options of the verbs that take a filter, and the search they stand for."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click
from msgspec import Struct

from nbflow.verbs.refs import complete_experiment, find_experiment

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbflow.entities import Run
    from nbflow.verbs.session import Session

__all__ = ["Selection", "experiment_ids", "select", "selecting"]

_PAGE = 10_000
_IN_USE = ("NBFLOW_EXPERIMENT_ID", "NBFLOW_EXPERIMENT_NAME")


class Selection(Struct, frozen=True):
    """What was asked for; `limit` 0 is all."""

    filter_string: str
    experiment: tuple[str, ...]
    all_experiments: bool
    order_by: tuple[str, ...]
    limit: int
    deleted: bool


def selecting(limit: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a verb the options of a selection; it gets their values as keyword arguments, for `Selection`.

    Parameters
    ----------
    limit
        The most runs when none is asked for; 0 is all.
    """
    decorators = [
        click.argument("filter_string", metavar="[FILTER]", required=False, default=""),
        click.option(
            "--experiment",
            "-e",
            multiple=True,
            metavar="NAME|ID",
            shell_complete=complete_experiment,
            help="Only runs of this experiment; can be given several times. Else the experiment in use, if one was "
            "chosen (set_experiment, NBFLOW_EXPERIMENT_NAME), else all.",
        ),
        click.option("--all-experiments", "-a", is_flag=True, help="Runs of all experiments."),
        click.option(
            "--order-by",
            "-o",
            multiple=True,
            metavar="KEY [DESC]",
            help="Such as 'metrics.loss ASC'; can be given several times. Ties, and all without it, by start, "
            "latest first.",
        ),
        click.option(
            "--limit",
            "-n",
            type=click.IntRange(min=0),
            default=limit,
            show_default=True,
            help="At most so many; 0: all.",
        ),
        click.option("--deleted", is_flag=True, help="What is in the trash instead."),
    ]

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        for decorator in reversed(decorators):
            function = decorator(function)
        return function

    return decorate


def experiment_ids(session: Session, selection: Selection) -> list[str] | None:
    """Say which experiments are meant; None is all of them.

    Raises
    ------
    click.UsageError
        If both some and all are asked for.
    ExperimentNotFoundError
        If one that is named is not there.
    """
    if selection.experiment:
        if selection.all_experiments:
            raise click.UsageError("--experiment and --all-experiments contradict each other. Give one of them.")
        return [find_experiment(session.client, ref).experiment_id for ref in selection.experiment]
    # The experiment in use is one of the store in use, not of any that is named.
    if selection.all_experiments or session.store is not None or not any(map(os.environ.get, _IN_USE)):
        return None
    from nbflow.tracking.fluent.experiments import current_experiment_id

    # Looking makes no experiment: a name that is not there is a mistake, as with --experiment.
    name = os.environ.get("NBFLOW_EXPERIMENT_NAME")
    if name:
        named = find_experiment(session.client, name)
        if named.lifecycle_stage == "deleted":
            return [named.experiment_id]
    return [current_experiment_id()]


def select(session: Session, selection: Selection) -> tuple[list[Run], bool]:
    """Find the runs that are meant.

    Returns
    -------
    runs : list of Run
        In the order asked for.
    more : bool
        Whether the limit left some out.
    """
    client = session.client
    where = experiment_ids(session, selection)
    runs: list[Run] = []
    token: str | None = None
    while True:
        size = min(selection.limit - len(runs), _PAGE) if selection.limit else _PAGE
        page = client.search_runs(
            where, selection.filter_string, 2 if selection.deleted else 1, size, list(selection.order_by), token
        )
        runs += page
        token = page.token
        if token is None or len(runs) == selection.limit:
            return runs, token is not None
