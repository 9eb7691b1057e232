"""Data sets as a run names them: what they were, not their rows."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from nbflow import entities
from nbflow.data.digests import numpy_digest, pandas_digest
from nbflow.data.schemas import column_schema, tensor_schema
from nbflow.data.sources import DatasetSource, resolve_source
from nbflow.errors import (
    InvalidInputError,
    InvalidNameError,
    LimitExceededError,
    UnsupportedValueError,
    did_you_mean,
)

if TYPE_CHECKING:
    from typing import TypeAlias

    import numpy.typing as npt
    import pandas as pd

    Arrays: TypeAlias = npt.NDArray[Any] | Mapping[str, npt.NDArray[Any]]
    Source: TypeAlias = str | os.PathLike[str] | DatasetSource

__all__ = ["Dataset", "NumpyDataset", "PandasDataset", "from_numpy", "from_pandas"]

# MLflow's, in characters
_MAX_NAME = 500
_MAX_DIGEST = 36
_MAX_SOURCE = 65_535
_MAX_SCHEMA = 1_048_575
_MAX_PROFILE = 16_777_215

_DEFAULT_NAME = "dataset"


class Dataset:
    """A data set that a run can name as its input.

    It is described when it is made: changing the data afterwards changes nothing here.

    Parameters
    ----------
    name
        At most 500 characters; None is "dataset".
    digest
        A fingerprint of the data, at most 36 characters.
    source
        Where it came from.
    schema
        What it holds, as MLflow writes it; None when there is nothing to say.
    profile
        How much it holds.

    Raises
    ------
    UnsupportedValueError
        If the name or the digest is no text.
    InvalidNameError
        If one is blank, or has control characters.
    LimitExceededError
        If one is too long.
    """

    def __init__(
        self,
        name: str | None,
        digest: str,
        source: DatasetSource,
        schema: dict[str, Any] | None,
        profile: dict[str, Any],
    ) -> None:
        self.name = _check_name(_DEFAULT_NAME if name is None else name, "data set name", _MAX_NAME)
        self.digest = _check_name(digest, "data set digest", _MAX_DIGEST)
        self.source = source
        self.schema = schema
        self.profile = profile

    def to_entity(self, tags: Mapping[str, str] | None = None) -> entities.Dataset:
        """Make the record that a run keeps.

        Parameters
        ----------
        tags
            What is known of the code that runs, for a data set whose source is that code: a run's own tags.

        Raises
        ------
        LimitExceededError
            If the source, the schema or the profile is longer than MLflow allows.
        """
        source = self.source
        if source.source_type == "code" and not source.tags and tags:
            source = replace(source, tags=dict(tags))
        schema = None if self.schema is None else json.dumps(self.schema)
        return entities.Dataset(
            name=self.name,
            digest=self.digest,
            source_type=source.source_type,
            source=self._checked("source", source.to_json(), _MAX_SOURCE),
            schema=None if schema is None else self._checked("schema", schema, _MAX_SCHEMA),
            profile=self._checked("profile", json.dumps(self.profile), _MAX_PROFILE),
        )

    def _checked(self, part: str, text: str, limit: int) -> str:
        if len(text) > limit:
            remedy = "Describe fewer columns or arrays, or give a shorter source."
            raise LimitExceededError(f"the {part} of the data set {self.name!r}", len(text), limit, remedy)
        return text

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name!r} digest={self.digest!r}>"


class PandasDataset(Dataset):
    """A DataFrame as a data set; see `from_pandas`."""

    def __init__(
        self,
        df: pd.DataFrame,
        source: DatasetSource,
        targets: str | None = None,
        name: str | None = None,
        digest: str | None = None,
        predictions: str | None = None,
    ) -> None:
        self.df = df
        self.targets = targets
        self.predictions = predictions
        profile = {"num_rows": len(df), "num_elements": int(df.size)}
        super().__init__(name, digest or pandas_digest(df), source, column_schema(df), profile)


class NumpyDataset(Dataset):
    """Arrays as a data set; see `from_numpy`."""

    def __init__(
        self,
        features: Arrays,
        source: DatasetSource,
        targets: Arrays | None = None,
        name: str | None = None,
        digest: str | None = None,
    ) -> None:
        self.features = features
        self.targets = targets
        profile = _profile("features", features) | ({} if targets is None else _profile("targets", targets))
        super().__init__(
            name, digest or numpy_digest(features, targets), source, tensor_schema(features, targets), profile
        )


def from_pandas(
    df: pd.DataFrame,
    source: Source | None = None,
    targets: str | None = None,
    name: str | None = None,
    digest: str | None = None,
    predictions: str | None = None,
) -> PandasDataset:
    """Describe a DataFrame as a data set.

    Parameters
    ----------
    df
        Any DataFrame. It is kept as it is, not copied.
    source
        Where it came from: a path or a URL. None: the code that runs.
    targets
        The column to be predicted, if there is one.
    name
        At most 500 characters; None is "dataset".
    digest
        A fingerprint of your own, at most 36 characters; None or empty: the one MLflow gives.
    predictions
        The column with a model's predictions, if there is one.

    Returns
    -------
    dataset : PandasDataset
        With the attributes `name`, `digest`, `source`, `schema`, `profile`, `df`, `targets`, `predictions`.

    Raises
    ------
    UnsupportedValueError
        If it is no DataFrame, or another argument is of a type it cannot be.
    InvalidInputError
        If there is no such column.
    InvalidUriError
        If the source is empty.
    InvalidNameError
        If the name or the digest is blank, or has control characters.
    LimitExceededError
        If the name or the digest is too long.

    Examples
    --------
    >>> import pandas as pd
    >>> dataset = from_pandas(pd.DataFrame({"x": [1, 2], "y": [0, 1]}), source="xy.csv", targets="y", name="xy")
    >>> dataset
    <PandasDataset name='xy' digest='b2892d90'>
    >>> dataset.profile
    {'num_rows': 2, 'num_elements': 4}
    """
    import pandas as pd

    if not isinstance(df, pd.DataFrame):
        raise UnsupportedValueError("df", df, "it is a pandas DataFrame; arrays are described by from_numpy.")
    for argument, column in (("targets", targets), ("predictions", predictions)):
        _check_column(argument, column, df)
    return PandasDataset(df, resolve_source(source), targets, name, digest, predictions)


def from_numpy(
    features: Arrays,
    source: Source | None = None,
    targets: Arrays | None = None,
    name: str | None = None,
    digest: str | None = None,
) -> NumpyDataset:
    """Describe arrays as a data set.

    Parameters
    ----------
    features
        An array, or a dictionary of names to arrays. They are kept as they are, not copied.
    source
        Where they came from: a path or a URL. None: the code that runs.
    targets
        What is to be predicted, in the same form.
    name
        At most 500 characters; None is "dataset".
    digest
        A fingerprint of your own, at most 36 characters; None or empty: the one MLflow gives.

    Returns
    -------
    dataset : NumpyDataset
        With the attributes `name`, `digest`, `source`, `schema`, `profile`, `features`, `targets`.

    Raises
    ------
    UnsupportedValueError
        If they are no arrays, or another argument is of a type it cannot be.
    InvalidInputError
        If a dictionary is empty.
    InvalidUriError
        If the source is empty.
    InvalidNameError
        If the name or the digest is blank, or has control characters.
    LimitExceededError
        If the name or the digest is too long.

    Examples
    --------
    >>> import numpy as np
    >>> from_numpy(np.arange(6.0).reshape(2, 3), targets=np.array([0, 1])).profile["features_shape"]
    [2, 3]
    """
    _check_arrays("features", features)
    if targets is not None:
        _check_arrays("targets", targets)
    return NumpyDataset(features, resolve_source(source), targets, name, digest)


def _check_name(text: object, kind: str, limit: int) -> str:
    if not isinstance(text, str):
        raise UnsupportedValueError(f"the {kind}", text, "it is text.")
    if not text.strip():
        raise InvalidNameError(kind, text, "It must not be blank. Leave it out for the default.")
    if len(text) > limit:
        raise LimitExceededError(f"the {kind}", len(text), limit)
    if any(c < " " or c == "\x7f" or "\ud800" <= c <= "\udfff" for c in text):
        raise InvalidNameError(kind, text, "Control characters and lone surrogates are not allowed.")
    return text


def _check_column(argument: str, column: Any, frame: pd.DataFrame) -> None:
    try:
        found = column is None or column in frame.columns
    except TypeError as exc:  # a list, for one, can name no column
        raise UnsupportedValueError(argument, column, "it is the name of one column.") from exc
    if not found:
        hint = did_you_mean(str(column), [str(name) for name in frame.columns])
        raise InvalidInputError(argument, column, f"The DataFrame has no such column.{hint}")


def _check_arrays(argument: str, arrays: object) -> None:
    import numpy as np

    if isinstance(arrays, Mapping):
        if not arrays:
            raise InvalidInputError(argument, arrays, "A dictionary of arrays must not be empty.")
        for name, array in arrays.items():
            if not isinstance(name, str):
                raise UnsupportedValueError(f"a name in {argument}", name, "names of arrays are strings.")
            if not isinstance(array, np.ndarray):
                raise UnsupportedValueError(f"{argument}[{name!r}]", array, "it is a NumPy array.")
    elif not isinstance(arrays, np.ndarray):
        raise UnsupportedValueError(
            argument, arrays, "it is a NumPy array or a dictionary of them; use numpy.asarray for a list."
        )


def _profile(part: str, arrays: Arrays) -> dict[str, Any]:
    measures: dict[str, Any] = {
        f"{part}_shape": lambda array: list(array.shape),
        f"{part}_size": lambda array: int(array.size),
        f"{part}_nbytes": lambda array: int(array.nbytes),
    }
    if isinstance(arrays, Mapping):
        return {key: {name: measure(array) for name, array in arrays.items()} for key, measure in measures.items()}
    return {key: measure(arrays) for key, measure in measures.items()}
