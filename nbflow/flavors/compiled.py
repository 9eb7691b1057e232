"""What a forged model file could make scikit-learn read: looked into before the model is used.

Trees are arrays of indices that compiled code follows without a look at their bounds. skops can say of which type
they are and no more, so a file that nobody vouches for could crash the process, or have memory read that is not its
own. A model that scikit-learn itself has made passes; one that cannot be checked is left to whom the user trusts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import FunctionType
from typing import Any

__all__ = ["compiled_fault"]

_PLAIN = {bool, bytes, float, int, str, type(None)}


def compiled_fault(model: Any) -> str:
    """Find what is wrong in the compiled structures of a scikit-learn model.

    Parameters
    ----------
    model
        As it was loaded; nothing in it has been called.

    Returns
    -------
    fault : str
        A whole sentence; `""` when all of it is as scikit-learn makes it.
    """
    for owner, name, part in _edges(model):
        if not type(part).__module__.startswith("sklearn."):
            continue
        try:
            fault = _part_fault(owner, name, part) or _ensemble_fault(part)
        except (AttributeError, LookupError, TypeError, ValueError):
            fault = "is not made as by this version of scikit-learn"
        if fault:
            return f"A {type(part).__name__} in it {fault}."
    return ""


def _edges(model: Any) -> Iterator[tuple[Any, str, Any]]:
    """Go through all that a model holds: who holds it, under which name, and what it is. Each hold is met once."""
    import numpy as np

    seen: set[int] = set()
    pending: list[tuple[Any, str, Any]] = [(None, "", model)]
    while pending:
        owner, name, part = pending.pop()
        yield owner, name, part
        if id(part) in seen:
            continue
        seen.add(id(part))
        # A list hands on who holds it: the trees of `estimators_` are the forest's.
        hands_on = isinstance(part, dict | list | tuple | set) or _is_array(part)
        for below_name, below in _parts(part):
            if type(below) in _PLAIN or (type(below) is np.ndarray and not below.dtype.hasobject):
                continue
            if id(below) not in seen or _is_compiled(below):
                pending.append((owner, name, below) if hands_on else (part, below_name, below))


def _parts(part: Any) -> list[tuple[str, Any]]:
    if isinstance(part, dict):
        return [("", value) for value in part.values()]
    if isinstance(part, list | tuple | set):
        return [("", value) for value in part]
    if _is_array(part):
        return [("", value) for value in part.ravel().tolist()]
    if isinstance(part, type | FunctionType):
        return []  # not of the file
    return list(vars(part).items()) if hasattr(part, "__dict__") else []


def _is_array(part: Any) -> bool:
    import numpy as np

    return isinstance(part, np.ndarray) and part.dtype == object


def _is_compiled(part: Any) -> bool:
    return type(part).__name__ in _CHECKS


def _part_fault(owner: Any, name: str, part: Any) -> str:
    if not _is_compiled(part):
        return ""
    attributes, fault = _CHECKS[type(part).__name__]
    return fault(owner, part) if name in attributes and owner is not None else "is where scikit-learn has none"


def _ensemble_fault(part: Any) -> str:
    if not type(part).__module__.startswith("sklearn.ensemble."):
        return ""
    from sklearn.ensemble import IsolationForest
    from sklearn.ensemble._forest import BaseForest
    from sklearn.ensemble._gb import BaseGradientBoosting

    if isinstance(part, BaseForest | BaseGradientBoosting):
        n_features = getattr(part, "n_features_in_", None)
        if any(tree.n_features != n_features for tree in _trees(part)):
            return "has trees for another number of features than its own"
    if isinstance(part, BaseGradientBoosting):
        return _boosting_fault(part)
    if isinstance(part, IsolationForest):
        return _isolation_fault(part)
    return ""


def _trees(ensemble: Any) -> list[Any]:
    members: Any = getattr(ensemble, "estimators_", [])
    flat = members.ravel().tolist() if _is_array(members) else list(members)
    return [member.tree_ for member in flat if hasattr(member, "tree_")]


def _boosting_fault(model: Any) -> str:
    """Compiled code adds to one column of the scores for each tree of a stage: there must be as many."""
    from sklearn.dummy import DummyClassifier

    stages = getattr(model, "estimators_", None)
    if stages is None:
        return ""  # unfitted
    if not _is_array(stages) or stages.ndim != 2 or len(_trees(model)) != stages.size:  # noqa: PLR2004
        return "has no table of trees"
    n_columns = stages.shape[1]
    if n_columns != getattr(model, "n_trees_per_iteration_", None):
        return "has another number of trees in a stage than it says"
    first = model.init_
    if n_columns == 1 or (isinstance(first, str) and first == "zero"):
        return ""
    prior = getattr(first, "class_prior_", None) if type(first) is DummyClassifier else None
    return "" if getattr(prior, "shape", None) == (n_columns,) else "starts from a model that cannot be checked"


def _isolation_fault(model: Any) -> str:
    columns = getattr(model, "estimators_features_", [])
    n_features = getattr(model, "n_features_in_", None)
    whole = getattr(model, "_max_features", None) == n_features
    trees = _trees(model)
    if len(trees) != len(columns):
        return "has not the columns of each tree"
    same = all(tree.n_features == (n_features if whole else len(own)) for tree, own in zip(trees, columns, strict=True))
    return "" if same else "has trees for another number of features than they are given"


def _tree_fault(owner: Any, tree: Any) -> str:
    from sklearn.tree._classes import BaseDecisionTree

    if not isinstance(owner, BaseDecisionTree):
        return "is where scikit-learn has none"
    if getattr(owner, "n_features_in_", None) != tree.n_features:
        return "is for another number of features than the model around it"
    nodes = tree.__getstate__()["nodes"]
    inner = nodes["left_child"] != -1
    return _nodes_fault(nodes, inner, ("left_child", "right_child"), nodes["feature"], tree.n_features)


def _predictor_fault(owner: Any, predictor: Any) -> str:
    from sklearn.ensemble._hist_gradient_boosting.gradient_boosting import BaseHistGradientBoosting

    if not isinstance(owner, BaseHistGradientBoosting):
        return "is where scikit-learn has none"
    if getattr(owner, "_preprocessor", None) is not None:
        return "gets its data from a step that cannot be checked"
    nodes = predictor.nodes
    inner = nodes["is_leaf"] == 0
    if (nodes["is_categorical"] != 0).any():
        return "splits by categories, which cannot be checked"
    return _nodes_fault(nodes, inner, ("left", "right"), nodes["feature_idx"], owner.n_features_in_)


def _nodes_fault(nodes: Any, inner: Any, children: tuple[str, str], feature: Any, n_features: int) -> str:
    import numpy as np

    if not len(nodes):
        return "has no nodes"
    place = inner.nonzero()[0]
    if not len(place):
        return ""
    for name in children:
        child = nodes[name][place].astype(np.int64)
        # A child comes after its parent: so it is never gone round in a circle, either.
        if child.max() >= len(nodes) or (child <= place).any():
            return "has a node that points outside of it"
    asked = feature[place]
    return (
        "" if asked.min() >= 0 and asked.max() < n_features else "has a node that asks for a feature that there is not"
    )


def _neighbors_fault(_owner: Any, tree: Any) -> str:
    import numpy as np

    data, order, nodes, bounds, leaf_size, _levels, n_nodes, *_, metric, weights = tree.__getstate__()
    n_rows, n_features = data.shape
    place = np.arange(len(nodes))
    starts, ends = nodes["idx_start"], nodes["idx_end"]
    sound = (
        type(metric).__name__ in {"ChebyshevDistance64", "EuclideanDistance64", "ManhattanDistance64"}
        and leaf_size > 0
        and len(nodes) == n_nodes > 0
        and bounds.shape == (2 if type(tree).__name__.startswith("KD") else 1, n_nodes, n_features)
        and (weights is None or weights.shape == (n_rows,))
        and len(order) == n_rows
        and bool(((order >= 0) & (order < n_rows)).all())
        and bool(((starts >= 0) & (starts <= ends) & (ends <= n_rows)).all())
        and bool((nodes["is_leaf"].astype(bool) | (2 * place + 2 < n_nodes)).all())
    )
    return "" if sound else "is not as scikit-learn builds it"


# By the name of the class: under which name scikit-learn holds it, and what is looked at.
_CHECKS: dict[str, tuple[set[str], Callable[[Any, Any], str]]] = {
    "BallTree": ({"_tree", "tree_"}, _neighbors_fault),
    "BallTree64": ({"_tree", "tree_"}, _neighbors_fault),
    "KDTree": ({"_tree", "tree_"}, _neighbors_fault),
    "KDTree64": ({"_tree", "tree_"}, _neighbors_fault),
    "Tree": ({"tree_"}, _tree_fault),
    "TreePredictor": ({"_predictors"}, _predictor_fault),
}
