"""What the findings of `nbflow doctor` mean, and what to do about each."""

from __future__ import annotations

__all__ = ["TITLES", "advice"]

# For one, and for several.
TITLES = {
    "torn_tail": ("torn end of a log file", "torn ends of log files"),
    "damaged_line": ("log file with damaged lines", "log files with damaged lines"),
    "damaged_header": (".metrics file with a damaged beginning", ".metrics files with a damaged beginning"),
    "undeclared_key": (
        ".metrics file with keys that were never declared",
        ".metrics files with keys that were never declared",
    ),
    "missing_points": ("run that lacks points", "runs that lack points"),
    "missing_log": (".metrics file without its .jsonl", ".metrics files without their .jsonl"),
    "unreadable": ("log that cannot be read", "logs that cannot be read"),
    "not_started": ("folder of a run that was never started", "folders of runs that were never started"),
    "not_created": (
        "folder of an experiment or model that was never created",
        "folders of experiments or models that were never created",
    ),
    "param_conflict": ("param with several values", "params with several values"),
    "missing_parent": ("run whose parent is missing", "runs whose parent is missing"),
    "missing_experiment": ("run whose experiment is missing", "runs whose experiment is missing"),
    "run_twice": ("folder of a run that is there twice", "folders of a run that is there twice"),
    "same_name": ("name of several active experiments or models", "names of several active experiments or models"),
    "not_registered": ("number without a model version", "numbers without a model version"),
    "version_conflict": ("model version that is several", "model versions that are several"),
    "missing_source": ("model version whose run is missing", "model versions whose run is missing"),
    "alias_target": ("alias of a model version that is not there", "aliases of model versions that are not there"),
    "leftover": ("leftover of something that was killed", "leftovers of something that was killed"),
    "dead_run": ("run whose process is gone", "runs whose process is gone"),
}

_COPY = "If the store is a copy, copy it again: it may not have been whole."
_ADVICE = {
    "torn_tail": f"A process was killed while it wrote, and readers skip it: nothing acknowledged is lost. {_COPY}",
    "damaged_line": f"Readers skip them. {_COPY}",
    "damaged_header": f"Readers skip the file. {_COPY}",
    "undeclared_key": f"Readers skip these points. {_COPY}",
    "missing_points": f"The run's end counts more than there are. {_COPY}",
    "missing_log": f"Nobody knows which metrics these are. {_COPY}",
    "unreadable": "Look at the permissions.",
    "not_started": f"A process was killed just then, or the log has not arrived. {_COPY} An empty one can be removed.",
    "not_created": f"A process was killed just then, or the log has not come. {_COPY} Creating it again finishes it.",
    "param_conflict": "Several processes logged the run at once. The first value is the one that counts.",
    "missing_parent": "It was removed, or was not copied. Take the tag mlflow.parentRunId away, or merge its store.",
    "missing_experiment": "Move the runs to another experiment (nbflow runs move), or merge the store that has it.",
    "run_twice": "Somebody moved folders by hand. Readers take one of them; remove the other.",
    "same_name": "Rename one of them (nbflow experiments rename ID NAME; nbflow models rename NAME NEW_NAME).",
    "not_registered": f"A process was killed just then, or the log has not come. {_COPY} Nothing else uses the number.",
    "version_conflict": "Two stores were copied into one by hand. Register again what does not count. "
    "nbflow merge would have given it another number.",
    "missing_source": "It was removed, or was not copied: the files may be gone. Merge the store that has it.",
    "alias_target": "Nobody finds anything by it. Set it again, or take it away (nbflow models alias).",
    "leftover": "Readers skip them; nbflow gc removes them.",
    "dead_run": "Nothing is wrong with them. To end one, resume it or call Client.set_terminated.",
}


def advice(kind: str) -> str:
    """Say what a kind of finding means and what to do."""
    return _ADVICE.get(kind, "")
