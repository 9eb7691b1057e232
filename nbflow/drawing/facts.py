"""What the page of a run or of an experiment says, whatever it is drawn in (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from nbflow.drawing.format import MISSING, count, duration, moment, size
from nbflow.drawing.html import cut
from nbflow.drawing.surroundings import Surroundings
from nbflow.entities import DatasetInput, Experiment, ModelOutput, ModelVersion, Run

__all__ = [
    "ARTIFACTS",
    "CODE_LENGTH",
    "Fact",
    "artifact_rows",
    "description",
    "experiment_facts",
    "input_rows",
    "listing_code",
    "loading_code",
    "metric_rows",
    "output_rows",
    "own_tags",
    "restoring_code",
    "run_facts",
    "system_tags",
    "version_name",
    "versions_of_output",
]

ARTIFACTS = 20  # as many are listed
CODE_LENGTH = 4096  # no path that a file system takes is longer: what is to be copied is whole

_COMMIT_LENGTH = 12
_NAME_LENGTH = 40
_OURS = ("mlflow.", "nbflow.")
_NOWHERE = Surroundings()


class Fact(msgspec.Struct, frozen=True):
    """A name and a value. `code` is whether the value is typed rather than read: an id, a path."""

    name: str
    value: str
    code: bool = False


def run_facts(run: Run, around: Surroundings = _NOWHERE) -> list[Fact]:
    """Say who made a run, when, from what, and where it is.

    Parameters
    ----------
    run
        The run.
    around
        What its store says about it.

    Returns
    -------
    facts : list of Fact
        Without those that are not known.
    """
    info, tags = run.info, run.tags
    ended = f"{moment(info.end_time)} UTC" if info.end_time is not None else None
    return _known(
        Fact("id", info.run_id, code=True),
        _named("experiment", around.experiment, info.experiment_id),
        _named("parent run", around.parent, tags.get("mlflow.parentRunId")),
        _fact("user", tags.get("mlflow.user") or info.user_id),
        Fact("started", f"{moment(info.start_time)} UTC"),
        _fact("ended", ended),
        _fact("duration", None if run.duration_ms is None else duration(run.duration_ms)),
        _fact("source", _source(tags)),
        _fact("git", _git(tags)),
        Fact("artifacts", info.artifact_uri, code=True),
    )


def experiment_facts(experiment: Experiment) -> list[Fact]:
    """Say what an experiment is and where.

    Parameters
    ----------
    experiment
        The experiment.

    Returns
    -------
    facts : list of Fact
        Without those that are not known.
    """
    created, updated = experiment.creation_time, experiment.last_update_time
    return _known(
        Fact("id", experiment.experiment_id, code=True),
        _fact("created", None if created is None else f"{moment(created)} UTC"),
        _fact("changed", None if updated in (None, created) else f"{moment(updated)} UTC"),
        Fact("artifacts", experiment.artifact_location, code=True),
    )


def loading_code(run: Run) -> str:
    """Write the line of code that gets a run again."""
    return f"run = nbflow.get_run({_quoted(run.run_id)})"


def listing_code(experiment: Experiment) -> str:
    """Write the line of code that finds the runs of an experiment."""
    return f"runs = nbflow.search_runs(experiment_ids=[{_quoted(experiment.experiment_id)}])"


def restoring_code(thing: Run | Experiment) -> str | None:
    """Write the line of code that gets something out of the trash; None if it is not there."""
    if isinstance(thing, Run):
        deleted, verb, ref = thing.info.lifecycle_stage, "restore_run", thing.run_id
    else:
        deleted, verb, ref = thing.lifecycle_stage, "restore_experiment", thing.experiment_id
    return f"nbflow.{verb}({_quoted(ref)})" if deleted == "deleted" else None


def description(tags: Mapping[str, str]) -> str | None:
    """Get the description that somebody wrote, if any."""
    return tags.get("mlflow.note.content", "").strip() or None


def own_tags(tags: Mapping[str, str]) -> dict[str, str]:
    """Get the tags that somebody set, by name."""
    return {key: tags[key] for key in sorted(tags) if not key.startswith(_OURS)}


def system_tags(tags: Mapping[str, str]) -> dict[str, str]:
    """Get the tags that MLflow and nbflow set, by name, without the description."""
    return {key: tags[key] for key in sorted(tags) if key.startswith(_OURS) and key != "mlflow.note.content"}


def metric_rows(run: Run) -> list[tuple[str, float, int | None]]:
    """Get name, latest value and step (None if not known) of each metric."""
    steps = {point.key: point.step for point in run.data.latest_metrics}
    return [(key, value, steps.get(key)) for key, value in run.metrics.items()]


def artifact_rows(around: Surroundings) -> list[tuple[str, str]]:
    """Get name and size of each file and folder at the top of a run's artifacts; a folder has a slash and no size."""
    return [
        (info.path + "/" * info.is_dir, MISSING if info.is_dir else size(info.file_size)) for info in around.artifacts
    ]


