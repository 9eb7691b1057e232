"""The folder that an image is built from: whole, without secrets, and safe to run."""

from __future__ import annotations

import json
import os
import shlex
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nbflow.errors import ModelExistsError, ModelFormatError, UntrustedModelError
from nbflow.mlmodel.trust import Trust, digests
from nbflow.serving.dockerfile import dockerfile_text, write_image_folder
from nbflow.serving.needs import Needs

TRUSTED = Trust(all=True)


def count(data: Any) -> int:
    return len(data)


def instructions(text: str) -> list[tuple[str, list[str]]]:
    """Take a Dockerfile apart: each instruction with its words."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    parted = [line.partition(" ")[::2] for line in lines]
    return [(name, json.loads(rest) if rest.startswith("[") else shlex.split(rest)) for name, rest in parted]


def check(folder: Path) -> dict[str, list[list[str]]]:
    """Say what is in a Dockerfile, after a look at what every one must be."""
    found: dict[str, list[list[str]]] = {}
    steps = instructions((folder / "Dockerfile").read_text(encoding="utf-8"))
    for name, words in steps:
        found.setdefault(name, []).append(words)
    assert set(found) <= {"FROM", "ENV", "RUN", "WORKDIR", "COPY", "USER", "EXPOSE", "HEALTHCHECK", "ENTRYPOINT", "CMD"}
    assert steps[0][0] == "FROM"
    for words in found["COPY"]:
        for source in words[:-1]:
            assert (folder / source).exists(), source
            assert not source.startswith(("/", ".."))
    order = [name for name, _ in steps]
    assert order.index("USER") > max(i for i, name in enumerate(order) if name in ("RUN", "COPY"))
    assert found["USER"] == [["10001"]]
    return found


@pytest.fixture
def image(saved: Callable[..., Path], tmp_path: Path) -> Callable[..., Path]:
    """Give what saves a model, and writes the folder of its image."""

    def made(**arguments: Any) -> Path:
        return write_image_folder(saved(count, **arguments), TRUSTED, tmp_path / "image")

    return made


def test_all_that_is_copied_is_there(image: Callable[..., Path]) -> None:
    found = check(image(pip_requirements=["numpy==2.0.0"]))

    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert found["FROM"] == [[f"python:{python}-slim"]]
    assert found["ENTRYPOINT"][0][:3] == ["nbflow", "models", "serve"]
    assert ["model", "/opt/model"] in found["COPY"]


def test_the_server_in_it_is_started_as_it_can_be(image: Callable[..., Path]) -> None:
    from nbflow.verbs.models_serve import serve_model

    found = check(image())

    arguments = [*found["ENTRYPOINT"][0][3:], *found["CMD"][0]]
    context = serve_model.make_context("serve", arguments)
    got = [context.params[name] for name in ("host", "port", "uri")]
    assert got == ["0.0.0.0", 8080, "/opt/model"]  # noqa: S104 - in the image
    assert found["EXPOSE"] == [["8080"]]
    assert "127.0.0.1:8080/ping" in " ".join(found["HEALTHCHECK"][0])


def test_what_is_installed_is_what_the_model_needs_and_nbflow(image: Callable[..., Path]) -> None:
    folder = image(pip_requirements=["numpy==2.0.0", "a; python_version < '3'"])

    *lines, own = (folder / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert lines == ["numpy==2.0.0", 'a; python_version < "3"']
    assert own.startswith(("/opt/nbflow/jupyter_nbflow-", "jupyter-nbflow=="))
    assert own.startswith("jupyter") or (folder / Path(own).name).is_file()


def test_the_model_is_copied_so_that_everybody_can_read_it(saved: Callable[..., Path], tmp_path: Path) -> None:
    model = saved(count)
    for path in model.rglob("*"):
        path.chmod(0o600)

    folder = write_image_folder(model, TRUSTED, tmp_path / "image")

    assert digests(folder / "model") == digests(model)
    if os.name == "posix":
        assert {stat.S_IMODE(path.stat().st_mode) for path in (folder / "model").rglob("*") if path.is_file()} == {
            0o644
        }


def test_a_wheel_of_the_models_own_is_there_before_it_is_installed(saved: Callable[..., Path], tmp_path: Path) -> None:
    model = saved(count, pip_requirements=["wheels/own-1.0-py3-none-any.whl"])
    (model / "wheels").mkdir()
    (model / "wheels" / "own-1.0-py3-none-any.whl").write_bytes(b"")

    folder = write_image_folder(model, TRUSTED, tmp_path / "image")

    found = check(folder)
    wheel = "wheels/own-1.0-py3-none-any.whl"
    assert [f"model/{wheel}", f"/opt/model/{wheel}"] in found["COPY"]
    assert f"/opt/model/{wheel}" in (folder / "requirements.txt").read_text(encoding="utf-8")


def test_libraries_that_wheels_expect_are_installed() -> None:
    text = dockerfile_text(Needs("3.12", ["lightgbm==4.5", "x @ git+https://example.org/x.git"], [], []))

    assert "FROM python:3.12-slim" in text
    assert "apt-get install --yes --no-install-recommends git libgomp1 &&" in text


def test_nothing_of_this_machine_is_in_it(image: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "https://user:secret@index.example/simple")
    monkeypatch.setenv("UV_INDEX_URL", "https://user:secret@index.example/simple")

    folder = image()

    texts = [
        path.read_text(encoding="utf-8") for path in folder.iterdir() if path.suffix in ("", ".txt") and path.is_file()
    ]
    assert not any("secret" in text or "index.example" in text or str(folder) in text for text in texts)


def test_a_model_of_another_store_is_not_made_an_image_of(saved: Callable[..., Path], tmp_path: Path) -> None:
    model = saved(count, pip_requirements=["numpy"])

    with pytest.raises(UntrustedModelError, match="would be installed"):
        write_image_folder(model, Trust(), tmp_path / "image")
    assert not (tmp_path / "image").exists()


def test_a_model_that_was_changed_is_not_made_an_image_of(saved: Callable[..., Path], tmp_path: Path) -> None:
    model = saved(count, pip_requirements=["numpy"])
    known = digests(model)
    (model / "python_model.pkl").write_bytes(b"something else")

    with pytest.raises(UntrustedModelError, match=r"python_model\.pkl"):
        write_image_folder(model, Trust(known), tmp_path / "image")


def test_what_the_store_wrote_is(saved: Callable[..., Path], tmp_path: Path) -> None:
    model = saved(count, pip_requirements=["numpy"])

    check(write_image_folder(model, Trust(digests(model)), tmp_path / "image"))


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
def test_a_link_out_of_the_model_is_not_followed(saved: Callable[..., Path], tmp_path: Path) -> None:
    model = saved(count)
    (tmp_path / "secret").write_text("secret", encoding="utf-8")
    (model / "link").symlink_to(tmp_path / "secret")

    with pytest.raises(ModelFormatError, match="link"):
        write_image_folder(model, TRUSTED, tmp_path / "image")
    assert not (tmp_path / "image").exists()


def test_what_is_there_already_stays(saved: Callable[..., Path], tmp_path: Path) -> None:
    (tmp_path / "image").mkdir()
    write_image_folder(saved(count), TRUSTED, tmp_path / "image")  # an empty folder is none

    with pytest.raises(ModelExistsError):
        write_image_folder(saved(count, "other"), TRUSTED, tmp_path / "image")
