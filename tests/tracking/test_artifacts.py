from __future__ import annotations

import io
import json
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import altair as alt
import fsspec
import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest
import yaml
from matplotlib.figure import Figure
from PIL import Image

import nbflow
from nbflow import ActiveRun, Client
from nbflow.errors import (
    ArtifactNotFoundError,
    InvalidInputError,
    InvalidPathError,
    InvalidUriError,
    LocalFileNotFoundError,
    NbflowError,
    RunNotFoundError,
    UnsupportedValueError,
)
from tests.clock import next_millisecond

CLIMBING = ["..", "../a", "a/../../b", "a/../b", "/etc/passwd", "a//b", "./a", "a/.", "a\0b", "\ud800"]


def uri(run: ActiveRun, path: str = "") -> str:
    return f"runs:/{run.run_id}/{path}"


def folder(run: ActiveRun) -> Path:
    return Path(run.info.artifact_uri)


def listed(run: ActiveRun, path: str | None = None) -> list[str]:
    return [info.path for info in nbflow.artifacts.list_artifacts(run_id=run.run_id, artifact_path=path)]


# ---------------------------------------------------------------- files and folders


def test_a_file_is_kept_exactly_as_it_was(run: ActiveRun, tmp_path: Path) -> None:
    data = bytes(range(256)) * 1000
    (tmp_path / "model.bin").write_bytes(data)

    nbflow.log_artifact("model.bin")
    nbflow.log_artifact(tmp_path / "model.bin", "models/a b/ü")

    assert (folder(run) / "model.bin").read_bytes() == data
    assert (folder(run) / "models" / "a b" / "ü" / "model.bin").read_bytes() == data
    assert (tmp_path / "model.bin").exists()


def test_a_file_of_the_same_name_is_replaced(run: ActiveRun, tmp_path: Path) -> None:
    for text in ("a longer first text", "second"):
        (tmp_path / "a.txt").write_text(text)
        nbflow.log_artifact("a.txt")

    assert nbflow.artifacts.load_text(uri(run, "a.txt")) == "second"


def test_a_folder_keeps_its_own_name_or_gives_its_content(run: ActiveRun, tmp_path: Path) -> None:
    (tmp_path / "out" / "deep").mkdir(parents=True)
    (tmp_path / "out" / "a.txt").write_text("a")
    (tmp_path / "out" / "deep" / "b.txt").write_text("b")

    nbflow.log_artifact("out")
    nbflow.log_artifact("out/", "under")
    nbflow.log_artifacts("out")
    nbflow.log_artifacts(tmp_path / "out", "content")

    files = sorted(str(path.relative_to(folder(run)).as_posix()) for path in folder(run).rglob("*") if path.is_file())
    assert files == [
        "a.txt",
        "content/a.txt",
        "content/deep/b.txt",
        "deep/b.txt",
        "out/a.txt",
        "out/deep/b.txt",
        "under/out/a.txt",
        "under/out/deep/b.txt",
    ]


def test_what_is_not_there_is_not_logged(run: ActiveRun) -> None:
    for log in (nbflow.log_artifact, nbflow.log_artifacts):
        with pytest.raises(LocalFileNotFoundError, match="nothing there") as caught:
            log("nothing there")
        assert isinstance(caught.value, FileNotFoundError)

    assert listed(run) == []


@pytest.mark.parametrize("path", [None, 5, b"a.txt", ["a.txt"]])
def test_a_local_path_is_a_string_or_a_path(path: Any, run: ActiveRun) -> None:
    for log in (nbflow.log_artifact, nbflow.log_artifacts):
        with pytest.raises(UnsupportedValueError, match="the local path"):
            log(path)

    assert listed(run) == []


@pytest.mark.skipif(sys.platform == "win32", reason="making symlinks takes a privilege there")
def test_a_link_in_the_users_folder_is_logged_as_what_it_leads_to(run: ActiveRun, tmp_path: Path) -> None:
    (tmp_path / "real.txt").write_text("content")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "link.txt").symlink_to(tmp_path / "real.txt")

    nbflow.log_artifacts("out")

    assert not (folder(run) / "link.txt").is_symlink()
    assert (folder(run) / "link.txt").read_text() == "content"


