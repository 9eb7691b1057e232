"""Whose code runs when a model is loaded: what the store wrote, what the user says, what NBFLOW_TRUST names."""

from __future__ import annotations

import hashlib
import os
import pickle
from pathlib import Path

import pytest

from nbflow.errors import ModelFormatError, StoreReadError, UntrustedModelError
from nbflow.mlmodel.trust import Trust, digests, is_trusted_place

posix_only = pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")
SEPARATOR = os.pathsep


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """Give the folder of a model with a pickle and code."""
    folder = tmp_path / "model"
    (folder / "code" / "steps").mkdir(parents=True)
    (folder / "model.pkl").write_bytes(b"pickle")
    (folder / "code" / "a.py").write_text("a")
    (folder / "code" / "steps" / "b.py").write_text("b")
    (folder / "data.txt").write_text("no code")
    return folder


def trust_place(monkeypatch: pytest.MonkeyPatch, *places: str | Path) -> None:
    monkeypatch.setenv("NBFLOW_TRUST", SEPARATOR.join(map(str, places)))


# Digests


def test_digests_are_those_of_the_files_by_their_paths(model: Path) -> None:
    assert digests(model) == {
        "code/a.py": hashlib.sha256(b"a").hexdigest(),
        "code/steps/b.py": hashlib.sha256(b"b").hexdigest(),
        "data.txt": hashlib.sha256(b"no code").hexdigest(),
        "model.pkl": hashlib.sha256(b"pickle").hexdigest(),
    }


@posix_only
@pytest.mark.parametrize(("name", "target"), [("out", "../secret"), ("out", ".."), ("code/out", "/")])
def test_no_digests_are_taken_of_what_lies_outside(name: str, target: str, model: Path) -> None:
    (model.parent / "secret").write_text("outside")
    (model / name).symlink_to(target)

    with pytest.raises(ModelFormatError, match="symlink"):
        digests(model)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no pipes in folders")
def test_a_pipe_is_not_waited_for(model: Path) -> None:
    os.mkfifo(model / "pipe")

    with pytest.raises(ModelFormatError, match="pipe"):
        digests(model)


# What the store wrote


def test_what_the_store_wrote_is_trusted(model: Path) -> None:
    Trust(digests(model)).check(model, ["model.pkl", "code", "code/a.py", "./code//steps"])


def test_without_a_store_nothing_is_trusted_but_what_runs_no_code(model: Path) -> None:
    Trust().check(model, [])

    with pytest.raises(UntrustedModelError) as caught:
        Trust().check(model, ["model.pkl", "code"])

    assert caught.value.files == ("model.pkl", "code")
    assert caught.value.path == str(model)
    for word in ("'model.pkl'", "trust=True", "NBFLOW_TRUST", "No store"):
        assert word in str(caught.value)


def test_a_changed_file_is_named(model: Path) -> None:
    trust = Trust(digests(model))
    (model / "code" / "steps" / "b.py").write_text("evil")

    with pytest.raises(UntrustedModelError, match="not what the store wrote") as caught:
        trust.check(model, ["model.pkl", "code"])

    assert caught.value.files == ("code/steps/b.py",)


@pytest.mark.parametrize("name", ["code/new.py", "code/__pycache__/a.cpython-311.pyc", "code/a.so", "code/deep/er/x"])
def test_a_file_that_came_later_is_named(name: str, model: Path) -> None:
    trust = Trust(digests(model))
    (model / name).parent.mkdir(parents=True, exist_ok=True)
    (model / name).write_text("evil")

    with pytest.raises(UntrustedModelError) as caught:
        trust.check(model, ["code"])

    assert caught.value.files == (name,)


def test_a_digest_of_another_file_vouches_for_nothing(model: Path) -> None:
    known = digests(model)
    (model / "code" / "a.py").write_text("b")

    with pytest.raises(UntrustedModelError):
        Trust(known).check(model, ["code/a.py"])
    with pytest.raises(UntrustedModelError):
        Trust({}).check(model, ["code/a.py"])


@posix_only
def test_a_linked_folder_in_the_code_is_not_trusted(model: Path) -> None:
    trust = Trust(digests(model))
    (model / "code" / "more").symlink_to("steps")

    with pytest.raises(UntrustedModelError) as caught:
        trust.check(model, ["code"])

    assert caught.value.files == ("code/more",)


