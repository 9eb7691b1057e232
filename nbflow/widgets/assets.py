"""The built JavaScript and CSS of the views, which travel in the wheel (`nbflow/widgets/static/`)."""

from __future__ import annotations

from pathlib import Path

from nbflow.errors import ViewNotBuiltError

__all__ = ["STATIC", "bundle_files", "is_built", "loader"]

STATIC = Path(__file__).parent / "static"

_MISSING = """
export default {
  render({ el }) {
    el.textContent = "This view cannot be shown: nbflow was installed without its built JavaScript. " +
      "Reinstall it, or, in a copy of its repository, run `make js`.";
  }
};
"""


def is_built() -> bool:
    """Tell whether the views' JavaScript is there; it is not in a copy of the repository before `make js`."""
    return (STATIC / "loader.js").is_file()


def loader() -> str:
    """Give the module that every widget carries: it finds the view's code in the page, or asks the kernel for it.

    Returns
    -------
    text : str
        The source; where it was not built, a module that says so in place of the view.
    """
    return (STATIC / "loader.js").read_text(encoding="utf-8") if is_built() else _MISSING


def bundle_files(kind: str) -> dict[str, str]:
    """Read a view's code and the style of all views, for a page that has neither.

    Parameters
    ----------
    kind
        The view's: `runs`, `run`, `compare`, `live`, `model` or `form`; or `vega`, which draws charts.

    Returns
    -------
    files : dict of str to str
        `js` and `css`.

    Raises
    ------
    ViewNotBuiltError
        If they were not built.
    """
    files = {}
    for what, name in (("js", f"{kind}.js"), ("css", "views.css")):
        path = STATIC / name
        if not path.is_file():
            raise ViewNotBuiltError(str(path))
        files[what] = path.read_text(encoding="utf-8")
    return files
