"""Which types in a skops file are no code: which of those that skops does not know a file may ask for unasked.

skops makes an object of any type that it is told to trust: it calls it with whatever arguments the file gives, or
fills an instance with whatever state. So a name being scikit-learn's, numpy's or scipy's says nothing:
`numpy.testing` has functions that run a text, scipy's distributions run one that is in their state, `numpy.memmap`
writes files. What stands here has been read: it computes, and does nothing else. Compiled structures that a forged
state would let read beyond their end are in `compiled`, which looks into them.
"""

from __future__ import annotations

import re

__all__ = ["COMPILED", "is_harmless", "is_scientific"]

COMPILED = {
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.metrics._dist_metrics.ChebyshevDistance64",
    "sklearn.metrics._dist_metrics.EuclideanDistance64",
    "sklearn.metrics._dist_metrics.ManhattanDistance64",
    "sklearn.neighbors._ball_tree.BallTree",
    "sklearn.neighbors._ball_tree.BallTree64",
    "sklearn.neighbors._kd_tree.KDTree",
    "sklearn.neighbors._kd_tree.KDTree64",
    "sklearn.tree._tree.Tree",
}

_HARMLESS = re.compile(
    r"""
      numpy\.dtype
    | sklearn\.calibration\.(_CalibratedClassifier | _SigmoidCalibration | _TemperatureScaling)
    | sklearn\.compose\._column_transformer\.(make_column_selector | _RemainderColsList)
    | sklearn\.feature_selection\._mutual_info\.mutual_info_(classif | regression)
    | sklearn\.feature_selection\._univariate_selection\.(chi2 | f_classif | f_oneway | f_regression | r_regression)
    | sklearn\.gaussian_process\._gpc\._BinaryGaussianProcessClassifierLaplace
    | sklearn\.gaussian_process\.kernels\.(Compound | Constant | Pairwise | White)Kernel
    | sklearn\.gaussian_process\.kernels\.(DotProduct | ExpSineSquared | Matern | RBF | RationalQuadratic)
    | sklearn\.gaussian_process\.kernels\.(Exponentiation | Product | Sum)
    | sklearn\.metrics\._(classification | ranking | regression)\.[a-z0-9]\w*_(score | error | loss | deviance)
    | sklearn\.metrics\._scorer\.(_PassthroughScorer | _Scorer | _MultimetricScorer)
    | sklearn\.model_selection\._split\.(Group | Repeated | RepeatedStratified | Stratified | StratifiedGroup)?KFold
    | sklearn\.model_selection\._split\.(Group | Stratified)?ShuffleSplit
    | sklearn\.model_selection\._split\.(LeaveOneOut | LeavePOut | LeaveOneGroupOut | LeavePGroupsOut)
    | sklearn\.model_selection\._split\.(PredefinedSplit | TimeSeriesSplit | _CVIterableWrapper)
    | sklearn\.neural_network\._stochastic_optimizers\.(Adam | SGD)Optimizer
    | sklearn\.utils\._bunch\.Bunch
    """,
    re.VERBOSE,
)
_SCIENTIFIC = ("sklearn.", "numpy.", "scipy.")


def is_harmless(name: str) -> bool:
    """Tell whether a type that skops does not know may be made of a file from anywhere.

    Parameters
    ----------
    name
        As skops names it: `"sklearn.tree._tree.Tree"`.
    """
    return name in COMPILED or _HARMLESS.fullmatch(name) is not None


def is_scientific(name: str) -> bool:
    """Tell whether a type belongs to scikit-learn, numpy or scipy: what a model that is saved may hold unasked.

    Parameters
    ----------
    name
        As skops names it. `functools.partial` is one of them: scikit-learn's own models hold functions of theirs so.
    """
    return name.startswith(_SCIENTIFIC) or name == "functools.partial"
