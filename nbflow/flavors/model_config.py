"""The settings of a model of your own: a dictionary, or a YAML file of one."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nbflow.errors import InvalidInputError, LocalFileNotFoundError, ModelFormatError, UnsupportedValueError
from nbflow.flavors.telling import warn_user
from nbflow.mlmodel.files import read_text
from nbflow.mlmodel.yamlfile import read_yaml

__all__ = ["overridden", "read_config"]

_MAX_BYTES = 16 << 20


def read_config(given: Any) -> dict[str, Any] | None:
    """Read settings as a caller gives them.

    Parameters
    ----------
    given
        A dictionary with texts as keys and values that JSON can hold, or the path of a YAML file of such; None for
        none.

    Raises
    ------
    UnsupportedValueError
        If it is something else.
    LocalFileNotFoundError
        If the file is not there.
    InvalidInputError
        If the file is no YAML.
    """
    if given is None:
        return None
    content = _read(Path(given)) if isinstance(given, str | os.PathLike) else given
    expected = "it is a dictionary with texts as keys and values that JSON can hold, or the path of a YAML file of one."
    if not isinstance(content, Mapping) or not all(isinstance(key, str) for key in content):
        raise UnsupportedValueError("model_config", content, expected)
    try:
        json.dumps(content)
    except (TypeError, ValueError, RecursionError) as exc:
        raise UnsupportedValueError("model_config", content, expected) from exc
    return dict(content)


def overridden(saved: Mapping[str, Any] | None, given: Any) -> dict[str, Any] | None:
    """Put settings that are given when a model is loaded in place of those that it was saved with.

    Parameters
    ----------
    saved
        Those that it was saved with; None for a model that has none.
    given
        As for `read_config`. A setting that the model was not saved with is left out, with a warning.

    Raises
    ------
    UnsupportedValueError
        If it is not settings.
    LocalFileNotFoundError
        If the file is not there.
    InvalidInputError
        If the file is no YAML.
    """
    wanted = read_config(given) or {}
    known = dict(saved or {})
    strange = sorted(wanted.keys() - known.keys())
    if strange:
        has = f"has the settings {', '.join(map(str, known))}" if known else "has no settings"
        text = f"The model {has}: {', '.join(strange)} given in model_config is left out."
        warn_user(text)
    return known | {name: value for name, value in wanted.items() if name in known} or None


def _read(path: Path) -> Any:
    if not path.is_file():
        raise LocalFileNotFoundError(str(path))
    try:
        return read_yaml(read_text(path, _MAX_BYTES), str(path))
    except ModelFormatError as exc:
        raise InvalidInputError("model_config", str(path), exc.reason) from exc
