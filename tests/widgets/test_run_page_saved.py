from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from msgspec import structs

from nbflow.drawing.surroundings import Surroundings
from nbflow.entities import Run, RunData, RunError, RunInfo
from nbflow.widgets.artifacts import ArtifactsOfRun, artifact_tree, saved_previews
from nbflow.widgets.limits import MAX_SAVED_BYTES, json_text, saved_bytes
from nbflow.widgets.run_page.charts import charts_block, line_svg
from nbflow.widgets.run_page.data import PREVIEWS_BYTES, changes, page_data, saved_data
from nbflow.widgets.run_page.widget import RunPage
from nbflow.widgets.wire import to_json

if TYPE_CHECKING:
    from nbflow import Client

MIME = "application/vnd.nbflow.run.v1+json"


def data_of(run: Run, n_series: int = 0, n_points: int = 500) -> dict[str, Any]:
    data = page_data(run, None, Surroundings())
    steps = np.arange(n_points)
    for metric in data["metrics"][:n_series]:
        metric |= {"n": n_points, "min": 0.0, "max": 1.0}
        metric["series"] = {"n": n_points, "step": steps, "time": steps * 1_000, "value": np.sin(steps / 9.0)}
    return data


def a_run(**changes: Any) -> Run:
    info = RunInfo("0" * 32, "keen-fox", "0", "ada", "FINISHED", 1_000, 2_000, "s3://bucket/x")
    return Run(info, RunData(**changes))


def previews_of(run: Run, client: Client) -> dict[str, Any]:
    files = ArtifactsOfRun(run, client)
    return saved_previews(
        files, artifact_tree(files), PREVIEWS_BYTES, [made.path for made in run.outputs.model_outputs]
    )


def size(data: dict[str, Any]) -> int:
    return saved_bytes(json_text(to_json(data)))


def test_what_is_small_is_saved_whole() -> None:
    data = data_of(a_run(params={"lr": "0.1"}, metrics={"m": 1.0}), 1)

    kept = saved_data(data, {})

    assert kept["reduced"] is None
    assert kept["params"] == data["params"]
    assert len(kept["metrics"][0]["series"]["value"]) == 500


@pytest.mark.parametrize("text", ["x", '"', "\x00", "é", "\ud800"])
def test_a_run_of_any_size_is_saved_within_the_limit(text: str) -> None:
    many = {f"{i:04}{text}": text * 6_000 for i in range(1_000)}
    run = a_run(params=many, tags=many, metrics={f"{i}/{text * 100}": 1.0 for i in range(2_000)})
    run = structs.replace(run, error=RunError(text * 9_000, text * 9_000, text * 90_000))

    kept = saved_data(data_of(run, 2_000), {})

    assert size(kept) <= MAX_SAVED_BYTES
    shown, total = kept["reduced"]["params"]
    assert shown == len(kept["params"])
    assert total == 1_000


def test_many_charts_are_saved_of_few_points_each() -> None:
    kept = saved_data(data_of(a_run(metrics={f"m{i}": 1.0 for i in range(100)}), 100), {})

    assert all(40 <= len(metric["series"]["value"]) < 100 for metric in kept["metrics"])


def test_the_first_charts_are_saved_where_not_all_can_be() -> None:
    kept = saved_data(data_of(a_run(metrics={f"m{i}": 1.0 for i in range(900)}), 900), {})

    shown, total = kept["reduced"]["charts"]
    assert total == 900
    assert [("series" in metric) for metric in kept["metrics"]] == [i < shown for i in range(len(kept["metrics"]))]


def test_the_end_of_a_long_traceback_is_saved() -> None:
    run = structs.replace(a_run(), error=RunError("E", "m", "x" * 90_000 + "the end"))

    kept = saved_data(data_of(run), {})

    assert kept["error"]["traceback"].endswith("the end")
    assert kept["reduced"]["traceback"] == [20_000, 90_007]


def test_a_long_text_is_cut_and_a_kernel_is_asked_for_all() -> None:
    kept = saved_data(data_of(a_run(params={"p": "x" * 5_000})), {})

    assert len(kept["params"][0][1]) == 1_000
    assert kept["reduced"]


