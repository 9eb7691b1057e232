"""What the body of a request asks for: data for the model, and params. Formats as MLflow's scoring server takes them.

One JSON dictionary with exactly one of `dataframe_split`, `dataframe_records`, `instances` and `inputs`, and perhaps
`params`; a table as CSV or Parquet; or a dictionary with `messages`, `prompt` or `input`, which goes to the model as
it is.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from nbflow.errors import InvalidInputError, InvalidRequestError, shown
from nbflow.mlmodel.data_types import Array
from nbflow.mlmodel.decode import cast_frame, inputs_from_json, split_from_json
from nbflow.serving.answer import JSON
from nbflow.serving.tables import read_csv, read_parquet

if TYPE_CHECKING:
    from nbflow.mlmodel.document import Model
    from nbflow.mlmodel.schema import Schema

__all__ = ["CSV", "PARQUET", "Asked", "read_body", "unsupported"]

CSV = "text/csv"
PARQUET = "application/vnd.apache.parquet"

_KINDS = [CSV, JSON, PARQUET]
_FORMATS = ("dataframe_split", "dataframe_records", "instances", "inputs")
_LLM_KEYS = {"messages", "prompt", "input"}
_PARAMS = "params"
_RULE = f"The input must be a JSON dictionary with exactly one of the input fields {{{', '.join(map(repr, _FORMATS))}}}"
_WHAT = "Ensure that input is a valid JSON formatted string."


class Asked(Struct, frozen=True):
    """What a request asks for.

    Parameters
    ----------
    data
        What `predict` takes.
    params
        The params that go with it; None without.
    bare
        Whether the answer is what the model gives, and not an entry `predictions`.
    """

    data: Any
    params: Any = None
    bare: bool = False


def unsupported(content_type: str) -> str:
    """Say why a body of a type cannot be read; `""` where it can."""
    kind, given = _content_type(content_type)
    if given.pop("charset", "utf-8").strip('"').lower() != "utf-8":
        return "The scoring server only supports UTF-8"
    if given:
        return f"Unrecognized content type parameters: {', '.join(sorted(given))}."
    if kind not in _KINDS:
        return f"This predictor only supports the following content types: Types: {_KINDS}. Got '{content_type}'."
    return ""


def read_body(body: bytes, content_type: str, document: Model, *, max_cells: int) -> Asked:
    """Read the body of a request.

    Parameters
    ----------
    body
        The body.
    content_type
        Its type, which `unsupported` says nothing against.
    document
        What the model's MLmodel file says: its signature tells the types of the values.
    max_cells
        How many values a compressed table may have.

    Raises
    ------
    InvalidRequestError
        If it does not parse, or has not the form that it must have.
    MissingDependencyError
        If it is Parquet, which cannot be read here.
    """
    kind, _ = _content_type(content_type)
    schema = document.get_input_schema()
    if kind == CSV:
        return Asked(read_csv(body, schema))
    if kind == PARQUET:
        return Asked(read_parquet(body, max_cells))
    given = _object(body)
    if _LLM_KEYS & given.keys():
        return _for_language_model(given, document)
    data = {name: given[name] for name in _FORMATS if name in given}
    params = given.get(_PARAMS)
    if document.other.get("is_signature_from_type_hint"):
        return Asked(_for_type_hint(given), params)
    if len(data) != 1:
        raise InvalidRequestError(f"{_RULE}. Received dictionary with input fields: {shown(list(given))}.")
    form, value = data.popitem()
    try:
        return Asked(_decoded(form, value, schema), params)
    except InvalidRequestError:
        raise
    except InvalidInputError as exc:
        raise InvalidRequestError(f"Invalid input. {exc.rule}") from exc


def _content_type(text: str) -> tuple[str, dict[str, str]]:
    kind, *rest = map(str.strip, text.split(";"))
    pairs = (each.partition("=") for each in rest if each)
    return kind.lower(), {name.strip().lower(): value.strip() for name, _, value in pairs}


def _object(body: bytes) -> dict[str, Any]:
    try:
        given = json.loads(body)
    except RecursionError as exc:
        raise InvalidRequestError(f"Invalid input. {_WHAT} It is nested too deeply.") from exc
    except ValueError as exc:  # no JSON, no UTF-8, or a number of too many digits
        raise InvalidRequestError(f"Invalid input. {_WHAT} Error: '{exc}'") from exc
    if isinstance(given, dict):
        return given
    kind = "a list" if isinstance(given, list) else f"unexpected input type '{type(given).__name__}'"
    raise InvalidRequestError(f"Invalid input. {_RULE}. Received {kind}.")


def _for_language_model(given: dict[str, Any], document: Model) -> Asked:
    schema = document.get_params_schema()
    names = set() if schema is None else {param.name for param in schema}
    data = {name: value for name, value in given.items() if name not in names}
    return Asked(data, {name: value for name, value in given.items() if name in names}, bare=True)


def _for_type_hint(given: dict[str, Any]) -> Any:
    if "inputs" not in given:
        raise InvalidRequestError(
            "Request payload must be a dictionary with 'inputs' key when the model contains a valid type hint. "
            f"Found keys in payload: {shown(list(given))}."
        )
    return given["inputs"]


def _decoded(form: str, value: Any, schema: Schema | None) -> Any:
    if form == "dataframe_split":
        return split_from_json(value, schema)
    if form == "dataframe_records":
        return _records(value, schema)
    return inputs_from_json(value, schema) if form == "inputs" else _instances(value, schema)


def _records(value: Any, schema: Schema | None) -> Any:
    import pandas as pd

    if not isinstance(value, list):
        kind = "dictionary" if isinstance(value, dict) else f"type {type(value).__name__}"
        raise InvalidRequestError(f"Invalid input. Dataframe records format must be a list of records. Got {kind}.")
    try:
        frame = pd.DataFrame(value)
    except (ValueError, TypeError, AttributeError, OverflowError) as exc:
        problem = "Provided dataframe_records field is not a valid dataframe representation in 'records' format."
        raise InvalidRequestError(f"Invalid input. {problem} Error: '{exc}'") from exc
    return frame if schema is None else cast_frame(frame, schema)


def _instances(value: Any, schema: Schema | None) -> Any:
    """Read rows, or columns. Rows become columns, as MLflow has it: what a model takes are arrays by name."""
    named = schema is not None and schema.has_input_names()
    if isinstance(value, list) and value and isinstance(value[0], dict):
        columns: dict[str, list[Any]] = {}
        for row in value:
            if not isinstance(row, dict):
                raise InvalidRequestError(
                    f"Invalid input. A row of instances is {shown(row)}, others are dictionaries."
                )
            for name, cell in row.items():
                columns.setdefault(name, []).append(cell)
        data = inputs_from_json(columns, schema if named else None)
    else:
        data = inputs_from_json(value, schema)
    if isinstance(data, Mapping):
        _check_lengths(data, schema if named else None)
    return data


def _check_lengths(data: Mapping[str, Any], schema: Schema | None) -> None:
    names = set(data)
    if schema is not None:
        lists = {name for name, spec in schema.input_dict().items() if isinstance(spec.type, Array)}
        names &= set(schema.required_input_names()) - lists
    lengths = {len(data[name]) for name in names if getattr(data[name], "ndim", 0)}
    if len(lengths) > 1:
        raise InvalidRequestError("Invalid input. The length of values for each input/column name are not the same.")
