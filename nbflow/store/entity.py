"""From states to the records that callers see (pure)."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING

from nbflow.entities import (
    Dataset,
    DatasetInput,
    Experiment,
    InputTag,
    Metric,
    ModelOutput,
    Run,
    RunData,
    RunInfo,
    RunInputs,
    RunOutputs,
)
from nbflow.store.layout import ARTIFACTS

if TYPE_CHECKING:
    from nbflow.store.fold import ExperimentState, RunState
    from nbflow.store.layout import Layout

__all__ = ["artifact_uri", "experiment_id_of", "experiment_of", "run_of"]

_NOTHING_MADE = RunOutputs()


def artifact_uri(layout: Layout, home: str, run_id: str, location: str | None) -> str:
    """Say where a run's artifacts are: below the store, or below its experiment's own location."""
    if location:
        return f"{location.rstrip('/')}/{run_id}/{ARTIFACTS}"
    return str(layout.run(home, run_id) / ARTIFACTS)


def run_of(state: RunState, *, uri: str, status: str, experiment_deleted: bool) -> Run:
    """Make the record of a run.

    Parameters
    ----------
    state
        Its folded log.
    uri
        Where its artifacts are.
    status
        Its status: as written, or KILLED when its process was found dead.
    experiment_deleted
        Whether its experiment is in the trash; its runs are then too.
    """
    # Of copies that are made in one step: another thread may be logging.
    tags = {key: tag.value for key, tag in state.tags.copy().items() if tag.value is not None}
    metrics = state.metrics.copy()
    return Run(
        RunInfo(
            run_id=state.run_id,
            run_name=state.current_name,
            experiment_id=experiment_id_of(state),
            user_id=state.user,
            status=status,
            start_time=state.start_time,
            end_time=state.end_time,
            artifact_uri=uri,
            lifecycle_stage="deleted" if state.deleted or experiment_deleted else "active",
        ),
        RunData(
            {key: series.last[2] for key, series in metrics.items()},
            {key: str(param.value) for key, param in state.params.copy().items()},
            tags,
            tuple(Metric(key, s.last[2], s.last[1], s.last[0]) for key, s in metrics.items()),
        ),
        RunInputs(
            tuple(
                DatasetInput(
                    Dataset(used.name, used.digest, used.source_type, used.source, used.schema, used.profile),
                    tuple(InputTag(key, value) for key, value in used.tags.items()),
                )
                for _, used in sorted(state.inputs.copy().values(), key=itemgetter(0))
            )
        ),
        state.phase.error if state.phase is not None else None,
        _outputs_of(state),
    )


def _outputs_of(state: RunState) -> RunOutputs:
    if not state.models:
        return _NOTHING_MADE
    return RunOutputs(
        tuple(
            ModelOutput(made.path, made.uuid, made.flavors, made.step, made.time, made.size, made.files)
            for _, made in sorted(state.models.copy().values(), key=itemgetter(0))
        )
    )


def experiment_id_of(state: RunState) -> str:
    """Say which experiment a run belongs to now."""
    return state.experiment_id if state.moved is None or state.moved.value is None else state.moved.value


def experiment_of(state: ExperimentState, layout: Layout) -> Experiment:
    """Make the record of an experiment."""
    return Experiment(
        experiment_id=state.experiment_id,
        name=state.current_name,
        artifact_location=state.location or str(layout.experiment(state.experiment_id)),
        lifecycle_stage="deleted" if state.deleted else "active",
        creation_time=state.creation_time,
        last_update_time=state.updated_time,
        tags={key: tag.value for key, tag in state.tags.items() if tag.value is not None},
    )
