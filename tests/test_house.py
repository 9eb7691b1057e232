"""The house's own rules: what is listed, documented, small, light to import, and free of this machine's traces."""

from __future__ import annotations

import ast
import doctest
import importlib
import json
import os
import pkgutil
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from urllib.parse import urlsplit

import click
import pytest

import nbflow
from nbflow import errors
from nbflow.search import RUNS, parse_filter

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "nbflow"
SOURCES = sorted(PACKAGE.rglob("*.py"))
MODULES = sorted(
    info.name for info in pkgutil.walk_packages(nbflow.__path__, "nbflow.") if not info.name.endswith("__main__")
)

MAX_MODULE_LINES = 500
ALL_OF_A_KIND = {"nbflow/errors.py"}  # may be longer: every error stands in this one file
MAX_FUNCTION_LINES = 50
IMPORT_BUDGET_S = 0.15

# None of these may come with the first metric: each costs more than the whole budget, or pulls in what does.
HEAVY = {
    "IPython",
    "PIL",
    "altair",
    "anywidget",
    "click",
    "fsspec",
    "ipykernel",
    "ipywidgets",
    "jupyter_client",
    "jupyter_server",
    "lark",
    "matplotlib",
    "nbclient",
    "nbformat",
    "numpy",
    "pandas",
    "papermill",
    "plotly",
    "psutil",
    "pyarrow",
    "rich",
    "sklearn",
    "tornado",
    "yaml",
}

# Files that say where things come from: only these hosts may stand in them, and no registry is one.
CONFIGURATION = (
    ".ci/run",
    ".pre-commit-config.yaml",
    "Makefile",
    "hatch_build.py",
    "labextension/*.json",
    "labextension/*.m[jt]s",
    "labextension/.npmrc",
    "pyproject.toml",
    "scripts/*",
)
ALLOWED_HOSTS = {"127.0.0.1", "localhost"}


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


# What is public


@pytest.mark.parametrize("name", MODULES)
def test_all_lists_what_a_module_defines_for_others(name: str) -> None:
    module = importlib.import_module(name)

    listed = list(getattr(module, "__all__", ()))
    assert len(set(listed)) == len(listed)
    assert [entry for entry in listed if not hasattr(module, entry)] == []
    defined = {
        entry
        for entry, value in vars(module).items()
        if not entry.startswith("_") and getattr(value, "__module__", None) == name and hasattr(value, "__qualname__")
    }
    assert defined - set(listed) == set()


def test_the_root_lists_its_names_in_order_and_has_each() -> None:
    assert list(nbflow.__all__) == sorted(nbflow.__all__)
    assert [name for name in nbflow.__all__ if not hasattr(nbflow, name)] == []
    assert set(nbflow.__all__) <= set(dir(nbflow))


def test_an_unknown_name_of_the_root_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = nbflow.no_such_name


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_run(name: str) -> None:
    result = doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS)

    assert result.failed == 0


# What importing costs


def modules_after(code: str, tmp_path: Path) -> set[str]:
    """Run code in a fresh interpreter and give the top-level names of what it imported."""
    script = f"import sys\n{code}\nprint(*{{name.partition('.')[0] for name in sys.modules}}, file=sys.stderr)"
    run = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True)
    return set(run.stderr.splitlines()[-1].split())


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("import nbflow", id="import"),
        pytest.param("import nbflow; nbflow.log_metric; nbflow.start_run; nbflow.Client", id="names"),
        pytest.param(
            "import nbflow\n"
            "nbflow.set_experiment('x')\n"
            "with nbflow.start_run():\n"
            "    nbflow.log_param('p', 1)\n"
            "    nbflow.log_metric('m', 1.0)\n"
            "    nbflow.set_tag('t', 'v')",
            id="a whole run",
        ),
    ],
)
def test_tracking_loads_nothing_heavy(code: str, tmp_path: Path) -> None:
    assert modules_after(code, tmp_path) & HEAVY == set()


def test_importing_stays_within_its_budget(tmp_path: Path) -> None:
    script = (
        "import time; began = time.perf_counter(); import nbflow; nbflow.log_metric; print(time.perf_counter() - began)"
    )

    # The best of several: the budget is the package's, not that of a machine that does other things too.
    times_s = [
        float(subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, check=True).stdout)
        for _ in range(7)
    ]

    assert min(times_s) <= IMPORT_BUDGET_S


# Sizes


