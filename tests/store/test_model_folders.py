"""The folder of a registered model: one that every file system can have, another one for every name."""

from __future__ import annotations

import re

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nbflow.store.layout import is_model_folder, is_version_folder, model_folder_for
from nbflow.store.model_events import ModelClaimed, decode_model_lines

names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=256)
DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)")


@given(names, st.integers(0, 20))
@example(".hidden", 0)
@example("ends.", 0)
@example("x.gc", 0)
@example(".gc", 0)
@example("con", 0)
@example("Nul.txt", 0)
@example("a" * 99 + "ü", 0)
@example("A" * 256, 3)
@example("ü" * 256, 3)
def test_it_can_be_made_on_every_system(name: str, generation: int) -> None:
    folder = model_folder_for(name, generation)

    assert is_model_folder(folder)
    assert folder.isascii()
    assert folder == folder.lower()
    assert len(folder) <= 140
    assert not folder.startswith(".")
    assert not folder.endswith((".", " ", ".gc"))
    assert not DEVICES.match(folder)


@given(names, names, st.integers(0, 3), st.integers(0, 3))
@example("Model", "model", 0, 0)
@example("+model", "Model", 0, 0)
@example("a~1", "a", 0, 1)
@example("%41", "A", 0, 0)
@example("x.gc", "x%2egc", 0, 0)
def test_two_names_or_generations_have_two_folders(one: str, other: str, first: int, second: int) -> None:
    same = (one, first) == (other, second)

    assert (model_folder_for(one, first) == model_folder_for(other, second)) == same


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("iris", "iris"),
        ("iris-v2_final.1", "iris-v2_final.1"),
        ("IrisForest", "+iris+forest"),
        ("größe 2", "gr%c3%b6%c3%9fe%202"),
        (".x", "%2ex"),
        ("aux", "%61ux"),
    ],
)
def test_a_plain_name_is_its_own_folder_and_others_can_be_read(name: str, folder: str) -> None:
    assert model_folder_for(name, 0) == folder
    assert model_folder_for(name, 2) == f"{folder}~2"


@pytest.mark.parametrize("folder", ["..", ".", "", "a/b", "a\\b", "x.gc", ".x", "a b", "a\n", "x" * 141])
def test_what_is_no_folder_of_a_model_is_not_taken_for_one(folder: str) -> None:
    line = msgspec.json.encode({"kind": "claimed", "t": 1, "folder": folder})

    assert not is_model_folder(folder)
    assert decode_model_lines(line + b"\n") == ([], 1)


def test_a_claim_may_name_every_folder_that_a_model_can_have() -> None:
    line = msgspec.json.encode({"kind": "claimed", "t": 1, "folder": "+iris%20~0123456789abcdef~2"})

    assert decode_model_lines(line + b"\n") == ([ModelClaimed(1, "+iris%20~0123456789abcdef~2")], 0)


@pytest.mark.parametrize("name", ["0", "01", "-1", "1.gc", "log", "", "1" * 10, "²"])
def test_what_is_no_number_of_a_version_is_not_taken_for_one(name: str) -> None:
    assert not is_version_folder(name)
