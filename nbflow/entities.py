"""The records of tracking: one frozen Struct each, the same in Python, in the store and over HTTP.

The names and fields are MLflow's where MLflow has them. Times are integer milliseconds since the epoch, UTC.
"""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct, field

from nbflow import display

__all__ = [
    "AliasPolicy",
    "Dataset",
    "DatasetInput",
    "Experiment",
    "FileInfo",
    "Grant",
    "Identity",
    "InputTag",
    "LifecycleStage",
    "Metric",
    "ModelHistoryEntry",
    "ModelOutput",
    "ModelVersion",
    "Param",
    "RegisteredModel",
    "Run",
    "RunData",
    "RunError",
    "RunInfo",
    "RunInputs",
    "RunOutputs",
    "RunStatus",
    "RunTag",
    "ViewType",
]

RunStatus = Literal["RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED"]
LifecycleStage = Literal["active", "deleted"]


class ViewType:
    """Which of active and deleted things a search returns, by MLflow's numbers."""

    ACTIVE_ONLY = 1
    DELETED_ONLY = 2
    ALL = 3


class Metric(Struct, frozen=True):
    """One point of a metric's history."""

    key: str
    value: float
    timestamp: int
    step: int = 0


class Param(Struct, frozen=True):
    """A param: what went into a run, set once."""

    key: str
    value: str


class RunTag(Struct, frozen=True):
    """A tag: what is said about a run, and may change."""

    key: str
    value: str


class InputTag(Struct, frozen=True):
    """A tag on a data set's use, such as its context."""

    key: str
    value: str


class Dataset(Struct, frozen=True):
    """A data set that a run read: what it was, not its rows.

    `source` is JSON text as MLflow writes it, `schema` JSON with `mlflow_colspec` or `mlflow_tensorspec`,
    `profile` JSON such as `{"num_rows": 5, "num_elements": 20}`.
    """

    name: str
    digest: str
    source_type: str
    source: str
    schema: str | None = None
    profile: str | None = None


class DatasetInput(Struct, frozen=True):
    """A data set as the input of one run."""

    dataset: Dataset
    tags: tuple[InputTag, ...] = ()


class RunInputs(Struct, frozen=True):
    """What a run read."""

    dataset_inputs: tuple[DatasetInput, ...] = ()


class ModelOutput(Struct, frozen=True):
    """A model that a run logged.

    `path` is where it lies in the run's artifacts, `flavors` the names of its flavors, `size_bytes` that of all its
    files, and `files` says the SHA-256 of each, as hex digits: what is found there now can be held against it.
    """

    path: str
    model_uuid: str
    flavors: tuple[str, ...] = ()
    step: int = 0
    timestamp: int = 0
    size_bytes: int = 0
    files: dict[str, str] = field(default_factory=dict)


class RunOutputs(Struct, frozen=True):
    """What a run made."""

    model_outputs: tuple[ModelOutput, ...] = ()


class RunError(Struct, frozen=True):
    """The exception that ended a run.

    `where` is `"<file>:<line>"`, or `"cell <execution count>:<line>"` in a notebook.
    """

    type: str
    message: str
    traceback: str
    where: str | None = None


class RunInfo(Struct, frozen=True):
    """What a run is, apart from what was logged to it."""

    run_id: str
    run_name: str
    experiment_id: str
    user_id: str
    status: str
    start_time: int
    end_time: int | None
    artifact_uri: str
    lifecycle_stage: str = "active"


class RunData(Struct, frozen=True):
    """What was logged to a run: latest metric values, params, tags.

    `latest_metrics` holds the whole point behind each value of `metrics`: the one of the highest
    (step, timestamp, value), as in MLflow.
    """

    metrics: dict[str, float] = field(default_factory=dict)
    params: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    latest_metrics: tuple[Metric, ...] = ()


class _Shown:
    """Mixin: how a record shows itself in a notebook (drawn by a layer above, found by name)."""

    __slots__ = ()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return display.bundle(self)


