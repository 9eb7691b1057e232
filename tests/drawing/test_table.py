from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from nbflow.drawing.format import MISSING
from nbflow.drawing.overview import MAX_COLUMNS, MAX_ROWS
from nbflow.drawing.table import frame_bundle
from nbflow.drawing.text import WIDTH, width

if TYPE_CHECKING:
    from nbflow.tracking.frame import RunFrame

Make = Callable[..., "RunFrame"]
Parse = Callable[[str], Any]

HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "</td></table><script>alert(1)</script>",
    "\"' onmouseover='alert(1)",
    "\u202egnp.exe",
    "\x1b]0;title\x07\x1b[31m\x00",
    "a\nb\r\tc",
    "x" * 6000,
    "<!-- --> ]]> &lt; &#x3c;",
    "\ud800",
    "z" + "\u0351" * 500,
]


def html(parse: Parse, runs: RunFrame) -> Any:
    return parse(frame_bundle(runs)["text/html"])


def text(runs: RunFrame) -> str:
    return frame_bundle(runs)["text/plain"]


def cells(parse: Parse, runs: RunFrame, name: str) -> list[str]:
    """The cells below a head."""
    rows = html(parse, runs).rows()
    groups, names = rows[0], rows[1]
    fields = [head for head in groups if head not in ("metrics", "params", "columns")]
    at = [*fields, *names].index(name)
    return [row[at] for row in rows[2:]]


# ---------------------------------------------------------------- rows


def test_each_run_has_a_row_with_what_it_is(make: Make, parse: Parse) -> None:
    rows = html(parse, make(2)).rows()

    assert rows == [
        ["", "run", "status", "started (UTC)", "duration"],
        ["0", "run-0", "✓ finished", "2025-11-23 12:13", "3 min 12 s"],
        ["1", "run-1", "✓ finished", "2025-11-23 11:13", "3 min 12 s"],
    ]


def test_states_have_an_icon_and_a_word(make: Make, parse: Parse) -> None:
    states = ["FINISHED", "FAILED", "KILLED", "RUNNING", "SCHEDULED", "ODD"]
    runs = make(6, status=states)

    shown = [row[2] for row in html(parse, runs).rows()[1:]]

    assert shown == ["✓ finished", "✗ failed", "■ killed", "● running", "○ scheduled", "? odd"]
    assert all(state in text(runs) for state in shown)


def test_the_title_counts_runs_by_state(make: Make, parse: Parse) -> None:
    runs = make(3, status=["FINISHED", "FAILED", "FINISHED"])

    assert html(parse, runs).one("div", "nbflow-title").text == "3 runs: 2 finished, 1 failed"
    assert text(runs).startswith("3 runs: 2 finished, 1 failed\n")


def test_a_running_run_has_no_duration(make: Make, parse: Parse) -> None:
    assert html(parse, make(2, end_time=[None, 1_763_900_192_000])).rows()[1][4] == MISSING


def test_a_run_without_a_name_shows_its_id(make: Make, parse: Parse) -> None:
    for name in (None, "", " \u00a0\t"):
        runs = make(1, **{"tags.mlflow.runName": [name]})

        assert html(parse, runs).rows()[1][1] == "0" * 32


def test_the_id_of_a_run_is_in_the_tool_tip_of_its_name(make: Make, parse: Parse) -> None:
    name = html(parse, make(1)).one("tbody").one("th", "nbflow-name")

    assert name.one("bdi").attributes["title"] == "0" * 32


def test_rows_keep_the_labels_of_the_frame(make: Make, parse: Parse) -> None:
    runs = make(5).iloc[[4, 2]]

    assert [row[:2] for row in html(parse, runs).rows()[1:]] == [["4", "run-4"], ["2", "run-2"]]


def test_a_long_table_is_cut_and_says_so(make: Make, parse: Parse) -> None:
    runs = make(1234)

    drawn = html(parse, runs)

    assert len(drawn.one("tbody").all("tr")) == MAX_ROWS
    assert "20 of 1,234 runs shown" in drawn.one("div", "nbflow-notes").text
    assert "20 of 1,234 runs shown" in text(runs)


def test_no_runs_say_what_to_do(make: Make, parse: Parse) -> None:
    runs = make(0)

    assert "nbflow.start_run()" in html(parse, runs).one("pre").text
    assert "nbflow.start_run()" in text(runs)


# ---------------------------------------------------------------- nesting


def nested(make: Make) -> RunFrame:
    parent = f"{2:032x}"
    return make(4, **{"tags.mlflow.parentRunId": [parent, parent, None, None]})


