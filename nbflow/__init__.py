"""nbflow: experiment tracking, models and projects for people who live in Jupyter, in plain files.

>>> import nbflow
>>> with nbflow.start_run():  # doctest: +SKIP
...     nbflow.log_param("learning_rate", 0.01)
...     nbflow.log_metric("accuracy", 0.93)
>>> runs = nbflow.search_runs()  # doctest: +SKIP

The names and arguments are MLflow's wherever the function does the same thing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbflow._version import __version__
from nbflow.tracking.active import ActiveRun, active_run
from nbflow.tracking.client import Client
from nbflow.tracking.fluent.artifacts import (
    get_artifact_uri,
    load_table,
    log_artifact,
    log_artifacts,
    log_dict,
    log_figure,
    log_image,
    log_table,
    log_text,
)
from nbflow.tracking.fluent.experiments import (
    create_experiment,
    delete_experiment,
    delete_experiment_tag,
    get_experiment,
    get_experiment_by_name,
    rename_experiment,
    restore_experiment,
    search_experiments,
    set_experiment,
    set_experiment_tag,
    set_experiment_tags,
)
from nbflow.tracking.fluent.logging import (
    delete_tag,
    get_metric_history,
    log_input,
    log_inputs,
    log_metric,
    log_metrics,
    log_param,
    log_params,
    set_tag,
    set_tags,
)
from nbflow.tracking.fluent.models import register_model, search_model_versions, search_registered_models
from nbflow.tracking.fluent.runs import (
    delete_run,
    end_run,
    get_parent_run,
    get_run,
    last_active_run,
    restore_run,
    start_run,
)
from nbflow.tracking.fluent.search import search_runs
from nbflow.tracking.monitor import disable_system_metrics_logging, enable_system_metrics_logging
from nbflow.tracking.stores import get_tracking_uri, is_tracking_uri_set, set_tracking_uri

if TYPE_CHECKING:
    from nbflow import (
        artifacts,
        callbacks,
        charts,
        data,
        entities,
        errors,
        lightgbm,
        models,
        onnx,
        pyfunc,
        pytorch,
        sklearn,
        statsmodels,
        xgboost,
    )
    from nbflow.autologging import autolog, track
    from nbflow.entities import Identity
    from nbflow.evaluation import evaluate
    from nbflow.tracking.frame import RunFrame
    from nbflow.widgets.comparison.widget import compare
    from nbflow.widgets.form.widget import form
    from nbflow.widgets.live.widget import live
    from nbflow.widgets.model_card.widget import ModelCard
    from nbflow.widgets.run_table.widget import RunTable

__all__ = [
    "ActiveRun",
    "Client",
    "Identity",
    "ModelCard",
    "RunFrame",
    "RunTable",
    "__version__",
    "active_run",
    "artifacts",
    "autolog",
    "callbacks",
    "charts",
    "compare",
    "create_experiment",
    "data",
    "delete_experiment",
    "delete_experiment_tag",
    "delete_run",
    "delete_tag",
    "disable_system_metrics_logging",
    "enable_system_metrics_logging",
    "end_run",
    "entities",
    "errors",
    "evaluate",
    "form",
    "get_artifact_uri",
    "get_experiment",
    "get_experiment_by_name",
    "get_metric_history",
    "get_parent_run",
    "get_run",
    "get_tracking_uri",
    "is_tracking_uri_set",
    "last_active_run",
    "lightgbm",
    "live",
    "load_ipython_extension",
    "load_table",
    "log_artifact",
    "log_artifacts",
    "log_dict",
    "log_figure",
    "log_image",
    "log_input",
    "log_inputs",
    "log_metric",
    "log_metrics",
    "log_param",
    "log_params",
    "log_table",
    "log_text",
    "models",
    "onnx",
    "pyfunc",
    "pytorch",
    "register_model",
    "rename_experiment",
    "restore_experiment",
    "restore_run",
    "search_experiments",
    "search_model_versions",
    "search_registered_models",
    "search_runs",
    "set_experiment",
    "set_experiment_tag",
    "set_experiment_tags",
    "set_tag",
    "set_tags",
    "set_tracking_uri",
    "sklearn",
    "start_run",
    "statsmodels",
    "track",
    "unload_ipython_extension",
    "xgboost",
]

# Modules and names that cost something to import come when they are asked for.
_LATER = {
    "Identity": "nbflow.entities:Identity",
    "ModelCard": "nbflow.widgets.model_card.widget:ModelCard",
    "RunFrame": "nbflow.tracking.frame:RunFrame",
    "RunTable": "nbflow.widgets.run_table.widget:RunTable",
    "artifacts": "nbflow.artifacts",
    "autolog": "nbflow.autologging:autolog",
    "callbacks": "nbflow.callbacks",
    "charts": "nbflow.charts",
    "compare": "nbflow.widgets.comparison.widget:compare",
    "data": "nbflow.data",
    "entities": "nbflow.entities",
    "errors": "nbflow.errors",
    "evaluate": "nbflow.evaluation:evaluate",
    "form": "nbflow.widgets.form.widget:form",
    "lightgbm": "nbflow.lightgbm",
    "live": "nbflow.widgets.live.widget:live",
    "load_ipython_extension": "nbflow.magics:load_ipython_extension",
    "models": "nbflow.models",
    "onnx": "nbflow.onnx",
    "pyfunc": "nbflow.pyfunc",
    "pytorch": "nbflow.pytorch",
    "sklearn": "nbflow.sklearn",
    "statsmodels": "nbflow.statsmodels",
    "track": "nbflow.autologging:track",
    "unload_ipython_extension": "nbflow.magics:unload_ipython_extension",
    "xgboost": "nbflow.xgboost",
}


def __getattr__(name: str) -> Any:
    target = _LATER.get(name)
    if target is None:
        msg = f"module 'nbflow' has no attribute {name!r}"
        raise AttributeError(msg)
    from importlib import import_module

    module, _, attribute = target.partition(":")
    return getattr(import_module(module), attribute) if attribute else import_module(module)


def __dir__() -> list[str]:
    return sorted(__all__)


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    # Asked by `jupyter-builder develop` in a checkout; JupyterLab itself finds what was installed.
    return [{"src": "../labextension/dist", "dest": "nbflow"}]


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    # Asked by Jupyter Server. By its name, as what else comes when it is asked for.
    from importlib import import_module

    return [{"module": "nbflow", "app": import_module("nbflow.server.app").NbflowApp}]
