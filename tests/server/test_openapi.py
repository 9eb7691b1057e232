"""The description of the API: it is what the table of routes says, and the server is what it says."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from math import inf, nan
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema  # type: ignore[import-untyped]
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from nbflow.entities import Metric
from nbflow.server.api import routes
from nbflow.server.openapi import description, main, text_of
from tests.server.registered import logged_model

if TYPE_CHECKING:
    from schemathesis import Case, Response

    from nbflow import Client
    from tests.server.asking import Ask

Send = Callable[["Case[Any]"], "Response"]

KEPT = Path(__file__).parents[2] / "docs" / "openapi.json"
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
DOCUMENT = description()
OPERATIONS = [
    (path, method) for path, operations in DOCUMENT["paths"].items() for method in operations if method != "head"
]


def test_what_is_kept_is_what_the_routes_say() -> None:
    assert KEPT.read_text(encoding="utf-8") == text_of(DOCUMENT), "stale: run `python -m nbflow.server.openapi`"


def test_it_can_be_written_anywhere(tmp_path: Path) -> None:
    main([str(tmp_path / "api.json")])

    assert json.loads((tmp_path / "api.json").read_text(encoding="utf-8")) == DOCUMENT


async def test_a_server_gives_it(ask: Ask) -> None:
    assert await ask("GET", "/openapi.json") == DOCUMENT


def test_it_is_openapi() -> None:
    schemathesis.openapi.from_dict(DOCUMENT).validate()


def test_every_route_is_described() -> None:
    described = {(path, method.upper()) for path, method in OPERATIONS}

    assert described == {(each.path.replace("...}", "}"), each.method) for each in routes()}


def test_names_of_operations_are_unique_and_each_says_what_it_does() -> None:
    operations = [each for path in DOCUMENT["paths"].values() for each in path.values()]

    assert len({each["operationId"] for each in operations}) == len(operations)
    assert all(each["summary"].endswith(".") for each in operations)


def test_every_reference_leads_somewhere() -> None:
    def references(value: Any) -> Iterator[str]:
        for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            yield from references(each)
        if isinstance(value, dict) and isinstance(value.get("$ref"), str):
            yield value["$ref"]

    for reference in references(DOCUMENT):
        _, *parts = reference.split("/")
        place: Any = DOCUMENT
        for part in parts:
            place = place[part]


@pytest.mark.parametrize("name", DOCUMENT["components"]["schemas"])
def test_schemas_are_schemas(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(DOCUMENT["components"]["schemas"][name])


# ---------------------------------------------------------------- the server against its description

_numbers = count()


class Filled:
    """A store with something of each kind, which the operations are asked about; new ones for each operation."""

    def __init__(self, client: Client, store_id: str) -> None:
        number = next(_numbers)
        self.experiment_id, self.model = client.create_experiment(f"experiment {number}"), f"net {number}"
        sources = [logged_model(client, metric=metric) for metric in (0.5, float("nan"))]
        self.run_ids = [source.split("/")[1] for source in sources]
        for source in sources:
            client.register_model(source, self.model)
        client.set_registered_model_alias(self.model, "champion", 1)
        run_id = self.run_ids[0]
        client.log_text(run_id, "a,b\n1,2\n", "tables/a.csv")
        client.log_batch(run_id, [Metric("loss", value, 1, step) for step, value in enumerate((0.5, inf, nan, 0.25))])
        self._number, self._store, self._client = number, store_id, client

    def throw_away(self, operation: str) -> None:
        """Put into the trash what an operation takes out of it."""
        if operation == "restore_experiment":
            self._client.delete_experiment(self.experiment_id)
        elif operation == "restore_model":
            self._client.delete_registered_model(self.model)
        elif operation == "restore_version":
            self._client.delete_model_version(self.model, 1)

    def path(self, path: str) -> dict[str, str]:
        """Give what stands in the places of a path."""
        of_model = {"name": self.model, "version": "1", "alias": "champion"}
        file = "MLmodel" if "{version}" in path else "tables/a.csv"
        of_run = {"experiment_id": self.experiment_id, "run_id": self.run_ids[0], "path": file}
        known = {"store": self._store, **of_model, **of_run}
        return {name: value for name, value in known.items() if f"{{{name}}}" in path}

    def query(self, operation: str) -> dict[str, Any]:
        """Give the parameters that an operation has to have."""
        known: dict[str, dict[str, Any]] = {
            "compare_versions": {"version": 2},
            "preview_artifact": {"path": "tables/a.csv"},
            "preview_version_file": {"path": "MLmodel"},
            "run_history": {"key": "loss"},
        }
        return known.get(operation, {})

    def body(self, operation: str) -> dict[str, Any]:
        """Give a body with which an operation does something."""
        lines = {"run_ids": self.run_ids, "args": {"metric": "loss"}}
        known: dict[str, dict[str, Any]] = {
            "act_on_version": {"action": "comment", "args": {"text": "good"}},
            "chart_of_runs": {**lines, "kind": "lines"},
            "compare_runs": {"run_ids": self.run_ids},
            "create_model": {"name": f"new {self._number}"},
            "points_of_runs": {**lines, "low": 0, "high": 2},
            "register_version": {"source": f"models:/{self.model}/1"},
            "rename_run": {"run_id": self.run_ids[0]},
            "set_alias": {"version": 2},
        }
        return known.get(operation, {"run_ids": self.run_ids})


def drive(found: Filled, path: str, method: str, send: Send, examples: int) -> set[int]:
    """Ask an operation with generated data: of what is there, and of what need not be; give what it answered."""
    described = DOCUMENT["paths"][path][method]
    name = described["operationId"]
    operation: Any = schemathesis.openapi.from_dict(DOCUMENT)[path][method]
    of_real = partial(operation.as_strategy, path_parameters=found.path(path), query=found.query(name) or None)
    cases = [of_real().map(lambda case: with_body(case, found.body(name))), of_real(), operation.as_strategy()]
    if "parameters" in described or "requestBody" in described:
        cases.append(of_real(GenerationMode.NEGATIVE))
    statuses: set[int] = set()

    @settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=st.one_of(cases))
    def ask_and_check(case: Case[Any]) -> None:
        response = send(case)
        case.validate_response(response, checks=CHECKS)
        statuses.add(response.status_code)

    found.throw_away(name)
    ask_and_check()
    return statuses


def with_body(case: Case[Any], known: dict[str, Any]) -> Case[Any]:
    """Put what is known to be there into a generated body, as far as that has places for it."""
    if isinstance(case.body, dict):
        content = DOCUMENT["paths"][case.path][case.method.lower()]["requestBody"]["content"]["application/json"]
        fields = DOCUMENT["components"]["schemas"][content["schema"]["$ref"].rpartition("/")[2]]["properties"]
        case.body |= {name: value for name, value in known.items() if name in fields}
    return case


@pytest.fixture
def send(http_server_port: tuple[Any, int], jp_base_url: str, jp_auth_header: dict[str, str]) -> Iterator[Send]:
    url = f"http://127.0.0.1:{http_server_port[1]}{jp_base_url}nbflow/api"
    with requests.Session() as session:
        yield lambda case: case.call(base_url=url, headers=jp_auth_header, session=session)


async def driven(client: Client, store_id: str, send: Send, examples: int) -> None:
    went_well = set()
    for path, method in OPERATIONS:
        found = await asyncio.to_thread(Filled, client, store_id)
        statuses = await asyncio.to_thread(drive, found, path, method, send, examples)
        if statuses & {200, 204, 206}:
            went_well.add((path, method))
    assert went_well == set(OPERATIONS)  # else nothing but refusals was looked at


@pytest.mark.usefixtures("http_server")
async def test_the_server_does_what_it_says(client: Client, store_id: str, send: Send) -> None:
    await driven(client, store_id, send, examples=15)


@pytest.mark.slow
@pytest.mark.usefixtures("http_server")
async def test_the_server_does_what_it_says_whatever_is_asked(client: Client, store_id: str, send: Send) -> None:
    await driven(client, store_id, send, examples=100)
