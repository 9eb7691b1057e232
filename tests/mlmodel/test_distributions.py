"""From the modules that a model imports to what is to be installed."""

from __future__ import annotations

from importlib import metadata

import pytest

from nbflow.mlmodel.distributions import distributions_of, installed_version, pinned


def names(requirements: list[str]) -> set[str]:
    return {line.partition("==")[0] for line in requirements}


def test_modules_become_pinned_distributions() -> None:
    assert distributions_of(["sklearn", "sklearn.tree._tree"]) == [f"scikit-learn=={metadata.version('scikit-learn')}"]


def test_what_models_are_made_of_is_kept_and_what_comes_along_is_not() -> None:
    found = names(distributions_of(["sklearn", "numpy", "scipy", "joblib", "threadpoolctl", "pandas", "dateutil"]))

    assert found == {"scikit-learn", "numpy", "scipy", "pandas"}


@pytest.mark.parametrize(
    "modules",
    [
        [],
        ["os", "sys", "__main__", "__mp_main__", "_io"],
        ["nbflow", "nbflow.mlmodel"],
        ["yaml", "msgspec", "packaging", "pip", "setuptools"],
        ["no_such_module", "", ".", "..x", "a b"],
    ],
)
def test_what_is_not_the_models_is_left_out(modules: list[str]) -> None:
    assert distributions_of(modules) == []


def test_a_distribution_of_another_name_than_its_module_is_found() -> None:
    assert names(distributions_of(["PIL.Image"])) == {"pillow"}
    assert names(distributions_of(["cloudpickle"])) == {"cloudpickle"}


def test_of_those_that_share_a_name_the_one_is_taken_that_brings_the_module() -> None:
    owners: dict[str, set[str]] = {}
    for top, found in metadata.packages_distributions().items():
        for name in found if len(set(found)) > 1 and top != "_distutils_hack" else ():
            for file in metadata.files(name) or ():
                if str(file).startswith(f"{top}/") and file.suffix == ".py" and file.stem != "__init__":
                    owners.setdefault(str(file)[:-3].replace("/", "."), set()).add(name)
    own = {module: names_ for module, names_ in owners.items() if len(names_) == 1}
    if not own:
        pytest.skip("no two installed distributions share a name")
    module = min(own)

    assert names(distributions_of([module])) == {name.lower().replace("_", "-") for name in own[module]}


def test_versions_are_those_that_are_installed() -> None:
    assert installed_version("numpy") == installed_version("NumPy") == metadata.version("numpy")
    assert installed_version("no-such-package") is None
    assert installed_version("") is None
    assert pinned("no-such-package") == "no-such-package"
    assert pinned("numpy") == f"numpy=={metadata.version('numpy').partition('+')[0]}"
