"""Whether a model folder is whole: all that its files name is there, lies in it, and fits together.

Nothing of the model is loaded, so no code of it runs.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from nbflow.errors import ModelFormatError, NbflowError, StoreReadError
from nbflow.mlmodel.document import MLMODEL, Model, read_document
from nbflow.mlmodel.enforce import enforce_schema
from nbflow.mlmodel.environment import CONDA, PYTHON_ENV, REQUIREMENTS, read_conda, read_python, read_requirements
from nbflow.mlmodel.example import load_example, load_example_params, load_serving_example
from nbflow.mlmodel.files import inside
from nbflow.mlmodel.param_schema import enforce_params

__all__ = ["Finding", "validate"]

# The entries of a flavor that name a file or folder of the model, in MLflow's flavors and nbflow's.
_PATHS = ("code", "data", "model_code_path", "model_data", "model_path", "pickled_model", "python_model")


class Finding(Struct, frozen=True):
    """Something that is wrong with a model.

    Parameters
    ----------
    kind
        `broken` (the MLmodel file is not what it must be), `no_flavor`, `missing_file`, `outside` (a path or symlink
        leads out of the folder), `signature`, `example` (it cannot be read, or does not fit the signature), or
        `environment` (requirements or one of the other files do not parse).
    path
        Which file, relative to the folder.
    detail
        What exactly, in whole sentences. Names in it are somebody's text.
    """

    kind: str
    path: str
    detail: str


def validate(folder: str | os.PathLike[str]) -> list[Finding]:
    """Look for what is wrong with a model folder, without loading the model.

    Parameters
    ----------
    folder
        The model's folder.

    Returns
    -------
    findings : list of Finding
        Empty when nothing is wrong.

    Raises
    ------
    ModelNotFoundError
        If there is no MLmodel file.
    """
    root = Path(folder)
    try:
        document, _ = read_document(root)
    except ModelFormatError as exc:
        return [Finding("broken", MLMODEL, exc.reason), *_links(root), *_environment(root)]
    findings: list[Finding] = []
    model = _model(document, findings)
    if model is not None:
        if not model.flavors:
            findings.append(Finding("no_flavor", MLMODEL, "It names no flavor, so nothing can load the model."))
        findings += _named_files(root, model)
        findings += _example(root, model)
    return [*findings, *_links(root), *_environment(root)]


def _model(document: dict[str, Any], findings: list[Finding]) -> Model | None:
    """Make the model of a document, without its signature where that does not parse."""
    for entries in (document, document | {"signature": None}):
        try:
            return Model.from_dict(entries)
        except ModelFormatError as exc:
            kind = "signature" if "signature" in exc.reason else "broken"
            findings.append(Finding(kind, MLMODEL, exc.reason))
            if kind == "broken":
                return None
    return None


def _named_files(root: Path, model: Model) -> Iterator[Finding]:
    told: set[str] = set()
    for where, named in _paths_in(model):
        try:
            there = inside(root, named).exists()
        except ModelFormatError as exc:
            yield Finding("outside", MLMODEL, f"{exc.reason} It is the entry {where}.")
            continue
        if not there and named not in told:  # the flavors of a model name the same files
            told.add(named)
            yield Finding("missing_file", str(named), f"The file is not there, and the entry {where} names it.")


def _paths_in(model: Model) -> Iterator[tuple[str, Any]]:
    """Give each entry of the MLmodel file that is a path: what it is called, and what stands there."""
    for flavor, config in model.flavors.items():
        for key in _PATHS:
            if config.get(key) is not None:
                yield f"flavors.{flavor}.{key}", config[key]
        env = config.get("env")
        # Before 2.0, MLflow named the conda environment alone.
        named = env if isinstance(env, Mapping) else {} if env is None else {"conda": env}
        yield from ((f"flavors.{flavor}.env.{manager}", path) for manager, path in named.items())
        artifacts = config.get("artifacts")
        for name, artifact in artifacts.items() if isinstance(artifacts, Mapping) else ():
            path = artifact.get("path") if isinstance(artifact, Mapping) else artifact
            yield f"flavors.{flavor}.artifacts.{name}", path
    info = model.saved_input_example_info or {}
    for key in ("artifact_path", "serving_input_path"):
        if info.get(key) is not None:
            yield f"saved_input_example_info.{key}", info[key]


def _example(root: Path, model: Model) -> Iterator[Finding]:
    info = model.saved_input_example_info
    if info is None:
        return
    signature = model.signature
    inputs = None if signature is None else signature.inputs
    params = None if signature is None else signature.params
    named = str(info.get("artifact_path"))
    try:
        data = load_example(root, info, inputs)
        if inputs is not None and not model.other.get("is_signature_from_type_hint"):
            enforce_schema(data, inputs)
        given = load_example_params(root, info) or {}
        known = {} if params is None else {spec.name for spec in params}
        strange = sorted(given.keys() - known)
        if strange and model.signature is not None:
            yield Finding("example", named, f"Its params {strange} are not in the signature.")
        enforce_params({name: given[name] for name in given.keys() & known}, params)
        named = str(info.get("serving_input_path"))
        serving = load_serving_example(root, info)
        if serving is not None:
            json.loads(serving)
    except NbflowError as exc:
        if isinstance(exc, StoreReadError) and exc.errno == errno.ENOENT:
            return  # told as a missing file
        yield Finding("example", named, getattr(exc, "reason", str(exc)))
    except (ValueError, RecursionError) as exc:
        yield Finding("example", named, f"It is not JSON: {exc}.")


def _environment(root: Path) -> Iterator[Finding]:
    for name, read in ((REQUIREMENTS, read_requirements), (PYTHON_ENV, read_python), (CONDA, read_conda)):
        try:
            read(root)
        except NbflowError as exc:
            yield Finding("environment", name, getattr(exc, "reason", str(exc)))


def _links(root: Path) -> Iterator[Finding]:
    for above, folders, files in os.walk(root):
        for name in sorted([*folders, *files]):
            path = Path(above, name)
            if not path.is_symlink():
                continue
            relative = path.relative_to(root).as_posix()
            try:
                there = inside(root, relative).exists()
            except ModelFormatError as exc:
                yield Finding("outside", relative, exc.reason)
                continue
            if not there:
                yield Finding("missing_file", relative, "A symlink names it, and it leads nowhere.")
