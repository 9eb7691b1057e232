"""Sphinx settings. `make docs` builds; warnings are errors."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from nbflow import __version__

HERE = Path(__file__).parent
ROOT = HERE.parent

# The quickstart is kept in notebooks/ without outputs, and executed here. Its time is kept, so that a second
# build does not execute it again.
shutil.copy2(ROOT / "notebooks" / "quickstart.ipynb", HERE / "quickstart.ipynb")

# What somebody's own settings are must not show in the documentation.
for name in [name for name in os.environ if name.startswith("NBFLOW_")]:
    del os.environ[name]
os.environ["NBFLOW_CACHE_DIR"] = str(HERE / "_build" / "cache")

project = "nbflow"
author = "the nbflow developers"
copyright = f"2026, {author}"  # noqa: A001 - Sphinx's name
release = version = __version__

extensions = [
    "myst_nb",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx_click",
]
exclude_patterns = ["_build", "jupyter_execute"]
source_suffix = {".md": "myst-nb", ".ipynb": "myst-nb"}

suppress_warnings = [
    "mystnb.unknown_mime_type",  # the data of our views, beside the HTML that is shown here
    "ref.python",  # a data set is a Dataset in nbflow.data, its record one in nbflow.entities; annotations say Dataset
]

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

nb_execution_mode = "force"
nb_execution_in_temp = True
nb_execution_raise_on_error = True
nb_execution_timeout = 300
nb_merge_streams = True
nb_ipywidgets_js: dict[str, dict[str, str]] = {}  # what is shown here needs none, and it would come from elsewhere

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
default_role = "code"
maximum_signature_line_length = 88
numpydoc_show_class_members = False
python_use_unqualified_type_names = True

html_theme = "furo"
html_title = f"nbflow {release}"
html_static_path = ["_static"]
html_css_files = ["nbflow.css"]
html_show_sourcelink = False
