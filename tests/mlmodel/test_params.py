from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest

from nbflow.errors import InvalidInputError, ParamEnforcementError
from nbflow.mlmodel import enforce_params
from nbflow.mlmodel.types import Object, ParamSchema, ParamSpec, Property

SCHEMA = ParamSchema(
    [ParamSpec("n", "long", 1), ParamSpec("rate", "double", 0.5), ParamSpec("stop", "string", ["."], (-1,))]
)


def test_what_is_given_stands_and_the_rest_has_its_default() -> None:
    assert enforce_params({"rate": 2}, SCHEMA) == {"rate": 2.0, "n": 1, "stop": ["."]}


@pytest.mark.parametrize("params", [None, {}])
def test_nothing_is_all_defaults(params: Any) -> None:
    assert enforce_params(params, SCHEMA) == {"n": 1, "rate": 0.5, "stop": ["."]}


def test_values_become_plain() -> None:
    params = enforce_params({"n": np.int64(3), "stop": np.array(["a"])}, SCHEMA)

    assert params is not None
    assert (type(params["n"]), type(params["stop"]), type(params["stop"][0])) == (int, list, str)


def test_a_default_cannot_be_changed_by_whoever_got_it() -> None:
    first = enforce_params(None, SCHEMA)
    assert first is not None

    first["stop"].append("!")

    assert enforce_params(None, SCHEMA) == {"n": 1, "rate": 0.5, "stop": ["."]}


def test_all_that_does_not_fit_is_named() -> None:
    with pytest.raises(ParamEnforcementError) as caught:
        enforce_params({"n": 1.5, "rate": "x", "stop": ["a"]}, SCHEMA)

    assert set(caught.value.problems) == {"n", "rate"}
    assert str(caught.value).startswith(
        "Invalid parameters found: {('n', \"Failed to validate type and shape for 'n': long (default: 1), error: "
        'Can not safely convert float to long for value 1.5.")'
    )


@pytest.mark.parametrize("stop", ["x", [["x"]], [1], 5])
def test_a_list_is_a_list_of_its_type(stop: Any) -> None:
    with pytest.raises(ParamEnforcementError, match="'stop': string"):
        enforce_params({"stop": stop}, SCHEMA)


def test_a_dictionary_is_checked_and_given_back_as_it_is() -> None:
    schema = ParamSchema([ParamSpec("p", Object([Property("k", "long")]), {"k": 1})])

    assert enforce_params({"p": {"k": 2}}, schema) == {"p": {"k": 2}}
    with pytest.raises(ParamEnforcementError, match=r"Missing required properties: \{'k'\}"):
        enforce_params({"p": {}}, schema)


@pytest.mark.parametrize("moment", ["2024-05-01", dt.date(2024, 5, 1), np.datetime64("2024-05-01")])
def test_times_are_given_in_several_ways(moment: Any) -> None:
    schema = ParamSchema([ParamSpec("since", "datetime", None)])

    assert enforce_params({"since": moment}, schema) == {"since": dt.date(2024, 5, 1)}


def test_params_that_the_signature_does_not_have_are_left_out_with_a_warning() -> None:
    with pytest.warns(UserWarning, match=r"Unrecognized params \['rates'\] are ignored .* Did you mean 'rate'?"):
        params = enforce_params({"rates": 2, "n": 2}, SCHEMA)

    assert params == {"n": 2, "rate": 0.5, "stop": ["."]}


@pytest.mark.parametrize("params", [{"n": 1}, 5])
def test_without_params_in_the_signature_none_are_passed_on(params: Any) -> None:
    with pytest.warns(UserWarning, match="This model does not define one"):
        assert enforce_params(params, None) == {}


def test_without_params_in_the_signature_nothing_is_nothing() -> None:
    assert enforce_params(None, None) is None
    assert enforce_params({}, None) == {}


def test_what_is_no_dictionary_is_refused() -> None:
    with pytest.raises(InvalidInputError, match=r"Parameters must be a dictionary\. Got type 'int'\."):
        enforce_params(5, SCHEMA)  # type: ignore[arg-type]
