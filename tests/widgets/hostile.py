"""A store in which every text is an attack, and what shows it: for tests here, and in a kernel for the browser's."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any, Literal

import msgspec
import pandas as pd

import nbflow
from nbflow.entities import Dataset, DatasetInput, InputTag
from nbflow.tracking.frame import RunFrame

__all__ = ["EVIL", "MARK", "displays"]

MARK = "nbflowHurt"
"""What a script of ours would set on the window, if one ran."""

ATTACKS = (
    f"<img src=x onerror='window.{MARK}=1'>",
    f'"><svg onload="window.{MARK}=1">',
    f"</script><script>window.{MARK}=1</script>",
    f"</style></bdi></td></table><iframe srcdoc='<script>parent.{MARK}=1</script>'></iframe>",
    f"javascript:window.{MARK}=1",
    f"[x](javascript:window.{MARK}=1)",
    f"' onmouseover='window.{MARK}=1' style='position:fixed' x='",
    f"datum['x'].constructor.constructor('window.{MARK}=1')()",
    f"{{{{constructor.constructor('window.{MARK}=1')()}}}} ${{window.{MARK}=1}} %s {{0.__class__}}",
    "-->]]>&lt;b&gt;",
    "\u202etxt.exe\u2066",
)
EVIL = " ".join(ATTACKS)
RAW = f"{EVIL} \x00\x1b[2J\r\n"
BROKEN = f"{RAW}\ud800"
"""With a lone surrogate, which no file can hold; a frame can."""
LONG = EVIL + "x" * 100_000


class EvilError(Exception):
    pass


def displays(store: Path) -> dict[str, Any]:
    """Fill a store, and give what shows it, by the kinds of displays."""
    nbflow.set_tracking_uri(str(store))
    client = nbflow.Client()
    nbflow.set_experiment(EVIL[:400])
    run_ids = [a_run(client, n) for n in range(4)]
    for run_id in run_ids[:2]:
        files(client, run_id)
    version, info = a_model(client, run_ids[0])
    runs = client.search_frame([client.get_run(run_ids[0]).info.experiment_id])
    run = with_keys(client.get_run(run_ids[1]))
    return {
        "runs": runs,
        "named runs": frame(),
        "run": client.get_run(run_ids[0]),
        "named run": run,
        "compare": runs.compare(),
        "named compare": frame().compare(),
        "live": run_ids[3],
        "model": version,
        "info": info,
        "form": nbflow.form(attack()),
        "chart": runs.chart.bars("loss", color="evil"),
    }


def a_run(client: nbflow.Client, n: int) -> str:
    try:
        with nbflow.start_run(run_name=f"{n} {RAW}", description=RAW) as run:
            nbflow.log_params({"evil": LONG if n else RAW, "n": n, "javascript:window.x": EVIL})
            nbflow.set_tags({"evil": RAW[:5000], "mlflow.source.name": EVIL, "mlflow.source.git.repoURL": ATTACKS[4]})
            nbflow.set_tags({"mlflow.source.git.branch": EVIL, "mlflow.source.git.commit": EVIL, "mlflow.user": EVIL})
            for step in range(3):
                nbflow.log_metrics({"loss": n + step, "nan": math.nan, "inf": math.inf}, step=step)
            tags = (InputTag("mlflow.data.context", EVIL[:400]),)
            schema = json.dumps({"mlflow_colspec": [{"name": EVIL, "type": EVIL}]})
            dataset = Dataset(EVIL[:400], EVIL[:30], "http", json.dumps({"url": ATTACKS[4]}), schema, EVIL)
            client.log_inputs(run.run_id, [DatasetInput(dataset, tags)])
            if n < 2:
                raise EvilError(BROKEN)  # noqa: TRY301 - the run is to fail
    except EvilError:
        pass
    return run.run_id


def files(client: nbflow.Client, run_id: str) -> None:
    """Log artifacts whose names and contents are attacks."""
    names = [each.replace("/", "_") for each in ATTACKS]
    for name in names:
        client.log_text(run_id, EVIL, f"{name[:90]}.txt")
    client.log_text(run_id, EVIL, "a.csv")
    client.log_text(run_id, f"a,b\n{ATTACKS[0]},{ATTACKS[2]}\n", "b.csv")
    client.log_dict(run_id, {EVIL: [EVIL, {"__proto__": EVIL}]}, "c.json")
    client.log_text(run_id, f"<svg xmlns='http://www.w3.org/2000/svg' onload='window.{MARK}=1'/>", "d.svg")
    client.log_text(run_id, f"# {EVIL}", "f.md")
    client.log_table(run_id, {EVIL: [EVIL], "b": [ATTACKS[0]]}, "g.json")
    client.log_text(run_id, json.dumps(spec()), "evaluation/h.vl.json")


def spec() -> dict[str, Any]:
    """Give a chart that calculates, links and loads."""
    bad = f"datum['x'].constructor.constructor('window.{MARK}=1')()"
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "title": EVIL,
        "data": {"values": [{"x": ATTACKS[0], "y": 1, "url": ATTACKS[4]}]},
        "transform": [{"calculate": f"toString({json.dumps(ATTACKS[0])})", "as": "z"}],
        "params": [{"name": "s", "expr": "1 + 1"}],
        "mark": {"type": "bar", "tooltip": {"content": "data"}},
        "encoding": {
            "x": {"field": "x", "axis": {"labelExpr": bad}},
            "y": {"field": "y", "type": "quantitative", "title": EVIL},
            "href": {"field": "url"},
        },
    }


def with_keys(run: Any) -> Any:
    """Give a run with names of params, metrics and tags that no client logs, but another tool may have written."""
    data = run.data
    changed = {
        "params": {**data.params, EVIL: EVIL, "__proto__": EVIL},
        "metrics": {**data.metrics, EVIL: 1.0},
        "tags": {**data.tags, EVIL: EVIL},
    }
    return msgspec.structs.replace(run, data=msgspec.structs.replace(data, **changed))


def frame() -> RunFrame:
    """Give runs of which every name and value is an attack."""
    n_runs = 5
    columns: dict[str, Any] = {
        "run_id": [f"{n:032x}" for n in range(n_runs)],
        "status": [EVIL] * n_runs,
        "experiment_id": [EVIL] * n_runs,
        "tags.mlflow.runName": [f"{EVIL}{n}" for n in range(n_runs)],
        "tags.mlflow.user": [BROKEN] * n_runs,
        f"metrics.{EVIL}": [math.nan, math.inf, 1.0, 2.0, 3.0],
        f"params.{EVIL}": [LONG, BROKEN, EVIL, "1", "2"],
        f"tags.{EVIL}": [f"{EVIL}{n % 2}" for n in range(n_runs)],
        "metrics.__proto__": [float(n) for n in range(n_runs)],
    }
    return RunFrame.from_columns(columns, "nowhere")


class Model(nbflow.pyfunc.PythonModel):
    """A model that gives back what it gets."""

    def predict(self, context: Any, model_input: Any, params: Any = None) -> Any:
        return model_input


def a_model(client: nbflow.Client, run_id: str) -> tuple[Any, Any]:
    example = pd.DataFrame({EVIL: [EVIL, ATTACKS[0]], "n": [1.0, 2.0]})
    name = ATTACKS[0].replace("/", "").replace(":", "")
    with nbflow.start_run(run_id=run_id):
        given: dict[str, Any] = {
            "input_example": example,
            "registered_model_name": name,
            "metadata": {"evil": EVIL, "k": [EVIL]},
        }
        info = nbflow.pyfunc.log_model("model", python_model=Model(), **given)
    client.update_registered_model(name, EVIL)
    client.set_registered_model_tag(name, "evil", EVIL)
    client.update_model_version(name, 1, EVIL)
    client.set_model_version_tag(name, 1, "evil", EVIL)
    client.add_comment(name, 1, EVIL)
    client.request_approval(name, 1, text=EVIL)
    client.approve(name, 1, EVIL)
    client.log_evaluation(name, 1, {"accuracy": 0.5}, EVIL[:400])
    client.set_registered_model_alias(name, "champion", 1)
    return client.get_model_version(name, 1), info


def attack() -> Any:
    """Give a function whose name, texts, choices and defaults are attacks."""

    def function(x: str = EVIL, choice: Literal["a"] = "a", y: Any = None) -> None:
        pass

    function.__annotations__["choice"] = Literal[EVIL, ATTACKS[0]]
    function.__defaults__ = (EVIL, ATTACKS[0], {EVIL: EVIL})
    function.__name__ = function.__qualname__ = EVIL
    function.__doc__ = f"{EVIL}\n\nParameters\n----------\nx\n    {EVIL}\nchoice\n    {EVIL}\n"
    return function
