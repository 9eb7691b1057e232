"""How an object of nbflow finds what draws it: a table of names, imported on use.

Records and frames live in low layers, drawing in a high one. So that imports go down only, an object asks this
table for `"module:function"` by the name of its class; the function gives the MIME bundle.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__all__ = ["RENDERERS", "bundle", "charts", "comparison", "html"]

RENDERERS: dict[str, str] = {
    "EvaluationResult": "nbflow.drawing.evaluation_page:evaluation_bundle",
    "Experiment": "nbflow.drawing.pages:experiment_bundle",
    "Model": "nbflow.drawing.model_pages:model_bundle",
    "ModelInfo": "nbflow.widgets.model_card.widget:info_bundle_live",
    "ModelSignature": "nbflow.drawing.schemas:signature_bundle",
    "ModelVersion": "nbflow.widgets.model_card.widget:version_bundle_live",
    "PagedList": "nbflow.drawing.registry_lists:list_bundle",
    "ParamSchema": "nbflow.drawing.schemas:param_schema_bundle",
    "PyFuncModel": "nbflow.drawing.model_pages:pyfunc_bundle",
    "RegisteredModel": "nbflow.drawing.registry_pages:registered_model_bundle",
    "Run": "nbflow.widgets.run_page.widget:run_bundle",
    "RunFrame": "nbflow.widgets.run_table.widget:frame_bundle",
    "Schema": "nbflow.drawing.schemas:schema_bundle",
}

# Where a bundle makes a widget: what draws the HTML alone.
_STATIC: dict[str, str] = {
    "ModelInfo": "nbflow.drawing.model_pages:info_bundle",
    "ModelVersion": "nbflow.drawing.registry_pages:version_bundle",
    "Run": "nbflow.drawing.pages:run_bundle",
    "RunFrame": "nbflow.drawing.table:frame_bundle",
}

_CHARTS = "nbflow.charts.run_charts:RunCharts"
_COMPARISON = "nbflow.widgets.comparison.widget:compare"


def bundle(thing: object) -> dict[str, Any]:
    """Draw an object as a MIME bundle.

    Parameters
    ----------
    thing
        An object whose class, or one of its bases, is named in `RENDERERS`.

    Returns
    -------
    bundle : dict of str to object
        MIME type to content, `text/plain` and `text/html` at least; empty for a list of what has no table, which is
        shown as any list is.

    Raises
    ------
    TypeError
        If nothing draws objects of this class.
    """
    return _drawn(thing, RENDERERS)


def html(thing: object) -> str:
    """Draw an object as HTML without a script, and nothing else.

    Parameters
    ----------
    thing
        As for `bundle`.

    Returns
    -------
    html : str
        What the bundle has as `text/html`.

    Raises
    ------
    TypeError
        If nothing draws objects of this class.
    """
    return str(_drawn(thing, {**RENDERERS, **_STATIC})["text/html"])


def charts(runs: object) -> Any:
    """Give the charts of a table of runs: what its property `chart` is.

    Parameters
    ----------
    runs
        The table.

    Returns
    -------
    charts : RunCharts
    """
    module, _, name = _CHARTS.partition(":")
    return getattr(import_module(module), name)(runs)


def comparison(runs: object, baseline: object = None) -> Any:
    """Give the comparison of a table of runs: what its method `compare` gives.

    Parameters
    ----------
    runs
        The table.
    baseline
        The run that the others are compared with; None is the first.

    Returns
    -------
    comparison : Comparison
    """
    module, _, name = _COMPARISON.partition(":")
    return getattr(import_module(module), name)(runs, baseline)


def _drawn(thing: object, renderers: dict[str, str]) -> dict[str, Any]:
    for cls in type(thing).__mro__:
        target = renderers.get(cls.__name__)
        if target is not None:
            module, _, function = target.partition(":")
            drawn: dict[str, Any] = getattr(import_module(module), function)(thing)
            return drawn
    msg = f"nothing in nbflow draws a {type(thing).__name__}"
    raise TypeError(msg)