def test_children_are_indented_under_their_parent(make: Make, parse: Parse) -> None:
    runs = nested(make)

    names = [row[1] for row in html(parse, runs).rows()[1:]]

    assert names == ["run-2", "↳ run-0", "↳ run-1", "run-3"]
    assert text(runs).index("run-2") < text(runs).index("↳ run-0") < text(runs).index("run-3")


def test_an_order_that_somebody_chose_stays(make: Make, parse: Parse) -> None:
    runs = nested(make).assign(**{"metrics.a": [3, 1, 2, 4]}).sort_values("metrics.a")

    assert [row[1] for row in html(parse, runs).rows()[2:]] == ["run-1", "run-2", "run-0", "run-3"]


# ---------------------------------------------------------------- columns


def test_only_what_differs_has_a_column(make: Make, parse: Parse) -> None:
    runs = make(3, params__lr=["1", "2", "1"], params__depth=["7"] * 3, metrics__n=[5.0] * 3, params__gone=[None] * 3)

    drawn = html(parse, runs)

    assert drawn.rows()[1] == ["lr"]
    assert "Same in all: depth = 7, n = 5" in drawn.one("div", "nbflow-notes").text
    assert "Same in all: depth = 7, n = 5" in text(runs)


def test_a_value_that_some_runs_lack_differs(make: Make, parse: Parse) -> None:
    runs = make(3, params__lr=["1", None, "1"], metrics__a=[1.0, 1.0, None])

    assert html(parse, runs).rows()[1] == ["a", "lr"]
    assert cells(parse, runs, "lr") == ["1", MISSING, "1"]
    assert cells(parse, runs, "a") == ["1", "1", MISSING]


def test_a_difference_in_a_row_that_is_not_shown_counts(make: Make, parse: Parse) -> None:
    runs = make(30, params__lr=["1"] * 29 + ["2"])

    assert cells(parse, runs, "lr") == ["1"] * MAX_ROWS


def test_a_single_run_shows_all_it_has(make: Make, parse: Parse) -> None:
    runs = make(1, params__depth=["7"], metrics__a=[0.5])

    assert html(parse, runs).rows()[1] == ["a", "depth"]


def test_columns_that_somebody_added_are_shown(make: Make, parse: Parse) -> None:
    runs = make(2).assign(gap=[0.5, 0.25], note=["x", float("nan")])

    assert cells(parse, runs, "gap") == ["0.50", "0.25"]
    assert cells(parse, runs, "note") == ["x", MISSING]


def test_tags_have_no_columns(make: Make, parse: Parse) -> None:
    assert len(html(parse, make(2, tags__team=["a", "b"])).rows()[0]) == 5


def test_numbers_stand_at_the_right_and_text_at_the_left(make: Make, parse: Parse) -> None:
    runs = make(2, metrics__a=[1.0, None], params__lr=["0.1", "1e-3"], params__model=["mlp", "7"])

    head = html(parse, runs).one("thead").all("tr")[1]

    assert [th.attributes["align"] for th in head.all("th")] == ["right", "right", "left"]


def test_infinity_is_shown_and_what_is_missing_is_a_dash(make: Make, parse: Parse) -> None:
    runs = make(3, metrics__epoch=[float("inf"), float("-inf"), None])

    assert cells(parse, runs, "epoch") == ["inf", "-inf", MISSING]


def test_a_rounded_number_has_all_its_digits_in_the_tool_tip(make: Make, parse: Parse) -> None:
    runs = make(2, metrics__epoch=[1 / 3, 0.5])

    row = html(parse, runs).one("tbody").all("tr")[0].all("td")[-1]

    assert row.text == "0.3333"
    assert row.one("bdi").attributes["title"] == repr(1 / 3)


def test_many_columns_are_cut_fairly_and_say_so(make: Make, parse: Parse) -> None:
    random_ = random.Random(1)
    metrics = {f"metrics.m{i}": [random_.random() for _ in range(3)] for i in range(1000)}
    params = {f"params.p{i}": ["a", "b", "c"] for i in range(40)}
    runs = make(3, **metrics, **params)

    drawn = html(parse, runs)

    assert len(drawn.rows()[1]) == MAX_COLUMNS
    assert "8 of 1,000 metrics and 7 of 40 params that differ shown" in drawn.one("div", "nbflow-notes").text


def test_what_most_runs_have_comes_first_then_what_is_short(make: Make, parse: Parse) -> None:
    runs = make(
        3,
        metrics__nan=[float("inf"), None, None],
        metrics__validation_loss=[1.0, 2.0, 3.0],
        metrics__loss=[1.0, 2.0, 3.0],
        params__c=["1", None, None],
        params__depth=["1", "2", "3"],
    )

    assert html(parse, runs).rows()[1] == ["loss ↓", "validation_loss ↓", "nan", "depth", "c"]


