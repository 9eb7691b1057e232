"""What a forged file of XGBoost or LightGBM could make them read: looked into where nobody vouches for the file.

Both follow the indices in their trees without a look at their bounds, and go round in a circle for ever. What they have
written passes; what cannot be checked is left to whom the user trusts.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbflow.errors import UntrustedModelError
from nbflow.flavors.named_file import relative_name

if TYPE_CHECKING:
    from nbflow.mlmodel.trust import Trust

__all__ = ["check_trees", "lightgbm_fault", "xgboost_fault"]

_CATEGORICAL = 1  # a bit of LightGBM's decision_type


def check_trees(folder: Path, file: Path, trusted: Trust, find_fault: Callable[[], str]) -> None:
    """Refuse trees that would crash the process, unless somebody vouches for the file.

    Parameters
    ----------
    folder, file
        The model's folder, and the file in it.
    trusted
        What is known of where the model comes from.
    find_fault
        Says what is wrong with the trees: a whole sentence; `""` when nothing is.

    Raises
    ------
    UntrustedModelError
        If nothing vouches for the file, and something is wrong with them.
    """
    try:
        trusted.check(folder, [relative_name(folder, file)])
    except UntrustedModelError as exc:
        try:
            fault = find_fault()
        except (KeyError, IndexError, TypeError, ValueError, OverflowError, AttributeError):
            fault = "Its trees are not as the library writes them."
        if fault:
            raise UntrustedModelError(exc.path, [file.name], f"{fault} {exc.reason}") from None


def xgboost_fault(booster: Any) -> str:
    """Find what is wrong with a booster of XGBoost that was loaded, and asked for nothing yet."""
    import numpy as np

    learner = json.loads(bytes(booster.save_raw("json")))["learner"]
    param, machine = learner["learner_model_param"], learner["gradient_booster"]
    n_features = int(param["num_feature"])
    n_groups = max(int(param["num_class"]), int(param.get("num_target", 1)), 1)
    if machine["name"] == "gblinear":
        whole = len(machine["model"]["weights"]) == (n_features + 1) * n_groups
        return "" if whole else "It has not a weight for each feature."
    model = machine["gbtree"]["model"] if machine["name"] == "dart" else machine["model"]
    trees, of_group = model["trees"], np.asarray(model["tree_info"], "int64")
    rounds = np.asarray(model.get("iteration_indptr", [0, len(trees)]), "int64")
    if (
        len(of_group) != len(trees)
        or not _within(of_group, n_groups)
        or len(machine.get("weight_drop", trees)) != len(trees)
    ):
        return "It has not a place for each tree."
    if rounds[0] != 0 or rounds[-1] != len(trees) or (np.diff(rounds) < 0).any():
        return "Its rounds are not those of its trees."
    return next((fault for tree in trees if (fault := _xgboost_tree_fault(tree, n_features))), "")


def _xgboost_tree_fault(tree: Mapping[str, Any], n_features: int) -> str:
    import numpy as np

    left, right, feature = (
        np.asarray(tree[key], "int64") for key in ("left_children", "right_children", "split_indices")
    )
    inner = left != -1
    segments, sizes = (np.asarray(tree[f"categories_{key}"], "int64") for key in ("segments", "sizes"))
    sound = (
        int(tree["tree_param"].get("size_leaf_vector", 1)) <= 1
        and len(left) == len(right) == len(feature)
        and (segments >= 0).all()
        and (sizes >= 0).all()
        and (segments + sizes <= len(tree["categories"])).all()
        and _within(np.asarray(tree["categories_nodes"], "int64"), len(left))
        and _within(np.asarray(tree["categories"], "int64"), 1 << 24)
        and _is_tree(np.concatenate([left[inner], right[inner]]), len(left))
    )
    return _told(sound=bool(sound), features=_within(feature[inner], n_features))


def lightgbm_fault(file: Path) -> str:
    """Find what is wrong with the trees in the text of a booster of LightGBM, before it is loaded."""
    head, *trees = file.read_text(encoding="utf-8").partition("\nend of trees")[0].split("\nTree=")
    n_features = int(_entries(head)["max_feature_idx"]) + 1
    return next((fault for tree in trees if (fault := _lightgbm_tree_fault(_entries(tree), n_features))), "")


def _lightgbm_tree_fault(tree: Mapping[str, str], n_features: int) -> str:
    import numpy as np

    def numbers(key: str) -> Any:
        return np.array(tree.get(key, "").split(), "float64").astype("int64")

    n_leaves, n_cats = int(tree["num_leaves"]), int(tree["num_cat"])
    if int(tree.get("is_linear", "0")):
        return "Its leaves are linear models, which cannot be checked."
    if n_leaves <= 1:
        return "" if n_leaves == 1 and len(numbers("leaf_value")) == 1 else _told(sound=False)
    children = np.concatenate([numbers("left_child"), numbers("right_child")])
    feature, threshold, kind = numbers("split_feature"), numbers("threshold"), numbers("decision_type")
    bounds, categories = numbers("cat_boundaries"), numbers("cat_threshold")
    n_nodes = n_leaves - 1
    sound = (
        len(children) == 2 * n_nodes
        and len(feature) == len(threshold) == len(kind) == n_nodes
        and len(numbers("leaf_value")) == n_leaves
        and (children >= -n_leaves).all()
        and _is_tree(children[children >= 0], n_nodes)
        and _within(threshold[(kind & _CATEGORICAL) != 0], n_cats)
        and (n_cats == 0 or (len(bounds) == n_cats + 1 and _within(bounds, len(categories) + 1)))
        and (np.diff(bounds) >= 0).all()
    )
    return _told(sound=bool(sound), features=_within(feature, n_features))


def _entries(text: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in text.split("\n") if "=" in line)


def _within(numbers: Any, n: int) -> bool:
    return bool(((numbers >= 0) & (numbers < n)).all())


def _is_tree(children: Any, n_nodes: int) -> bool:
    """Tell whether nodes hang together without a circle: each has one above it at most, and the first one none."""
    import numpy as np

    # A circle could be entered only at a node that has another one above it.
    return _within(children - 1, n_nodes - 1) and len(np.unique(children)) == len(children)


def _told(*, sound: bool, features: bool = True) -> str:
    if not sound:
        return "A tree in it points outside of itself, or in a circle, or is none that can be checked."
    return "" if features else "A tree in it asks for a feature that there is not."
