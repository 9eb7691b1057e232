"""What is judged: a model by its URI, a fitted estimator, a function, or predictions that are there already."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from nbflow.errors import UnsupportedValueError

if TYPE_CHECKING:
    from nbflow.flavors.pyfunc_model import PyFuncModel
    from nbflow.tracking.client import Client

__all__ = ["Subject", "subject_of"]


class Subject(Struct):
    """Something that predicts.

    Parameters
    ----------
    predict
        From features to predictions, one for each row.
    name
        What it is called: its URI, or the name of its class or function.
    probabilities
        From features to the probability of each class; None where it gives none.
    classes
        The classes, in the order of the probabilities; None where they are not known.
    version
        The name and number of the registered version that it is.
    """

    predict: Callable[[Any], Any]
    name: str
    probabilities: Callable[[Any], Any] | None = None
    classes: Any = None
    version: tuple[str, int] | None = None


def subject_of(model: Any, client: Client, *, trust: bool | None) -> Subject:
    """Make something to judge of what the user gave.

    Parameters
    ----------
    model
        A URI or path of a model, a loaded one, a fitted estimator of scikit-learn's kind, or a function.
    client
        The store that a URI is looked up in.
    trust
        As in `load_model`.

    Raises
    ------
    UnsupportedValueError
        If it is none of these.
    """
    from nbflow.flavors.loading import load_pyfunc
    from nbflow.flavors.pyfunc_model import PyFuncModel

    if isinstance(model, str | os.PathLike):
        found = client.find_model(model)
        loaded = load_pyfunc(found.folder, trusted=found.trust(trust))
        subject = _of_loaded(loaded)
        if found.version is not None:
            subject.version = found.version.name, found.version.version
        subject.name = _uri_name(os.fspath(model), subject.version)
        return subject
    if isinstance(model, PyFuncModel):
        return _of_loaded(model)
    if callable(getattr(model, "predict", None)) and not isinstance(model, type):
        return _with_probabilities(Subject(model.predict, _called(model)), model)
    if callable(model) and not isinstance(model, type):
        return Subject(model, _called(model))
    raise UnsupportedValueError(
        "model", model, "give a URI such as 'models:/name@champion', a loaded or fitted model, or a function."
    )


def _of_loaded(model: PyFuncModel) -> Subject:
    from nbflow.mlmodel.enforce import Enforcer

    raw_model = model.get_raw_model()
    subject = _with_probabilities(Subject(model.predict, _called(raw_model)), raw_model)
    if subject.probabilities is not None:
        raw, enforce = subject.probabilities, Enforcer(model.input_schema)
        subject.probabilities = lambda features: raw(enforce(features))
    return subject


def _uri_name(uri: str, version: tuple[str, int] | None) -> str:
    """Name a model by its URI, and by the version that an alias or a stage stood for: it moves on."""
    if version is None or uri.endswith(f"/{version[1]}"):
        return uri
    return f"{uri} (version {version[1]})"


def _called(model: Any) -> str:
    """Name a function by its name, and any other thing by its class's."""
    named = getattr(model, "__name__", None)
    return named if isinstance(named, str) else type(model).__name__


def _with_probabilities(subject: Subject, model: Any) -> Subject:
    """Take probabilities from what gives them as scikit-learn's classifiers do."""
    classes = getattr(model, "classes_", None)
    if classes is not None and callable(getattr(model, "predict_proba", None)):
        subject.probabilities = model.predict_proba
        subject.classes = classes
    return subject
