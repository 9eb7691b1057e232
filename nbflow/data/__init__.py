"""Data sets that a run names as its inputs: `nbflow.log_input(nbflow.data.from_pandas(df, source="iris.csv"))`.

What is kept is a name, a fingerprint, a schema, a size and where it came from, as in MLflow; never the rows.
"""

from __future__ import annotations

from nbflow.data.datasets import Dataset, NumpyDataset, PandasDataset, from_numpy, from_pandas
from nbflow.data.sources import DatasetSource

__all__ = ["Dataset", "DatasetSource", "NumpyDataset", "PandasDataset", "from_numpy", "from_pandas"]
