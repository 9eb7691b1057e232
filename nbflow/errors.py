"""Every error nbflow raises, one class for each cause.

::

    NbflowError
    ├─ InvalidInputError (ValueError)
    │  ├─ AmbiguousRunError           ref, candidates
    │  ├─ InvalidNameError            kind, name, rule
    │  ├─ InvalidPathError            path, rule
    │  ├─ InvalidUriError             uri, rule
    │  ├─ InvalidFilterError          text, position, expected
    │  │  └─ InvalidOrderError        the same
    │  ├─ InvalidRequestError         problem
    │  ├─ InvalidParametersError      problems, missing
    │  ├─ InvalidSchemaError          schema, reason
    │  ├─ LimitExceededError          what, length, limit
    │  ├─ ModelFormatError            path, reason
    │  ├─ ParamEnforcementError       problems
    │  ├─ SchemaEnforcementError      problem, column, found, expected, data, schema
    │  ├─ SchemaInferenceError        problem, column
    │  └─ UnsupportedValueError (TypeError)   what, value_type, expected
    ├─ NotFoundError (LookupError)
    │  ├─ AliasNotFoundError          name, alias
    │  ├─ ColumnNotFoundError         kind, name, n_runs, known
    │  ├─ ExperimentNotFoundError     ref
    │  ├─ FlavorNotFoundError         flavor, path, known
    │  ├─ GrantNotFoundError          subject, owner
    │  ├─ MetricNotFoundError         metric, n_runs, known
    │  ├─ ModelNotFoundError          path
    │  ├─ ModelVersionNotFoundError   name, version
    │  ├─ RegisteredModelNotFoundError   name
    │  ├─ RunNotFoundError            run_id
    │  ├─ StoreNotOpenError           store_id
    │  ├─ TagNotFoundError            key, owner
    │  └─ ArtifactNotFoundError       path, owner
    ├─ ConflictError
    │  ├─ AliasPolicyError            name, version, alias, missing
    │  ├─ ExperimentExistsError       name, experiment_id
    │  ├─ ExperimentDeletedError      ref
    │  ├─ ModelExistsError            path
    │  ├─ ParamAlreadySetError        run_id, key, old, new
    │  ├─ RegisteredModelExistsError  name
    │  ├─ RunActiveError              run_id
    │  ├─ RunBusyError                run_id, where
    │  └─ RunDeletedError             run_id
    ├─ StoreError
    │  ├─ NotAStoreError              path, reason
    │  ├─ NewerFormatError            path, found, known
    │  ├─ StoreReadError (OSError)    path, errno, reason
    │  ├─ StoreGoneError              path
    │  ├─ StoreTimeoutError           path, limit_s
    │  │  └─ IndexBuildingError       path, n_done, n_runs
    │  └─ StoreWriteError (OSError)   path, errno, reason
    ├─ EnvironmentBuildError       place, reason
    ├─ LocalFileNotFoundError (FileNotFoundError)   path
    ├─ MissingDependencyError (ImportError)   package, extra
    ├─ ModelProcessError          reason
    ├─ ModelValidationError       failures
    ├─ NotAllowedError            reason
    ├─ PermissionDeniedError (PermissionError)   user, needed, have, resource
    ├─ PredictionError            reason
    ├─ UntrustedModelError         path, files, reason
    │  └─ ModelChangedError        path, files
    └─ ViewNotBuiltError           path

An error holds its facts as attributes and builds its own message: what was asked, what was found, what to do
next. `error_code` is the code MLflow gives to the same cause, so that a REST answer can be made from the class.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = [
    "AliasNotFoundError",
    "AliasPolicyError",
    "AmbiguousRunError",
    "ArtifactNotFoundError",
    "ColumnNotFoundError",
    "ConflictError",
    "EnvironmentBuildError",
    "ExperimentDeletedError",
    "ExperimentExistsError",
    "ExperimentNotFoundError",
    "FlavorNotFoundError",
    "GrantNotFoundError",
    "IndexBuildingError",
    "InvalidFilterError",
    "InvalidInputError",
    "InvalidNameError",
    "InvalidOrderError",
    "InvalidParametersError",
    "InvalidPathError",
    "InvalidRequestError",
    "InvalidSchemaError",
    "InvalidUriError",
    "LimitExceededError",
    "LocalFileNotFoundError",
    "MetricNotFoundError",
    "MissingDependencyError",
    "ModelChangedError",
    "ModelExistsError",
    "ModelFormatError",
    "ModelNotFoundError",
    "ModelProcessError",
    "ModelValidationError",
    "ModelVersionNotFoundError",
    "NbflowError",
    "NewerFormatError",
    "NotAStoreError",
    "NotAllowedError",
    "NotFoundError",
    "ParamAlreadySetError",
    "ParamEnforcementError",
    "PermissionDeniedError",
    "PredictionError",
    "RegisteredModelExistsError",
    "RegisteredModelNotFoundError",
    "RunActiveError",
    "RunBusyError",
    "RunDeletedError",
    "RunNotFoundError",
    "SchemaEnforcementError",
    "SchemaInferenceError",
    "StoreError",
    "StoreGoneError",
    "StoreNotOpenError",
    "StoreReadError",
    "StoreTimeoutError",
    "StoreWriteError",
    "TagNotFoundError",
    "UnsupportedValueError",
    "UntrustedModelError",
    "ViewNotBuiltError",
    "did_you_mean",
    "shown",
]

_SHOWN = 120
_LISTED = 10
_PREFIXES = ("metrics.", "params.", "tags.")


class NbflowError(Exception):
    """The base of every error of nbflow."""

    error_code: ClassVar[str] = "INTERNAL_ERROR"

    # What a message ends with, where that is a call of Python: the command line has other words for it.
    remedy: str = ""

    # Kept by __new__ so that one __reduce__ rebuilds every subclass from its own arguments: an error
    # raised in a worker process arrives whole.
    _facts: tuple[tuple[Any, ...], dict[str, Any]]

    def __new__(cls, *args: Any, **kwargs: Any) -> NbflowError:  # noqa: PYI034
        """Remember the arguments the error is built from."""
        self = super().__new__(cls, *args)
        self._facts = (args, kwargs)
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), *self._facts)


def _rebuild(cls: type[NbflowError], args: tuple[Any, ...], kwargs: dict[str, Any]) -> NbflowError:
    return cls(*args, **kwargs)


def shown(value: object) -> str:
    """Quote a value for a message, cut to a length that a person reads."""
    try:
        text = repr(value)
    except ValueError:  # an integer of more digits than Python writes
        text = f"<{type(value).__name__}>"
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}… ({len(text)} characters)"


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Give `" Did you mean 'x'?"` for the nearest known name, or nothing."""
    near = difflib.get_close_matches(name, list(known), n=3)
    return f" Did you mean {' or '.join(map(repr, near))}?" if near else ""


