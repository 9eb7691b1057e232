"""The MLmodel file: what a model folder says of itself, in the form that every tool of MLflow reads.

Whatever wrote the file, all that stands in it is kept: a key that nbflow does not know is in `Model.other`, and is
written back.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from msgspec import Struct, field

from nbflow import display
from nbflow._version import __version__
from nbflow.errors import LimitExceededError, ModelFormatError, ModelNotFoundError, NbflowError
from nbflow.mlmodel.files import read_text, write_text
from nbflow.mlmodel.signature import ModelSignature
from nbflow.mlmodel.yamlfile import plain, read_yaml, yaml_text

if TYPE_CHECKING:
    from nbflow.mlmodel.types import ParamSchema, Schema

__all__ = ["MLMODEL", "Model", "ModelInfo", "read_document"]

MLMODEL = "MLmodel"
# A signature of 100,000 columns has 6 MB.
_MAX_BYTES = 16 << 20


def _new_uuid() -> str:
    return uuid.uuid4().hex


def _now() -> str:
    return str(dt.datetime.now(dt.UTC).replace(tzinfo=None))


class Model(Struct):
    """The content of an MLmodel file.

    Parameters
    ----------
    artifact_path
        Where the model lies among its run's artifacts; None for one that no run logged.
    run_id
        The run that logged it.
    utc_time_created
        When it was made: `"2026-11-23 21:45:30.290516"`.
    flavors
        For each flavor what its loader needs.
    signature
        What goes in and comes out.
    saved_input_example_info
        Which files hold the input example, and of what kind it is.
    model_uuid
        32 hex digits; None in files of very old writers.
    model_id
        MLflow's id of a logged model, `"m-..."`; None in what nbflow writes.
    mlflow_version, nbflow_version
        What wrote it.
    metadata
        The user's own.
    model_size_bytes
        The size of the folder's files, without the MLmodel file.
    other
        What else stands in the file.
    """

    artifact_path: str | None = None
    run_id: str | None = None
    utc_time_created: str = field(default_factory=_now)
    flavors: dict[str, dict[str, Any]] = field(default_factory=dict)
    signature: ModelSignature | None = None
    saved_input_example_info: dict[str, Any] | None = None
    model_uuid: str | None = field(default_factory=_new_uuid)
    model_id: str | None = None
    mlflow_version: str | None = None
    nbflow_version: str | None = __version__
    metadata: dict[str, Any] | None = None
    model_size_bytes: int | None = None
    other: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Read a model folder's MLmodel file.

        Parameters
        ----------
        path
            The folder, or the file.

        Raises
        ------
        ModelNotFoundError
            If there is no MLmodel file.
        ModelFormatError
            If it is not what it must be.
        StoreReadError
            If it cannot be read.
        """
        document, where = read_document(path)
        return cls.from_dict(document, str(where))

    @classmethod
    def from_dict(cls, document: dict[str, Any], where: str = MLMODEL) -> Self:
        """Make a model of what stands in an MLmodel file.

        Parameters
        ----------
        document
            Its content.
        where
            Where it is from, for messages.

        Raises
        ------
        ModelFormatError
            If an entry is not what it must be.
        """
        known = {name: document[name] for name in cls.__struct_fields__ if name in document and name != "other"}
        _check_types(known, where)
        # Other than in a new model: what the file does not say is not known.
        known.setdefault("model_uuid", None)
        known.setdefault("nbflow_version", None)
        known["utc_time_created"] = str(known.get("utc_time_created") or "")
        known["flavors"] = {name: entry or {} for name, entry in (known.get("flavors") or {}).items()}
        known["signature"] = _signature(known.get("signature"), where)
        other = {key: value for key, value in document.items() if key not in known}
        return cls(**known, other=other)

    def to_dict(self) -> dict[str, Any]:
        """Give what stands in the MLmodel file, in plain values.

        Raises
        ------
        UnsupportedValueError
            If something in it cannot be written.
        """
        entries = {name: getattr(self, name) for name in self.__struct_fields__ if name != "other"}
        signature = self.signature
        entries["signature"] = None if signature is None else signature.to_dict()
        # `model_uuid: null` is kept apart from a missing one by no reader; MLflow leaves the others out, too.
        written = self.other | {name: value for name, value in entries.items() if value is not None}
        return {str(key): plain(value, str(key)) for key, value in written.items()}

    def to_yaml(self) -> str:
        """Give the text of the MLmodel file.

        Raises
        ------
        UnsupportedValueError
            If something in it cannot be written.
        LimitExceededError
            If it is too long to be read again.
        """
        text = yaml_text(self.to_dict())
        if len(text) > _MAX_BYTES:
            remedy = "Keep large things in files of the model, not in its metadata."
            raise LimitExceededError("the MLmodel file", len(text), _MAX_BYTES, remedy, unit="bytes")
        return text

    def to_json(self) -> str:
        """Give the content of the MLmodel file as JSON."""
        return json.dumps(self.to_dict(), default=str)

    def save(self, folder: str | os.PathLike[str]) -> None:
        """Write the MLmodel file of a folder, whole or not at all.

        Raises
        ------
        UnsupportedValueError
            If something in it cannot be written.
        StoreWriteError
            If the disk refuses.
        """
        write_text(Path(folder) / MLMODEL, self.to_yaml())

    def add_flavor(self, name: str, /, **config: Any) -> Self:
        """Say how the model is loaded as a flavor.

        Parameters
        ----------
        name
            The flavor: `"sklearn"`.
        **config
            What its loader needs to know.

        Returns
        -------
        model : Model
            This one.
        """
        self.flavors[name] = config
        return self

    def get_input_schema(self) -> Schema | None:
        """Give the schema of what goes in; None where the model has none."""
        return None if self.signature is None else self.signature.inputs

    def get_output_schema(self) -> Schema | None:
        """Give the schema of what comes out; None where the model has none."""
        return None if self.signature is None else self.signature.outputs

    def get_params_schema(self) -> ParamSchema | None:
        """Give the schema of the params of `predict`; None where the model has none."""
        return None if self.signature is None else self.signature.params

    def load_input_example(self, folder: str | os.PathLike[str]) -> Any:
        """Read the input example from the model's folder, with the types of the signature; None where it has none.

        Raises
        ------
        ModelFormatError
            If the files are not what they must be.
        StoreReadError
            If a file cannot be read.
        """
        from nbflow.mlmodel.example import load_example

        return load_example(folder, self.saved_input_example_info, self.get_input_schema())

    def load_input_example_params(self, folder: str | os.PathLike[str]) -> dict[str, Any] | None:
        """Read the params of the input example from the model's folder; None where it has none.

        Raises
        ------
        ModelFormatError
            If the files are not what they must be.
        StoreReadError
            If a file cannot be read.
        """
        from nbflow.mlmodel.example import load_example_params

        return load_example_params(folder, self.saved_input_example_info)

    def get_serving_input(self, folder: str | os.PathLike[str]) -> str | None:
        """Read the body of a request for the input example from the model's folder; None where it has none.

        Raises
        ------
        ModelFormatError
            If the file is not what it must be.
        StoreReadError
            If it cannot be read.
        """
        from nbflow.mlmodel.example import load_serving_example

        return load_serving_example(folder, self.saved_input_example_info)

    def get_model_info(self, model_uri: str = "", **more: Any) -> ModelInfo:
        """Describe the model to whoever asks for it.

        Parameters
        ----------
        model_uri
            What it is loaded by; `""` makes it of the run and the path in the file, where these are there.
        **more
            Further fields of `ModelInfo`: `registered_model_version`, `name`, `metrics`, `params`, `tags`.
        """
        if not model_uri and self.model_id:
            model_uri = f"models:/{self.model_id}"
        elif not model_uri and self.run_id:
            model_uri = f"runs:/{self.run_id}/{self.artifact_path}"
        shared = {name: getattr(self, name) for name in ModelInfo.__struct_fields__ if name in self.__struct_fields__}
        rest = {name: self.other[name] for name in ("env_vars", "prompts") if name in self.other}
        return ModelInfo(**shared | rest | {"model_uri": model_uri} | more)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return display.bundle(self)


