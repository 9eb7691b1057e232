"""`ModelCard`: all that is known of a model, what can be done with it, and a form to try it."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from nbflow.drawing.model_facts import quoted
from nbflow.drawing.model_pages import info_bundle
from nbflow.drawing.registry_pages import version_bundle
from nbflow.entities import ModelVersion
from nbflow.errors import (
    InvalidRequestError,
    NbflowError,
    SchemaEnforcementError,
    UnsupportedValueError,
    UntrustedModelError,
)
from nbflow.flavors.loading import load_pyfunc
from nbflow.mlmodel.document import ModelInfo
from nbflow.tracking.client import Client
from nbflow.widgets.artifacts import ArtifactsOfModel, file_bytes, list_folder, preview_of
from nbflow.widgets.bundles import shown
from nbflow.widgets.keeping import keep
from nbflow.widgets.model_card.actions import act
from nbflow.widgets.model_card.charts import pictures
from nbflow.widgets.model_card.data import info_card, version_card
from nbflow.widgets.model_card.differences import differences_with
from nbflow.widgets.model_card.fitting import fitted_to_save
from nbflow.widgets.model_card.trial import answer_table
from nbflow.widgets.view import View, answers

if TYPE_CHECKING:
    from nbflow.flavors.pyfunc_model import PyFuncModel
    from nbflow.widgets.model_card.data import Card

__all__ = ["ModelCard", "info_bundle_live", "version_bundle_live"]


_IDENTITY = ("creation_timestamp", "source", "model_uuid")


class ModelCard(View):
    """The card of a model: what it takes and gives, how good it is, where it is from, who agreed to it.

    In the notebook it also tries the model on a row, compares it with other versions, and does what `nbflow.Client`
    does to versions: aliases, tags, comments, approvals.

    Parameters
    ----------
    model
        A URI, such as `"models:/flowers@champion"`, a version of a registered model, or what logging a model gave.
    client
        The store; None is the one in use. Behind a client for somebody, the card can do what that user may.
    trust
        Whether trying the model may run the code in its files; as in `nbflow.pyfunc.load_model`.

    Raises
    ------
    UnsupportedValueError
        If it is none of these.
    InvalidUriError, NotFoundError
        If the URI leads to no model.

    Examples
    --------
    >>> nbflow.ModelCard("models:/flowers@champion")  # doctest: +SKIP
    """

    kind: ClassVar[str] = "model"
    _is_named: ClassVar[bool] = True

    def __init__(
        self,
        model: str | os.PathLike[str] | ModelVersion | ModelInfo,
        *,
        client: Client | None = None,
        trust: bool | None = None,
    ) -> None:
        self._client = Client() if client is None else client
        self._subject = self._found(model)
        self._trust = trust
        self._loaded: PyFuncModel | None = None
        self._drawn: Card | None = None
        super().__init__()
        if self._is_named:
            keep(self, named=True)

    def __repr__(self) -> str:
        return f"<ModelCard {self.uri}>"

    @property
    def uri(self) -> str:
        """What the model is loaded by."""
        return str(self._card.data["uri"])

    @property
    def version(self) -> ModelVersion | None:
        """The version as it is now; None where it is none."""
        return self._subject if isinstance(self._subject, ModelVersion) else None

    def refresh(self) -> None:
        """Look at the store again: what others did since is shown."""
        if isinstance(self._subject, ModelVersion):
            self._subject = self._kept(self._subject)
        self._drawn = None
        self.push()

    # What the view is given

    def _data(self) -> dict[str, Any]:
        return self._card.data

    def _saved(self) -> dict[str, Any]:
        return fitted_to_save(self._card.data)

    def _static(self) -> dict[str, str]:
        drawn = pictures(self._card.charts)
        if isinstance(self._subject, ModelVersion):
            return version_bundle(self._subject, self._client, pictures=drawn)
        return info_bundle(self._subject, self._client, pictures=drawn)

    @property
    def _card(self) -> Card:
        if self._drawn is None:
            subject = self._subject
            if isinstance(subject, ModelVersion):
                self._drawn = version_card(subject, self._client)
            else:
                self._drawn = info_card(subject, self._client)
        return self._drawn

    def _found(self, model: Any) -> ModelVersion | ModelInfo:
        if isinstance(model, ModelVersion | ModelInfo):
            return model
        if not isinstance(model, str | os.PathLike):
            expected = "give a URI such as models:/<name>/<version>, a ModelVersion or a ModelInfo."
            raise UnsupportedValueError("the model", model, expected)
        found = self._client.find_model(model)
        return self._client.get_model_info(model) if found.version is None else found.version

    # Questions

    @answers("refresh")
    def _asked_refresh(self) -> dict[str, Any]:
        self.refresh()
        return {}

    @answers("differences")
    def _asked_differences(self, version: int) -> dict[str, Any]:
        """Compare with another version of the model."""
        return differences_with(self._client, self._versioned(), version)

    @answers("act")
    def _asked_act(self, action: str, args: dict[str, Any]) -> dict[str, Any]:
        """Do something to the version, as whoever the client is for; then show the card anew."""
        subject = self._versioned()
        said = act(self._client, subject, action, args)
        self.refresh()
        return {"said": said}

    @answers("list")
    def _asked_list(self, path: str) -> list[dict[str, Any]]:
        """List a folder of the model's."""
        return list_folder(self._files, path)

    @answers("preview")
    def _asked_preview(self, path: str) -> dict[str, Any]:
        """Show what is in a file of the model's."""
        return preview_of(self._files, path)

    @answers("file")
    def _asked_file(self, path: str) -> dict[str, Any]:
        """Read a file of the model's."""
        return {"data": file_bytes(self._files, path)}

    @answers("load")
    def _asked_load(self) -> dict[str, Any]:
        """Load the model, once."""
        began = time.monotonic()
        problem = None
        if self._loaded is None:
            try:
                if isinstance(self._subject, ModelVersion):
                    self._kept(self._subject)
                found = self._client.find_model(self.uri)
                self._loaded = load_pyfunc(found.folder, trusted=found.trust(self._trust))
            except UntrustedModelError as exc:
                problem = {**_problem(exc), "code": f"nbflow.ModelCard({quoted(self.uri)}, trust=True)"}
            except NbflowError as exc:
                problem = _problem(exc)
            except Exception as exc:  # noqa: BLE001 - a door: what a library raises is the answer
                problem = _problem(exc)
        return {"ms": round(1000 * (time.monotonic() - began)), "problem": problem}

    @answers("predict")
    def _asked_predict(self, row: Any, params: Any) -> dict[str, Any]:
        """Predict one row: the answer, or what is wrong with the row, and in which column."""
        trial = self._card.trial
        if self._loaded is None or trial.reason:
            raise InvalidRequestError(trial.reason or "The model is not loaded.")
        if not isinstance(row, Mapping) or not isinstance(params, Mapping):
            raise InvalidRequestError("The row and the params are no objects.")
        began = time.monotonic()
        try:
            found = self._loaded.predict(trial.row(row), trial.param_values(params))
            answer = answer_table(found)
        except SchemaEnforcementError as exc:
            return {"problem": {"message": exc.problem, "field": trial.place_of(exc.column)}}
        except Exception as exc:  # noqa: BLE001 - a door: what the model raises is the answer
            return {"problem": _problem(exc)}
        return {"answer": answer, "ms": round(1000 * (time.monotonic() - began))}

    @property
    def _files(self) -> ArtifactsOfModel:
        if self._card.files is None:
            raise InvalidRequestError("The model's files are gone.")
        if isinstance(self._subject, ModelVersion):
            self._kept(self._subject)
        return self._card.files

    def _versioned(self) -> ModelVersion:
        if not isinstance(self._subject, ModelVersion):
            raise InvalidRequestError("This model is no version of a registered model: register it first.")
        return self._kept(self._subject)

    def _kept(self, version: ModelVersion) -> ModelVersion:
        """Give the version as its store has it: a record knows no store, and another may have one of its name."""
        kept = self._client.get_model_version(version.name, version.version)
        if any(getattr(kept, name) != getattr(version, name) for name in _IDENTITY):
            raise InvalidRequestError(
                f"The store in use has another version {version.version} of {version.name}. Show it by "
                "nbflow.ModelCard(version, client=nbflow.Client(...)), with the store that it is from."
            )
        return kept


class _ShownCard(ModelCard):
    """The card of a record that was shown: nobody has a name for it."""

    _is_named = False


def version_bundle_live(version: ModelVersion) -> dict[str, Any]:
    """Show a version by its card; see `nbflow.display`."""
    return shown(lambda: _ShownCard(version), lambda: version_bundle(version))


def info_bundle_live(info: ModelInfo) -> dict[str, Any]:
    """Show a model that a run logged by its card; see `nbflow.display`."""
    return shown(lambda: _ShownCard(info), lambda: info_bundle(info))


def _problem(exc: BaseException) -> dict[str, Any]:
    message = str(exc) if isinstance(exc, NbflowError) else f"{type(exc).__name__}: {exc}"
    notes = getattr(exc, "__notes__", [])
    return {"message": "\n".join([message, *notes]), "field": None}