@pytest.mark.parametrize("path", [path for path in SOURCES if relative(path) not in ALL_OF_A_KIND], ids=relative)
def test_modules_are_small(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_MODULE_LINES


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_functions_are_short(path: Path) -> None:
    too_long = {
        f"{node.name}: {lines}"
        for node in ast.walk(parse(path))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        if (lines := lines_without_docstring(node)) > MAX_FUNCTION_LINES
    }

    assert too_long == set()


def lines_without_docstring(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


# Errors


def test_every_error_stands_in_the_tree_below_its_base() -> None:
    drawn = dict(tree(errors.__doc__ or ""))

    classes = {name: getattr(errors, name) for name in errors.__all__ if is_error(getattr(errors, name))}
    expected = {name: cls.__bases__[0].__name__ for name, cls in classes.items()}
    expected["NbflowError"] = ""
    assert drawn == expected


def is_error(thing: object) -> bool:
    return isinstance(thing, type) and issubclass(thing, errors.NbflowError)


def tree(text: str) -> Iterator[tuple[str, str]]:
    """Read the drawn tree: each name with the name above it."""
    above: list[tuple[int, str]] = []
    for match in re.finditer(r"^(?P<indent>[ │├└─]*)(?P<name>\w+Error)\b", text, re.MULTILINE):
        indent = len(match["indent"])
        while above and above[-1][0] >= indent:
            above.pop()
        yield match["name"], above[-1][1] if above else ""
        above.append((indent, match["name"]))


def test_every_error_has_a_docstring_and_a_code() -> None:
    classes = [getattr(errors, name) for name in errors.__all__ if is_error(getattr(errors, name))]

    assert [cls.__name__ for cls in classes if "__doc__" not in vars(cls) or not cls.__doc__] == []
    assert [cls.__name__ for cls in classes if not re.fullmatch(r"[A-Z_]+", cls.error_code)] == []


def test_no_other_module_adds_to_the_tree() -> None:
    outside = {
        f"{relative(path)}: {node.name}"
        for path in SOURCES
        if path.name != "errors.py"
        for node in ast.walk(parse(path))
        if isinstance(node, ast.ClassDef)
        if {base.id for base in node.bases if isinstance(base, ast.Name)} & set(errors.__all__)
    }

    assert outside == set()


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_what_a_public_function_raises_is_documented(path: Path) -> None:
    missing = {
        f"{node.name}: {error}"
        for node in public_functions(parse(path).body)
        for error in raised(node) & set(errors.__all__) - documented_errors(ast.get_docstring(node) or "")
    }

    assert missing == set()


def public_functions(body: list[ast.stmt]) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from public_functions(node.body)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and not node.name.startswith("_"):
            yield node


def raised(function: ast.AST) -> set[str]:
    """Name the classes that a function's own body raises, not those of functions defined within."""
    names: set[str] = set()
    pending = list(ast.iter_child_nodes(function))
    while pending:
        node = pending.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            continue
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and isinstance(node.exc.func, ast.Name):
            names.add(node.exc.func.id)
        pending.extend(ast.iter_child_nodes(node))
    return names


def documented_errors(docstring: str) -> set[str]:
    _, _, section = docstring.partition("Raises\n------\n")
    return set(re.findall(r"^(\w+)$", section, re.MULTILINE))


# The documentation


def documentation() -> str:
    pages = (ROOT / "docs").rglob("*.md")
    return "\n".join(path.read_text(encoding="utf-8") for path in pages if "_build" not in path.parts)


def test_every_public_name_is_in_the_reference() -> None:
    reference = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "docs" / "reference").glob("*.md"))

    names = set(nbflow.__all__) - {"__version__"}
    assert {name for name in names if not re.search(rf"\b{re.escape(name)}\b", reference)} == set()


def test_every_error_is_in_the_reference() -> None:
    page = (ROOT / "docs" / "reference" / "errors.md").read_text(encoding="utf-8")

    assert re.search(r"automodule:: nbflow\.errors\s+:members:", page)


def test_every_filter_of_the_guide_parses() -> None:
    guide = (ROOT / "docs" / "guide" / "search.md").read_text(encoding="utf-8")

    filters = [line for block in re.findall(r"```sql\n(.*?)```", guide, re.DOTALL) for line in block.splitlines()]

    assert filters
    assert [line for line in filters if parse_filter(line, RUNS) is None] == []