def test_a_file_is_opened_and_read_in_parts(run: ActiveRun) -> None:
    client = Client()
    client.log_bytes(run.run_id, b"0123456789", "deep/a.bin")
    far = client.create_run(client.create_experiment("far", artifact_location="memory://opened/far"))
    client.log_bytes(far.run_id, b"0123456789", "deep/a.bin")

    for run_id in (run.run_id, far.run_id):
        with client.open_artifact(run_id, "deep/a.bin") as file:
            file.seek(4)
            assert file.read(3) == b"456"
        with pytest.raises(ArtifactNotFoundError):
            client.open_artifact(run_id, "deep/b.bin")
        with pytest.raises(InvalidPathError, match="folder"):
            client.open_artifact(run_id, "deep")


# ---------------------------------------------------------------- what climbs out


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """Make a file outside of every run."""
    path = tmp_path / "outside" / "secret.txt"
    path.parent.mkdir()
    path.write_text("secret")
    return path


@pytest.mark.parametrize("path", CLIMBING)
def test_no_path_leads_out_of_the_run(path: str, run: ActiveRun, secret: Path, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a")
    client = Client()

    for call in (
        lambda: nbflow.log_artifact("a.txt", path),
        lambda: nbflow.log_artifacts("outside", path),
        lambda: nbflow.log_text("a", path),
        lambda: nbflow.log_dict({}, path),
        lambda: nbflow.log_figure(Figure(), path),
        lambda: nbflow.log_image(np.zeros((2, 2)), path),
        lambda: nbflow.log_table({"a": [1]}, path),
        lambda: nbflow.get_artifact_uri(path),
        lambda: client.log_bytes(run.run_id, b"", path),
        lambda: client.read_artifact(run.run_id, path),
        lambda: client.open_artifact(run.run_id, path),
        lambda: client.download_artifacts(run.run_id, path),
        lambda: client.list_artifacts(run.run_id, path),
        lambda: nbflow.artifacts.download_artifacts(run_id=run.run_id, artifact_path=path),
        lambda: nbflow.artifacts.list_artifacts(run_id=run.run_id, artifact_path=path),
        lambda: nbflow.load_table(path),
    ):
        with pytest.raises(InvalidPathError) as caught:
            call()
        assert caught.value.path == path or path in str(caught.value.path)
        assert caught.value.error_code == "INVALID_PARAMETER_VALUE"

    assert not folder(run).exists()
    assert secret.read_text() == "secret"


@pytest.mark.skipif(sys.platform == "win32", reason="making symlinks takes a privilege there")
def test_a_link_in_the_store_does_not_lead_out(run: ActiveRun, secret: Path) -> None:
    folder(run).mkdir()
    (folder(run) / "way").symlink_to(secret.parent)
    (folder(run) / "file").symlink_to(secret)

    assert listed(run) == []
    for call in (
        lambda: nbflow.log_text("overwritten", "way/secret.txt"),
        lambda: nbflow.log_text("new", "way/new.txt"),
        lambda: nbflow.artifacts.load_text(uri(run, "file")),
        lambda: nbflow.artifacts.load_text(uri(run, "way/secret.txt")),
        lambda: nbflow.artifacts.download_artifacts(uri(run, "way")),
        lambda: nbflow.artifacts.list_artifacts(uri(run, "way")),
    ):
        with pytest.raises(InvalidPathError, match="symlink"):
            call()
    everything = Path(nbflow.artifacts.download_artifacts(uri(run)))

    assert list(everything.iterdir()) == []
    assert secret.read_text() == "secret"
    assert [path.name for path in secret.parent.iterdir()] == ["secret.txt"]


@pytest.mark.skipif(sys.platform == "win32", reason="making symlinks takes a privilege there")
def test_a_runs_folder_that_is_a_link_is_refused(run: ActiveRun, secret: Path) -> None:
    folder(run).symlink_to(secret.parent)

    for call in (lambda: nbflow.log_text("a", "a.txt"), lambda: nbflow.artifacts.load_text(uri(run, "secret.txt"))):
        with pytest.raises(InvalidPathError, match="symlink"):
            call()

    assert [path.name for path in secret.parent.iterdir()] == ["secret.txt"]


# ---------------------------------------------------------------- text and dictionaries


@pytest.mark.parametrize("text", ["", "hello", "Größe\n日本 🎉\r\n\x00"])
@pytest.mark.parametrize("name", ["a.txt", "deep/er/a b.md", "no extension", "ü+&=;@~#%?.txt"])
def test_text_is_read_back(text: str, name: str, run: ActiveRun) -> None:
    if os.name == "nt" and "?" in name:
        pytest.skip("no file can have this name there")

    nbflow.log_text(text, name)

    assert (folder(run) / name).read_bytes() == text.encode()
    assert nbflow.artifacts.load_text(uri(run, name)) == text
    assert nbflow.artifacts.load_text(nbflow.get_artifact_uri(name)) == text


@pytest.mark.parametrize("text", [None, 5, b"bytes", ["a"], "\ud800"])
def test_what_is_no_text_is_refused(text: Any, run: ActiveRun) -> None:
    with pytest.raises(UnsupportedValueError, match="the text"):
        nbflow.log_text(text, "a.txt")

    assert listed(run) == []


CONTENT = {"b": [1, 2.5, None], "a": {"ü": "日本", "deep": {"x": True}}}


@pytest.mark.parametrize("name", ["a.json", "a.yaml", "a.yml", "deep/a.JSON", "a.txt"])
def test_a_dictionary_is_read_back(name: str, run: ActiveRun) -> None:
    nbflow.log_dict(CONTENT, name)

    assert nbflow.artifacts.load_dict(uri(run, name)) == CONTENT
    text = nbflow.artifacts.load_text(uri(run, name))
    read = yaml.safe_load if name.endswith(("yaml", "yml")) else json.loads
    assert read(text) == CONTENT
    if not name.endswith(("yaml", "yml")):
        assert text.startswith('{\n  "b": [')


def test_what_json_does_not_know_becomes_its_text(run: ActiveRun) -> None:
    nbflow.log_dict({"path": Path("a"), "array": np.array([1, 2]), "set": {3}}, "a.json")

    assert nbflow.artifacts.load_dict(uri(run, "a.json")) == {"path": "a", "array": [1, 2], "set": [3]}


def test_paths_may_be_path_objects(run: ActiveRun) -> None:
    nbflow.log_text("a", Path("deep/a.txt"))  # type: ignore[arg-type]
    nbflow.log_dict({"a": 1}, Path("deep/a.json"))  # type: ignore[arg-type]
    nbflow.log_table({"a": [1]}, Path("deep/t.json"))  # type: ignore[arg-type]

    assert listed(run, "deep") == ["deep/a.json", "deep/a.txt", "deep/t.json"]
    assert nbflow.load_table("deep/t.json")["a"].tolist() == [1]


@pytest.mark.parametrize("content", [None, 5, "text", b"bytes"])
def test_what_is_no_dictionary_is_refused(content: Any, run: ActiveRun) -> None:
    with pytest.raises(UnsupportedValueError):
        nbflow.log_dict(content, "a.json")

    assert listed(run) == []


# ---------------------------------------------------------------- figures and images


def test_a_matplotlib_figure_becomes_a_picture(run: ActiveRun) -> None:
    figure = Figure()
    figure.subplots().plot([1, 2])

    nbflow.log_figure(figure, "plots/loss.png", save_kwargs={"dpi": 30})
    nbflow.log_figure(figure, "loss.svg")

    assert nbflow.artifacts.load_image(uri(run, "plots/loss.png")).size == (192, 144)
    assert "<svg" in nbflow.artifacts.load_text(uri(run, "loss.svg"))


def test_a_plotly_figure_becomes_a_page_that_needs_no_network(run: ActiveRun) -> None:
    nbflow.log_figure(go.Figure(go.Scatter(y=[1, 2])), "loss.html")

    page = nbflow.artifacts.load_text(uri(run, "loss.html"))
    assert "<html>" in page
    assert 'src="http' not in page


def test_an_altair_chart_becomes_its_specification(run: ActiveRun) -> None:
    nbflow.log_figure(alt.Chart(pd.DataFrame({"x": [1], "y": [2]})).mark_point().encode(x="x", y="y"), "chart.json")

    assert "vega-lite" in nbflow.artifacts.load_dict(uri(run, "chart.json"))["$schema"]


@pytest.mark.parametrize("figure", [None, "a figure", 5, pd.DataFrame()])
def test_what_is_no_figure_is_refused(figure: Any, run: ActiveRun) -> None:
    with pytest.raises(UnsupportedValueError, match="figure"):
        nbflow.log_figure(figure, "a.png")

    assert listed(run) == []


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((4, 6)),
        np.full((4, 6), 255, np.uint8),
        np.zeros((4, 6, 1)),
        np.random.default_rng(0).random((4, 6, 3)),
        np.zeros((4, 6, 4), np.uint8),
        np.zeros((4, 6), bool),
        Image.new("RGB", (6, 4), "red"),
    ],
)
def test_an_image_is_read_back(image: Any, run: ActiveRun) -> None:
    nbflow.log_image(image, "deep/a.png")

    assert nbflow.artifacts.load_image(uri(run, "deep/a.png")).size == (6, 4)