def test_a_missing_file_cannot_be_vouched_for(model: Path) -> None:
    trust = Trust(digests(model))
    (model / "model.pkl").unlink()

    with pytest.raises(StoreReadError):
        trust.check(model, ["model.pkl"])


# What the user says


def test_who_trusts_everything_may_load_everything_in_the_folder(model: Path) -> None:
    (model / "model.pkl").write_text("changed")

    Trust({}, all=True).check(model, ["model.pkl", "code"])


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "code/../../secret", "", "a\0b"])
def test_even_then_files_outside_are_refused(name: str, model: Path) -> None:
    with pytest.raises(ModelFormatError):
        Trust(all=True).check(model, [name])


def test_an_untrusted_model_arrives_whole_from_another_process(model: Path) -> None:
    with pytest.raises(UntrustedModelError) as caught:
        Trust().check(model, ["model.pkl"])

    again = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - our own

    assert str(again) == str(caught.value)
    assert again.files == ("model.pkl",)


# What NBFLOW_TRUST names


@pytest.mark.parametrize("value", ["1", "all", "ALL", " all "])
def test_the_variable_can_trust_everything(value: str, model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBFLOW_TRUST", value)

    Trust().check(model, ["model.pkl"])
    assert is_trusted_place("s3://anywhere/at/all")


@pytest.mark.parametrize("value", ["", "0", "no", "true", SEPARATOR, "al"])
def test_other_words_trust_nothing(value: str, model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBFLOW_TRUST", value)

    with pytest.raises(UntrustedModelError):
        Trust().check(model, ["model.pkl"])


def test_the_variable_names_folders(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trust_place(monkeypatch, tmp_path / "other", tmp_path)

    Trust().check(model, ["model.pkl"])
    assert is_trusted_place(str(tmp_path))
    assert is_trusted_place(tmp_path.as_uri())
    assert not is_trusted_place(str(tmp_path.parent))
    assert not is_trusted_place(f"{tmp_path}-more")
    assert not is_trusted_place(str(tmp_path / ".." / "elsewhere"))


def test_the_variable_may_name_a_folder_by_its_url(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBFLOW_TRUST", model.parent.as_uri())

    assert is_trusted_place(str(model))


@posix_only
def test_a_link_does_not_bring_a_model_into_a_trusted_folder(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trusted = tmp_path / "trusted"
    trusted.mkdir()
    (trusted / "link").symlink_to(model)
    trust_place(monkeypatch, trusted)

    assert not is_trusted_place(str(trusted / "link"))


def test_where_a_model_was_downloaded_to_does_not_count(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trust_place(monkeypatch, tmp_path)

    with pytest.raises(UntrustedModelError, match="s3://bucket/model"):
        Trust(place="s3://bucket/model").check(model, ["model.pkl"])


@pytest.mark.parametrize(
    ("place", "trusted"),
    [
        ("s3://bucket/models", True),
        ("s3://bucket/models/", True),
        ("s3://bucket/models/a/b", True),
        ("S3://BUCKET/models/a", True),
        ("s3://bucket/models2", False),
        ("s3://bucket", False),
        ("s3://bucket/other/models", False),
        ("gs://bucket/models", False),
        ("s3://bucket/models/../secret", False),
        ("s3://bucket/models/%2e%2e/secret", False),
        ("s3://bucket/models/%252e%252e/secret", False),
        ("s3://bucket/models/%25252e%25252e/secret", False),
        ("s3://bucket/models/..;/secret", False),
        ("s3://bucket/models/..\\secret", False),
        ("s3://bucket/models/a?x=1", False),
        ("s3://bucket@evil/models/a", False),
        ("http://host:8080/store/m", True),
        ("http://host:80/store/m", False),
        ("http://host/store/m", False),
        ("http://[broken", False),
        ("/elsewhere/a\0b", False),
        ("file://host/models", False),
        ("", False),
    ],
)
def test_the_variable_names_beginnings_of_urls(place: str, trusted: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    trust_place(monkeypatch, "s3://bucket/models", "http://host:8080/store", "/elsewhere")

    assert is_trusted_place(place) is trusted


def test_the_variable_is_read_at_each_call(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trust_place(monkeypatch, model)
    assert is_trusted_place(str(model))

    monkeypatch.delenv("NBFLOW_TRUST")

    assert not is_trusted_place(str(model))
