"""Who runs this: the name in the tag `mlflow.user`."""

from __future__ import annotations

import os

__all__ = ["user_name"]


def user_name() -> str:
    """Name the user this process runs for.

    Returns
    -------
    name : str
        `NBFLOW_USER` if it is set; under JupyterHub the hub's user, because in its containers everybody logs in as
        the same one; else the login name; else `uid-<number>` where the system knows no name, as in a container
        started with an arbitrary user id; never empty.
    """
    for variable in ("NBFLOW_USER", "JUPYTERHUB_USER"):
        name = os.environ.get(variable, "").strip()
        if name:
            return name
    return _login_name() or _user_id()


def _login_name() -> str:
    from getpass import getuser

    try:
        return getuser().strip()
    except (KeyError, ImportError, OSError):  # no entry; no pwd module; both, from Python 3.13 on
        return ""


def _user_id() -> str:
    getuid = getattr(os, "getuid", None)  # there is none on Windows
    return "unknown" if getuid is None else f"uid-{getuid()}"
