"""Trees that would crash the process, or never end: found in files that nobody vouches for, before they are used."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import lightgbm
import numpy as np
import pytest
import xgboost

from nbflow.errors import UntrustedModelError
from nbflow.flavors.loading import load_native
from nbflow.mlmodel.trust import Trust, digests

if TYPE_CHECKING:
    import pandas as pd

    from nbflow.mlmodel.document import Model

Save = Callable[..., tuple[Path, "Model"]]

NOWHERE = Trust()  # nothing is known of the model


# XGBoost


def forge(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    document = json.loads((folder / "model.json").read_text())
    change(document["learner"])
    (folder / "model.json").write_text(json.dumps(document))


def in_tree(key: str, place: int, value: int) -> Callable[[dict[str, Any]], None]:
    def change(learner: dict[str, Any]) -> None:
        learner["gradient_booster"]["model"]["trees"][0][key][place] = value

    return change


def in_model(key: str, place: int, value: int) -> Callable[[dict[str, Any]], None]:
    def change(learner: dict[str, Any]) -> None:
        learner["gradient_booster"]["model"][key][place] = value

    return change


@pytest.mark.parametrize(
    "change",
    [
        in_tree("left_children", 0, 10**8),
        in_tree("left_children", 0, -5),
        in_tree("right_children", 0, 0),
        in_tree("left_children", 1, 2),
        in_tree("split_indices", 0, 10**8),
        in_model("tree_info", 0, 10**6),
    ],
)
def test_a_forged_booster_of_xgboost_is_not_used(
    change: Any, save: Save, table: pd.DataFrame, labels: pd.Series[int]
) -> None:
    booster = xgboost.train({"objective": "binary:logistic"}, xgboost.DMatrix(table, labels), 3)
    folder, _ = save("xgboost", booster, options={"model_format": "json"})
    forge(folder, change)

    with pytest.raises(UntrustedModelError, match=r"model\.json"):
        load_native(folder, "xgboost", trusted=NOWHERE)

    load_native(folder, "xgboost", trusted=Trust(digests(folder)))  # whoever vouches for it is believed


@pytest.mark.parametrize(
    "options", [{}, {"booster": "dart"}, {"booster": "gblinear"}, {"num_parallel_tree": 3}], ids=str
)
@pytest.mark.parametrize("objective", ["binary:logistic", "multi:softprob", "reg:squarederror"])
def test_what_xgboost_wrote_is_loaded(options: Any, objective: str, save: Save, table: pd.DataFrame) -> None:
    params = {"objective": objective, **options} | ({"num_class": 3} if "multi" in objective else {})
    data = xgboost.DMatrix(table, np.arange(len(table)) % (3 if "multi" in objective else 2))
    booster = xgboost.train(params, data, 5)
    folder, _ = save("xgboost", booster)

    loaded = load_native(folder, "xgboost", trusted=NOWHERE)

    np.testing.assert_array_equal(loaded.predict(data), booster.predict(data))


def test_trees_with_categories_and_without_what_was_pruned_are_loaded(save: Save, table: pd.DataFrame) -> None:
    frame = table.assign(kind=np.arange(len(table)) % 7)
    frame["kind"] = frame["kind"].astype("category")
    data = xgboost.DMatrix(frame, (np.arange(len(table)) % 7 > 3).astype(int), enable_categorical=True)
    booster = xgboost.train({"gamma": 0.5, "max_cat_to_onehot": 1, "tree_method": "hist"}, data, 5)
    folder, _ = save("xgboost", booster)

    loaded = load_native(folder, "xgboost", trusted=NOWHERE)

    np.testing.assert_array_equal(loaded.predict(data), booster.predict(data))


# LightGBM


def a_booster(table: pd.DataFrame, **params: Any) -> lightgbm.Booster:
    frame = table.assign(kind=np.arange(len(table)) % 7)
    data = lightgbm.Dataset(frame, np.arange(len(table)) % 3, categorical_feature=["kind"])
    small = {"verbose": -1, "min_data_in_leaf": 2, "min_data_per_group": 1, "num_leaves": 8, "cat_smooth": 1}
    return lightgbm.train(small | params, data, 4)


def set_first(text: str, key: str, place: int, value: int) -> str:
    """Change a number of the first tree, with its size as the head of the file tells it."""
    line = re.search(rf"(?m)^{key}=(.*)$", text[text.index("\nTree=0") :])
    assert line is not None
    numbers = line[1].split()
    numbers[place] = str(value)
    forged = f"{key}={' '.join(numbers)}"
    grown = len(forged) - len(line[0])
    return re.sub(
        r"tree_sizes=(\d+)",
        lambda size: f"tree_sizes={int(size[1]) + grown}",
        text.replace(line[0], forged, 1),
        count=1,
    )


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("left_child", 10**7),
        ("left_child", -(10**7)),
        ("right_child", 0),
        ("split_feature", 10**7),
        ("num_leaves", 10**6),
    ],
)
def test_a_forged_booster_of_lightgbm_is_not_used(key: str, value: int, save: Save, table: pd.DataFrame) -> None:
    folder, _ = save("lightgbm", a_booster(table))
    (file,) = folder.glob("model.*")
    file.write_text(set_first(file.read_text(), key, 0, value))

    with pytest.raises(UntrustedModelError, match=re.escape(file.name)):
        load_native(folder, "lightgbm", trusted=NOWHERE)


@pytest.mark.parametrize(
    "params",
    [{}, {"objective": "multiclass", "num_class": 3}, {"boosting": "dart"}, {"min_data_in_leaf": 1000}],
    ids=str,
)
def test_what_lightgbm_wrote_is_loaded(params: Any, save: Save, table: pd.DataFrame) -> None:
    booster = a_booster(table, **params)
    folder, _ = save("lightgbm", booster)
    frame = table.assign(kind=np.arange(len(table)) % 7)

    loaded = load_native(folder, "lightgbm", trusted=NOWHERE)

    np.testing.assert_array_equal(loaded.predict(frame), booster.predict(frame))


def test_leaves_that_cannot_be_checked_take_trust(save: Save, table: pd.DataFrame) -> None:
    folder, _ = save("lightgbm", a_booster(table, linear_tree=True))

    with pytest.raises(UntrustedModelError, match="linear"):
        load_native(folder, "lightgbm", trusted=NOWHERE)
    load_native(folder, "lightgbm", trusted=Trust(all=True))