def test_images_of_a_key_are_a_series(run: ActiveRun) -> None:
    for step in range(3):
        nbflow.log_image(np.full((4, 6), step, np.uint8), key="val/grid", step=step, timestamp=17)
    nbflow.log_image(np.zeros((4, 6)), None, "val/grid")

    names = listed(run, "images")
    full = [name for name in names if name.endswith(".png")]
    assert sorted(names) == sorted(full + [f"{name.removesuffix('.png')}+compressed.webp" for name in full])
    assert sorted(name.split("+")[:3] for name in full) == [["images/val~grid", "step", step] for step in "0012"]
    assert [name.split("+")[3:5] for name in full].count(["timestamp", "17"]) == 3
    assert run.tags["mlflow.loggedImages"] == "True"


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"artifact_file": "a.png", "key": "a"},
        {"key": "a?b"},
        {"key": ""},
        {"key": "a", "step": 1.5},
        {"key": "a", "timestamp": -1},
        {"artifact_file": "a.txt"},
    ],
)
def test_an_image_has_a_file_or_a_key(arguments: dict[str, Any], run: ActiveRun) -> None:
    with pytest.raises(InvalidInputError):
        nbflow.log_image(np.zeros((4, 6)), **arguments)

    assert listed(run) == []
    assert "mlflow.loggedImages" not in run.tags