class InvalidInputError(NbflowError, ValueError):
    """An argument that cannot be used as it is.

    Parameters
    ----------
    what
        The argument's name, as the caller wrote it.
    value
        What came.
    rule
        What it must be, and what to do: a whole sentence.
    """

    error_code = "INVALID_PARAMETER_VALUE"

    def __init__(self, what: str, value: object, rule: str) -> None:
        self.what = what
        self.value = value
        self.rule = rule
        super().__init__(f"Invalid value {shown(value)} for {what}. {rule}")


class AmbiguousRunError(InvalidInputError):
    """The beginning of an id, or a name, that several runs have.

    Parameters
    ----------
    ref
        What was asked for.
    candidates
        The runs that it can mean, as (run id, name).
    """

    def __init__(self, ref: str, candidates: Sequence[tuple[str, str]]) -> None:
        self.ref = ref
        self.candidates = tuple(candidates)
        listed = [f"\n  {run_id}  {shown(name)}" for run_id, name in self.candidates[:_LISTED]]
        more = len(self.candidates) - len(listed)
        if more > 0:
            listed.append(f"\n  and {more:,} more")
        rule = f"{len(self.candidates):,} runs have it. Give more of the id of the one you mean:{''.join(listed)}"
        super().__init__("the run", ref, rule)


class InvalidNameError(InvalidInputError):
    """A name with characters or a form that names may not have."""

    def __init__(self, kind: str, name: object, rule: str) -> None:
        self.kind = kind
        self.name = name
        super().__init__(f"the {kind}", name, rule)


class InvalidPathError(InvalidInputError):
    """An artifact path that is absolute, climbs out, or cannot be a file name."""

    def __init__(self, path: object, rule: str) -> None:
        self.path = path
        super().__init__("the artifact path", path, rule)


class InvalidUriError(InvalidInputError):
    """A URI that names nothing nbflow can reach."""

    def __init__(self, uri: object, rule: str) -> None:
        self.uri = uri
        super().__init__("the URI", uri, rule)


