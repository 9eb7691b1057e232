from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import nbflow.provenance

HEAVY = "IPython git psutil pynvml subprocess traceback"


def loaded_after(code: str, folder: Path) -> set[str]:
    script = f"{code}\nimport sys\nprint(*(set('{HEAVY}'.split()) & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", script], cwd=folder, capture_output=True, text=True, check=True)
    return set(run.stdout.split())


def test_importing_loads_nothing_heavy(tmp_path: Path) -> None:
    # Compared, because what an installation loads at its start is not ours.
    assert loaded_after("import nbflow.provenance", tmp_path) <= loaded_after("pass", tmp_path)


def test_outside_a_repository_no_process_is_started(tmp_path: Path) -> None:
    code = "import nbflow.provenance as p; p.context_tags()"

    assert "subprocess" not in loaded_after(code, tmp_path)


def test_every_name_is_there() -> None:
    assert list(nbflow.provenance.__all__) == sorted(nbflow.provenance.__all__)
    assert all(hasattr(nbflow.provenance, name) for name in nbflow.provenance.__all__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = nbflow.provenance.no_such_name
