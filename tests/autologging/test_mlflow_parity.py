"""The same trainings with MLflow's autologging and with nbflow's: the same params, and metrics and tags of one name.

Skipped where MLflow, or a library that is trained with, is not installed.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

if importlib.util.find_spec("mlflow") is None:
    pytest.skip("MLflow, to compare with, is not installed", allow_module_level=True)

SCRIPT = Path(__file__).with_name("trainings.py")
NEEDS = {
    "keras": ("keras", "torch"),
    "lightgbm": ("lightgbm",),
    "lightning": ("lightning", "torch"),
    "sklearn": ("sklearn",),
    "xgboost": ("xgboost",),
}
Runs = list[dict[str, Any]]

# How many epochs, which MLflow's callback for Keras does not say; and the steps of a candidate of a search, which
# MLflow shows as they were before the candidate's params were set.
DIFFERENT = {"epochs", "steps", "svc"}


def installed(name: str) -> bool:
    return all(importlib.util.find_spec(module) is not None for module in NEEDS[name])


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Runs]]:
    """Give the runs of both, by tracker and library."""
    folder = tmp_path_factory.mktemp("trained")
    there = [name for name in NEEDS if installed(name)]
    return {
        tracker: json.loads(
            subprocess.run(
                [sys.executable, str(SCRIPT), tracker, *there], cwd=folder, capture_output=True, check=True
            ).stdout.splitlines()[-1]
        )
        for tracker in ("mlflow", "nbflow")
    }


def alike(params: dict[str, str]) -> dict[str, str]:
    return {key: text for key, text in params.items() if key not in DIFFERENT}


def pairs(trained: dict[str, dict[str, Runs]], name: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Give MLflow's runs of a library, each with the same of nbflow's."""
    if not installed(name):
        pytest.skip(f"{' or '.join(NEEDS[name])} is not installed")

    def order(run: dict[str, Any]) -> str:
        return json.dumps([run["tags"], alike(run["params"]), "mean_fit_time" in run["metrics"]], sort_keys=True)

    theirs, ours = (sorted(trained[tracker][name], key=order) for tracker in ("mlflow", "nbflow"))
    return list(zip(theirs, ours, strict=True))


@pytest.mark.parametrize("name", NEEDS)
def test_params_and_tags_are_the_same(trained: dict[str, dict[str, Runs]], name: str) -> None:
    for theirs, ours in pairs(trained, name):
        assert ours["status"] == theirs["status"]
        assert ours["tags"] == theirs["tags"]
        assert alike(ours["params"]) == alike(theirs["params"])


@pytest.mark.parametrize("name", NEEDS)
def test_metrics_have_the_same_names(trained: dict[str, dict[str, Runs]], name: str) -> None:
    for theirs, ours in pairs(trained, name):
        expected = set(theirs["metrics"])
        if name == "keras":  # MLflow's callback logs each validation twice; here this is the name of an evaluation
            expected = {key for key in expected if not key.startswith("validation_")}
        assert set(ours["metrics"]) == expected


def test_the_metrics_of_scikit_learn_have_the_same_values(trained: dict[str, dict[str, Runs]]) -> None:
    for theirs, ours in pairs(trained, "sklearn"):
        for key in theirs["metrics"]:
            if not key.endswith("_time"):
                expected, found = (dict(run["metrics"][key]) for run in (theirs, ours))
                assert found == pytest.approx(expected), key


@pytest.mark.parametrize("name", ["lightgbm", "xgboost"])
def test_the_rounds_of_boosting_have_the_same_values(trained: dict[str, dict[str, Runs]], name: str) -> None:
    for theirs, ours in pairs(trained, name):
        for key in theirs["metrics"]:
            found = [value for _, value in sorted(ours["metrics"][key])]
            assert sorted(found) == pytest.approx(sorted(value for _, value in theirs["metrics"][key])), key


@pytest.mark.parametrize("name", ["lightgbm", "sklearn", "xgboost"])
def test_the_data_sets_are_there_for_the_same_purposes(trained: dict[str, dict[str, Runs]], name: str) -> None:
    for theirs, ours in pairs(trained, name):
        assert set(theirs["contexts"]) <= set(ours["contexts"])


@pytest.mark.parametrize("name", NEEDS)
def test_the_artifacts_are_there_but_for_images(trained: dict[str, dict[str, Runs]], name: str) -> None:
    for theirs, ours in pairs(trained, name):
        expected = {path for path in theirs["artifacts"] if not path.endswith(".png")} - {"metric_info.json"}
        assert expected <= set(ours["artifacts"])


def test_candidates_of_a_search_lie_below_it(trained: dict[str, dict[str, Runs]]) -> None:
    for theirs, ours in pairs(trained, "sklearn"):
        assert (ours["parent"] is None) == (theirs["parent"] is None)