def test_a_change_names_what_is_new_and_nothing_else() -> None:
    before = data_of(a_run(metrics={"a": 1.0, "nan": float("nan")}))
    after = data_of(a_run(metrics={"a": 2.0, "nan": float("nan")}, params={"lr": "1"}))

    patch = changes(before, after)

    assert set(patch) == {"params", "metrics", "run"}
    assert [metric["key"] for metric in patch["metrics"]] == ["a"]


def test_nothing_new_is_no_change() -> None:
    run = a_run(metrics={"nan": float("nan")})

    assert changes(data_of(run), data_of(run)) == {}


def test_previews_are_saved_within_their_limit_and_pictures_first(client: Client) -> None:
    run_id = client.create_run("0").run_id
    client.log_image(run_id, np.zeros((20, 20)), "z.png")
    for i in range(60):
        client.log_text(run_id, "x" * 30_000, f"{i:02}.txt")
    run = client.get_run(run_id)

    kept = previews_of(run, client)

    assert next(iter(kept)) == "z.png"
    assert 5 < len(kept) < 30
    assert sum(map(size, kept.values())) <= PREVIEWS_BYTES
    assert kept["00.txt"]["partial"] is True


def test_a_large_picture_is_saved_smaller(client: Client) -> None:
    from PIL import Image

    noise = Image.fromarray(np.random.default_rng(0).integers(0, 255, (60, 90, 3), dtype=np.uint8)).resize((1500, 1000))
    buffer = io.BytesIO()
    noise.save(buffer, "PNG")
    run_id = client.create_run("0").run_id
    client.log_bytes(run_id, buffer.getvalue(), "big.png")
    run = client.get_run(run_id)

    kept = previews_of(run, client)["big.png"]

    assert kept["partial"] is True
    assert (kept["pixels"], kept["size"]) == ([1500, 1000], len(buffer.getvalue()))


def test_a_file_that_is_too_large_is_not_even_read(client: Client) -> None:
    run_id = client.create_run("0").run_id
    client.log_bytes(run_id, b"x" * 7_000_000, "a.txt")
    run = client.get_run(run_id)

    assert previews_of(run, client) == {}


def test_the_saved_page_is_within_the_limit_of_an_output(client: Client) -> None:
    run_id = client.create_run("0").run_id
    for i in range(30):
        client.log_bytes(run_id, np.random.default_rng(i).bytes(60_000), f"{i}.png")
        client.log_text(run_id, '"' * 50_000, f"{i}.txt")

    bundle, _ = RunPage(client.get_run(run_id)).bundle()

    assert bundle[MIME]["data"] is not None
    assert len(json.dumps(bundle[MIME])) <= MAX_SAVED_BYTES


def test_the_static_page_has_charts_of_metrics(client: Client) -> None:
    run_id = client.create_run("0").run_id
    for step in range(5):
        client.log_metric(run_id, "loss", 1.0 / (step + 1), step=step)
        client.log_metric(run_id, "system/cpu", 1.0, step=step)

    html = RunPage(client.get_run(run_id)).bundle()[0]["text/html"]

    assert html.count('src="data:image/svg+xml;base64,') == 1
    assert "<svg" not in html


def test_a_chart_holds_nothing_but_numbers() -> None:
    svg = line_svg({"step": np.array([0, 1]), "value": np.array([1e308, -1e308])})

    assert svg is not None
    assert "nan" not in svg
    assert "inf" not in svg


def test_a_chart_of_nothing_finite_is_none() -> None:
    metric = {
        "key": "<b>",
        "system": False,
        "min": None,
        "max": None,
        "series": {"step": np.arange(3), "value": np.full(3, np.nan)},
    }

    assert charts_block([metric]) is None
    assert charts_block([]) is None


def test_a_hostile_name_is_escaped_beside_its_chart() -> None:
    series = {"step": np.arange(3), "value": np.arange(3.0)}
    html = charts_block([{"key": '"><img onerror=x>', "system": False, "min": 0.0, "max": 2.0, "series": series}])

    assert html is not None
    assert "<img onerror" not in html
    assert 'alt="&quot;&gt;&lt;img' in html
