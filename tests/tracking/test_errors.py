from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

from nbflow import errors
from nbflow.errors import NbflowError, did_you_mean, shown

RUN = "0" * 32

# An example of each class, with MLflow's code for its cause.
EXAMPLES: dict[str, tuple[tuple[Any, ...], str]] = {
    "AliasNotFoundError": (("m", "champio", ("champion",)), "INVALID_PARAMETER_VALUE"),
    "AliasPolicyError": (("m", 3, "champion", ("1 approval.",)), "RESOURCE_CONFLICT"),
    "AmbiguousRunError": (("ab", ((RUN, "first"), (RUN, "second"))), "INVALID_PARAMETER_VALUE"),
    "ArtifactNotFoundError": (("a.txt", "run r"), "RESOURCE_DOES_NOT_EXIST"),
    "ColumnNotFoundError": (("metric", "los", 3, ("loss",)), "RESOURCE_DOES_NOT_EXIST"),
    "ConflictError": (("in conflict",), "INVALID_STATE"),
    "EnvironmentBuildError": (("env", "No space left."), "INTERNAL_ERROR"),
    "ExperimentDeletedError": (("e",), "INVALID_PARAMETER_VALUE"),
    "ExperimentExistsError": (("e", "1"), "RESOURCE_ALREADY_EXISTS"),
    "ExperimentNotFoundError": (("e", ("f", "g")), "RESOURCE_DOES_NOT_EXIST"),
    "FlavorNotFoundError": (("sklear", "model", ("sklearn",)), "RESOURCE_DOES_NOT_EXIST"),
    "GrantNotFoundError": (("user:ada", "experiment 1"), "RESOURCE_DOES_NOT_EXIST"),
    "IndexBuildingError": (("nbruns", 5, 10), "TEMPORARILY_UNAVAILABLE"),
    "InvalidFilterError": (("metrics.a >", 11, "Expected a number."), "INVALID_PARAMETER_VALUE"),
    "InvalidInputError": (("step", "x", "It is a number."), "INVALID_PARAMETER_VALUE"),
    "InvalidNameError": (("tag name", "a//b", "Use another one."), "INVALID_PARAMETER_VALUE"),
    "InvalidOrderError": (("a b c", 2, "Expected ASC."), "INVALID_PARAMETER_VALUE"),
    "InvalidPathError": (("../a", "It climbs."), "INVALID_PARAMETER_VALUE"),
    "InvalidRequestError": (("The body is empty.",), "BAD_REQUEST"),
    "InvalidParametersError": (({"p": (3, "It is text.")}, {"q": "It is a number."}), "INVALID_PARAMETER_VALUE"),
    "InvalidSchemaError": (({"type": "dubble"}, "It is no type."), "INVALID_PARAMETER_VALUE"),
    "InvalidUriError": (("http://x", "Not that."), "INVALID_PARAMETER_VALUE"),
    "LimitExceededError": (("the key", 300, 250), "INVALID_PARAMETER_VALUE"),
    "LocalFileNotFoundError": (("a.csv",), "RESOURCE_DOES_NOT_EXIST"),
    "MetricNotFoundError": (("loss", 3, ("los",)), "RESOURCE_DOES_NOT_EXIST"),
    "MissingDependencyError": (("pyarrow", "A table as .parquet", "parquet"), "INTERNAL_ERROR"),
    "ModelChangedError": (("model", ["model.skops"]), "PERMISSION_DENIED"),
    "ModelExistsError": (("model",), "RESOURCE_ALREADY_EXISTS"),
    "ModelFormatError": (("model", "It is a list."), "INVALID_PARAMETER_VALUE"),
    "ModelNotFoundError": (("model",), "RESOURCE_DOES_NOT_EXIST"),
    "ModelProcessError": (("It ended.",), "INTERNAL_ERROR"),
    "ModelValidationError": ((["r2_score is 0.1, and must be at least 0.5"],), "BAD_REQUEST"),
    "ModelVersionNotFoundError": (("m", 3), "RESOURCE_DOES_NOT_EXIST"),
    "NbflowError": (("whatever",), "INTERNAL_ERROR"),
    "NewerFormatError": (("nbruns", 9, 1), "INTERNAL_ERROR"),
    "NotAStoreError": (("nbruns", "it is a file"), "INVALID_PARAMETER_VALUE"),
    "NotAllowedError": (("This server only reads.",), "PERMISSION_DENIED"),
    "NotFoundError": (("nothing there",), "RESOURCE_DOES_NOT_EXIST"),
    "ParamAlreadySetError": ((RUN, "lr", "1", "2"), "INVALID_PARAMETER_VALUE"),
    "ParamEnforcementError": (({"p": "It is no number."},), "INVALID_PARAMETER_VALUE"),
    "PermissionDeniedError": (("ada", "EDIT", "READ", "experiment 1"), "PERMISSION_DENIED"),
    "PredictionError": (("It raised ValueError.",), "BAD_REQUEST"),
    "RegisteredModelExistsError": (("m",), "RESOURCE_ALREADY_EXISTS"),
    "RegisteredModelNotFoundError": (("m",), "RESOURCE_DOES_NOT_EXIST"),
    "RunActiveError": ((RUN,), "INVALID_STATE"),
    "RunBusyError": ((RUN, "process 1 on here"), "INVALID_STATE"),
    "RunDeletedError": ((RUN,), "INVALID_PARAMETER_VALUE"),
    "RunNotFoundError": ((RUN,), "RESOURCE_DOES_NOT_EXIST"),
    "SchemaEnforcementError": (("Model is missing inputs ['a'].",), "INVALID_PARAMETER_VALUE"),
    "SchemaInferenceError": (("It mixes texts and numbers.", "a"), "INVALID_PARAMETER_VALUE"),
    "StoreError": (("broken",), "INTERNAL_ERROR"),
    "StoreGoneError": (("nbruns",), "TEMPORARILY_UNAVAILABLE"),
    "StoreNotOpenError": (("0123456789abcdef",), "RESOURCE_DOES_NOT_EXIST"),
    "StoreReadError": (("nbruns", 13, "Permission denied"), "INTERNAL_ERROR"),
    "StoreTimeoutError": (("nbruns", 10.0), "TEMPORARILY_UNAVAILABLE"),
    "StoreWriteError": (("nbruns", 28, "No space left on device"), "INTERNAL_ERROR"),
    "TagNotFoundError": (("a", "run r"), "RESOURCE_DOES_NOT_EXIST"),
    "UnsupportedValueError": (("step", "x", "it is a number."), "INVALID_PARAMETER_VALUE"),
    "ViewNotBuiltError": (("static/runs.js",), "INTERNAL_ERROR"),
    "UntrustedModelError": (("model", ["model.pkl"], "No store wrote it."), "PERMISSION_DENIED"),
}