def test_scores_come_before_times_and_spreads(make: Make, parse: Parse) -> None:
    values = [1.0, 2.0, 3.0]
    runs = make(3, metrics__std_test_score=values, metrics__mean_fit_time=values, metrics__mean_validation_score=values)

    assert html(parse, runs).rows()[1] == ["mean_validation_score ↑", "mean_fit_time ↓", "std_test_score"]


def test_what_single_runs_have_hides_nothing_that_all_have(make: Make, parse: Parse) -> None:
    alone = {f"metrics.a{i}": [float(i) if j == i else None for j in range(30)] for i in range(20)}
    runs = make(30, **alone, metrics__loss=[float(j) for j in range(30)])

    assert "loss ↓" in html(parse, runs).rows()[1]
    assert "loss ↓" in text(runs)


def test_text_leaves_out_a_wide_column_and_goes_on(make: Make) -> None:
    wide = {f"params.p{i}": ["x" * 40, "y" * 40] for i in range(4)}
    runs = make(2, **wide, params__last_of_all=["1", "2"])

    assert "last_of_all" in text(runs).split("\n\n")[1]


def test_a_metric_and_a_param_of_one_name_are_told_apart(make: Make, parse: Parse) -> None:
    runs = make(2, metrics__q=[1.0, 2.0], params__q=["a", "b"], params__r=["a", "b"])

    assert html(parse, runs).rows()[1] == ["metrics.q", "params.q", "r"]
    head = text(runs).split("\n\n")[1].split("\n")[0].split()
    assert head[-3:] == ["metrics.q", "params.q", "r"]


def test_a_name_that_is_a_column_and_the_same_in_all_is_told_apart(make: Make, parse: Parse) -> None:
    runs = make(2, metrics__q=[1.0, 2.0], params__q=["a", "a"])

    assert html(parse, runs).rows()[1] == ["metrics.q"]
    assert "Same in all: params.q = a" in text(runs)


def test_metrics_of_the_machine_come_last(make: Make, parse: Parse) -> None:
    runs = make(2, **{"metrics.system/cpu": [1.0, 2.0], "metrics.accuracy": [1.0, 2.0]})

    assert html(parse, runs).rows()[1] == ["accuracy ↑", "system/cpu"]


def test_what_is_the_same_is_cut_where_it_is_long(make: Make, parse: Parse) -> None:
    runs = make(2, **{f"params.p{i}": ["value"] * 2 for i in range(200)})

    notes = html(parse, runs).one("div", "nbflow-notes").text

    assert "more" in notes
    assert len(notes) < 1000


def test_plain_text_is_no_wider_than_a_terminal(make: Make) -> None:
    runs = make(30, **{f"params.p{i}": [f"value {j % 3}" for j in range(30)] for i in range(30)})

    table = text(runs).split("\n\n")[1]

    assert max(map(width, table.split("\n"))) <= WIDTH
    assert "of 30 params that differ shown" in text(runs)


# ---------------------------------------------------------------- the best


def test_the_best_values_are_marked(make: Make, parse: Parse) -> None:
    runs = make(3, metrics__accuracy=[0.5, 0.9, None], metrics__loss=[0.25, 0.5, 0.75])

    drawn = html(parse, runs)

    assert cells(parse, runs, "accuracy ↑") == ["0.5", "★ 0.9", MISSING]
    assert cells(parse, runs, "loss ↓") == ["★ 0.25", "0.50", "0.75"]
    assert [b.attributes["title"] for b in drawn.all("b", "nbflow-best")] == ["best: the lowest", "best: the highest"]
    assert "★ best value: ↑ highest, ↓ lowest" in drawn.one("div", "nbflow-notes").text
    assert "★ 0.9" in text(runs)


def test_all_runs_that_tie_are_the_best(make: Make, parse: Parse) -> None:
    assert cells(parse, make(3, metrics__auc=[1.0, 0.5, 1.0]), "auc ↑") == ["★ 1.0", "0.5", "★ 1.0"]


@pytest.mark.parametrize("values", [[1.0, None, None], [2.0, 2.0, None]])
def test_nothing_is_the_best_without_something_worse(values: list[float | None], make: Make, parse: Parse) -> None:
    runs = make(3, metrics__auc=values)

    assert html(parse, runs).all("b", "nbflow-best") == []
    assert "★" not in text(runs)