class InvalidFilterError(InvalidInputError):
    """A filter or an order that does not parse.

    Parameters
    ----------
    text
        The whole filter.
    position
        Where it goes wrong: characters from its start.
    expected
        What could stand there, or what is wrong with what does: a whole sentence.
    """

    _kind: ClassVar[str] = "filter"

    def __init__(self, text: str, position: int, expected: str) -> None:
        self.text = text
        self.position = position
        self.expected = expected
        super().__init__(f"the {self._kind}", text, expected)

    def __str__(self) -> str:
        # A window of the text, one column for each character: what is long or unprintable does not move the mark.
        start = max(0, self.position - _SHOWN // 2)
        line = "".join(c if c.isprintable() else " " for c in self.text[start : start + _SHOWN])
        before, after = "…" if start else "", "…" if start + _SHOWN < len(self.text) else ""
        mark = " " * (len(before) + self.position - start) + "^"
        place = f"Invalid {self._kind} at character {self.position + 1}."
        return f"{place} {self.expected}\n  {before}{line}{after}\n  {mark}"


class InvalidOrderError(InvalidFilterError):
    """An order that does not parse."""

    _kind = "order_by"


class LimitExceededError(InvalidInputError):
    """Something longer or more numerous than the format allows.

    Parameters
    ----------
    what
        What it is: `"the experiment name"`.
    length
        How much of it there is.
    limit
        How much there may be.
    remedy
        What to do: a whole sentence.
    unit
        What is counted.
    """

    def __init__(
        self, what: str, length: int, limit: int, remedy: str = "Shorten it.", *, unit: str = "characters"
    ) -> None:
        self.length = length
        self.limit = limit
        self.remedy = remedy
        self.unit = unit
        super().__init__(what, f"of length {length}", f"The limit is {limit}. {remedy}")

    def __str__(self) -> str:
        what = f"T{self.what[1:]}" if self.what.startswith("the ") else self.what
        return f"{what} has {self.length:,} {self.unit}; the limit is {self.limit:,}. {self.remedy}"


class ModelFormatError(InvalidInputError):
    """A model folder whose MLmodel file, or a file that it names, is not what it must be.

    Parameters
    ----------
    path
        The model's folder, or the file.
    reason
        What is wrong with it: a whole sentence.
    """

    def __init__(self, path: str, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__("the model", path, reason)

    def __str__(self) -> str:
        return f"The model at {self.path} cannot be used. {self.reason}"


class InvalidRequestError(InvalidInputError):
    """The body of a request for a prediction that cannot be read.

    Parameters
    ----------
    problem
        What is wrong with it: whole sentences.
    """

    error_code = "BAD_REQUEST"

    def __init__(self, problem: str) -> None:
        self.problem = problem
        super().__init__("the request", "", problem)

    def __str__(self) -> str:
        return self.problem


class InvalidSchemaError(InvalidInputError):
    """A schema, or its JSON, that says nothing that can be meant.

    Parameters
    ----------
    schema
        The part that is wrong.
    reason
        What is wrong with it, and what to do: a whole sentence.
    """

    def __init__(self, schema: object, reason: str) -> None:
        self.schema = schema
        self.reason = reason
        super().__init__("the schema", schema, reason)


class InvalidParametersError(InvalidInputError):
    """Values of parameters that are not what their types say, or are missing.

    Parameters
    ----------
    problems
        For each name what came, and what it must be: a whole sentence.
    missing
        For each name that must have a value and has none, what it must be.
    remedy
        What to do: a whole sentence.
    """

    def __init__(
        self, problems: Mapping[str, tuple[object, str]], missing: Mapping[str, str] | None = None, remedy: str = ""
    ) -> None:
        self.problems = dict(problems)
        self.missing = dict(missing or {})
        self.remedy = remedy
        told = [
            *(
                f"Invalid value {shown(value)} for the parameter {shown(name)}. {rule}"
                for name, (value, rule) in self.problems.items()
            ),
            *(f"The parameter {shown(name)} has no value. {rule}" for name, rule in self.missing.items()),
        ]
        self.told = (*told[:_LISTED], *([f"And {len(told) - _LISTED:,} more."] if len(told) > _LISTED else []))
        super().__init__("the parameters", [*self.problems, *self.missing], " ".join(self.told))

    def __str__(self) -> str:
        return "\n".join([*self.told, *([self.remedy] if self.remedy else [])])


class ParamEnforcementError(InvalidInputError):
    """Params of a prediction that are not what the model's signature says.

    Parameters
    ----------
    problems
        The name of each param that does not fit, with what is wrong with it.
    """

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        listed = ", ".join(repr(item) for item in list(self.problems.items())[:_LISTED])
        more = f" and {len(self.problems) - _LISTED:,} more" if len(self.problems) > _LISTED else ""
        super().__init__("params", list(self.problems), f"Invalid parameters found: {{{listed}}}{more}")

    def __str__(self) -> str:
        return self.rule


class SchemaEnforcementError(InvalidInputError):
    """Data for a prediction that are not what the model's signature says.

    Parameters
    ----------
    problem
        What is wrong, and what to do: whole sentences.
    column
        The column or tensor that does not fit; None where it is not one alone.
    found, expected
        Its type or shape, and the one that it should have.
    data, schema
        What came, and what was expected, as a whole and in few words.
    """

    def __init__(
        self,
        problem: str,
        *,
        column: object = None,
        found: str = "",
        expected: str = "",
        data: str = "",
        schema: str = "",
    ) -> None:
        self.problem = problem
        self.column = column
        self.found = found
        self.expected = expected
        self.data = data
        self.schema = schema
        super().__init__("the data", data, problem)

    def __str__(self) -> str:
        where = f"Failed to enforce schema of data '{self.data}' with schema '{self.schema}'. Error: "
        return f"{where if self.schema else ''}{self.problem}"

    def told(self, problem: str | None = None, **facts: Any) -> SchemaEnforcementError:
        """Give the same error with more said: another problem, or facts that are known only further out."""
        known = {name: getattr(self, name) for name in ("column", "found", "expected", "data", "schema")}
        return SchemaEnforcementError(problem or self.problem, **(known | facts))


class SchemaInferenceError(InvalidInputError):
    """Data that a schema cannot be made of.

    Parameters
    ----------
    problem
        Why: a whole sentence.
    column
        The column that it is about; None where it is not one alone.
    """

    def __init__(self, problem: str, column: object = None) -> None:
        self.problem = problem
        self.column = column
        super().__init__("the data", column, problem)

    def __str__(self) -> str:
        where = "" if self.column is None else f" of column {shown(self.column)}"
        return f"Cannot infer the schema{where}. {self.problem}"


class UnsupportedValueError(InvalidInputError, TypeError):
    """A value of a type that cannot be kept."""

    def __init__(self, what: str, value: object, expected: str) -> None:
        self.value_type = type(value).__name__
        self.expected = expected
        super().__init__(what, value, f"It is of type {self.value_type}; {expected}")


class NotFoundError(NbflowError, LookupError):
    """Something that is not in the store."""

    error_code = "RESOURCE_DOES_NOT_EXIST"

    def __str__(self) -> str:  # LookupError's own would quote a KeyError-like message
        return str(self.args[0]) if self.args else ""


class AliasNotFoundError(NotFoundError):
    """An alias that stands for no version of a registered model.

    Parameters
    ----------
    name
        The model.
    alias
        The alias.
    known
        The aliases that it has.
    """

    error_code = "INVALID_PARAMETER_VALUE"  # MLflow's, for this one alone

    def __init__(self, name: str, alias: str, known: Iterable[str] = ()) -> None:
        self.name = name
        self.alias = alias
        self.known = tuple(known)
        listed = ", ".join(map(shown, self.known[:_LISTED]))
        has = f"It has {listed}." if listed else "It has none."
        super().__init__(
            f"Registered model alias {shown(alias)} not found. Model {shown(name)} has no such alias."
            f"{did_you_mean(alias, self.known) or f' {has}'}"
        )


class ExperimentNotFoundError(NotFoundError):
    """No experiment of this id or name."""

    remedy = "nbflow.search_experiments() lists those that do."

    def __init__(self, ref: object, known: Iterable[str] = ()) -> None:
        self.ref = ref
        super().__init__(f"No experiment {shown(ref)} exists.{did_you_mean(str(ref), known)} {self.remedy}")


class FlavorNotFoundError(NotFoundError):
    """A model that was not saved in the flavor that is asked for.

    Parameters
    ----------
    flavor
        The flavor's name: `"python_function"`.
    path
        The model's folder.
    known
        The flavors that it has.
    """

    def __init__(self, flavor: str, path: str, known: Iterable[str] = ()) -> None:
        self.flavor = flavor
        self.path = path
        self.known = tuple(known)
        has = f"It has {', '.join(map(shown, self.known[:_LISTED]))}." if self.known else "It has none."
        super().__init__(f'Model does not have the "{flavor}" flavor. {has} The model is {path}')


class GrantNotFoundError(NotFoundError):
    """A permission that is not there to be taken away."""

    def __init__(self, subject: str, owner: str) -> None:
        self.subject = subject
        self.owner = owner
        super().__init__(f"Nothing is granted to {shown(subject)} on {owner} itself. Nothing was changed.")


class ColumnNotFoundError(NotFoundError):
    """No run of a frame has a metric, a param or a tag of this name.

    Parameters
    ----------
    kind
        What was looked for: `"metric"`, `"metric or param"`.
    name
        Its name.
    n_runs
        How many runs were looked at.
    known
        The names of that kind which the frame has.
    """

    def __init__(self, kind: str, name: str, n_runs: int, known: Iterable[str] = ()) -> None:
        self.kind = kind
        self.name = name
        self.n_runs = n_runs
        self.known = tuple(known)
        among = f"None of the {n_runs:,} runs in the frame has" if n_runs != 1 else "The run in the frame does not have"
        near = did_you_mean(name.partition(".")[2] if name.startswith(_PREFIXES) else name, self.known)
        more = f" and {len(self.known) - _LISTED:,} more" if len(self.known) > _LISTED else ""
        some = f" There are {', '.join(map(shown, self.known[:_LISTED]))}{more}." if self.known else " There are none."
        super().__init__(f"{among} the {kind} {shown(name)}.{near or some}")


class MetricNotFoundError(NotFoundError):
    """No run of a frame has a value of this metric.

    Parameters
    ----------
    metric
        Its name.
    n_runs
        How many runs were looked at.
    known
        The names of the metrics that the frame has.
    """

    def __init__(self, metric: str, n_runs: int, known: Iterable[str] = ()) -> None:
        self.metric = metric
        self.n_runs = n_runs
        self.known = tuple(known)
        if not n_runs:
            found = "there are no runs in the frame. Loosen the filter it was searched with, or log a run first."
        elif metric in self.known:
            found = f"none of the {n_runs} runs in the frame has a value other than NaN."
        else:
            near = did_you_mean(metric.removeprefix("metrics."), self.known)
            some = f" Its metrics are {', '.join(map(repr, self.known[:_LISTED]))}" if self.known else " It has none"
            more = f" and {len(self.known) - _LISTED} more" if len(self.known) > _LISTED else ""
            found = f"the frame has no such metric.{near or f'{some}{more}.'}"
        super().__init__(f"No run is the best in {shown(metric)}: {found}")


class ModelNotFoundError(NotFoundError):
    """No model in a folder.

    Parameters
    ----------
    path
        The folder.
    hint
        What was meant perhaps: a whole sentence.
    """

    remedy = "A model is a folder that holds a file of that name: give the path or URI of such a folder."

    def __init__(self, path: str, hint: str = "") -> None:
        self.path = path
        self.hint = hint
        super().__init__(f'Could not find an "MLmodel" configuration file at "{path}". {hint or self.remedy}')


class ModelVersionNotFoundError(NotFoundError):
    """No version of this number.

    Parameters
    ----------
    name
        The registered model.
    version
        The version that was asked for.
    hint
        What else is known about it: a whole sentence.
    """

    remedy = "Client.search_model_versions lists those that are there."

    def __init__(self, name: str, version: object, hint: str = "") -> None:
        self.name = name
        self.version = version
        self.hint = hint
        super().__init__(
            f"Model Version (name={shown(name)}, version={shown(version)}) not found. {hint or self.remedy}"
        )


class RegisteredModelNotFoundError(NotFoundError):
    """No registered model of this name.

    Parameters
    ----------
    name
        The name that was asked for.
    hint
        What else is known about it: a whole sentence.
    known
        The names that there are.
    """

    remedy = "Client.search_registered_models lists those that are there."

    def __init__(self, name: object, hint: str = "", known: Iterable[str] = ()) -> None:
        self.name = name
        self.hint = hint
        self.known = tuple(known)
        near = did_you_mean(str(name), self.known)
        super().__init__(f"Registered Model with name={shown(name)} not found.{near} {hint or self.remedy}")


class RunNotFoundError(NotFoundError):
    """No run of this id."""

    remedy = "nbflow.search_runs() lists those that do."

    def __init__(self, run_id: object) -> None:
        self.run_id = run_id
        super().__init__(f"No run {shown(run_id)} exists in this store. {self.remedy}")


class StoreNotOpenError(NotFoundError):
    """A server was asked about a store that it has not opened."""

    def __init__(self, store_id: object) -> None:
        self.store_id = store_id
        super().__init__(
            f"No store {shown(store_id)} is open on this server; after a restart it knows only those that it was "
            "started with. Open it first: POST /nbflow/api/stores with its path, or with a notebook that logs to it."
        )


class TagNotFoundError(NotFoundError):
    """A tag that is not there to be deleted."""

    def __init__(self, key: str, owner: str) -> None:
        self.key = key
        self.owner = owner
        super().__init__(f"No tag {shown(key)} is set on {owner}.")


class ArtifactNotFoundError(NotFoundError):
    """No artifact of this path."""

    remedy = "nbflow.artifacts.list_artifacts lists what is there."

    def __init__(self, path: str, owner: str) -> None:
        self.path = path
        self.owner = owner
        super().__init__(f"No artifact {shown(path)} in {owner}. {self.remedy}")


class ConflictError(NbflowError):
    """Something that what is already there forbids."""

    error_code = "INVALID_STATE"


class AliasPolicyError(ConflictError):
    """A version does not have what an alias asks for.

    Parameters
    ----------
    name, version
        The registered model, and its version that the alias was to stand for.
    alias
        The alias, or the stage, that has the policy.
    missing
        What it asks for and the version has not: a sentence for each.
    """

    error_code = "RESOURCE_CONFLICT"

    def __init__(self, name: str, version: int, alias: str, missing: Sequence[str]) -> None:
        self.name = name
        self.version = version
        self.alias = alias
        self.missing = tuple(missing)
        listed = "".join(f"\n  {line}" for line in self.missing)
        super().__init__(
            f"Version {version} of model {shown(name)} cannot be {shown(alias)} yet: its policy asks for more.{listed}"
        )


class ExperimentExistsError(ConflictError):
    """The name of a new experiment is taken; by `experiment_id`, or, where that is `""`, by one that stays unseen."""

    error_code = "RESOURCE_ALREADY_EXISTS"
    remedy = "Use nbflow.set_experiment to log to it, or choose another name."

    def __init__(self, name: str, experiment_id: str, remedy: str | None = None) -> None:
        self.name = name
        self.experiment_id = experiment_id
        self.remedy = remedy or type(self).remedy
        which = f" (id {experiment_id})" if experiment_id else ""
        super().__init__(f"Experiment {shown(name)} already exists{which}. {self.remedy}")


class ExperimentDeletedError(ConflictError):
    """Logging to an experiment that is in the trash."""

    error_code = "INVALID_PARAMETER_VALUE"
    remedy = "Restore it with nbflow.restore_experiment, or use another one."

    def __init__(self, ref: str, remedy: str | None = None) -> None:
        self.ref = ref
        self.remedy = remedy or type(self).remedy
        super().__init__(f"Experiment {shown(ref)} is deleted. {self.remedy}")


class ModelExistsError(ConflictError):
    """A model is to be saved where something is."""

    error_code = "RESOURCE_ALREADY_EXISTS"

    def __init__(self, path: str) -> None:
        self.path = path
        super().__init__(
            f"Path '{path}' already exists and is not empty. Give another path, or remove what is there first."
        )


class ParamAlreadySetError(ConflictError, ValueError):
    """A param logged again with another value."""

    error_code = "INVALID_PARAMETER_VALUE"

    def __init__(self, run_id: str, key: str, old: str, new: str) -> None:
        self.run_id = run_id
        self.key = key
        self.old = old
        self.new = new
        super().__init__(
            f"Changing param values is not allowed. Param {shown(key)} of run {run_id} is {shown(old)} and was now "
            f"given {shown(new)}. Start another run (nbflow.start_run(nested=True)), or use a tag for what changes."
        )


class RegisteredModelExistsError(ConflictError):
    """The name of a registered model is taken."""

    error_code = "RESOURCE_ALREADY_EXISTS"
    remedy = "Register a new version of it, or choose another name."

    def __init__(self, name: str, remedy: str | None = None) -> None:
        self.name = name
        self.remedy = remedy or type(self).remedy
        super().__init__(f"Registered Model (name={shown(name)}) already exists. {self.remedy}")


class RunActiveError(ConflictError):
    """A run is active and another one was started without nesting."""

    def __init__(self, run_id: str) -> None:
        self.run_id = run_id
        super().__init__(
            f"Run with UUID {run_id} is already active. To start a new run, first end the current run with "
            "nbflow.end_run(). To start a nested run, call start_run with nested=True."
        )


class RunBusyError(ConflictError):
    """A run to be resumed is still running in another process."""

    def __init__(self, run_id: str, where: str) -> None:
        self.run_id = run_id
        self.where = where
        super().__init__(
            f"Run {run_id} is still running in {where}. End it there first, or log to it from here without "
            "resuming it: nbflow.log_metric(..., run_id=...) or nbflow.Client().log_batch."
        )


class RunDeletedError(ConflictError):
    """A write to a run that is in the trash."""

    error_code = "INVALID_PARAMETER_VALUE"
    remedy = "Restore it with nbflow.restore_run, or its experiment with nbflow.restore_experiment, first."

    def __init__(self, run_id: str) -> None:
        self.run_id = run_id
        super().__init__(f"The run {run_id} must be in the 'active' state. Current state is deleted. {self.remedy}")


class StoreError(NbflowError):
    """The store itself is at fault, not the call."""


class NotAStoreError(StoreError):
    """A path that holds no store, or something that is not one."""

    error_code = "INVALID_PARAMETER_VALUE"

    def __init__(self, path: str, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(f"{path} is not an nbflow store: {reason}. Nothing was changed there.")


class NewerFormatError(StoreError):
    """A store written by a newer nbflow."""

    def __init__(self, path: str, found: object, known: int) -> None:
        self.path = path
        self.found = found
        self.known = known
        super().__init__(
            f"{path} is a store of format {shown(found)}; this nbflow knows format {known}. "
            "Nothing was changed there. Upgrade with: pip install --upgrade jupyter-nbflow"
        )


class StoreReadError(StoreError, OSError):
    """A file of a store that is there and cannot be read.

    Parameters
    ----------
    path
        The file or folder.
    errno
        The operating system's number for the cause, as in `OSError.errno`.
    reason
        The operating system's words for it.
    """

    def __init__(self, path: str, errno: int | None, reason: str) -> None:
        NbflowError.__init__(
            self, f"Could not read {path}: {reason}. What is there is as it was; try again once the cause is gone."
        )
        self.path = path
        self.errno = errno
        self.reason = reason

    def __str__(self) -> str:
        return str(self.args[0])


class StoreGoneError(StoreError):
    """A store that was there, and is not any more.

    Parameters
    ----------
    path
        The store.
    """

    error_code = "TEMPORARILY_UNAVAILABLE"

    def __init__(self, path: str) -> None:
        self.path = path
        super().__init__(
            f"The store {path} is not there any more: somebody deleted or moved it. When it is back, all goes on."
        )


class StoreTimeoutError(StoreError):
    """A store whose disk does not answer in time.

    Parameters
    ----------
    path
        The store.
    limit_s
        How long was waited, in seconds; 0 where nobody waited, because earlier calls wait still.
    """

    error_code = "TEMPORARILY_UNAVAILABLE"

    def __init__(self, path: str, limit_s: float) -> None:
        self.path = path
        self.limit_s = limit_s
        waited = f"within {limit_s:g} seconds" if limit_s else "to what was asked before"
        super().__init__(
            f"The store {path} does not answer {waited}: its disk hangs, or has much to do. Try again in a while. "
            "What was to be changed may still be changed."
        )


class IndexBuildingError(StoreTimeoutError):
    """A store that cannot be searched yet: its index is being made.

    Parameters
    ----------
    path
        The store.
    n_done, n_runs
        How many of its runs were read so far, and how many have to be.
    """

    def __init__(self, path: str, n_done: int, n_runs: int) -> None:
        self.path = path
        self.limit_s = 0
        self.n_done = n_done
        self.n_runs = n_runs
        super(StoreTimeoutError, self).__init__(
            f"The index of the store {path} is being made: {n_done:,} of {n_runs:,} runs are read. "
            "It is made once; what is asked is answered when it is ready."
        )


class StoreWriteError(StoreError, OSError):
    """The disk refused a write. What was acknowledged before is safe.

    Parameters
    ----------
    path
        The file or folder that could not be written.
    errno
        The operating system's number for the cause, as in `OSError.errno`.
    reason
        The operating system's words for it.
    """

    remedy = (
        "What was logged before is safe; logging works again once the cause is gone. "
        "Set NBFLOW_ON_LOG_ERROR=warn to let training go on without."
    )

    def __init__(self, path: str, errno: int | None, reason: str) -> None:
        NbflowError.__init__(self, f"Could not write to {path}: {reason}. {self.remedy}")
        self.path = path
        self.errno = errno
        self.reason = reason

    def __str__(self) -> str:
        return str(self.args[0])


class EnvironmentBuildError(NbflowError):
    """The environment of a model cannot be made.

    Parameters
    ----------
    place
        The folder that it was to be made in.
    reason
        What went wrong, in the words of the tool that makes it, and what to do.
    """

    def __init__(self, place: str, reason: str) -> None:
        self.place = place
        self.reason = reason
        super().__init__(f"The environment {place} could not be made. {reason}")


class LocalFileNotFoundError(NbflowError, FileNotFoundError):
    """A file or folder on this machine that was to be logged and is not there."""

    error_code = "RESOURCE_DOES_NOT_EXIST"

    def __init__(self, path: str) -> None:
        NbflowError.__init__(self, f"No file or folder {shown(path)} exists on this machine. Nothing was logged.")
        self.path = path

    def __str__(self) -> str:
        return str(self.args[0])


class ModelProcessError(NbflowError):
    """What a process that was started for a model says went wrong in it.

    Parameters
    ----------
    reason
        What it says: whole sentences.
    """

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class ModelValidationError(NbflowError):
    """A model does not reach what its thresholds ask for."""

    error_code = "BAD_REQUEST"

    def __init__(self, failures: Sequence[str]) -> None:
        self.failures = list(failures)
        listed = "\n".join(f"  - {failure}" for failure in self.failures)
        super().__init__(
            f"The model does not reach {len(self.failures)} of its thresholds:\n{listed}\n"
            "What was measured has been logged. Improve the model, or change the thresholds."
        )


class MissingDependencyError(NbflowError, ImportError):
    """A package that this feature needs is not installed."""

    def __init__(self, package: str, feature: str, extra: str = "") -> None:
        self.package = package
        self.feature = feature
        self.extra = extra
        target = f"'jupyter-nbflow[{extra}]'" if extra else package
        super().__init__(f"{feature} needs the package {package}. Install it with: pip install {target}")


class NotAllowedError(NbflowError):
    """Something that a server was set up not to do for anybody.

    Parameters
    ----------
    reason
        What it does not do, and what to do: whole sentences.
    """

    error_code = "PERMISSION_DENIED"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class PermissionDeniedError(NbflowError, PermissionError):
    """Something that may be seen, and not more, or not as much as was asked for.

    Parameters
    ----------
    user
        Who asked.
    needed, have
        The permission that it takes, and the one that the user has.
    resource
        On what: `"experiment 0"`, `"the store"`.
    """

    error_code = "PERMISSION_DENIED"

    def __init__(self, user: str, needed: str, have: str, resource: str) -> None:
        NbflowError.__init__(
            self,
            f"User {shown(user)} has {have} on {resource}; this needs {needed}. Nothing was changed. "
            "Who has MANAGE there can give it.",
        )
        self.user = user
        self.needed = needed
        self.have = have
        self.resource = resource

    def __str__(self) -> str:
        return str(self.args[0])


class PredictionError(NbflowError):
    """A model that raised an error when it was asked to predict.

    Parameters
    ----------
    reason
        What it raised: `"ValueError: X has 3 features"`.
    hint
        What else is known of it: a whole sentence.
    """

    error_code = "BAD_REQUEST"

    def __init__(self, reason: str, hint: str = "") -> None:
        self.reason = reason
        self.hint = hint
        super().__init__(
            "Encountered an unexpected error while evaluating the model. Verify that the serialized input Dataframe "
            f"is compatible with the model for inference. {reason}{f' {hint}' if hint else ''}"
        )


class UntrustedModelError(NbflowError):
    """Loading a model would run code, and nothing says that this code is to be trusted.

    Parameters
    ----------
    path
        Where the model is: its folder, or the URL that it came from.
    files
        What would run: files of the model, or names of types.
    reason
        Why it is not trusted: a whole sentence.
    """

    error_code = "PERMISSION_DENIED"
    remedy = (
        "If you know where the model comes from, load it with trust=True. To trust all below a folder or URL, name it "
        "in the environment variable NBFLOW_TRUST; NBFLOW_TRUST=all trusts everything."
    )

    def __init__(self, path: str, files: Sequence[str], reason: str = "", remedy: str | None = None) -> None:
        self.path = path
        self.files = tuple(files)
        self.reason = reason or "Nothing vouches for them."
        self.remedy = remedy or type(self).remedy
        listed = ", ".join(map(shown, self.files[:_LISTED]))
        more = f" and {len(self.files) - _LISTED:,} more" if len(self.files) > _LISTED else ""
        super().__init__(f"{self._told(listed + more)} {self.remedy}")

    def _told(self, listed: str) -> str:
        return f"Loading the model at {self.path} would run the code in {listed}. {self.reason} Nothing was loaded."


class ModelChangedError(UntrustedModelError):
    """Files of a registered version are not what they were when they were logged.

    Parameters
    ----------
    path
        Where the model is: its folder, or the URL that it came from.
    files
        Those that were changed, or are gone.
    """

    remedy = (
        "Put back what was there, or log the model anew and register that. To load it as it is, pass trust=True, or "
        "name its folder in the environment variable NBFLOW_TRUST."
    )

    def _told(self, listed: str) -> str:
        return f"The model at {self.path} is not what was registered: {listed} changed since. Nothing was loaded."


class ViewNotBuiltError(NbflowError):
    """The JavaScript of a view is not where it is installed to.

    Parameters
    ----------
    path
        The file that is missing.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        super().__init__(
            f"{path} is missing: nbflow was installed without its built JavaScript. Reinstall it, or, in a copy of its "
            "repository, run `make js`."
        )