@pytest.mark.parametrize("image", [None, "a.png", np.zeros(3), np.zeros((2, 2, 5)), np.full((2, 2), 300), [[1, 2]]])
def test_what_is_no_image_is_refused(image: Any, run: ActiveRun) -> None:
    with pytest.raises(InvalidInputError):
        nbflow.log_image(image, "a.png")

    assert listed(run) == []


# ---------------------------------------------------------------- tables


@pytest.mark.parametrize("name", ["t.json", "deep/t.parquet"])
@pytest.mark.parametrize("data", [{"a": [1, 2], "b": ["x", "ü"]}, pd.DataFrame({"a": [1, 2], "b": ["x", "ü"]})])
def test_a_table_is_read_back(data: Any, name: str, run: ActiveRun) -> None:
    nbflow.log_table(data, name)

    table = nbflow.load_table(name)
    assert table.to_dict("list") == {"a": [1, 2], "b": ["x", "ü"]}
    assert json.loads(run.tags["mlflow.loggedArtifacts"]) == [{"path": name, "type": "table"}]


def test_rows_are_added_to_a_table_that_is_there(run: ActiveRun) -> None:
    nbflow.log_table({"a": [1]}, "t.json")
    nbflow.log_table({"a": [2], "b": ["new"]}, "t.json")
    nbflow.log_table({"a": [3]}, "other.json")

    table = nbflow.load_table("t.json")
    assert table["a"].tolist() == [1, 2]
    assert table["b"].isna().tolist() == [True, False]
    tables = json.loads(run.tags["mlflow.loggedArtifacts"])
    assert [entry["path"] for entry in tables] == ["t.json", "other.json"]


