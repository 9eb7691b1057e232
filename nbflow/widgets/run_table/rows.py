"""The rows of a run table: frames of whatever a user has, and frames with some of their values changed."""

from __future__ import annotations

import errno
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbflow.entities import Run, ViewType
from nbflow.errors import InvalidInputError, NbflowError, StoreReadError, UnsupportedValueError
from nbflow.store.layout import STORE_FILE
from nbflow.tracking.client import Client
from nbflow.tracking.frame import STORE, RunFrame
from nbflow.tracking.stores import get_tracking_uri

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["RUN_ID", "client_of", "experiment_names", "frame_of_runs", "ids_of_runs", "store_of", "with_values"]

RUN_ID = "run_id"


def experiment_names(client: Client) -> Mapping[str, str]:
    """Give experiments' names by their ids, as far as they can be read."""
    try:
        experiments = client.search_experiments(ViewType.ALL, None)
    except (NbflowError, OSError):
        return {}
    return {experiment.experiment_id: experiment.name for experiment in experiments}


def frame_of_runs(runs: object) -> pd.DataFrame:
    """Make a frame to show.

    Parameters
    ----------
    runs
        A `RunFrame`, or another frame with the column `run_id`; or `Run` records, of one store.

    Returns
    -------
    frame : DataFrame
        The frame that was given, or one of the records.

    Raises
    ------
    InvalidInputError
        If the frame has no column `run_id`, or there are things among the runs that are none.
    UnsupportedValueError
        If it is neither.
    """
    import pandas as pd

    if isinstance(runs, pd.DataFrame):
        if RUN_ID not in runs.columns:
            raise InvalidInputError("the frame", list(runs.columns), "Its column run_id is gone; keep it to show runs.")
        return runs
    if isinstance(runs, Run):
        runs = [runs]
    if not isinstance(runs, Iterable) or isinstance(runs, str | bytes | Mapping):
        raise UnsupportedValueError("runs", runs, "give what nbflow.search_runs found, or a list of runs.")
    records = list(runs)
    if not all(isinstance(run, Run) for run in records):
        raise InvalidInputError("runs", records, "It is what nbflow.search_runs found, or a list of runs.")
    return _of_records(records)


def ids_of_runs(runs: object) -> list[str]:
    """Give the ids of runs, however they are named.

    Parameters
    ----------
    runs
        A frame with the column `run_id`, a `Run`, an id, or a list of runs or ids; None is none.

    Returns
    -------
    run_ids : list of str
        Each once.

    Raises
    ------
    InvalidInputError
        If the frame has no column `run_id`.
    UnsupportedValueError
        If there is something else among them.
    """
    import pandas as pd

    if runs is None:
        return []
    if isinstance(runs, pd.DataFrame):
        if RUN_ID not in runs.columns:
            raise InvalidInputError("the frame", list(runs.columns), "Its column run_id is gone; keep it to name runs.")
        runs = runs[RUN_ID]
    if isinstance(runs, str | Run):
        runs = [runs]
    if not isinstance(runs, Iterable):
        raise UnsupportedValueError("runs", runs, "give runs, or their ids.")
    ids = []
    for run in runs:
        if not isinstance(run, str | Run):
            raise UnsupportedValueError("runs", run, "give runs, or their ids.")
        ids.append(run if isinstance(run, str) else run.run_id)
    return list(dict.fromkeys(ids))


def with_values(runs: pd.DataFrame, column: str, values: Mapping[str, str | None]) -> pd.DataFrame:
    """Make a frame with other texts in one column; the frame that was given stays as it is.

    Parameters
    ----------
    runs
        The frame.
    column
        Its name; it is added where it is not there.
    values
        The new text by run id, None for missing.

    Returns
    -------
    changed : DataFrame
        Of the same class and rows.
    """
    ids = [str(run_id) for run_id in runs[RUN_ID]]
    old = list(runs[column]) if column in runs.columns else [None] * len(runs)
    changed = runs.copy(deep=False)
    changed[column] = [values.get(run_id, before) for run_id, before in zip(ids, old, strict=True)]
    return changed


def _of_records(records: list[Run]) -> RunFrame:
    columns: dict[str, list[Any]] = {
        "run_id": [run.run_id for run in records],
        "experiment_id": [run.info.experiment_id for run in records],
        "status": [run.status for run in records],
        "artifact_uri": [run.info.artifact_uri for run in records],
        "start_time": [run.info.start_time for run in records],
        "end_time": [run.info.end_time for run in records],
    }
    for kind in ("metrics", "params", "tags"):
        of_runs: list[Mapping[str, Any]] = [getattr(run, kind) for run in records]
        for key in dict.fromkeys(key for values in of_runs for key in values):
            columns[f"{kind}.{key}"] = [values.get(key) for values in of_runs]
    return RunFrame.from_columns(columns, _above(records[0].info.artifact_uri) if records else get_tracking_uri())


def store_of(runs: pd.DataFrame) -> str:
    """Find out in which store the runs of a frame are.

    Parameters
    ----------
    runs
        The frame. One that lost its attributes tells it by its artifacts' places.

    Returns
    -------
    store : str
        Its directory; that of the store in use where nothing tells it.
    """
    told = runs.attrs.get(STORE)
    if told is not None:
        return str(told)
    uris = list(runs["artifact_uri"]) if list(runs.columns).count("artifact_uri") == 1 else []
    return _above(str(uris[0])) if uris else get_tracking_uri()


def client_of(store: str) -> Client:
    """Give a client of the store that runs are in.

    Raises
    ------
    StoreReadError
        If it is not there any more: in an empty one, nothing would be found.
    """
    if not Path(store).is_dir():
        raise StoreReadError(store, errno.ENOENT, "it is not there any more")
    return Client(store)


def _above(artifact_uri: str) -> str:
    for folder in Path(artifact_uri).parents:
        if (folder / STORE_FILE).is_file():
            return str(folder)
    return get_tracking_uri()
