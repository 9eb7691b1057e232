"""`status`: which store this is, what is in it, and what is running."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import click

from nbflow.drawing.format import count, duration, moment
from nbflow.drawing.text import line
from nbflow.verbs.documents import run_document
from nbflow.verbs.options import Verb, pass_session
from nbflow.verbs.refs import names_of_experiments
from nbflow.verbs.run_list import short_ids

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import RenderableType

    from nbflow.entities import Run
    from nbflow.tracking.client import Client
    from nbflow.verbs.session import Session

__all__ = ["status"]

_PATH, _NAME = 200, 40
_SHOWN = 50
_RUNNING = "status IN ('RUNNING', 'SCHEDULED')"


@click.command("status", cls=Verb)
@pass_session
def status(session: Session) -> None:
    """Show which store is in use, what is in it, and which runs are running.

    In a pipe each line is a name and a value; a running run is `running`, its id, its name and its experiment's.
    """
    client = session.client
    found = _counts(client)
    running = list(client.search_runs(None, _RUNNING, max_results=_SHOWN)) if found["exists"] else []
    experiments = names_of_experiments(client)
    session.answer(
        lambda: {**found, "running": [run_document(run) for run in running]},
        lambda: [
            *([name, value if isinstance(value, str) else str(value).lower()] for name, value in _flat(found)),
            *(["running", run.run_id, run.name, experiments.get(run.info.experiment_id)] for run in running),
        ],
        lambda: _page(found, running, experiments),
    )


def _counts(client: Client) -> dict[str, Any]:
    models = [model.lifecycle_stage for model in client.search_registered_models(None, None, view_type=3)]
    return {
        "store": client.tracking_uri,
        "exists": bool(client.search_experiments(3, 1)),
        "experiments": {
            "active": len(client.search_experiments(1, None)),
            "deleted": len(client.search_experiments(2, None)),
        },
        "runs": {"active": client.count_runs(), "deleted": client.count_runs(run_view_type=2)},
        "models": {stage: models.count(stage) for stage in ("active", "deleted")},
    }


def _flat(found: Mapping[str, Any]) -> list[tuple[str, Any]]:
    flat: list[tuple[str, Any]] = []
    for name, value in found.items():
        flat += [(f"{name}.{key}", each) for key, each in value.items()] if isinstance(value, dict) else [(name, value)]
    return flat


def _page(found: Mapping[str, Any], running: Sequence[Run], experiments: Mapping[str, str]) -> RenderableType:
    from rich.console import Group

    from nbflow.verbs.drawing import bold, plain, table

    if not found["exists"]:
        return plain(f"Store {line(found['store'], _PATH)}: nothing there yet. The first run makes it.")
    parts = [
        f"{count(found[what]['active'], noun)}"
        + (f" (and {found[what]['deleted']:,} in the trash)" if found[what]["deleted"] else "")
        for what, noun in (("experiments", "experiment"), ("runs", "run"), ("models", "registered model"))
        if what != "models" or any(found[what].values())
    ]
    head = Group(bold(f"Store {line(found['store'], _PATH)}"), plain(", ".join(parts)))
    if not running:
        return Group(head, plain("Nothing is running."))
    now = time.time() * 1000
    rows = [
        [
            line(run.name, _NAME),
            short,
            line(experiments.get(run.info.experiment_id, ""), _NAME),
            moment(run.info.start_time),
            duration(max(round(now - run.info.start_time), 0)),
        ]
        for run, short in zip(running, short_ids(running), strict=True)
    ]
    return Group(head, plain(""), table(["running", "id", "experiment", "started (UTC)", "for"], rows, whole={1}))