def test_a_table_of_mlflow_reads_as_its_own_json(run: ActiveRun) -> None:
    nbflow.log_table({"a": [1, 2]}, "t.json")

    text = nbflow.artifacts.load_text(uri(run, "t.json"))
    assert json.loads(text) == {"columns": ["a"], "data": [[1], [2]]}
    assert pd.read_json(io.StringIO(text), orient="split")["a"].tolist() == [1, 2]


def test_tables_of_all_runs_come_together_newest_first() -> None:
    ids = []
    for number in range(3):
        with nbflow.start_run(run_name=f"run {number}") as run:
            nbflow.log_param("p", number)
            nbflow.log_table({"a": [number]}, "t.json")
        ids.append(run.run_id)
        next_millisecond()
    with nbflow.start_run():
        nbflow.log_table({"a": [99]}, "other.json")

    table = nbflow.load_table("t.json", extra_columns=["run_id", "params.p"])

    assert table["a"].tolist() == [2, 1, 0]
    assert table["run_id"].tolist() == ids[::-1]
    assert table["params.p"].tolist() == ["2", "1", "0"]
    assert nbflow.load_table("t.json", run_ids=ids[:1])["a"].tolist() == [0]
    assert nbflow.load_table("t.json", ids[1:])["a"].tolist() == [2, 1]


def test_a_table_that_no_run_has_is_not_found(run: ActiveRun) -> None:
    nbflow.log_table({"a": [1]}, "t.json")

    calls: list[Callable[[], object]] = [
        lambda: nbflow.load_table("nothing.json"),
        lambda: nbflow.load_table("t.json", run_ids=[]),
        lambda: nbflow.load_table("t.json", run_ids=["f" * 32]),
    ]
    for call in calls:
        with pytest.raises(ArtifactNotFoundError) as caught:
            call()
        assert caught.value.error_code == "RESOURCE_DOES_NOT_EXIST"
    with pytest.raises(InvalidInputError, match="extra_columns"):
        nbflow.load_table("t.json", extra_columns=["metrics.nothing"])
    assert run.status == "RUNNING"


@pytest.mark.parametrize(
    ("data", "name"),
    [
        ("text", "t.json"),
        ([1, 2], "t.json"),
        ({"a": [1, 2], "b": [1]}, "t.json"),
        ({"a": [1]}, "t.csv"),
        ({"a": [1]}, "t"),
    ],
)
def test_what_is_no_table_is_refused(data: Any, name: str, run: ActiveRun) -> None:
    with pytest.raises(InvalidInputError):
        nbflow.log_table(data, name)

    assert listed(run) == []
    assert "mlflow.loggedArtifacts" not in run.tags


@pytest.mark.usefixtures("run")
def test_a_tag_that_is_no_list_of_tables_is_written_anew() -> None:
    nbflow.set_tag("mlflow.loggedArtifacts", "{nonsense")

    nbflow.log_table({"a": [1]}, "t.json")

    assert nbflow.load_table("t.json")["a"].tolist() == [1]


# ---------------------------------------------------------------- listing, loading, downloading


@pytest.fixture
def some(run: ActiveRun) -> ActiveRun:
    """Give a run with three files."""
    nbflow.log_text("top", "b.txt")
    nbflow.log_text("deep", "a/deep file.txt")
    nbflow.log_text("deeper", "a/ü/c.txt")
    return run


def test_one_folder_is_listed_sorted(some: ActiveRun) -> None:
    infos = nbflow.artifacts.list_artifacts(run_id=some.run_id)

    assert [(info.path, info.is_dir, info.file_size) for info in infos] == [("a", True, None), ("b.txt", False, 3)]
    assert listed(some, "a") == ["a/deep file.txt", "a/ü"]
    assert listed(some, "a/ü") == ["a/ü/c.txt"]


@pytest.mark.parametrize("path", ["b.txt", "nothing", "a/nothing/x"])
def test_a_file_and_what_is_not_there_list_nothing(path: str, some: ActiveRun) -> None:
    assert listed(some, path) == []


def test_a_run_without_artifacts_lists_nothing(run: ActiveRun) -> None:
    assert listed(run) == []


