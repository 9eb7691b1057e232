from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbflow.tracking.frame import RunFrame
from nbflow.widgets.limits import MAX_SAVED_BYTES, json_text, saved_bytes
from nbflow.widgets.run_table.data import MAX_SAVED_COLUMNS, TableData
from nbflow.widgets.run_table.patch import is_same, patch
from nbflow.widgets.wire import encode
from tests.widgets.conftest import cells, decode, patched


def frame(n_runs: int, **columns: Any) -> RunFrame:
    base: dict[str, Any] = {
        "run_id": [f"{i:032x}" for i in range(n_runs)],
        "experiment_id": ["0"] * n_runs,
        "status": ["FINISHED"] * n_runs,
        "start_time": [1_700_000_000_000 + i for i in range(n_runs)],
        "end_time": [1_700_000_001_500 + i for i in range(n_runs)],
    }
    return RunFrame.from_columns({**base, **columns}, "nowhere")


def sent(data: TableData) -> dict[str, Any]:
    message, buffers = encode({"columns": data.full()})
    read: dict[str, Any] = decode(message, buffers)
    return read


def values_of(data: Any) -> dict[str, list[Any]]:
    return {column["id"]: cells(column) for column in data["columns"]}


def test_a_runs_own_columns_come_first_with_its_duration_and_its_experiments_name() -> None:
    runs = frame(1, **{"metrics.loss": [1.0], "tags.mlflow.runName": ["first"]})

    columns = TableData(runs, {"0": "Default"}).full()

    names = [(column["name"], column["type"]) for column in columns]
    assert names == [
        ("name", "text"),
        ("status", "status"),
        ("started", "time"),
        ("ended", "time"),
        ("duration", "duration"),
        ("experiment", "text"),
        ("run id", "text"),
        ("loss", "number"),
    ]
    assert cells(columns[4]) == [1.5]
    assert cells(columns[5]) == ["Default"]


def test_a_small_table_is_saved_whole() -> None:
    columns, reduced = TableData(frame(10, **{"metrics.loss": np.arange(10.0)}), {}).saved()

    assert reduced is None
    assert cells(columns[-1]) == list(range(10))


@pytest.mark.parametrize(("n_runs", "n_metrics", "limit"), [(20_000, 30, MAX_SAVED_BYTES), (300, 30, 50_000)])
def test_a_long_table_is_saved_up_to_the_limit_and_says_so(n_runs: int, n_metrics: int, limit: int) -> None:
    rng = np.random.default_rng(0)
    runs = frame(n_runs, **{f"metrics.m{i}": rng.random(n_runs) for i in range(n_metrics)})

    columns, reduced = TableData(runs, {}).saved(limit)

    assert reduced is not None
    shown, total = reduced["rows"]
    assert total == n_runs
    assert {len(cells(column)) for column in columns} == {shown}
    assert limit * 0.8 < saved_bytes(json_text(columns)) <= limit


def test_what_is_saved_is_the_beginning() -> None:
    runs = frame(5000, **{"params.text": [f"{i} " * 50 for i in range(5000)]})

    columns, reduced = TableData(runs, {}).saved()

    assert reduced is not None
    assert cells(columns[-1]) == [f"{i} " * 50 for i in range(reduced["rows"][0])]


def test_of_many_columns_those_that_say_most_are_saved() -> None:
    many: dict[str, Any] = {f"metrics.m{i}": [float(i), None] for i in range(5000)}
    many["metrics.val_loss"] = [1.0, 2.0]
    many["params.lr"] = ["0.1", "0.2"]

    data = TableData(frame(2, **many), {})
    columns, reduced = data.saved()

    assert reduced is not None
    assert reduced["columns"] == [MAX_SAVED_COLUMNS, len(data.columns) - 1]  # the end can be told from the duration
    assert {"run_id", "status", "metrics.val_loss", "params.lr"} <= {column["id"] for column in columns}
    assert saved_bytes(json_text(columns)) <= MAX_SAVED_BYTES
    assert len(data.full()) == 5000 + 2 + 6


def test_a_single_row_that_is_too_long_for_the_limit_leaves_columns_out() -> None:
    wide = frame(60, **{f"params.p{i}": ["x" * 400 + str(j) for j in range(60)] for i in range(200)})

    columns, reduced = TableData(wide, {}).saved()

    assert reduced is not None
    assert reduced["rows"][0] >= 50
    assert reduced["columns"][0] < 200
    assert saved_bytes(json_text(columns)) <= MAX_SAVED_BYTES


rows = st.lists(
    st.tuples(st.integers(0, 15), st.sampled_from(["RUNNING", "FINISHED"]), st.none() | st.integers(0, 3)),
    unique_by=lambda row: row[0],
    max_size=10,
)


def table_of(found: list[tuple[int, str, int | None]], *, extra: bool) -> TableData:
    columns: dict[str, Any] = {
        "run_id": [f"{i:032x}" for i, _, _ in found],
        "status": [status for _, status, _ in found],
        "metrics.a": [value for _, _, value in found],
        "params.p": [None if value is None else f"p{value}" for _, _, value in found],
    }
    if extra:
        columns["tags.late"] = [None if value is None else str(value) for _, _, value in found]
    return TableData(RunFrame.from_columns(columns, "nowhere"), {})


@given(rows, rows, st.booleans(), st.booleans())
def test_what_changed_makes_the_new_table_of_the_old(
    before: list[Any], after: list[Any], extra_before: bool, extra_after: bool
) -> None:
    old, new = table_of(before, extra=extra_before), table_of(after, extra=extra_after)

    found = patch(old, new)

    if found is not None:
        message, buffers = encode({**found, "rest": {}})
        made = patched(sent(old), decode(message, buffers))
        assert values_of(made) == values_of(sent(new))
        assert is_same(old, found) == (values_of(sent(old)) == values_of(sent(new)) and extra_before == extra_after)


def test_only_rows_that_are_new_or_changed_are_sent() -> None:
    old = frame(1000, **{"metrics.loss": np.arange(1000.0)})
    new = pd.concat([frame(1001, **{"metrics.loss": [9.0] * 1001}).iloc[1000:], old], ignore_index=True)
    new.loc[5, "metrics.loss"] = -1.0

    found = patch(TableData(old, {}), TableData(new, {}))

    assert found is not None
    assert {len(cells(column)) for column in found["columns"]} == {2}
    assert list(found["from"][:7]) == [-1, 0, 1, 2, 3, -2, 5]


def test_a_column_that_became_another_type_is_sent_whole() -> None:
    old = frame(2, **{"params.a": ["1", "2"]})
    new = frame(2, **{"params.a": ["1", "x"]})

    assert patch(TableData(old, {}), TableData(new, {})) is None


def test_a_table_with_a_run_twice_is_sent_whole() -> None:
    runs = frame(2)
    twice = pd.concat([runs, runs], ignore_index=True)

    assert patch(TableData(runs, {}), TableData(twice, {})) is None
    assert patch(TableData(twice, {}), TableData(runs, {})) is None


def test_saved_data_is_json() -> None:
    runs = frame(3, **{"metrics.a": [np.inf, np.nan, -np.inf], "params.b": ["nan", "1", None]})

    columns, _ = TableData(runs, {}).saved()

    read = {column["id"]: cells(column) for column in json.loads(json.dumps(columns, allow_nan=False))}
    assert read["metrics.a"] == [np.inf, None, -np.inf]
    np.testing.assert_array_equal(read["params.b"][:2], [np.nan, 1])
    assert read["params.b"][2] is None
