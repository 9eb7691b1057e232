"""A process of its own that loads a model and lets it predict, to see what that imports.

It is started with the path of a file that says which model, and writes what it found beside it. What the model prints
goes where it goes.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from nbflow.flavors.importers import needed_modules, watch_imports
from nbflow.links import is_below

__all__ = ["probe", "run"]

# What a pickle imports is imported by these.
_UNPICKLERS = {"__main__", "cloudpickle", "nbflow", "pickle"}


def probe(job: dict[str, Any]) -> dict[str, Any]:
    """Load a model, and predict for its example where it has one.

    Parameters
    ----------
    job
        `folder`, the model's; `flavor`, its name; `config`, as the flavor takes it; `code`, its folder of code or
        None; `example`, what the MLmodel file will say of it, or None; `signature`, its input's as JSON, or None.

    Returns
    -------
    found : dict
        `modules`, the names of the modules that were imported; `local`, the files of those that are in no installed
        package, by name; `nbflow`, whether the model needs nbflow itself; `problem`, why it could not predict, or `""`.
    """
    from nbflow.flavors.find import find_flavor
    from nbflow.flavors.model_code import importing_from
    from nbflow.mlmodel.trust import Trust

    folder, config = Path(job["folder"]), job["config"]
    flavor = find_flavor(job["flavor"])
    ours = set(sys.modules)
    problem = ""
    with watch_imports() as importers, importing_from(Path(job["code"]) if job["code"] else None):
        model = flavor.load(folder, config, Trust(all=True))
        try:
            predict = flavor.predictor(model, folder, config) if job["example"] is not None else None
            if predict is not None:
                loaded = set(sys.modules)
                data, params = _example(folder, job)
                ours |= set(sys.modules) - loaded - _below(type(data).__module__.partition(".")[0])
                predict(data, params)
        except Exception as exc:  # noqa: BLE001 - the model's own; what it has imported by then is still told
            problem = f"{type(exc).__name__}: {exc}"
    new = {name: module for name, module in sys.modules.items() if name not in ours}
    outside = _outside(new)
    own = _UNPICKLERS | {name.partition(".")[0] for name in outside}
    return {
        "modules": needed_modules((name for name in new if name not in outside), importers, own),
        "local": {name: place for name, place in outside.items() if not is_below(place, str(folder.resolve()))},
        "nbflow": any(_holds_nbflow(module) for name, module in new.items() if _is_foreign(name, module)),
        "problem": problem,
    }


def _example(folder: Path, job: dict[str, Any]) -> tuple[Any, Any]:
    from nbflow.mlmodel.enforce import enforce_schema
    from nbflow.mlmodel.example import load_example, load_example_params
    from nbflow.mlmodel.types import Schema

    schema = Schema.from_json(job["signature"]) if job["signature"] else None
    data = load_example(folder, job["example"], schema)
    return enforce_schema(data, schema), load_example_params(folder, job["example"])


def _below(top: str) -> set[str]:
    return {name for name in sys.modules if name.partition(".")[0] == top}


def _is_foreign(name: str, module: Any) -> bool:
    return name.partition(".")[0] != "nbflow" and getattr(module, "__file__", None) is not None


def _holds_nbflow(module: Any) -> bool:
    """Tell whether a module has something of nbflow: a script that says `from nbflow.models import set_model`."""
    values = list(vars(module).values())
    names = (getattr(value, "__module__", None) or getattr(value, "__name__", None) for value in values)
    return any(isinstance(name, str) and name.partition(".")[0] == "nbflow" for name in names)


def _outside(new: dict[str, Any]) -> dict[str, str]:
    """Find the modules that are of no installed package: name to file. They are the model's own."""
    import site
    import sysconfig

    installed = {*sysconfig.get_paths().values(), *site.getsitepackages(), site.getusersitepackages()}
    roots = [Path(path).resolve() for path in installed]
    found = {}
    for name, module in new.items():
        file = getattr(module, "__file__", None)
        if "." in name or file is None or name == "nbflow":
            continue
        place = Path(file).resolve()
        if not any(root in place.parents for root in roots):
            found[name] = str(place)
    return found


def run(path: str) -> None:
    """Do the job that a file describes, and write what was found beside it.

    Parameters
    ----------
    path
        The file.
    """
    job = Path(path)
    job.with_suffix(".found").write_text(json.dumps(probe(json.loads(job.read_text("utf-8")))), encoding="utf-8")
