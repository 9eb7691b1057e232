"""The page of a model: of what its MLmodel file says, of what is known of it, and of one that is loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbflow.drawing import model_facts as say
from nbflow.drawing.facts import version_name
from nbflow.drawing.format import size
from nbflow.drawing.model_surroundings import AroundModel, around_model
from nbflow.drawing.schemas import signature_columns
from nbflow.drawing.sheet import Columns, Sheet
from nbflow.drawing.sheet_html import sheet_html
from nbflow.drawing.sheet_text import sheet_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbflow.drawing.sheet import Part, Picture
    from nbflow.flavors.pyfunc_model import PyFuncModel
    from nbflow.mlmodel.document import Model, ModelInfo
    from nbflow.tracking.client import Client

__all__ = ["info_bundle", "info_text", "model_bundle", "pyfunc_bundle"]


def info_bundle(info: ModelInfo, client: Client | None = None, *, pictures: Sequence[Picture] = ()) -> dict[str, str]:
    """Draw what is known of a model.

    Parameters
    ----------
    info
        From `nbflow.models.get_model_info`, or from logging a model.
    client
        Where its files and its run are looked up; None is the store in use.
    pictures
        Of the charts of its evaluation.

    Returns
    -------
    bundle : dict of str to str
        `text/html` and `text/plain`, which say the same, but for the pictures.
    """
    return _bundle(_info_sheet(info, client, pictures))


def info_text(info: ModelInfo, client: Client | None = None) -> str:
    """Write what is known of a model; see `info_bundle`."""
    return sheet_text(_info_sheet(info, client))


def model_bundle(model: Model) -> dict[str, str]:
    """Draw what an MLmodel file says.

    Parameters
    ----------
    model
        The content of the file. Where it says which run logged it, that is looked up.

    Returns
    -------
    bundle : dict of str to str
        `text/html` and `text/plain`, which say the same.
    """
    logged = model.run_id is not None and model.artifact_path is not None
    uri = f"runs:/{model.run_id}/{model.artifact_path}" if logged else ""
    info = model.get_model_info(uri or "-", name=model.artifact_path)
    around = around_model(uri, model.model_uuid, model.run_id) if logged else AroundModel()
    return _bundle(_sheet(info, uri, around, "model"))


def pyfunc_bundle(model: PyFuncModel) -> dict[str, str]:
    """Draw a model that is loaded, in short.

    Parameters
    ----------
    model
        From `nbflow.pyfunc.load_model`.

    Returns
    -------
    bundle : dict of str to str
        `text/html` and `text/plain`, which say the same.
    """
    document = model.metadata
    facts = say.known(
        ("flavors", say.flavors_text(document.flavors)),
        ("loaded by", model.loader_module, True),
        ("created", say.created_text(document.utc_time_created)),
        ("run", document.run_id, True),
        ("uuid", document.model_uuid, True),
    )
    parts: tuple[Part, ...] = (
        signature_columns(document.signature, "model.metadata.signature"),
        say.pairs_table("Settings", "setting", model.model_config, "model.model_config"),
    )
    code = "predictions = model.predict(data)"
    return _bundle(Sheet("Loaded model", document.artifact_path or "", facts=facts, parts=parts, code=code))


def _info_sheet(info: ModelInfo, client: Client | None, pictures: Sequence[Picture] = ()) -> Sheet:
    around = around_model(info.model_uri, info.model_uuid, info.run_id, client)
    return _sheet(info, info.model_uri, around, "info", pictures)


def _sheet(info: ModelInfo, uri: str, around: AroundModel, what: str, pictures: Sequence[Picture] = ()) -> Sheet:
    files = around.files
    python = say.python_of(info.flavors, files)
    facts = say.known(
        ("URI", uri, True),
        ("flavors", say.flavors_text(info.flavors)),
        ("created", say.created_text(info.utc_time_created)),
        ("size", None if info.model_size_bytes is None else size(info.model_size_bytes)),
        ("run", say.named(around.run, info.run_id), around.run is None),
        ("registered as", _registered(info, around)),
        ("files", None if files is None else files.folder, True),
        ("uuid", info.model_uuid, True),
        ("made with", _writer(info, python)),
    )
    shown = say.example(files, info.saved_input_example_info)
    parts: list[Part] = [
        signature_columns(info.signature, f"{what}.signature"),
        *([] if shown is None else [shown]),
        Columns(
            (
                say.metrics_table(info.metrics, f"{what}.metrics"),
                say.pairs_table("Params", "param", info.params, f"{what}.params"),
                say.pairs_table("Tags", "tag", info.tags, f"{what}.tags"),
                say.pairs_table("Metadata", "key", info.metadata or {}, f"{what}.metadata"),
            )
        ),
        *pictures,
        say.environment(files),
    ]
    number = str(info.registered_model_version or "") if uri.startswith("models:") else ""
    name, code = info.name or info.artifact_path or "", say.loading_code(uri) if uri else ""
    return Sheet("Model", name, number, facts=facts, parts=tuple(parts), code=code)


def _registered(info: ModelInfo, around: AroundModel) -> str | None:
    if around.versions:
        return ", ".join(map(version_name, around.versions))
    return None if info.registered_model_version is None else f"version {info.registered_model_version}"


def _writer(info: ModelInfo, python: str | None) -> str | None:
    written = (("Python", python), ("nbflow", info.nbflow_version), ("MLflow", info.mlflow_version))
    return ", ".join(f"{name} {version}" for name, version in written if version) or None


def _bundle(sheet: Sheet) -> dict[str, Any]:
    return {"text/plain": sheet_text(sheet), "text/html": sheet_html(sheet)}