class ModelInfo(Struct, frozen=True):
    """What is known of a model, without its files.

    Parameters
    ----------
    model_uri
        What it is loaded by.
    model_uuid, artifact_path, run_id, flavors, signature, saved_input_example_info, metadata, utc_time_created
        As in `Model`.
    mlflow_version, nbflow_version, model_id, model_size_bytes
        As in `Model`.
    registered_model_version
        The version that it was registered as, when it was logged; None when it was not.
    name
        The model's name in its run.
    metrics, params, tags
        What was logged for it.
    env_vars, prompts
        Names of environment variables that it read, and MLflow's prompts.
    """

    model_uri: str = ""
    model_uuid: str | None = None
    artifact_path: str | None = None
    run_id: str | None = None
    flavors: dict[str, dict[str, Any]] = field(default_factory=dict)
    signature: ModelSignature | None = None
    saved_input_example_info: dict[str, Any] | None = None
    metadata: dict[str, Any] | None = None
    utc_time_created: str = ""
    mlflow_version: str | None = None
    nbflow_version: str | None = None
    model_id: str | None = None
    model_size_bytes: int | None = None
    registered_model_version: int | None = None
    name: str | None = None
    metrics: dict[str, float] = field(default_factory=dict)
    params: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    env_vars: list[str] | None = None
    prompts: list[str] | None = None

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return display.bundle(self)


