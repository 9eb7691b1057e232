"""Naming a library in a model's requirements, when it is installed under one of several names."""

from __future__ import annotations

from nbflow.mlmodel.distributions import installed_version, pinned

__all__ = ["pinned_first"]


def pinned_first(*distributions: str) -> str:
    """Give the requirement for the first of several distributions that is installed.

    Parameters
    ----------
    *distributions
        Those that bring the same module, such as `"xgboost"` and `"xgboost-cpu"`; the usual one first.

    Returns
    -------
    requirement : str
        Such as `"xgboost-cpu==3.2.0"`; the name of the first alone where none is installed.
    """
    return pinned(next((name for name in distributions if installed_version(name)), distributions[0]))
