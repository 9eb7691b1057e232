"""What a model's environment is made of, and that it is made once."""

from __future__ import annotations

import csv
import hashlib
import json
import platform
import subprocess
import sys
import zipfile
from base64 import urlsafe_b64encode
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from nbflow._version import __version__
from nbflow.errors import EnvironmentBuildError, ModelExistsError, UntrustedModelError
from nbflow.mlmodel.trust import Trust, digests
from nbflow.serving.apart import predict_apart
from nbflow.serving.environments import prepare
from nbflow.serving.index_settings import from_pip, own_variables, uv_environment
from nbflow.serving.job import Job
from nbflow.serving.needs import needs_of
from nbflow.serving.own_wheel import is_released, own_requirement, pack_wheel

TRUSTED = Trust(all=True)
HERE = ".".join(platform.python_version_tuple()[:2])


def count(data: Any) -> int:
    return len(data)


def by_mlflow(folder: Path, loader: str, *requirements: str, code: str = "") -> Path:
    """Write as much of a model as MLflow would that its needs can be told."""
    folder.mkdir()
    entry = f"loader_module: {loader}{f', code: {code}' if code else ''}"
    (folder / "MLmodel").write_text(
        f"flavors: {{python_function: {{{entry}}}}}\nmlflow_version: 3.1.0\n", encoding="utf-8"
    )
    (folder / "requirements.txt").write_text("\n".join(requirements), encoding="utf-8")
    return folder


# What it is made of


def test_a_model_needs_what_it_was_saved_with(saved: Callable[..., Path]) -> None:
    needs = needs_of(saved(count, pip_requirements=["numpy==2.0", "pandas"]), TRUSTED)

    assert needs.requirements == ["numpy==2.0", "pandas"]
    assert needs.python == HERE


def test_mlflow_is_left_out_where_it_only_always_stands(tmp_path: Path) -> None:
    model = by_mlflow(tmp_path / "m", "mlflow.sklearn", "mlflow==3.1.0", "scikit-learn==1.7")

    assert needs_of(model, TRUSTED).requirements == ["scikit-learn==1.7"]


@pytest.mark.parametrize(("loader", "code"), [("mlflow.pyfunc.model", ""), ("own_loader", ""), ("mlflow.sklearn", "c")])
def test_mlflow_stays_where_code_may_need_it(loader: str, code: str, tmp_path: Path) -> None:
    model = by_mlflow(tmp_path / "m", loader, "mlflow==3.1.0", code=code)

    assert needs_of(model, TRUSTED).requirements == ["mlflow==3.1.0"]


@pytest.mark.parametrize(
    ("recorded", "expected"),
    [("3.13.1", "3.13"), ("3.14", "3.14"), ("3.8.18", HERE), (None, HERE)],
)
@pytest.mark.filterwarnings("ignore:The model was made by Python 3.8")
def test_the_python_is_the_models_where_nbflow_runs_on_it(
    recorded: str | None, expected: str, saved: Callable[..., Path]
) -> None:
    model = saved(count)
    (model / "python_env.yaml").unlink()
    if recorded:
        (model / "python_env.yaml").write_text(f"python: {recorded!r}\n", encoding="utf-8")

    assert needs_of(model, TRUSTED).python == expected


def test_what_would_be_installed_must_be_trusted(saved: Callable[..., Path]) -> None:
    model = saved(count, pip_requirements=["numpy"])
    known = digests(model)
    needs_of(model, Trust(known))

    (model / "requirements.txt").write_text("numpy-with-a-secret\n", encoding="utf-8")

    with pytest.raises(UntrustedModelError, match=r"requirements\.txt.* What it names would be installed, and runs"):
        needs_of(model, Trust(known))
    with pytest.raises(UntrustedModelError):
        needs_of(model, Trust())


def test_what_is_installed_by_way_of_another_file_must_be_trusted_too(saved: Callable[..., Path]) -> None:
    model = saved(count, pip_requirements=["numpy"])
    (model / "more.txt").write_text("pandas\n", encoding="utf-8")
    (model / "requirements.txt").write_text("-r more.txt\n", encoding="utf-8")
    known = digests(model)
    assert needs_of(model, Trust(known)).requirements == ["pandas"]

    (model / "more.txt").write_text("pandas-with-a-secret\n", encoding="utf-8")

    with pytest.raises(UntrustedModelError, match=r"more\.txt"):
        needs_of(model, Trust(known))


# nbflow itself


def test_the_wheel_is_the_nbflow_that_runs_here(tmp_path: Path) -> None:
    wheel = pack_wheel(tmp_path)

    with zipfile.ZipFile(wheel) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    info = f"jupyter_nbflow-{__version__}.dist-info"
    import nbflow

    root = Path(nbflow.__file__).parent
    assert contents["nbflow/__init__.py"] == (root / "__init__.py").read_bytes()
    assert "nbflow/search/grammar.lark" in contents
    assert not any("__pycache__" in name for name in contents)
    text = metadata.distribution("jupyter-nbflow").read_text("METADATA")
    assert contents[f"{info}/METADATA"].decode() == text
    assert b"nbflow = nbflow.cli:main" in contents[f"{info}/entry_points.txt"]
    rows = list(csv.reader(contents[f"{info}/RECORD"].decode().splitlines()))
    assert {name for name, _, _ in rows} == set(contents)
    for name, digest, size in rows[:-1]:
        expected = urlsafe_b64encode(hashlib.sha256(contents[name]).digest()).decode().rstrip("=")
        assert (digest, int(size)) == (f"sha256={expected}", len(contents[name]))