def test_artifacts_are_named_by_uri_path_or_run(some: ActiveRun) -> None:
    assert [info.path for info in nbflow.artifacts.list_artifacts(uri(some, "a"))] == ["a/deep file.txt", "a/ü"]
    assert [info.path for info in nbflow.artifacts.list_artifacts(folder(some))] == ["a", "b.txt"]
    for name in (uri(some, "a/ü/c.txt"), folder(some) / "a/ü/c.txt", nbflow.get_artifact_uri("a/ü/c.txt")):
        assert nbflow.artifacts.load_text(name) == "deeper"


def test_a_download_is_a_copy(some: ActiveRun, tmp_path: Path) -> None:
    one = nbflow.artifacts.download_artifacts(uri(some, "a/deep file.txt"), dst_path=str(tmp_path / "one"))
    tree = nbflow.artifacts.download_artifacts(run_id=some.run_id, artifact_path="a", dst_path=str(tmp_path / "tree"))
    everything = nbflow.artifacts.download_artifacts(run_id=some.run_id, dst_path=str(tmp_path / "all"))

    assert Path(one) == tmp_path / "one" / "deep file.txt"
    assert Path(one).read_text() == "deep"
    assert (Path(tree) / "ü" / "c.txt").read_text() == "deeper"
    assert (Path(everything) / "b.txt").read_text() == "top"
    assert (Path(everything) / "a" / "ü" / "c.txt").read_text() == "deeper"
    Path(one).write_text("changed")
    assert nbflow.artifacts.load_text(uri(some, "a/deep file.txt")) == "deep"


def test_a_download_without_a_target_makes_a_folder_of_its_own(
    some: ActiveRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))

    path = Path(nbflow.artifacts.download_artifacts(uri(some, "b.txt")))

    assert path.is_absolute()
    assert path.read_text() == "top"
    assert path.parent.parent == tmp_path / "temporary"


def test_a_download_of_nothing_leaves_nothing(some: ActiveRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))

    calls: list[Callable[[], object]] = [
        lambda: nbflow.artifacts.download_artifacts(uri(some, "nothing")),
        lambda: Client().download_artifacts(some.run_id, "nothing"),
        lambda: nbflow.artifacts.download_artifacts(str(tmp_path / "nothing")),
    ]
    for call in calls:
        with pytest.raises(ArtifactNotFoundError, match="nothing") as caught:
            call()
        assert caught.value.error_code == "RESOURCE_DOES_NOT_EXIST"

    assert list((tmp_path / "temporary").iterdir()) == []


def test_another_store_can_be_named(tmp_path: Path) -> None:
    client = Client(tmp_path / "other")
    run_id = client.create_run("0").run_id
    client.log_text(run_id, "hello", "a.txt")

    path = nbflow.artifacts.download_artifacts(
        run_id=run_id, artifact_path="a.txt", tracking_uri=str(tmp_path / "other")
    )

    assert Path(path).read_text() == "hello"
    with pytest.raises(RunNotFoundError):
        nbflow.artifacts.download_artifacts(run_id=run_id)


@pytest.mark.parametrize(
    "load",
    [nbflow.artifacts.load_text, nbflow.artifacts.load_dict, nbflow.artifacts.load_image],
    ids=lambda f: f.__name__,
)
def test_loading_what_is_not_there_or_not_that(load: Callable[[str], object], some: ActiveRun) -> None:
    Client().log_bytes(some.run_id, b"\xff\xfe{", "binary.json")

    with pytest.raises(ArtifactNotFoundError):
        load(uri(some, "nothing.json"))
    with pytest.raises(InvalidPathError):
        load(uri(some, "a"))
    with pytest.raises(InvalidPathError):
        load(uri(some))
    with pytest.raises(InvalidInputError):
        load(uri(some, "binary.json"))
    with pytest.raises(RunNotFoundError):
        load(f"runs:/{'f' * 32}/a.txt")


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"artifact_uri": "nbruns", "run_id": "f" * 32},
        {"artifact_uri": "nbruns", "artifact_path": "a"},
        {"artifact_path": "a"},
        {"artifact_uri": 5},
        {"artifact_uri": b"nbruns"},
        {"artifact_uri": ""},
        {"artifact_uri": "runs:/nonsense/a"},
        {"artifact_uri": "models:/m/1"},
        {"artifact_uri": "a\0b"},
        {"run_id": "nonsense"},
    ],
)
def test_wrong_places_are_refused(arguments: dict[str, Any]) -> None:
    for call in (nbflow.artifacts.download_artifacts, nbflow.artifacts.list_artifacts):
        with pytest.raises(InvalidInputError):
            call(**arguments)


