"""The part of `Client` that is about the files of models: logging them, and finding them by URI."""

from __future__ import annotations

import hashlib
import os
import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from nbflow.errors import InvalidInputError, InvalidUriError, NotFoundError, RunDeletedError, UnsupportedValueError
from nbflow.tracking.registry_calls import RegistryCalls
from nbflow.uris import parse_file_url, parse_model_uri, parse_run_uri, scheme_of
from nbflow.values import step_value

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from nbflow.artifact_store import ArtifactStore
    from nbflow.entities import ModelOutput, ModelVersion, Run
    from nbflow.mlmodel.document import Model, ModelInfo
    from nbflow.mlmodel.signature import ModelSignature
    from nbflow.store.model_fold import ModelState, VersionState
    from nbflow.tracking.found_model import FoundModel

__all__ = ["ModelCalls"]

_FORMS = "a path, runs:/<run_id>/<name>, models:/<name>/<version>, models:/<name>@<alias> or an fsspec URL."
_LISTED = 10


class ModelCalls(RegistryCalls):
    """Logging models to runs, and finding them."""

    if TYPE_CHECKING:  # what other parts of Client give

        def _opened(self, run: Run) -> ArtifactStore: ...
        def _within(self, uri: str) -> str | None: ...

    def log_model(
        self, run_id: str, name: str, save: Callable[[Path], Model], *, step: int = 0
    ) -> tuple[Model, ModelOutput]:
        """Log a model to a run: its files appear all at once, in place of an older model of that name.

        Parameters
        ----------
        run_id
            The run.
        name
            Where it goes among the run's artifacts: a path such as `"my_model"`.
        save
            Called with a folder that is not there; it makes it, the file `MLmodel` in it, and gives what that says.
        step
            Which step of the run it was made at.

        Returns
        -------
        model : Model
            What `save` gave.
        output : ModelOutput
            What the run remembers of it.

        Raises
        ------
        RunNotFoundError
            If there is no such run.
        RunDeletedError
            If it is in the trash.
        InvalidPathError
            If the name cannot be a path of an artifact, or the run has artifacts there that are no model.
        InvalidInputError
            If the run's model of that name, or one above or below it, is registered.
        StoreWriteError
            If the disk refuses: an older model of that name is untouched. Or if the place refuses where the run's
            artifacts are, if that is not a disk of this machine: then an older model is gone.
        """
        from nbflow.artifact_store.folders import new_folder
        from nbflow.entities import ModelOutput
        from nbflow.mlmodel.document import MLMODEL
        from nbflow.mlmodel.trust import digests

        at_step = step_value(step)
        log = self._store.run_log(run_id)
        run = self._store.record(log)
        if run.info.lifecycle_stage == "deleted":
            raise RunDeletedError(run_id)
        files = self._opened(run)
        # Only then can a model of the run be there, below or above: else the registry need not be read.
        if (files.exists(name) or "/" in name) and (version := self._registered_as(run_id, name)):
            whose = "" if self._identity else f" as {version}"
            rule = f"The run's model there is registered{whose}, and stays what it was. Use another name."
            raise InvalidInputError("name", name, rule)
        with new_folder(files, name, MLMODEL) as (folder, put):
            model = save(folder)
            output = ModelOutput(
                path=name,
                model_uuid=model.model_uuid or "",
                flavors=tuple(sorted(model.flavors)),
                step=at_step,
                size_bytes=sum(found.stat().st_size for found in folder.rglob("*") if found.is_file()),
                files=digests(folder),
            )
            written = put()
        log.sync_at_end(lambda: files.sync(written))
        return model, log.log_model(output)

    def find_model(self, model_uri: str | os.PathLike[str]) -> FoundModel:
        """Find a model by what names it; its files are read when they are asked for.

        Parameters
        ----------
        model_uri
            A path, `runs:/<run_id>/<name>`, `models:/<name>/<version>`, `models:/<name>@<alias>`,
            `models:/<name>/latest`, or an fsspec URL.

        Raises
        ------
        InvalidUriError
            If it is none of these.
        RunNotFoundError
            If there is no such run.
        RegisteredModelNotFoundError, ModelVersionNotFoundError, AliasNotFoundError
            If nothing is registered as that.
        """
        text = _text(model_uri)
        registered = parse_model_uri(text)
        if registered is not None:
            model, version = self._state_named(registered.name, registered.version, registered.alias, registered.stage)
            return self._of_version(model, version, text, registered.path)
        of_run = parse_run_uri(text)
        if of_run is not None:
            return self._of_run(of_run.run_id, of_run.path, text)
        return self._of_place(text)

    def _of_run(self, run_id: str, path: str, uri: str) -> FoundModel:
        from nbflow.tracking.found_model import FoundModel

        run = self.get_run(run_id)
        digests, hint = _digests_at(path, run), _others_of(run, path)
        return FoundModel(self._opened(run), path, uri=uri, run_id=run_id, digests=digests, hint=hint)

    def _of_version(self, model: ModelState, state: VersionState, uri: str, path: str) -> FoundModel:
        from nbflow.artifact_store import open_artifacts
        from nbflow.tracking.found_model import FoundModel

        version, place = self._record(model, state), self._place_of(model, state)
        files = open_artifacts(place, within=self._within(place))
        whole = version.files if not path else {}
        return FoundModel(files, path, uri=uri, run_id=version.run_id, digests=whole, version=version)

    def _of_place(self, text: str) -> FoundModel:
        from nbflow.artifact_store import open_artifacts
        from nbflow.tracking.found_model import FoundModel

        scheme = scheme_of(text)
        if scheme not in ("", "file") and not Path(text).exists():
            return FoundModel(open_artifacts(text), "", uri=text)
        folder = parse_file_url(text) if scheme == "file" else Path(os.path.abspath(os.path.expanduser(text)))  # noqa: PTH111
        if folder.name == "MLmodel" and folder.is_file():
            folder = folder.parent
        inside = self._run_path(folder)
        if inside is not None:
            with suppress(NotFoundError):  # a copy of a run's folder that is not one of the store's
                return self._of_run(*inside, text)
        hint = "" if scheme or os.path.lexists(folder) else self._registered_hint(text)
        return FoundModel(open_artifacts(folder), "", uri=text, hint=hint)

    def _registered_hint(self, text: str) -> str:
        """Say how to name the registered model that is called as a path is which leads nowhere."""
        from nbflow.tracking.model_sources import alias_uri, model_uri

        if self._identity is not None:  # nobody is told of models that they may not see
            return ""
        names = set(self._names())
        before, _, alias = text.rpartition("@")
        name, _, number = text.partition("/")
        if text in names:
            aliases = self.get_registered_model(text).aliases
            uri = alias_uri(text, next(iter(aliases), "latest"))
        elif before in names and alias:
            uri = alias_uri(before, alias)
        elif name in names and re.fullmatch(r"[0-9]{1,15}", number):
            uri = model_uri(name, int(number))
        else:
            return ""
        return f"A registered model is called so: its versions have URIs such as {uri}"

    def _run_path(self, folder: Path) -> tuple[str, str] | None:
        """Say which run's artifact a folder is, when it lies in this store."""
        from nbflow.artifact_store.paths import is_artifact_path
        from nbflow.store.layout import ARTIFACTS, is_run_id

        try:
            parts = folder.relative_to(self._store.root).parts
        except ValueError:
            return None
        _, run_id, artifacts, *path = (*parts, "", "", "")[: max(len(parts), 3)]
        # A model that is being logged, and loaded to see what it imports, is no artifact yet.
        known = is_run_id(run_id) and artifacts == ARTIFACTS and is_artifact_path("/".join(path))
        return (run_id, "/".join(path)) if known else None

    def register_model(
        self,
        model_uri: str | os.PathLike[str],
        name: str,
        *,
        tags: Mapping[str, Any] | None = None,
        description: str | None = None,
    ) -> ModelVersion:
        """Make a model a new version of a registered model, which is made when it is not there.

        A model of a run stays where it is, and so does one at a URL. A folder that lies outside of the store is
        copied into it, so that the store stays whole when it is moved.

        Parameters
        ----------
        model_uri
            As in `find_model`.
        name
            The registered model's name.
        tags, description
            Those of the version.

        Returns
        -------
        version : ModelVersion
            The new version, READY.

        Raises
        ------
        ModelNotFoundError
            If no model is there.
        ModelFormatError
            If its MLmodel file is broken.
        InvalidNameError
            If the name cannot be a registered model's.
        """
        from nbflow.registry import check_model_name
        from nbflow.store.models import ModelFacts
        from nbflow.tracking.model_sources import model_uri as model_uri_of

        check_model_name(name)
        found = self.find_model(model_uri)
        document = found.document
        if found.version is not None:
            self._model_or_new(name)
            source = model_uri_of(found.version.name, found.version.version)
            return self.create_model_version(name, source, tags=tags, description=description)
        outside = found.run_id is None and found.files.local_path() is not None
        facts = ModelFacts(
            document.model_uuid,
            tuple(sorted(document.flavors)),
            None if document.signature is None else document.signature.to_dict(),
            {} if found.run_id is None else self.get_run(found.run_id).metrics,
            dict(found.digests or {}),
            document.model_size_bytes or 0,
        )
        return self._register(
            name,
            source=found.place if found.run_id is None else f"runs:/{found.run_id}/{found.path}",
            run_id=found.run_id,
            facts=facts,
            tags=tags,
            description=description,
            put=found.bring if outside else None,  # without what symlinks in it lead to elsewhere
        )

    def get_model_info(self, model_uri: str | os.PathLike[str]) -> ModelInfo:
        """Say what a model is, without loading it.

        Parameters
        ----------
        model_uri
            As in `find_model`.

        Raises
        ------
        ModelNotFoundError
            If no model is there.
        ModelFormatError
            If its MLmodel file is broken.
        """
        found = self.find_model(model_uri)
        more: dict[str, Any] = {"name": found.path or None}
        if found.version is not None:
            version = found.version
            more = {"name": version.name, "registered_model_version": version.version, "tags": version.tags}
            more["metrics"] = version.metrics
        elif found.run_id is not None:
            run = self.get_run(found.run_id)
            more |= {"metrics": run.metrics, "params": run.params}
        return found.document.get_model_info(found.uri, **more)

    def set_model_signature(self, model_uri: str | os.PathLike[str], signature: ModelSignature) -> None:
        """Give a model of a run, or in a folder, another signature.

        Raises
        ------
        InvalidInputError
            If the URI names a registered version, which stays what it was.
        ModelNotFoundError
            If no model is there.
        """
        from nbflow.mlmodel.document import MLMODEL

        found = self.find_model(model_uri)
        if found.version is not None or self._registered_as(found.run_id, found.path):
            rule = "A registered version stays what it was. Log the model anew, with this signature, and register that."
            raise InvalidInputError("model_uri", found.uri, rule)
        document = found.document
        document.signature = signature
        text = document.to_yaml().encode()
        name = f"{found.path}/{MLMODEL}" if found.path else MLMODEL
        before = hashlib.sha256(found.files.read_bytes(name)).hexdigest()
        found.files.write_bytes(name, text)
        if found.run_id is None:
            return
        log = self._store.run_log(found.run_id)
        output = next((o for o in self.get_run(found.run_id).outputs.model_outputs if o.path == found.path), None)
        # What somebody else made of this file is not vouched for because a signature was put into it.
        if output is not None and output.files.get(MLMODEL) == before:
            # Only this file's digest is taken anew: the others are what the store wrote, whatever is there now.
            files = output.files | {MLMODEL: hashlib.sha256(text).hexdigest()}
            log.log_model(replace(output, files=files, timestamp=0))

    def _registered_as(self, run_id: str | None, path: str) -> str | None:
        """Say which version a run's model, or one above or below it, is registered as; None for none."""
        if run_id is None or not self._store.check():
            return None
        models, source = self._store.models, f"runs:/{run_id}/{path}/"
        for model in models.all():
            for version in models.versions(model.folder):
                place = f"{version.location}/"
                if place.startswith(source) or source.startswith(place):  # in the trash, too: it may come back
                    return f"{model.current_name} {version.version}"
        return None


def _digests_at(path: str, run: Run) -> dict[str, str] | None:
    """Give what the store wrote of the model at a path, also when it lies within another one; None when it did not."""
    for output in run.outputs.model_outputs:
        if output.path == path:
            return output.files
        if path.startswith(f"{output.path}/"):
            within = path.removeprefix(f"{output.path}/") + "/"
            return {name.removeprefix(within): sha for name, sha in output.files.items() if name.startswith(within)}
    return None


def _others_of(run: Run, path: str) -> str:
    """Say which models a run has, for whom finds none at a path."""
    names = [output.path for output in run.outputs.model_outputs if output.path != path]
    uris = [f"runs:/{run.info.run_id}/{name}" for name in names[:_LISTED]]
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return f"The models of this run are {', '.join(uris)}{more}" if uris else ""


def _text(uri: Any) -> str:
    text = os.fspath(uri) if isinstance(uri, str | os.PathLike) else None
    if not isinstance(text, str):
        raise UnsupportedValueError("model_uri", uri, f"give {_FORMS}")
    if not text.strip() or "\0" in text:
        raise InvalidUriError(text, f"It is {_FORMS}")
    return text
