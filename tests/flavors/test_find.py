from __future__ import annotations

import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

from nbflow.errors import InvalidInputError, MissingDependencyError
from nbflow.flavors import find
from nbflow.flavors.find import GROUP, find_flavor, flavor_names, flavor_of_loader
from nbflow.flavors.loading import load_native, load_pyfunc
from nbflow.flavors.saving import save_model
from nbflow.mlmodel.trust import Trust

ROOT = Path(__file__).parents[2]

PLUGIN = """
from nbflow.flavors.protocol import Saved
from nbflow.mlmodel.files import inside

class Numbers:
    name, module, library, extra = "numbers", {module!r}, "json-library", ""
    loader_modules = ("their_numbers.loader",)

    def save(self, model, folder, options):
        (folder / "number.txt").write_text(str(model))
        entry = {{"loader_module": "their_numbers.loader", "data": "number.txt"}}
        return Saved({{"file": "number.txt"}}, entry, ["json-library"], complete=True)

    def load(self, folder, config, trusted):
        return float(inside(folder, config["file"]).read_text())

    def predictor(self, model, folder, config):
        return lambda data, params: [each * model for each in data]

    def code_files(self, folder, config):
        return []

FLAVOR = Numbers()
"""


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Install a package that brings a flavor."""
    folder = tmp_path / "site"
    info = folder / "their_numbers-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: their-numbers\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[{GROUP}]\nnumbers = their_numbers:FLAVOR\n")
    (folder / "their_numbers.py").write_text(PLUGIN.format(module="json"))
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.delitem(sys.modules, "their_numbers", raising=False)
    return folder


def test_the_entry_points_are_those_that_are_known_without_a_look() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["entry-points"][GROUP]

    assert declared == {name: place for name, (place, _) in find._OWN.items()}


@pytest.mark.parametrize("name", sorted(find._OWN))
def test_what_is_known_without_a_look_is_what_the_flavor_says(name: str) -> None:
    flavor = find._import(find._OWN[name][0])  # its library need not be there

    assert flavor.name == name
    assert flavor.loader_modules == find._OWN[name][1]
    assert all(flavor_of_loader(module) == name for module in flavor.loader_modules)


def test_an_unknown_flavor_is_told_with_the_nearest() -> None:
    with pytest.raises(InvalidInputError, match=r"Did you mean 'sklearn'.*python_function"):
        find_flavor("sklaern")


def test_a_module_that_loads_by_itself_means_no_flavor() -> None:
    assert flavor_of_loader("my_package.loader") is None


def test_a_package_can_bring_a_flavor(plugin: Path, tmp_path: Path) -> None:
    folder = tmp_path / "model"

    save_model("numbers", 2.5, folder)

    assert "numbers" in flavor_names()
    assert load_native(folder, "numbers", trusted=Trust()) == 2.5
    assert load_pyfunc(folder, trusted=Trust()).predict([2, 4]) == [5.0, 10.0]
    assert (folder / "requirements.txt").read_text() == "json-library\n"
    assert metadata.version("their-numbers") == "1.0"
    assert plugin.is_dir()


def test_a_library_that_is_not_installed_is_named(plugin: Path) -> None:
    (plugin / "their_numbers.py").write_text(PLUGIN.format(module="no_such_library"))

    with pytest.raises(MissingDependencyError, match="json-library"):
        find_flavor("numbers")
