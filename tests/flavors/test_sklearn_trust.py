"""What a model file from elsewhere is let do: a pickle nothing, a skops file what is known to be no code."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

import numpy as np
import pytest
import skops.io
from scipy import stats
from sklearn import ensemble, linear_model, neighbors

from nbflow.errors import ModelFormatError, UntrustedModelError
from nbflow.flavors.compiled import compiled_fault
from nbflow.flavors.loading import load_native, load_pyfunc
from nbflow.flavors.sklearn import SklearnFlavor
from nbflow.mlmodel.document import Model
from nbflow.mlmodel.trust import Trust, digests

if TYPE_CHECKING:
    import pandas as pd

Save = Callable[..., tuple[Path, Model]]

NOWHERE = Trust()


class Trap:
    """Leaves a file behind when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.mark,)


def as_pickle(save: Save) -> Path:
    folder, _ = save("sklearn", linear_model.LinearRegression(), options={"serialization_format": "pickle"})
    return folder


def with_types(folder: Path, types: list[str]) -> None:
    """Have the MLmodel file of a model say that types are to be trusted."""
    document = Model.load(folder)
    document.flavors["sklearn"]["skops_trusted_types"] = types
    document.save(folder)


def call_of(function: str, argument: str) -> dict[str, Any]:
    """Give the schema of a skops file that calls a function with a text."""
    module, _, name = function.rpartition(".")
    text = {"__class__": "str", "__module__": "builtins", "__loader__": "JsonNode", "content": json.dumps(argument)}
    space = {
        "__class__": "dict",
        "__module__": "builtins",
        "__loader__": "DictNode",
        "content": {},
        "key_types": {"__class__": "list", "__module__": "builtins", "__loader__": "ListNode", "content": []},
    }
    arguments = {"__class__": "tuple", "__module__": "builtins", "__loader__": "TupleNode", "content": [text, space]}
    return {
        "__class__": name,
        "__module__": module,
        "__loader__": "ConstructorFromReduceNode",
        "content": arguments,
        "protocol": 2,
    }


def test_a_pickle_from_elsewhere_is_not_opened(save: Save, tmp_path: Path) -> None:
    folder = as_pickle(save)
    mark = tmp_path / "mark"
    (folder / "model.pkl").write_bytes(pickle.dumps(Trap(mark)))

    for load in (lambda: load_native(folder, "sklearn", trusted=NOWHERE), lambda: load_pyfunc(folder, trusted=NOWHERE)):
        with pytest.raises(UntrustedModelError, match=r"model\.pkl.*trust=True.*NBFLOW_TRUST"):
            load()

    assert not mark.exists()


def test_a_pickle_that_the_store_wrote_is_opened_while_it_is_what_the_store_wrote(save: Save) -> None:
    folder = as_pickle(save)
    written = Trust(digests(folder))

    assert load_native(folder, "sklearn", trusted=written) is not None

    (folder / "model.pkl").write_bytes(pickle.dumps("another"))
    with pytest.raises(UntrustedModelError):
        load_native(folder, "sklearn", trusted=written)


