"""What to do about an error, in the words of the command line."""

from __future__ import annotations

import pytest

from nbflow import errors
from nbflow.verbs.remedies import message


@pytest.mark.parametrize(
    "error",
    [
        errors.ArtifactNotFoundError("a", "run r"),
        errors.ExperimentDeletedError("e"),
        errors.ExperimentExistsError("e", "1"),
        errors.ExperimentNotFoundError("e"),
        errors.ModelVersionNotFoundError("m", 3),
        errors.RegisteredModelExistsError("m"),
        errors.RegisteredModelNotFoundError("m"),
        errors.RunDeletedError("r"),
        errors.RunNotFoundError("r"),
        errors.StoreWriteError("/store", 13, "Permission denied"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_no_call_of_python_is_advised(error: errors.NbflowError) -> None:
    text = message(error)

    assert str(error).endswith(error.remedy)
    assert text.startswith(str(error).removesuffix(error.remedy))
    assert "nbflow." not in text
    assert "NBFLOW_ON_LOG_ERROR" not in text


def test_a_store_that_cannot_be_written_can_be_chosen_otherwise() -> None:
    assert "or choose another with --store" in message(errors.StoreWriteError("/s", 13, "Permission denied"))


@pytest.mark.parametrize(
    ("error", "remedy"),
    [
        (
            errors.RegisteredModelNotFoundError(
                "m", "It is in the trash: Client.restore_registered_model takes it out."
            ),
            "It is in the trash: `nbflow models restore NAME` takes it out.",
        ),
        (
            errors.ModelVersionNotFoundError("m", 3, "It is in the trash: Client.restore_model_version takes it out."),
            "It is in the trash: `nbflow models restore NAME/VERSION` takes it out.",
        ),
        (errors.AliasPolicyError("m", 3, "champion", ["1 approval."]), "`nbflow models request-approval NAME/VERSION`"),
        (errors.UntrustedModelError("m", ["x.pkl"]), "give --trust"),
    ],
)
def test_models_have_remedies_of_the_command_line(error: errors.NbflowError, remedy: str) -> None:
    text = message(error)

    assert remedy in text
    assert "Client." not in text
    assert "trust=True" not in text


def test_a_remedy_that_was_made_for_the_case_stays() -> None:
    error = errors.ExperimentExistsError("e", "1", "Rename that one.")

    assert message(error) == str(error)
    assert str(error).endswith("Rename that one.")


def test_an_error_without_a_remedy_is_as_it_was() -> None:
    error = errors.TagNotFoundError("k", "run r")

    assert message(error) == str(error)