class Run(_Shown, Struct, frozen=True):
    """A run: MLflow's shape (`info`, `data`, `inputs`) and shortcuts."""

    info: RunInfo
    data: RunData
    inputs: RunInputs = RunInputs()
    error: RunError | None = None
    outputs: RunOutputs = RunOutputs()

    @property
    def run_id(self) -> str:
        """The run's id: 32 hex digits."""
        return self.info.run_id

    @property
    def name(self) -> str:
        """The run's name."""
        return self.info.run_name

    @property
    def status(self) -> str:
        """RUNNING, SCHEDULED, FINISHED, FAILED or KILLED."""
        return self.info.status

    @property
    def metrics(self) -> dict[str, float]:
        """The latest value of each metric."""
        return self.data.metrics

    @property
    def params(self) -> dict[str, str]:
        """The params, as text."""
        return self.data.params

    @property
    def tags(self) -> dict[str, str]:
        """The tags, `mlflow.*` among them."""
        return self.data.tags

    @property
    def duration_ms(self) -> int | None:
        """How long the run took, in milliseconds; None while it runs."""
        end = self.info.end_time
        return None if end is None else end - self.info.start_time


class Experiment(_Shown, Struct, frozen=True):
    """A named set of runs."""

    experiment_id: str
    name: str
    artifact_location: str
    lifecycle_stage: str = "active"
    creation_time: int | None = None
    last_update_time: int | None = None
    tags: dict[str, str] = field(default_factory=dict)


class FileInfo(Struct, frozen=True):
    """An artifact: its path relative to the run's artifacts, and its size in bytes (None for a folder)."""

    path: str
    is_dir: bool
    file_size: int | None = None


class ModelVersion(_Shown, Struct, frozen=True):
    """A version of a registered model.

    `source` is the URI that it was registered from; `metrics` and `signature` (as in the MLmodel file: JSON texts) are
    what its run and its files said at registration; `files` the SHA-256 of each of its files; `evaluated` what
    `nbflow.evaluate` found of it since.
    """

    name: str
    version: int
    creation_timestamp: int
    last_updated_timestamp: int
    current_stage: str = "None"
    description: str = ""
    source: str = ""
    run_id: str | None = None
    run_link: str | None = None
    status: str = "READY"
    status_message: str | None = None
    user_id: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    metrics: dict[str, float] = field(default_factory=dict)
    signature: dict[str, Any] | None = None
    flavors: tuple[str, ...] = ()
    model_uuid: str | None = None
    size_bytes: int = 0
    files: dict[str, str] = field(default_factory=dict)
    lifecycle_stage: str = "active"
    evaluated: dict[str, float] = field(default_factory=dict)


class RegisteredModel(_Shown, Struct, frozen=True):
    """A named model and its versions.

    `latest_versions` holds the newest version of each stage, as in MLflow; `aliases` says what each stands for.
    """

    name: str
    creation_timestamp: int
    last_updated_timestamp: int
    description: str = ""
    user_id: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    aliases: dict[str, int] = field(default_factory=dict)
    latest_versions: tuple[ModelVersion, ...] = ()
    lifecycle_stage: str = "active"


class ModelHistoryEntry(Struct, frozen=True):
    """One thing that was done to a registered model: who, when, what, to which version, in which words.

    `action` is such as `"registered"`, `"alias set"`, `"commented"`, `"approved"`; `text` says it in one line.
    """

    timestamp: int
    user: str
    action: str
    text: str
    version: int | None = None


class AliasPolicy(Struct, frozen=True):
    """What a version must have before an alias may stand for it.

    `approvals` is how many others must have approved it; `require` a filter on what `nbflow.evaluate` found, such as
    `"metrics.accuracy >= 0.9"`, or `""`.
    """

    alias: str
    approvals: int = 0
    require: str = ""


class Identity(Struct, frozen=True):
    """Who asks: a user and the groups that the user is in, as whoever authenticated the user says."""

    user: str
    groups: tuple[str, ...] = ()


class Grant(Struct, frozen=True):
    """A permission given: `subject` is `"user:<name>"`, `"group:<name>"` or `"*"` for everyone else.

    `permission` is NO_PERMISSIONS, READ, EDIT or MANAGE.
    """

    subject: str
    permission: str