def input_rows(run: Run) -> list[tuple[str, str, str, str, str]]:
    """Get name, context, size, digest and source of each data set that a run read."""
    return [_input(found) for found in run.inputs.dataset_inputs]


def output_rows(run: Run, around: Surroundings = _NOWHERE) -> list[tuple[str, str, str, str]]:
    """Get path, flavors, size and versions of each model that a run logged."""
    return [
        (
            made.path,
            ", ".join(made.flavors) or MISSING,
            size(made.size_bytes) if made.size_bytes else MISSING,
            ", ".join(map(version_name, versions_of_output(run, made, around))) or MISSING,
        )
        for made in run.outputs.model_outputs
    ]


def versions_of_output(run: Run, made: ModelOutput, around: Surroundings) -> list[ModelVersion]:
    """Give the versions that a model of a run is registered as."""
    source = f"runs:/{run.run_id}/{made.path}"
    return [version for version in around.versions if version.source == source]


def version_name(version: ModelVersion) -> str:
    """Name a version, with the aliases that stand for it: `"fraud 3 @champion"`."""
    return " ".join([cut(version.name, _NAME_LENGTH), str(version.version), *(f"@{each}" for each in version.aliases)])


def _input(found: DatasetInput) -> tuple[str, str, str, str, str]:
    dataset = found.dataset
    contexts = [tag.value for tag in found.tags if tag.key == "mlflow.data.context"]
    n_rows = _json(dataset.profile).get("num_rows")
    source = _json(dataset.source)
    where = next((str(source[key]) for key in ("uri", "url", "path") if source.get(key)), dataset.source_type)
    return (
        dataset.name,
        ", ".join(contexts) or MISSING,
        count(n_rows, "row") if isinstance(n_rows, int) else MISSING,
        dataset.digest,
        where,
    )


def _quoted(ref: str) -> str:
    return f'"{ref}"' if ref.isalnum() else repr(ref)


def _json(text: str | None) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(text or "{}")
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):  # somebody else may have written it
        return {}
    return found if isinstance(found, dict) else {}


def _source(tags: Mapping[str, str]) -> str | None:
    name, kind = tags.get("mlflow.source.name"), tags.get("mlflow.source.type")
    if name is None or kind in (None, "LOCAL"):
        return name
    return f"{name} ({kind.lower()})"


def _git(tags: Mapping[str, str]) -> str | None:
    commit = tags.get("mlflow.source.git.commit")
    if commit is None:
        return None
    branch = tags.get("mlflow.source.git.branch")
    dirty = ", with changes that were not committed" if tags.get("nbflow.source.git.dirty") == "true" else ""
    return commit[:_COMMIT_LENGTH] + (f" on {branch}" if branch else "") + dirty


def _fact(name: str, value: str | None, *, code: bool = False) -> Fact | None:
    return Fact(name, value, code) if value else None


def _named(what: str, name: str | None, ref: str | None) -> Fact | None:
    """Say what has a name and an id; the name is cut, so that the id is shown whole beside it."""
    if name is None:
        return _fact(what, ref, code=True)
    return _fact(what, f"{cut(name, _NAME_LENGTH)} ({ref})")


def _known(*facts: Fact | None) -> list[Fact]:
    return [fact for fact in facts if fact is not None]