def test_a_place_that_the_user_trusts_is_trusted(save: Save, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = as_pickle(save)

    monkeypatch.setenv("NBFLOW_TRUST", str(folder.parent))

    assert load_native(folder, "sklearn", trusted=NOWHERE) is not None


@pytest.mark.parametrize("function", ["numpy.testing._private.utils.runstring", "builtins.exec", "os.system"])
@pytest.mark.parametrize("listed", [True, False])
def test_a_skops_file_cannot_call_what_it_likes(function: str, listed: bool, save: Save, tmp_path: Path) -> None:
    folder, _ = save("sklearn", linear_model.LinearRegression())
    mark = tmp_path / "mark"
    with ZipFile(folder / "model.skops", "w") as file:
        file.writestr("schema.json", json.dumps(call_of(function, f"open({str(mark)!r}, 'w')")))
    with_types(folder, [function] if listed else [])

    with pytest.raises(UntrustedModelError, match=function):
        load_native(folder, "sklearn", trusted=NOWHERE)

    assert not mark.exists()


def test_that_call_would_have_run_code(save: Save, tmp_path: Path) -> None:
    function = "numpy.testing._private.utils.runstring"
    folder, _ = save("sklearn", linear_model.LinearRegression())
    mark = tmp_path / "mark"
    with ZipFile(folder / "model.skops", "w") as file:
        file.writestr("schema.json", json.dumps(call_of(function, f"open({str(mark)!r}, 'w').close()")))

    load_native(folder, "sklearn", trusted=Trust(all=True))

    assert mark.exists()


def test_types_that_may_run_code_are_named_and_load_where_they_are_trusted(save: Save) -> None:
    model = linear_model.LinearRegression()
    model.prior = stats.uniform(0, 1)
    folder, document = save("sklearn", model)
    types = document.flavors["sklearn"]["skops_trusted_types"]

    with pytest.raises(UntrustedModelError) as refused:
        load_native(folder, "sklearn", trusted=NOWHERE)

    assert refused.value.files == tuple(types)
    for loaded in (
        load_native(folder, "sklearn", trusted=Trust(digests(folder))),
        load_native(folder, "sklearn", trusted=Trust(all=True)),
        load_native(folder, SklearnFlavor(skops_trusted_types=types), trusted=NOWHERE),
    ):
        assert loaded.prior.cdf(0.5) == 0.5


def test_types_that_the_mlmodel_file_does_not_list_are_held_against_the_same_rule(
    save: Save, table: pd.DataFrame, labels: pd.Series[int]
) -> None:
    forest, _ = save("sklearn", ensemble.RandomForestClassifier(2).fit(table, labels), "forest")
    searched = linear_model.LinearRegression()
    searched.prior = stats.uniform(0, 1)
    search, _ = save("sklearn", searched, "search")
    for folder in (forest, search):
        with_types(folder, [])

    assert load_native(forest, "sklearn", trusted=NOWHERE).n_estimators == 2
    with pytest.raises(UntrustedModelError, match=r"does not list them"):
        load_native(search, "sklearn", trusted=NOWHERE)


# Structures that compiled code follows


def forge_tree(tree: Any, **changes: Any) -> None:
    """Write values into the nodes of a tree, as a forged file would."""
    state = tree.__getstate__()
    nodes = state["nodes"].copy()
    for column, value in changes.items():
        nodes[column][0] = value
    tree.__setstate__({**state, "nodes": nodes})


@pytest.mark.parametrize(
    "changes",
    [{"left_child": 10**6}, {"right_child": 0}, {"left_child": -7}, {"feature": 10**6}, {"feature": -3}],
    ids=str,
)
def test_a_forged_tree_is_not_used_unless_it_is_trusted(
    changes: dict[str, int], save: Save, table: pd.DataFrame, labels: pd.Series[int]
) -> None:
    forest = ensemble.RandomForestClassifier(2, random_state=0).fit(table, labels)
    forge_tree(forest.estimators_[1].tree_, **changes)
    folder, _ = save("sklearn", forest)

    with pytest.raises(UntrustedModelError, match="A Tree in it has a node that"):
        load_native(folder, "sklearn", trusted=NOWHERE)

    load_native(folder, "sklearn", trusted=Trust(digests(folder)))


def test_a_tree_for_more_features_than_its_forest_takes_is_found(table: pd.DataFrame, labels: pd.Series[int]) -> None:
    forest = ensemble.RandomForestClassifier(2).fit(table, labels)
    wide = ensemble.RandomForestClassifier(1).fit(np.hstack([table] * 9), labels)

    forest.estimators_[1] = wide.estimators_[0]

    assert "another number of features" in compiled_fault(forest)


def test_a_tree_in_a_place_of_its_own_is_found(table: pd.DataFrame, labels: pd.Series[int]) -> None:
    forest = ensemble.RandomForestClassifier(1).fit(table, labels)
    vote = ensemble.VotingClassifier([("a", forest)]).fit(table, labels)

    vote.estimators_ = [forest.estimators_[0].tree_]

    assert "where scikit-learn has none" in compiled_fault(vote)


@pytest.mark.parametrize("changes", [{"left": 10**6}, {"right": 0}, {"feature_idx": 10**6}], ids=str)
def test_a_forged_predictor_is_found(changes: dict[str, int], table: pd.DataFrame, labels: pd.Series[int]) -> None:
    model = ensemble.HistGradientBoostingClassifier(max_iter=2).fit(table, labels)
    nodes = model._predictors[1][0].nodes

    for column, value in changes.items():
        nodes[column][0] = value

    assert "A TreePredictor in it has a node that" in compiled_fault(model)


def test_boosting_with_more_trees_in_a_stage_than_scores_is_found(table: pd.DataFrame) -> None:
    three = ensemble.GradientBoostingClassifier(n_estimators=2).fit(table, np.arange(len(table)) % 3)
    assert compiled_fault(three) == ""

    three.init_ = linear_model.LogisticRegression().fit(table, np.arange(len(table)) % 2)

    assert "cannot be checked" in compiled_fault(three)


@pytest.mark.parametrize("part", [1, 2])
def test_forged_neighbors_are_found(part: int, table: pd.DataFrame, labels: pd.Series[int]) -> None:
    model = neighbors.KNeighborsClassifier(algorithm="kd_tree").fit(table, labels)
    assert compiled_fault(model) == ""
    state = list(model._tree.__getstate__())

    state[part] = state[part].copy()
    if part == 1:
        state[part][0] = 10**6
    else:
        state[part]["idx_end"][0] = 10**6
    model._tree.__setstate__(tuple(state))

    assert "not as scikit-learn builds it" in compiled_fault(model)


# Files that are not what they must be


@pytest.mark.parametrize("content", [b"", b"nonsense", b"PK\x05\x06" + bytes(18)])
def test_a_damaged_file_is_told(content: bytes, save: Save) -> None:
    folder, _ = save("sklearn", linear_model.LinearRegression())
    (folder / "model.skops").write_bytes(content)

    with pytest.raises(ModelFormatError, match="damaged"):
        load_native(folder, "sklearn", trusted=NOWHERE)


@pytest.mark.parametrize("content", [b"", b"nonsense", b"\x80\x04"])
def test_a_damaged_pickle_is_told(content: bytes, save: Save) -> None:
    folder = as_pickle(save)
    (folder / "model.pkl").write_bytes(content)

    with pytest.raises(ModelFormatError, match=r"model\.pkl"):
        load_native(folder, "sklearn", trusted=Trust(all=True))


@pytest.mark.parametrize(
    "entry",
    [
        {"pickled_model": "../model.skops"},
        {"pickled_model": "/etc/passwd"},
        {"pickled_model": None},
        {"pickled_model": "missing.skops"},
        {"serialization_format": "joblib"},
        {"serialization_format": 7},
        {"skops_trusted_types": "all"},
        {"skops_trusted_types": [1]},
    ],
    ids=str,
)
def test_an_mlmodel_file_that_says_nonsense_is_told(entry: dict[str, Any], save: Save) -> None:
    folder, _ = save("sklearn", linear_model.LinearRegression())
    document = Model.load(folder)
    document.flavors["sklearn"] |= entry
    del document.flavors["python_function"]
    document.save(folder)

    with pytest.raises(ModelFormatError):
        load_native(folder, "sklearn", trusted=NOWHERE)


def test_the_smallest_folder_that_mlflow_loads_is_a_pickle(tmp_path: Path) -> None:
    folder = tmp_path / "small"
    folder.mkdir()
    entry = "flavors: {python_function: {loader_module: mlflow.sklearn, model_path: model.pkl}}"
    (folder / "MLmodel").write_text(entry)
    model = linear_model.LinearRegression().fit([[0.0], [1.0]], [0.0, 2.0])
    (folder / "model.pkl").write_bytes(pickle.dumps(model))

    with pytest.raises(UntrustedModelError):
        load_pyfunc(folder, trusted=NOWHERE)

    assert load_pyfunc(folder, trusted=Trust(all=True)).predict([[2.0]])[0] == pytest.approx(4.0)


def test_a_foreign_file_of_trees_alone_loads(tmp_path: Path, table: pd.DataFrame, labels: pd.Series[int]) -> None:
    forest = ensemble.RandomForestClassifier(2, random_state=0).fit(table, labels)
    folder = tmp_path / "foreign"
    folder.mkdir()
    skops.io.dump(forest, folder / "model.skops")
    document = Model().add_flavor("sklearn", pickled_model="model.skops", serialization_format="skops")
    document.save(folder)

    np.testing.assert_array_equal(load_native(folder, "sklearn", trusted=NOWHERE).predict(table), forest.predict(table))