def all_classes(top: type[NbflowError] = NbflowError) -> dict[str, type[NbflowError]]:
    found = {top.__name__: top}
    for below in top.__subclasses__():
        found |= all_classes(below)
    return found


def make(name: str) -> NbflowError:
    return all_classes()[name](*EXAMPLES[name][0])


def test_every_class_has_an_example_here() -> None:
    assert set(all_classes()) == set(EXAMPLES)


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_each_class_has_the_code_mlflow_gives_to_its_cause(name: str) -> None:
    assert make(name).error_code == EXAMPLES[name][1]


@pytest.mark.parametrize("name", sorted(EXAMPLES))
@pytest.mark.parametrize("way", [lambda error: pickle.loads(pickle.dumps(error)), copy.copy, copy.deepcopy])  # noqa: S301 - our own
def test_an_error_arrives_whole_from_another_process(name: str, way: Any) -> None:
    error = make(name)

    again = way(error)

    assert type(again) is type(error)
    assert str(again) == str(error)
    assert vars(again) == vars(error)


def test_keyword_arguments_arrive_too() -> None:
    error = errors.LimitExceededError("order_by", length=30, limit=20, remedy="Leave some out.")

    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own

    assert (again.length, again.limit, again.remedy) == (30, 20, "Leave some out.")


@pytest.mark.parametrize(
    ("name", "builtin"),
    [
        ("InvalidInputError", ValueError),
        ("UnsupportedValueError", TypeError),
        ("NotFoundError", LookupError),
        ("ParamAlreadySetError", ValueError),
        ("StoreReadError", OSError),
        ("StoreWriteError", OSError),
        ("LocalFileNotFoundError", FileNotFoundError),
        ("MissingDependencyError", ImportError),
        ("PermissionDeniedError", PermissionError),
    ],
)
def test_an_error_is_also_the_builtin_that_fits(name: str, builtin: type[Exception]) -> None:
    assert isinstance(make(name), builtin)


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_a_message_is_a_sentence_without_quotes_around_it(name: str) -> None:
    message = str(make(name))

    assert message
    assert not message.startswith(("'", '"', "("))


def test_a_write_error_carries_the_systems_number() -> None:
    error = errors.StoreWriteError("nbruns", 28, "No space left on device")

    assert (error.errno, error.path) == (28, "nbruns")
    assert "No space left on device" in str(error)


def test_a_wrong_filter_points_at_the_place() -> None:
    lines = str(errors.InvalidFilterError("metrics.loss >> 1", 14, "Expected a number.")).splitlines()

    assert lines[0] == "Invalid filter at character 15. Expected a number."
    assert lines[1][lines[2].index("^")] == ">"


def test_a_long_value_is_cut_in_a_message() -> None:
    assert len(str(errors.InvalidInputError("text", "x" * 100_000, "It is short."))) < 300


def test_a_number_too_long_to_be_written_still_makes_a_message() -> None:
    assert shown(10**5000) == "<int>"


def test_near_names_are_offered() -> None:
    assert did_you_mean("acuracy", ["accuracy", "loss"]) == " Did you mean 'accuracy'?"
    assert did_you_mean("zzz", ["accuracy"]) == ""
