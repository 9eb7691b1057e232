"""`models validate` and `models card`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pytest

from nbflow.errors import InvalidInputError, ModelNotFoundError

if TYPE_CHECKING:
    from nbflow import Client
    from nbflow.entities import ModelVersion

Verb = Callable[..., str]
Lines = Callable[..., list[list[str]]]
Document = Callable[..., Any]


@pytest.fixture
def folder(client: Client, fraud: list[ModelVersion]) -> Path:
    """Give the folder of version 1."""
    return Path(client.get_run(fraud[0].run_id or "").info.artifact_uri) / "model"


@pytest.mark.usefixtures("fraud")
@pytest.mark.parametrize("ref", ["fraud/1", "fraud@champion", "models:/fraud/1", "fraud/latest"])
def test_nothing_is_wrong_with_a_sound_model(verb: Verb, document: Document, drawn: Verb, ref: str) -> None:
    assert verb("models", "validate", ref) == ""
    assert document("models", "validate", ref)["findings"] == []
    assert "Nothing is wrong" in drawn("models", "validate", ref)


def test_findings_are_lines_and_status_1(lines: Lines, document: Document, drawn: Verb, folder: Path) -> None:
    (folder / "weights.bin").unlink()

    ((kind, path, detail),) = lines("models", "validate", "fraud/1", status=1)
    assert (kind, path) == ("missing_file", "weights.bin")
    assert document("models", "validate", str(folder), status=1) == {
        "model_uri": str(folder),
        "findings": [{"kind": kind, "path": path, "detail": detail}],
    }
    text = drawn("models", "validate", "fraud/1", status=1)
    assert f"weights.bin: {detail}" in text
    assert "1 problem" in text


@pytest.mark.usefixtures("fraud")
def test_a_version_is_checked_and_not_a_registered_model(verb: Verb) -> None:
    with pytest.raises(click.UsageError, match="fraud/latest"):
        verb("models", "validate", "fraud")
    with pytest.raises(ModelNotFoundError):
        verb("models", "validate", "./nowhere")


@pytest.mark.usefixtures("fraud")
def test_a_card_is_written(verb: Verb, lines: Lines, document: Document, drawn: Verb) -> None:
    text = verb("models", "card", "fraud/1")

    assert text.startswith("---\n")
    assert "fraud" in text
    assert document("models", "card", "fraud/1") == {"model_uri": "models:/fraud/1", "card": text}
    assert lines("models", "card", "fraud/1", "-o", "README.md") == [["README.md"]]
    assert Path("README.md").read_text(encoding="utf-8") == text
    assert "Wrote the card of models:/fraud/1 to CARD.md." in drawn("models", "card", "fraud/1", "-o", "CARD.md")
    assert text.splitlines()[0] in drawn("models", "card", "fraud/1")


@pytest.mark.usefixtures("fraud")
def test_what_somebody_wrote_into_a_card_is_not_lost(verb: Verb) -> None:
    Path("README.md").write_text("by hand", encoding="utf-8")

    with pytest.raises(click.UsageError, match="--force"):
        verb("models", "card", "fraud/1", "-o", "README.md")
    assert Path("README.md").read_text(encoding="utf-8") == "by hand"
    verb("models", "card", "fraud/1", "-o", "README.md", "--force")
    assert Path("README.md").read_text(encoding="utf-8") != "by hand"
    with pytest.raises(InvalidInputError, match="cannot be written"):
        verb("models", "card", "fraud/1", "-o", "no/such/folder/README.md")
