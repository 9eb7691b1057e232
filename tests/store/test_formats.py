"""The formats on disk: what goes in comes out to the last bit, and what is damaged is skipped, counted and harmless."""

from __future__ import annotations

import json
import math
import runpy
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nbflow import Client
from nbflow.entities import Metric
from nbflow.errors import RunNotFoundError
from nbflow.store.clock import LATEST
from nbflow.store.events import Event, ExperimentEvent, ParamSet, RunEvent, TagSet, decode_lines, encode
from nbflow.store.fold import RunState

INT64 = 2**63
RUN = "0198c2f0a1b27c3d8e4f5061728394a5"

texts = st.text(max_size=30)
moments = st.integers(0, LATEST)
milliseconds = st.integers(-INT64, INT64 - 1)
# What a field of this name holds, where its type does not say it.
fields: dict[str, st.SearchStrategy[Any]] = {
    "t": moments,
    "time": milliseconds,
    "experiment_id": st.from_regex(r"\A[1-9][0-9]{0,17}\Z"),
    "run_id": st.from_regex(r"\A[0-9a-f]{32}\Z"),
    "id": st.integers(0, 2**32 - 1),
    "points": st.integers(0, INT64 - 1),
    "pid": st.integers(0, 2**32 - 1),
    "tags": st.dictionaries(texts, texts, max_size=3),
}
st.register_type_strategy(str, texts)


def any_of(kind: type[Event]) -> st.SearchStrategy[Event]:
    given_fields = {name: fields[name] for name in kind.__struct_fields__ if name in fields}
    return st.builds(kind, **given_fields)


RUN_KINDS: tuple[type[Event], ...] = get_args(RunEvent)
EXPERIMENT_KINDS: tuple[type[Event], ...] = get_args(ExperimentEvent)
run_events = st.one_of([any_of(kind) for kind in RUN_KINDS])
experiment_events = st.one_of([any_of(kind) for kind in EXPERIMENT_KINDS])
