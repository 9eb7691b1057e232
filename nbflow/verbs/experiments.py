"""The verbs about experiments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from nbflow.drawing.format import count, moment
from nbflow.drawing.text import line
from nbflow.errors import ExperimentExistsError
from nbflow.verbs.documents import experiment_document
from nbflow.verbs.lines import moment_text
from nbflow.verbs.options import VerbGroup, pass_session
from nbflow.verbs.pairs import take_apart
from nbflow.verbs.refs import complete_experiment, find_deleted, find_experiment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import RenderableType

    from nbflow.entities import Experiment
    from nbflow.tracking.client import Client
    from nbflow.verbs.lines import Cell
    from nbflow.verbs.session import Session

__all__ = ["experiments"]

_NAME = 80

experiments = VerbGroup(
    "experiments",
    usual="list",
    help="List, show, create, rename, tag, delete and restore experiments.",
)

_experiment = click.argument("experiment", metavar="NAME|ID", shell_complete=complete_experiment)


@experiments.command("list")
@click.argument("filter_string", metavar="[FILTER]", required=False, default="")
@click.option("--order-by", "-o", multiple=True, metavar="KEY [DESC]", help="Such as 'name ASC'.")
@click.option("--deleted", is_flag=True, help="What is in the trash instead.")
@pass_session
def list_experiments(session: Session, filter_string: str, order_by: Sequence[str], deleted: bool) -> None:
    """List experiments, the latest first.

    FILTER is such as "name LIKE 'tune%'". In a pipe each experiment is a line: id, name, number of runs, creation.
    """
    client = session.client
    found = client.search_experiments(2 if deleted else 1, None, filter_string, list(order_by))
    n_runs = [_n_runs(client, each, deleted=deleted) for each in found]
    session.answer(
        lambda: [experiment_document(each, counts={"n_runs": n}) for each, n in zip(found, n_runs, strict=True)],
        lambda: [
            [each.experiment_id, each.name, n, moment_text(each.creation_time)]
            for each, n in zip(found, n_runs, strict=True)
        ],
        lambda: _table(found, n_runs),
    )
    if not found:
        session.nothing("No experiments.")


@experiments.command("show")
@_experiment
@pass_session
def show_experiment(session: Session, experiment: str) -> None:
    """Show one experiment. In a pipe each line is a name and a value."""
    client = session.client
    found = find_experiment(client, experiment)
    n_runs = _n_runs(client, found, deleted=found.lifecycle_stage == "deleted")
    session.answer(
        lambda: experiment_document(found, counts={"n_runs": n_runs}),
        lambda: _lines(found, n_runs),
        lambda: _page(found, n_runs),
    )


@experiments.command("create")
@click.argument("name")
@click.option("--artifact-location", metavar="URL", help="Where its runs keep artifacts; else in the store.")
@click.option("--tag", "tags", multiple=True, metavar="KEY=VALUE", help="A tag; can be given several times.")
@pass_session
def create_experiment(session: Session, name: str, artifact_location: str | None, tags: Sequence[str]) -> None:
    """Create an experiment. In a pipe the answer is its id."""
    client = session.client
    pairs = take_apart(tags, "--tag")
    created = client.get_experiment(client.create_experiment(name, artifact_location, pairs))
    _say(session, created, f"Created experiment {line(created.name, _NAME)} (id {created.experiment_id}).")


@experiments.command("rename")
@_experiment
@click.argument("new_name")
@pass_session
def rename_experiment(session: Session, experiment: str, new_name: str) -> None:
    """Give an experiment another name. Its id stays."""
    client = session.client
    found = find_experiment(client, experiment)
    client.rename_experiment(found.experiment_id, new_name)
    _say(session, found, f"Renamed experiment {line(found.name, _NAME)} to {line(new_name, _NAME)}.")


@experiments.command("delete")
@_experiment
@pass_session
def delete_experiment(session: Session, experiment: str) -> None:
    """Put an experiment, and with it its runs, into the trash."""
    found = find_experiment(session.client, experiment)
    session.client.delete_experiment(found.experiment_id)
    _say(session, found, f"Moved experiment {line(found.name, _NAME)} into the trash.")


@experiments.command("restore")
@_experiment
@pass_session
def restore_experiment(session: Session, experiment: str) -> None:
    """Take an experiment out of the trash, and its runs but those that were deleted themselves.

    Of several of a name in the trash it is the one that was deleted last.
    """
    client = session.client
    found = find_deleted(client, experiment)
    _restore(client, found.experiment_id)
    _say(session, found, f"Moved experiment {line(found.name, _NAME)} out of the trash.")


@experiments.command("tag")
@_experiment
@click.argument("tags", metavar="[KEY=VALUE]...", nargs=-1)
@click.option("--remove", multiple=True, metavar="KEY", help="Take this tag away; can be given several times.")
@pass_session
def tag_experiment(session: Session, experiment: str, tags: Sequence[str], remove: Sequence[str]) -> None:
    """Set tags of an experiment, or take some away."""
    client = session.client
    pairs = take_apart(tags, "KEY=VALUE")
    if not pairs and not remove:
        raise click.UsageError("Give KEY=VALUE to set, or --remove KEY.")
    found = find_experiment(client, experiment)
    if pairs:
        client.set_experiment_tags(found.experiment_id, pairs)
    for key in remove:
        client.delete_experiment_tag(found.experiment_id, key)
    what = [count(len(pairs), "tag") + " set"] * bool(pairs) + [count(len(remove), "tag") + " removed"] * bool(remove)
    _say(session, found, f"Experiment {line(found.name, _NAME)}: {', '.join(what)}.")


def _restore(client: Client, experiment_id: str) -> None:
    try:
        client.restore_experiment(experiment_id)
    except ExperimentExistsError as exc:
        holder = exc.experiment_id
        remedy = (
            f"The name is held by {holder}: rename that one, then restore this one: nbflow experiments rename {holder} "
            f"NEW_NAME, nbflow experiments restore {experiment_id}"
        )
        raise ExperimentExistsError(exc.name, holder, remedy) from None


def _n_runs(client: Client, experiment: Experiment, *, deleted: bool) -> int:
    return client.count_runs([experiment.experiment_id], run_view_type=2 if deleted else 1)


def _say(session: Session, experiment: Experiment, text: str) -> None:
    """Answer with the experiment as it is now; a pipe gets its id."""
    session.answer(
        lambda: experiment_document(session.client.get_experiment(experiment.experiment_id)),
        lambda: [[experiment.experiment_id]],
        lambda: text,
    )


def _lines(experiment: Experiment, n_runs: int) -> Iterator[tuple[str, Cell]]:
    yield "experiment_id", experiment.experiment_id
    yield "name", experiment.name
    yield "lifecycle_stage", experiment.lifecycle_stage
    yield "creation_time", moment_text(experiment.creation_time)
    yield "last_update_time", moment_text(experiment.last_update_time)
    yield "artifact_location", experiment.artifact_location
    yield "n_runs", n_runs
    for key, value in experiment.tags.items():
        yield f"tags.{key}", value


def _table(found: Sequence[Experiment], n_runs: Sequence[int]) -> RenderableType:
    from nbflow.verbs.drawing import table

    if not found:
        return ""
    rows: list[Any] = [
        [each.name, each.experiment_id, f"{n:,}", moment(each.creation_time)]
        for each, n in zip(found, n_runs, strict=True)
    ]
    return table(["experiment", "id", "runs", "created (UTC)"], rows, right={2}, whole={1})


def _page(experiment: Experiment, n_runs: int) -> RenderableType:
    from nbflow.drawing.pages_text import experiment_text
    from nbflow.verbs.drawing import plain

    return plain(f"{experiment_text(experiment)}\n\n{count(n_runs, 'run')}")
