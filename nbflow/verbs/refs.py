"""From what a person types to a run or an experiment: an id, the beginning of one, or a name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nbflow.errors import AmbiguousRunError, ExperimentNotFoundError, RunNotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterable

    import click

    from nbflow.entities import Experiment, Run
    from nbflow.tracking.client import Client

__all__ = [
    "client_of",
    "complete_experiment",
    "complete_run",
    "find_deleted",
    "find_experiment",
    "find_run",
    "find_runs",
    "names_of_experiments",
]

_WHOLE = re.compile(r"[0-9a-f]{32}")
_BEGINNING = re.compile(r"[0-9a-f]{4,31}")
_DELETED, _ALL = 2, 3
_COMPLETED = 50


def find_run(client: Client, ref: str) -> Run:
    """Find the one run that somebody means, in the trash or not.

    Parameters
    ----------
    client
        The store.
    ref
        A run's id, the first 4 or more hex digits of one, or a run's name.

    Returns
    -------
    run : Run
        The run.

    Raises
    ------
    RunNotFoundError
        If no run has such an id or name.
    AmbiguousRunError
        If several have.
    """
    if _WHOLE.fullmatch(ref):
        return client.get_run(ref)
    found = {run.run_id: run for run in _named(client, ref)}
    if _BEGINNING.fullmatch(ref):
        found |= {run.run_id: run for run in _search(client, f"run_id LIKE '{ref}%'")}
    if not found:
        raise RunNotFoundError(ref)
    if len(found) > 1:
        raise AmbiguousRunError(ref, [(run.run_id, run.name) for run in found.values()])
    return client.get_run(next(iter(found)))


def find_runs(client: Client, refs: Iterable[str]) -> list[Run]:
    """Find several runs, all before anything is done to one; see `find_run`. One that is named twice comes once."""
    return list({run.run_id: run for run in (find_run(client, ref) for ref in refs)}.values())


def find_experiment(client: Client, ref: str) -> Experiment:
    """Find the experiment that somebody means, in the trash or not.

    Parameters
    ----------
    client
        The store.
    ref
        An experiment's id, or its name: the active one of that name, else the last deleted one.

    Raises
    ------
    ExperimentNotFoundError
        If there is none.
    """
    if ref.isascii() and ref.isdecimal():
        try:
            return client.get_experiment(ref)
        except ExperimentNotFoundError:
            pass
    found = client.get_experiment_by_name(ref)
    if found is None:
        raise ExperimentNotFoundError(ref, names_of_experiments(client).values())
    return found


def find_deleted(client: Client, ref: str) -> Experiment:
    """Find the experiment in the trash that somebody means, also where an active one has its name by now.

    Parameters
    ----------
    client
        The store.
    ref
        An experiment's id, or its name: the last deleted one of that name, else any other that is meant.

    Raises
    ------
    ExperimentNotFoundError
        If there is none.
    """
    deleted = client.search_experiments(_DELETED, None)
    by_id = [each for each in deleted if each.experiment_id == ref]
    named = [each for each in deleted if each.name == ref]
    if by_id or not named:
        return find_experiment(client, ref)
    return max(named, key=lambda each: each.last_update_time or 0)


def names_of_experiments(client: Client) -> dict[str, str]:
    """Give the names of all experiments, deleted ones too, by id."""
    return {each.experiment_id: each.name for each in client.search_experiments(_ALL, None)}


def complete_run(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Complete a run's id or name, for a shell."""
    client = client_of(context)
    if re.fullmatch(r"[0-9a-f]{1,32}", incomplete):
        found = [run.run_id for run in _search(client, f"run_id LIKE '{incomplete}%'", _COMPLETED)]
        if found:
            return found
    runs = client.search_runs(None, max_results=1000)
    return [run.name for run in runs if run.name.startswith(incomplete)][:_COMPLETED]


def complete_experiment(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Complete an experiment's name, for a shell."""
    return [each.name for each in client_of(context).search_experiments(1, None) if each.name.startswith(incomplete)]


def client_of(context: click.Context) -> Client:
    """Give a client of the store that is completed from."""
    from nbflow.verbs.session import Session

    return context.ensure_object(Session).client


def _named(client: Client, name: str) -> list[Run]:
    try:
        name.encode()
    except UnicodeEncodeError:  # bytes of the command line that are no text: no run's name has such
        return []
    if "'" not in name:
        return _search(client, f"run_name = '{name}'")
    if '"' not in name:
        return _search(client, f'run_name = "{name}"')
    # A filter has no way to write both quotes: take what is alike, and compare it here.
    alike = name.replace("'", "_")
    return [run for run in _search(client, f"run_name LIKE '{alike}'") if run.name == name]


def _search(client: Client, filter_string: str, limit: int = 1000) -> list[Run]:
    return list(client.search_runs(None, filter_string, _ALL, limit))