def commands(command: click.Command, path: str) -> Iterator[str]:
    """Name every command below one, as it is typed."""
    yield path
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            if not found.hidden:
                yield from commands(found, f"{path} {name}")


def test_every_command_is_documented() -> None:
    from nbflow.cli import main

    guide = (ROOT / "docs" / "guide" / "cli.md").read_text(encoding="utf-8")

    assert isinstance(main, click.Group)
    assert [name for name in commands(main, "nbflow") if name not in guide] == []


def test_every_setting_is_documented() -> None:
    variables = {
        name for path in SOURCES for name in re.findall(r"\"(NBFLOW_[A-Z_]+)\"", path.read_text(encoding="utf-8"))
    }

    text = documentation()
    assert variables
    assert {name for name in variables if name not in text} == set()


# One version, one licence, one wheel


def test_versions_agree() -> None:
    package = json.loads((ROOT / "labextension" / "package.json").read_text(encoding="utf-8"))
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")

    newest = re.search(r"^## \[?(\d[^\]\s]*)", changelog, re.MULTILINE)
    assert newest is not None
    assert nbflow.__version__ == package["version"] == newest[1]
    # Where it differs, the package was installed before its version was raised: `make` installs it anew.
    assert nbflow.__version__ == metadata.version("jupyter-nbflow")


def test_the_wheel_holds_the_package_its_javascript_and_nothing_else(tmp_path: Path) -> None:
    # A copy, so that what a developer's folder holds beside the sources does not count; and not built anew.
    source = tmp_path / "source"
    shutil.copytree(PACKAGE, source / "nbflow", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "labextension" / "dist", source / "labextension" / "dist")
    shutil.copytree(ROOT / "jupyter-config", source / "jupyter-config")
    for name in ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)

    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=source, env={**os.environ, "NBFLOW_JS": "skip"}, check=True, capture_output=True)

    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    kept = (path for path in PACKAGE.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    assert {name for name in names if name.startswith("nbflow/")} == {relative(path) for path in kept}
    assert {"nbflow/py.typed", "nbflow/search/grammar.lark", "nbflow/widgets/static/loader.js"} <= names
    extension = "/data/share/jupyter/labextensions/nbflow/"
    built = {name.partition(extension)[2] for name in names if extension in name}
    assert {"package.json", "install.json"} <= built
    assert any(name.endswith("/data/etc/jupyter/jupyter_server_config.d/nbflow.json") for name in names)
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"nbflow", "jupyter_nbflow"}


def test_every_extra_an_error_names_exists() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    named = {
        argument.value
        for path in SOURCES
        for node in ast.walk(parse(path))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "MissingDependencyError"
        for argument in (*node.args[2:3], *(word.value for word in node.keywords if word.arg == "extra"))
        if isinstance(argument, ast.Constant)
    }
    assert named <= set(project["optional-dependencies"])


# Nothing of this machine


def tracked_files() -> list[Path]:
    """Give what git knows, or will know; skipped where there is no repository (a source distribution)."""
    if not (ROOT / ".git").exists() or shutil.which("git") is None:
        pytest.skip("not a git checkout")
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607 - found on PATH
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return [ROOT / name for name in listing.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_no_file_names_a_place_on_this_machine() -> None:
    places = {str(ROOT), ROOT.as_posix(), str(Path.home()), Path.home().as_posix()} - {"/"}
    pattern = re.compile("|".join(rf"(?<![\w./-]){re.escape(place)}(?![\w.-])" for place in sorted(places)))

    found = {relative(path) for path in tracked_files() if pattern.search(path.read_text("utf-8", "replace"))}

    assert found == set()


def test_configuration_names_no_host() -> None:
    files = [path for pattern in CONFIGURATION for path in ROOT.glob(pattern) if path.is_file()]
    hosts = {
        f"{relative(path)}: {host}"
        for path in files
        for line in path.read_text(encoding="utf-8").splitlines()
        if not re.match(r' +("(funding|url)": )?"https://', line)  # where the authors of a locked package ask for money
        for url in re.findall(r"\w+://[^\s\"'<>)]+", line)
        if (host := urlsplit(url).hostname) not in ALLOWED_HOSTS
    }

    assert hosts == set()


def test_the_javascript_lock_file_resolves_no_address() -> None:
    for lock in ROOT.glob("labextension/package-lock.json"):
        assert '"resolved"' not in lock.read_text(encoding="utf-8")
