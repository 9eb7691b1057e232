"""Filters and orders: from text to a tree and back. What a tree means to a store's index is the index's affair.

The grammar takes MLflow's strings unchanged. Beyond them it has OR, NOT, parentheses, IN, BETWEEN and IS NULL on
every key that makes sense, numeric comparison of params and tags, `duration`, and dates in quotes.
"""

from __future__ import annotations

from nbflow.search.parser import parse_filter, parse_order
from nbflow.search.scope import EVALUATIONS, EXPERIMENTS, MODEL_VERSIONS, REGISTERED_MODELS, RUNS, Scope
from nbflow.search.tree import (
    And,
    Between,
    Comparison,
    IsIn,
    IsNull,
    Key,
    Node,
    Not,
    Or,
    Order,
    format_filter,
    format_key,
)

__all__ = [
    "EVALUATIONS",
    "EXPERIMENTS",
    "MODEL_VERSIONS",
    "REGISTERED_MODELS",
    "RUNS",
    "And",
    "Between",
    "Comparison",
    "IsIn",
    "IsNull",
    "Key",
    "Node",
    "Not",
    "Or",
    "Order",
    "Scope",
    "format_filter",
    "format_key",
    "parse_filter",
    "parse_order",
]
