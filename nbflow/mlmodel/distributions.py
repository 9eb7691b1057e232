"""Which distributions bring the modules that a model imports, and in which versions they are installed."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from importlib import metadata

__all__ = ["distributions_of", "installed_version", "pinned"]

# Wherever nbflow or MLflow loads the model, these are there, in the version that it needs; and installers, which
# libraries import to ask for their own version.
_NOT_THE_MODELS = {
    "jupyter-nbflow",
    "msgspec",
    "packaging",
    "pip",
    "platformdirs",
    "pyyaml",
    "setuptools",
    "uv",
    "wheel",
}
# What a model is made of. Their versions matter even where another library brings them along.
_ALWAYS = {"cloudpickle", "numpy", "pandas", "pyarrow", "scikit-learn", "scipy", "skops"}


def distributions_of(modules: Iterable[str]) -> list[str]:
    """Find what to install for modules to be there.

    Parameters
    ----------
    modules
        Names of imported modules, such as `"sklearn"` or `"sklearn.tree._tree"`. Of a name that several distributions
        share (`google`) the whole names tell which it is.

    Returns
    -------
    requirements : list of str
        Pinned to the versions that are installed, such as `"scikit-learn==1.9.1"`, sorted. nbflow itself is left out,
        and so is what another one of them brings along, but for what models are made of. Modules of the standard
        library, and those that no distribution brings, are left out, too.
    """
    providers = metadata.packages_distributions()
    found: set[str] = set()
    for top, names in _by_top_level(modules).items():
        candidates = set(providers.get(top, ()))
        found |= {_normal(name) for name in (candidates if len(candidates) <= 1 else _narrowed(candidates, names))}
    return sorted(pinned(name) for name in _pruned(found - _NOT_THE_MODELS))


def pinned(distribution: str) -> str:
    """Give the requirement for the version of a distribution that is installed, such as `"numpy==2.4.6"`.

    A local label such as `+cpu` is left out, since no index has such a version. Of one that is not installed the name
    alone is given.
    """
    version = installed_version(distribution)
    return distribution if version is None else f"{distribution}=={version.partition('+')[0]}"


def installed_version(distribution: str) -> str | None:
    """Give the version of an installed distribution; None when it is not installed."""
    try:
        return metadata.version(distribution) or None
    except (metadata.PackageNotFoundError, ValueError, KeyError):  # damaged metadata have no version
        return None


def _by_top_level(modules: Iterable[str]) -> dict[str, set[str]]:
    tops: dict[str, set[str]] = {}
    for module in modules:
        top = module.partition(".")[0]
        if top and top not in sys.stdlib_module_names and not top.startswith("__"):
            tops.setdefault(top, set()).add(module)
    return tops


def _narrowed(candidates: set[str], modules: set[str]) -> set[str]:
    """Of distributions that share a top-level name, take those that bring one of the modules."""
    paths = {f"{module.replace('.', '/')}{end}" for module in modules for end in (".py", "/__init__.py")}
    stems = {module.replace(".", "/") + "." for module in modules}
    taken = {
        name
        for name in candidates
        if any(
            str(file) in paths or any(str(file).startswith(stem) for stem in stems)
            for file in metadata.files(name) or ()
        )
    }
    return taken or candidates


def _pruned(names: set[str]) -> set[str]:
    """Leave out what another one brings along."""
    direct: dict[str, set[str]] = {}
    needs = {name: _needs(name, direct) for name in names}

    def brought(name: str) -> bool:
        # Of two that bring each other, one stays.
        return any(name in needs[other] and (other not in needs[name] or other < name) for other in names - {name})

    return {name for name in names if name in _ALWAYS or not brought(name)}


def _needs(distribution: str, direct: dict[str, set[str]]) -> set[str]:
    """Name what a distribution brings along, and what that brings along."""
    seen: set[str] = set()
    pending = [distribution]
    while pending:
        name = pending.pop()
        if name not in direct:
            direct[name] = _direct_needs(name)
        pending += direct[name] - seen
        seen |= direct[name]
    return seen


def _direct_needs(distribution: str) -> set[str]:
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        lines = metadata.requires(distribution) or []
    except metadata.PackageNotFoundError:
        return set()
    needs = set()
    for line in lines:
        try:
            need = Requirement(line)
        except InvalidRequirement:
            continue
        if need.marker is None or need.marker.evaluate({"extra": ""}):
            needs.add(_normal(need.name))
    return needs


def _normal(name: str) -> str:
    from packaging.utils import canonicalize_name

    return str(canonicalize_name(name))