# ---------------------------------------------------------------- elsewhere


def test_the_uri_of_an_artifact_is_its_path(run: ActiveRun, tmp_path: Path) -> None:
    root = tmp_path / "nbruns" / "0" / run.run_id / "artifacts"

    assert nbflow.get_artifact_uri() == str(root)
    assert nbflow.get_artifact_uri("") == str(root)
    assert nbflow.get_artifact_uri("a b/ü.txt") == f"{root}/a b/ü.txt"


def test_artifacts_may_lie_in_another_folder(tmp_path: Path) -> None:
    experiment_id = nbflow.create_experiment("elsewhere", artifact_location=str(tmp_path / "far away"))

    with nbflow.start_run(experiment_id=experiment_id) as run:
        nbflow.log_text("hello", "deep/a.txt")
        nbflow.log_table({"a": [1]}, "t.json")
        nbflow.log_image(np.zeros((2, 2)), key="k")

    place = tmp_path / "far away" / run.run_id / "artifacts"
    assert (place / "deep" / "a.txt").read_text() == "hello"
    assert run.info.artifact_uri == str(place)
    assert nbflow.artifacts.load_text(uri(run, "deep/a.txt")) == "hello"
    assert listed(run) == ["deep", "images", "t.json"]
    assert list(nbflow.search_runs([experiment_id])["artifact_uri"]) == [run.info.artifact_uri]
    assert not (tmp_path / "nbruns" / experiment_id / run.run_id / "artifacts").exists()
    with pytest.raises(InvalidPathError):
        nbflow.log_text("out", "../../a.txt", run_id=run.run_id)


def test_artifacts_may_lie_behind_a_url(tmp_path: Path) -> None:
    place = f"memory://{tmp_path.name}/runs"
    nbflow.set_experiment(experiment_id=nbflow.create_experiment("remote", artifact_location=place))
    (tmp_path / "local").mkdir()
    (tmp_path / "local" / "c.txt").write_text("c")

    with nbflow.start_run() as run:
        nbflow.log_text("hello", "deep/a.txt")
        nbflow.log_dict({"a": 1}, "a.json")
        nbflow.log_table({"a": [1]}, "t.json")
        nbflow.log_table({"a": [2]}, "t.json")
        nbflow.log_image(np.zeros((2, 2)), key="k")
        nbflow.log_artifacts("local", "tree")

    assert run.info.artifact_uri == f"{place}/{run.run_id}/artifacts"
    assert listed(run) == ["a.json", "deep", "images", "t.json", "tree"]
    assert nbflow.artifacts.load_text(uri(run, "deep/a.txt")) == "hello"
    assert nbflow.artifacts.load_text(f"{run.info.artifact_uri}/deep/a.txt") == "hello"
    assert nbflow.artifacts.load_dict(uri(run, "a.json")) == {"a": 1}
    assert nbflow.load_table("t.json")["a"].tolist() == [1, 2]
    assert (
        Path(nbflow.artifacts.download_artifacts(uri(run, "tree"), dst_path=str(tmp_path / "d")), "c.txt").read_text()
        == "c"
    )
    with pytest.raises(InvalidPathError):
        nbflow.log_text("out", "../a.txt", run_id=run.run_id)
    fsspec.filesystem("memory").rm(f"/{tmp_path.name}", recursive=True)


def test_what_was_logged_before_a_refusal_stays(run: ActiveRun) -> None:
    nbflow.log_text("first", "a.txt")

    with pytest.raises(NbflowError):
        nbflow.log_text("second", "a.txt/b.txt")
    with pytest.raises(InvalidPathError):
        nbflow.log_text("second", "a.txt/../a.txt")

    assert nbflow.artifacts.load_text(uri(run, "a.txt")) == "first"


def test_a_uri_of_nothing_is_refused() -> None:
    for name in ("/", "///"):
        with pytest.raises(InvalidUriError):
            nbflow.artifacts.load_text(name)