@pytest.mark.parametrize("name", ["rank", "memory", "gap"])
def test_what_could_mean_either_has_no_best(name: str, make: Make) -> None:
    assert "★" not in text(make(2, **{f"metrics.{name}": [1.0, 2.0]}))


def test_counters_have_no_best(make: Make, parse: Parse) -> None:
    assert cells(parse, make(2, metrics__epoch=[1.0, 2.0]), "epoch") == ["1", "2"]


def test_the_best_of_all_is_named_where_it_is_not_shown(make: Make, parse: Parse) -> None:
    runs = make(40, metrics__auc=[i / 64 for i in range(40)])

    notes = html(parse, runs).one("div", "nbflow-notes").text

    assert "Best of all, not shown: auc = 0.609375 (run-39, row 39)" in notes
    assert "Best of all, not shown: auc = 0.609375 (run-39, row 39)" in text(runs)


# ---------------------------------------------------------------- hostile text, broken frames


@pytest.mark.parametrize("bad", HOSTILE)
def test_hostile_text_stays_text_in_every_field(bad: str, make: Make, parse: Parse) -> None:
    other = [bad, f"{bad}2"]
    columns: dict[str, Any] = {
        f"params.{bad}": other,
        f"params.same {bad}": [bad] * 2,
        f"metrics.{bad}": [1.0, 2.0],
        "params.value": other,
        "status": other,
        "tags.mlflow.runName": other,
    }
    runs = make(2, **columns)
    runs["added"] = pd.Series(other, dtype=object)
    runs.index = pd.Index(other, dtype=object)

    bundle = frame_bundle(runs)

    drawn = parse(bundle["text/html"])  # refuses what is not expected
    assert len(drawn.one("tbody").all("tr")) == 2
    assert bundle["text/html"].encode()  # no lone surrogates
    assert not any(c in bundle["text/plain"] for c in "\x00\x07\x1b\u202e")
    assert len(bundle["text/html"]) < 60_000


def test_no_script_and_nothing_from_elsewhere(make: Make) -> None:
    drawn = frame_bundle(make(2, metrics__a=[1.0, 2.0]))["text/html"]

    assert "<script" not in drawn
    assert "url(" not in drawn
    assert "@import" not in drawn
    assert "http" not in drawn


def test_the_style_sheet_is_in_it_once_and_reaches_nothing_else(make: Make, parse: Parse) -> None:
    drawn = html(parse, make(2))

    sheet = drawn.one("style").children[0].removeprefix("<!-- ").removesuffix(" -->")
    selectors = re.findall(r"([^{};]+){(?![^{}]*{)", sheet)
    assert len(selectors) > 20
    assert all(".nbflow" in selector for group in selectors for selector in group.split(","))


def with_columns(runs: RunFrame, **columns: Any) -> pd.DataFrame:
    return runs.assign(**columns)


BROKEN: dict[str, Callable[[RunFrame], pd.DataFrame]] = {
    "no base columns but the id": lambda runs: runs[["run_id", "metrics.a"]],
    "doubled columns": lambda runs: pd.concat([runs, runs[["metrics.a"]], runs[["status"]]], axis=1),
    "numbers as names": lambda runs: runs.assign(x=1).rename(columns={"x": 7}),
    "objects": lambda runs: runs.astype(object),
    "lists": lambda runs: with_columns(runs, **{"params.b": [[1], [2, 3], {}], "extra": [[1], None, (1, 2)]}),
    "missing numbers": lambda runs: runs.assign(
        n=pd.array([1, None, 3], dtype="Int64"), **{"metrics.b": pd.array([1, None, 3], dtype="Int64")}
    ),
    "flags": lambda runs: runs.assign(flag=pd.array([True, None, False], dtype="boolean")),
    "categories": lambda runs: runs.assign(**{"params.b": pd.Categorical(["x", "y", None])}),
    "times that are text": lambda runs: runs.assign(start_time="yesterday", end_time=5),
    "no times": lambda runs: with_columns(runs, start_time=pd.NaT),
    "index of times": lambda runs: runs.set_index("start_time", drop=False),
    "ids as index": lambda runs: runs.set_index("run_id"),
    "everything missing": lambda runs: runs.assign(**dict.fromkeys(runs.columns)),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_frame_that_was_worked_on_is_still_drawn(name: str, make: Make, parse: Parse) -> None:
    runs = BROKEN[name](make(3, metrics__a=[1.0, 2.0, None], **{"tags.mlflow.parentRunId": [None, "0" * 32, None]}))

    bundle = frame_bundle(runs)

    assert len(parse(bundle["text/html"]).one("tbody").all("tr")) == 3
    assert bundle["text/plain"]
