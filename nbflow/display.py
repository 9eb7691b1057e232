"""How an object of nbflow finds what draws it: a table of names, imported on use.

Records and frames live in low layers, drawing in a high one. So that imports go down only, an object asks this
table for `"module:function"` by the name of its class; the function gives the MIME bundle.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__all__ = ["RENDERERS", "bundle"]

RENDERERS: dict[str, str] = {
    "EvaluationResult": "nbflow.drawing.evaluation_page:evaluation_bundle",
    "Experiment": "nbflow.drawing.pages:experiment_bundle",
    "Model": "nbflow.drawing.model_pages:model_bundle",
    "ModelInfo": "nbflow.drawing.model_pages:info_bundle",
    "ModelSignature": "nbflow.drawing.schemas:signature_bundle",
    "ModelVersion": "nbflow.drawing.registry_pages:version_bundle",
    "PagedList": "nbflow.drawing.registry_lists:list_bundle",
    "ParamSchema": "nbflow.drawing.schemas:param_schema_bundle",
    "PyFuncModel": "nbflow.drawing.model_pages:pyfunc_bundle",
    "RegisteredModel": "nbflow.drawing.registry_pages:registered_model_bundle",
    "Run": "nbflow.drawing.pages:run_bundle",
    "RunFrame": "nbflow.drawing.table:frame_bundle",
    "Schema": "nbflow.drawing.schemas:schema_bundle",
}


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
    for cls in type(thing).__mro__:
        target = RENDERERS.get(cls.__name__)
        if target is not None:
            module, _, function = target.partition(":")
            drawn: dict[str, Any] = getattr(import_module(module), function)(thing)
            return drawn
    msg = f"nothing in nbflow draws a {type(thing).__name__}"
    raise TypeError(msg)