def test_the_same_code_gives_the_same_wheel(tmp_path: Path) -> None:
    (tmp_path / "again").mkdir()

    assert pack_wheel(tmp_path).read_bytes() == pack_wheel(tmp_path / "again").read_bytes()


def test_a_released_nbflow_comes_from_the_index(tmp_path: Path) -> None:
    requirement = own_requirement(tmp_path)

    if is_released():
        assert requirement == f"jupyter-nbflow=={__version__}"
    else:
        assert Path(requirement).is_file()


# Where packages come from


def test_what_is_set_for_pip_holds_for_uv() -> None:
    lines = [
        "global.index-url='https://a.example/simple'",
        "install.index-url='https://b.example/simple'",
        "global.extra-index-url='https://c.example/simple\\nhttps://d.example/simple'",
        ":env:.find-links='/wheels /more'",
        "global.find-links='/never'",
        "global.timeout='60'",
        "freeze.index-url='https://never.example'",
        "nonsense",
    ]

    assert from_pip(lines) == {
        "UV_DEFAULT_INDEX": "https://b.example/simple",
        "UV_INDEX": "https://c.example/simple https://d.example/simple",
        "UV_FIND_LINKS": "/wheels,/more",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
    }


def test_nothing_set_is_nothing_handed_over() -> None:
    assert from_pip([]) == {}


@pytest.mark.parametrize("own", ["variable", "file", "pip table"])
def test_what_is_set_for_uv_itself_goes_first(own: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("UV_INDEX", "UV_INDEX_URL", "UV_DEFAULT_INDEX", "UV_FIND_LINKS", "UV_EXTRA_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_FIND_LINKS", "/from-pip")
    for name in ("XDG_CONFIG_HOME", "APPDATA"):
        monkeypatch.setenv(name, str(tmp_path))
    (tmp_path / "uv").mkdir()
    if own == "variable":
        monkeypatch.setenv("UV_INDEX_URL", "https://own.example")
    else:
        text = 'index-url = "https://own.example"' if own == "file" else '[pip]\nfind-links = ["/own"]'
        (tmp_path / "uv" / "uv.toml").write_text(text, encoding="utf-8")

    assert "UV_FIND_LINKS" not in uv_environment()


def test_without_it_pip_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pip", reason="this environment has no pip to ask")
    for name in ("UV_INDEX", "UV_INDEX_URL", "UV_DEFAULT_INDEX", "UV_FIND_LINKS", "UV_EXTRA_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    for name in ("XDG_CONFIG_HOME", "XDG_CONFIG_DIRS", "APPDATA", "PROGRAMDATA"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("PIP_FIND_LINKS", "/from-pip")

    assert uv_environment()["UV_FIND_LINKS"] == "/from-pip"


def test_other_environments_are_not_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV"):
        monkeypatch.setenv(name, "/elsewhere")

    assert "/elsewhere" not in own_variables().values()


# Making it


def test_an_environment_is_not_made_where_something_is(saved: Callable[..., Path], tmp_path: Path) -> None:
    with pytest.raises(ModelExistsError):
        prepare(saved(count), TRUSTED, tmp_path)


@pytest.mark.slow
def test_what_cannot_be_installed_is_told_and_leaves_nothing(saved: Callable[..., Path], tmp_path: Path) -> None:
    model = saved(count, pip_requirements=["nbflow-has-no-such-package-anywhere==1"])

    with pytest.raises(EnvironmentBuildError, match="nbflow-has-no-such-package-anywhere"):
        prepare(model, TRUSTED, tmp_path / "env")

    assert not (tmp_path / "env").exists()
    assert list(tmp_path.glob(".nbflow.tmp-*")) == []


def where(_data: Any) -> dict[str, str]:
    import sys

    import nbflow

    print("not a prediction")
    return {"python": sys.prefix, "nbflow": nbflow.__version__}


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_model_predicts_in_an_environment_that_is_made_once(
    saved: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    model = saved(where, pip_requirements=["cloudpickle", "six==1.16.0"])

    made = prepare(model, TRUSTED)

    assert made.made
    job = Job.of(model, TRUSTED, own_environment=True, content_type="application/json")
    text = predict_apart(job, b'{"inputs": [1]}', str(made.python), own_variables())
    assert json.loads(text)["predictions"] == {"python": str(made.folder), "nbflow": __version__}
    listed = subprocess.run(
        [made.python, "-P", "-c", "import six; print(six.__version__)"], capture_output=True, text=True, check=True
    )
    assert listed.stdout == "1.16.0\n"
    # Offline: what is made is used again, and what uv has kept is enough for another one.
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:9/simple")
    again = prepare(model, TRUSTED)
    assert (again.folder, again.made) == (made.folder, False)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_server_in_an_environment_of_its_own(saved: Callable[..., Path]) -> None:
    import signal
    import time

    import httpx

    model = saved(where, pip_requirements=["cloudpickle"])
    program = (
        "import sys\nfrom nbflow.cli.door import Door\nfrom nbflow.verbs.models_serve import serve_model\n"
        "Door('nbflow', commands=[serve_model]).main(sys.argv[1:])"
    )
    command = [sys.executable, "-c", program, "serve", "-m", str(model), "--trust", "-p", "0", "--env", "uv"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        began = time.monotonic()

        prefix = httpx.post(f"{url}/invocations", json={"inputs": [1]}, timeout=60).json()["predictions"]["python"]

        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    assert time.monotonic() - began < 60
    assert Path(prefix).parent.name == "environments"