def read_document(path: str | os.PathLike[str]) -> tuple[dict[str, Any], Path]:
    """Read the MLmodel file of a folder, without a look at what its entries are.

    Parameters
    ----------
    path
        The folder, or the file.

    Returns
    -------
    document : dict
        Its content.
    where : Path
        The file.

    Raises
    ------
    ModelNotFoundError
        If there is no MLmodel file.
    ModelFormatError
        If it is no YAML of one dictionary with names as keys, or too large.
    StoreReadError
        If it cannot be read.
    """
    where = Path(path)
    if where.name != MLMODEL or where.is_dir():
        where = where / MLMODEL
    if not os.path.lexists(where):
        raise ModelNotFoundError(str(path))
    document = read_yaml(read_text(where, _MAX_BYTES), str(where))
    if not isinstance(document, dict):
        raise ModelFormatError(str(where), f"It is a {type(document).__name__}, where a dictionary must be.")
    for key in document:
        if not isinstance(key, str):
            raise ModelFormatError(str(where), f"Its key {key!r:.80} is a {type(key).__name__}, where a name must be.")
    return document, where


# What each entry may be. None of them need be there, and each may be null.
_TYPES: dict[str, tuple[type, ...]] = {
    "artifact_path": (str,),
    "run_id": (str,),
    "utc_time_created": (str, dt.date),
    "flavors": (dict,),
    "signature": (dict,),
    "saved_input_example_info": (dict,),
    "model_uuid": (str,),
    "model_id": (str,),
    "mlflow_version": (str,),
    "nbflow_version": (str,),
    "metadata": (dict,),
    "model_size_bytes": (int,),
}


def _check_types(known: dict[str, Any], where: str) -> None:
    for name, value in known.items():
        allowed = _TYPES[name]
        if value is not None and (not isinstance(value, allowed) or isinstance(value, bool)):
            raise _wrong(where, name, value, allowed[0])
    for name, config in (known.get("flavors") or {}).items():
        if not isinstance(name, str):
            raise ModelFormatError(where, f"The name of a flavor is {name!r:.80}, where a text must be.")
        if config is not None and not isinstance(config, dict):
            raise _wrong(where, f"flavors.{name}", config, dict)


def _wrong(where: str, name: str, value: object, expected: type) -> ModelFormatError:
    words = {str: "a text", dict: "a dictionary", int: "a whole number"}
    return ModelFormatError(where, f"Its entry {name} is {value!r:.80}, where {words[expected]} must be.")


def _signature(value: dict[str, Any] | None, where: str) -> ModelSignature | None:
    if value is None:
        return None
    try:
        return ModelSignature.from_dict(value)
    except NbflowError as exc:
        raise ModelFormatError(where, f"Its signature does not parse: {exc}") from exc
