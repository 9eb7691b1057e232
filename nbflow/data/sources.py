"""Where a data set came from, as MLflow writes it."""

from __future__ import annotations

import json
import os
import re
from typing import Any

from msgspec import Struct, field

from nbflow.errors import InvalidUriError, UnsupportedValueError

__all__ = ["DatasetSource", "resolve_source"]

# Two characters at least: "C:" is a drive.
_SCHEME = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.\-]+):")


class DatasetSource(Struct, frozen=True):
    """Where a data set came from.

    Parameters
    ----------
    source_type
        `local`, `http`, the scheme of another URL such as `s3`, or `code`: the code that made it.
    uri
        The file, folder or URL; None for `code`.
    tags
        For `code`: what a run's own tags would say of it, such as `mlflow.source.name`.
    """

    source_type: str
    uri: str | None = None
    tags: dict[str, str] = field(default_factory=dict)

    def to_json(self) -> str:
        """Write it as MLflow does.

        >>> DatasetSource("s3", "s3://bucket/iris.csv").to_json()
        '{"uri": "s3://bucket/iris.csv"}'
        """
        content: dict[str, Any]
        if self.source_type == "code":
            content = {"tags": self.tags}
        elif self.source_type == "http":
            content = {"url": self.uri}
        else:
            content = {"uri": self.uri}
        return json.dumps(content)


def resolve_source(source: object) -> DatasetSource:
    """Make a source of what the caller gave.

    Parameters
    ----------
    source
        A path, a URL, a source, or None: the code that makes the data set.

    Raises
    ------
    UnsupportedValueError
        If it is of another type.
    InvalidUriError
        If it is empty.
    """
    if source is None:
        return DatasetSource("code")
    if isinstance(source, DatasetSource):
        return source
    uri = os.fspath(source) if isinstance(source, os.PathLike) else source
    if not isinstance(uri, str):
        raise UnsupportedValueError(
            "the data set's source", source, "sources are paths and URLs, such as 's3://bucket/iris.csv'."
        )
    if not uri:
        raise InvalidUriError(uri, "A data set's source must not be empty. Leave it out when there is none.")
    match = _SCHEME.match(uri) if isinstance(source, str) else None
    scheme = match["scheme"].lower() if match else "file"
    return DatasetSource({"file": "local", "https": "http"}.get(scheme, scheme), uri)
