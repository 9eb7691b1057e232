"""Autologging touches nothing before it is asked for, waits for what is imported later, and puts all back."""

from __future__ import annotations

import importlib
import subprocess
import sys
import textwrap
import threading
from typing import Any

import pytest
from sklearn.cluster import KMeans
from sklearn.linear_model import LogisticRegression

import nbflow
from nbflow.autologging.importing import ImportWatch
from nbflow.autologging.switch import settings_of
from nbflow.errors import InvalidInputError, UnsupportedValueError


def printed(script: str) -> str:
    command = [sys.executable, "-W", "error", "-c", textwrap.dedent(script)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_without_a_call_nothing_is_changed_or_imported() -> None:
    script = """
        import sys
        import nbflow, nbflow.sklearn, nbflow.callbacks
        nbflow.track([1]); nbflow.autolog; nbflow.callbacks.KerasCallback
        print(sorted({"keras", "lightning", "lightgbm", "sklearn", "torch", "xgboost"} & set(sys.modules)))
        print(any("nbflow" in type(finder).__module__ for finder in sys.meta_path))
        from sklearn.linear_model import LogisticRegression
        print(hasattr(LogisticRegression.fit, "__nbflow_original__"))
    """

    assert printed(script).splitlines() == ["[]", "False", "False"]


def test_switching_on_imports_no_library_and_watches_what_is_imported_later() -> None:
    script = """
        import sys
        import nbflow
        nbflow.autolog(log_models=False)
        print(sorted({"lightgbm", "numpy", "pandas", "sklearn", "xgboost"} & set(sys.modules)))
        from sklearn.linear_model import LinearRegression
        LinearRegression().fit([[1.0], [2.0]], [1.0, 2.0])
        print(nbflow.last_active_run().tags["estimator_name"])
    """

    assert printed(script).splitlines() == ["[]", "LinearRegression"]


def test_switching_off_puts_back_the_very_functions() -> None:
    before = vars(LogisticRegression)["fit"], vars(KMeans)["fit"], list(sys.meta_path)

    nbflow.autolog()
    during = vars(LogisticRegression)["fit"]
    nbflow.autolog(disable=True)

    assert during is not before[0]
    assert (vars(LogisticRegression)["fit"], vars(KMeans)["fit"], sys.meta_path) == before


def test_switching_on_twice_changes_a_method_once() -> None:
    nbflow.sklearn.autolog()
    once = vars(LogisticRegression)["fit"]

    nbflow.autolog()

    assert vars(LogisticRegression)["fit"] is once


def test_the_last_call_counts() -> None:
    nbflow.sklearn.autolog(max_tuning_runs=1)
    nbflow.sklearn.autolog(max_tuning_runs=None, extra_tags={"team": "a"})

    settings = settings_of("sklearn")

    assert settings is not None
    assert (settings.max_tuning_runs, settings.extra_tags) == (None, {"team": "a"})


def test_a_library_can_be_left_out() -> None:
    nbflow.autolog(exclude_flavors=["xgboost", "lightgbm"])

    assert [name for name in ("lightgbm", "sklearn", "xgboost") if settings_of(name)] == ["sklearn"]


def test_one_library_can_be_switched_off_again() -> None:
    nbflow.autolog()
    nbflow.xgboost.autolog(disable=True)

    assert [name for name in ("lightgbm", "sklearn", "xgboost") if settings_of(name)] == ["lightgbm", "sklearn"]


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"max_tuning_runs": -1}, InvalidInputError),
        ({"max_tuning_runs": "5"}, InvalidInputError),
        ({"log_models": "no"}, UnsupportedValueError),
        ({"registered_model_name": "a/b"}, InvalidInputError),
        ({"extra_tags": {"?": "x"}}, InvalidInputError),
        ({"serialization_format": "zip"}, InvalidInputError),
    ],
)
def test_an_argument_that_cannot_be_used_changes_nothing(given: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        nbflow.sklearn.autolog(**given)

    assert settings_of("sklearn") is None


def test_an_unknown_library_is_told_with_those_that_are_known() -> None:
    with pytest.raises(InvalidInputError, match=r"(?i)did you mean.*sklearn"):
        nbflow.autolog(exclude_flavors=["sklern"])


def test_threads_that_switch_do_not_leave_half_a_change() -> None:
    before = vars(LogisticRegression)["fit"]

    def flip() -> None:
        for _ in range(3):
            nbflow.sklearn.autolog()
            nbflow.sklearn.autolog(disable=True)

    threads = [threading.Thread(target=flip) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert vars(LogisticRegression)["fit"] is before


def test_an_import_that_fails_fails_as_ever() -> None:
    nbflow.autolog()

    with pytest.raises(ModuleNotFoundError, match="no_such_module"):
        importlib.import_module("sklearn.no_such_module")


def test_the_watch_leaves_no_trace_in_what_it_saw_imported(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "waited_for.py").write_text("here = 1\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    seen: list[str] = []
    watch = ImportWatch(lambda name: name == "waited_for", lambda module: seen.append(module.__name__))
    watch.install()
    try:
        module = importlib.import_module("waited_for")
        importlib.reload(module)
    finally:
        watch.remove()
        sys.modules.pop("waited_for", None)

    assert seen == ["waited_for", "waited_for"]
    assert "exec_module" not in vars(module.__loader__)
    assert watch not in sys.meta_path
