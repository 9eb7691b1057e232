"""What a signature is made of, in one place: the names that `mlflow.types` has."""

from __future__ import annotations

from nbflow.mlmodel.data_types import AnyType, Array, DataType, Map, Object, Property, SparkMLVector, ValueType
from nbflow.mlmodel.param_schema import ParamSchema, ParamSpec
from nbflow.mlmodel.schema import ColSpec, Schema, TensorSpec

__all__ = [
    "AnyType",
    "Array",
    "ColSpec",
    "DataType",
    "Map",
    "Object",
    "ParamSchema",
    "ParamSpec",
    "Property",
    "Schema",
    "SparkMLVector",
    "TensorSpec",
    "ValueType",
]
