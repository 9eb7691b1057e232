"""The description of the REST API as OpenAPI 3.1, made from the table of routes.

`python -m nbflow.server.openapi` writes it to `docs/openapi.json`; a server gives it at `nbflow/api/openapi.json`.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from nbflow._version import __version__
from nbflow.server.api import routes
from nbflow.server.encoding import BUFFERS, JSON
from nbflow.server.media import content_type

if TYPE_CHECKING:
    from nbflow.server.routing import Route

__all__ = ["description", "main", "text_of"]

_REF = "#/components/schemas/{name}"
_DEFAULT_PLACE = Path("docs/openapi.json")

_ABOUT = """\
What pages of nbflow ask a Jupyter server, below its base URL. Times are milliseconds since 1970 in UTC.

Numbers that JSON has no word for are the texts `NaN`, `Infinity` and `-Infinity`; in a long list of numbers, what is
missing is null. With `Accept: application/vnd.nbflow+buffers`, such lists come as they lie in memory behind the JSON,
where `{"$buffer": i, "type": "f64" | "i32" | "u8"}` stands for the i-th: `u32 n | JSON of n bytes`, then for each
`u32 m | m bytes`, with zeros so that each begins at a multiple of 8; all little-endian.

News of stores come through a WebSocket at `events`: send `{"watch": [ids of stores]}`.
"""

_PLACES: dict[str, dict[str, Any]] = {
    "store": {"description": "The id of a store, as `stores` lists them.", "schema": {"pattern": "^[0-9a-f]{16}$"}},
    "experiment_id": {"description": "The id of an experiment.", "schema": {"pattern": "^[0-9]+$"}},
    "run_id": {"description": "The id of a run.", "schema": {"pattern": "^[0-9a-f]{32}$"}},
    "name": {"description": "The name, with what must be escaped in it escaped.", "schema": {"minLength": 1}},
    "version": {"description": "The number of a version.", "schema": {"pattern": "^[1-9][0-9]*$"}},
    "alias": {"description": "The alias of a registered model.", "schema": {"minLength": 1}},
    "path": {"description": "A path; its slashes need not be escaped.", "schema": {"minLength": 1}},
}

_ERRORS = {
    "400": ("BadRequest", "Something that was sent is not what it must be."),
    "401": ("Unauthenticated", "Nobody is logged in."),
    "403": ("Forbidden", "The asker has no permission, or this server does no such thing for anybody."),
    "404": ("NotFound", "It is not there, or not for the asker."),
    "409": ("Conflict", "What is there already stands against it."),
    "413": ("TooLarge", "The body is too large."),
    "500": ("Fault", "Something went wrong in the server."),
    "501": ("NotPossible", "A package is not installed, or the store is of a newer nbflow."),
    "503": ("Unavailable", "The store cannot be read now, or its disk does not answer in time."),
}
_ERROR = {
    "type": "object",
    "description": "What every refusal is.",
    "properties": {
        "error_code": {
            "type": "string",
            "description": "MLflow's word for the cause.",
            "examples": ["RESOURCE_DOES_NOT_EXIST"],
        },
        "message": {"type": "string", "description": "What is wrong and what to do, for people."},
        "details": {"type": "object", "description": "Facts for programs, such as the `position` in a filter."},
    },
    "required": ["error_code", "message", "details"],
    "additionalProperties": False,
}
_SECURITY = {
    "token": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "`token <the server's token>`; JupyterHub's tokens, too.",
    },
    "cookie": {
        "type": "apiKey",
        "in": "cookie",
        "name": "username-localhost-8888",
        "description": "What logging in leaves in a browser, named after the server's address. What changes something "
        "needs the header `X-XSRFToken` besides, with what is in the cookie `_xsrf`.",
    },
}


def description() -> dict[str, Any]:
    """Describe all routes.

    Returns
    -------
    document : dict
        An OpenAPI document, of plain values.
    """
    table = routes()
    schemas = _Schemas(table)
    paths: dict[str, dict[str, Any]] = {}
    for route in table:
        operations = paths.setdefault(route.path.replace("...}", "}"), {})
        operations[route.method.lower()] = _operation(route, schemas)
        if route.handler is not None:
            operations["head"] = _operation(route, schemas) | {"operationId": f"head_{_name_of(route)}"}
    document = {
        "openapi": "3.1.0",
        "info": {"title": "nbflow", "version": __version__, "description": _ABOUT},
        "servers": [
            {
                "url": "{base_url}nbflow/api",
                "variables": {"base_url": {"default": "/", "description": "Where the Jupyter server is."}},
            }
        ],
        "security": [{"token": []}, {"cookie": []}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": dict(sorted({**schemas.components, "Error": _ERROR}.items())),
            "responses": {name: _error_answer(text) for name, text in _ERRORS.values()},
            "securitySchemes": _SECURITY,
        },
    }
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(document))  # lists, where msgspec made tuples
    return plain


def text_of(document: dict[str, Any]) -> str:
    """Write a document as it is kept: for people to read, and the same each time."""
    return msgspec.json.format(msgspec.json.encode(document), indent=1).decode() + "\n"


def main(arguments: Iterable[str] = ()) -> None:
    """Write the description to a file: the one that is given, or `docs/openapi.json`."""
    place = Path(next(iter(arguments), _DEFAULT_PLACE))
    place.write_text(text_of(description()), encoding="utf-8", newline="\n")


class _Schemas:
    """The schemas of what routes take and give.

    Parameters
    ----------
    table
        The routes.
    """

    def __init__(self, table: Iterable[Route]) -> None:
        self._taken, taken = _schemas_of(kind for each in table for kind in (each.query, each.body) if kind)
        self._given, given = _schemas_of(each.answer for each in table if each.answer is not None)
        both = taken.keys() & given.keys()
        assert not both, f"what is given can hold NaN, and what is taken cannot: {both}"
        queries = {_name_in(self._taken[repr(each.query)]) for each in table if each.query is not None}
        self._queries = {name: taken.pop(name) for name in queries}
        self.components = taken | _with_all_numbers(given)

    def taken(self, kind: Any) -> Any:
        """Give the schema of a body."""
        return self._taken[repr(kind)]

    def given(self, kind: Any) -> Any:
        """Give the schema of an answer."""
        return _with_all_numbers(self._given[repr(kind)])

    def query(self, kind: Any) -> dict[str, Any]:
        """Give the schema of all that may follow the question mark."""
        found: dict[str, Any] = self._queries[_name_in(self._taken[repr(kind)])]
        return found


def _name_in(reference: dict[str, str]) -> str:
    return reference["$ref"].rpartition("/")[2]


def _schemas_of(kinds: Iterable[Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Make the schemas of types, by their `repr`, and those that they refer to, by name."""
    unique = {repr(kind): kind for kind in kinds}
    made, components = msgspec.json.schema_components(list(unique.values()), ref_template=_REF)
    told = {name: _told(schema) for name, schema in components.items()}
    return dict(zip(unique, made, strict=True)), told


def _told(schema: dict[str, Any]) -> dict[str, Any]:
    """Say of each field what the docstring of its class says."""
    if "properties" not in schema:
        return schema
    summary, fields = _docstring(schema.get("description", ""))
    properties = {
        name: each | ({"description": fields[name]} if name in fields else {})
        for name, each in schema["properties"].items()
    }
    named = {key: value for key, value in schema.items() if key != "title"}
    return named | ({"description": summary} if summary else {}) | {"properties": properties}


def _docstring(text: str) -> tuple[str, dict[str, str]]:
    """Part a docstring into what it says of the class, and what of each of its fields."""
    summary, _, listed = inspect.cleandoc(text).partition("\nParameters\n")
    fields: dict[str, str] = {}
    names: list[str] = []
    for line in listed.splitlines()[1:]:
        if line.startswith(" "):
            fields |= {name: f"{fields.get(name, '')} {line.strip()}".strip() for name in names}
        elif line.strip():
            names = [name.strip() for name in line.split(",")]
    return " ".join(summary.split()), fields


def _with_all_numbers(schema: Any) -> Any:
    """Let numbers be what JSON has no word for, too."""
    if isinstance(schema, list):
        return [_with_all_numbers(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("type") == "number":
        rest = {key: value for key, value in schema.items() if key != "type"}
        return {**rest, "anyOf": [{"type": "number"}, {"enum": ["NaN", "Infinity", "-Infinity"]}]}
    return {key: _with_all_numbers(value) for key, value in schema.items()}


def _operation(route: Route, schemas: _Schemas) -> dict[str, Any]:
    made: dict[str, Any] = {
        "operationId": _name_of(route),
        "summary": route.summary,
        "tags": [_tag(route.path)],
        "parameters": [
            *map(_place, route.places),
            *([] if route.query is None else _parameters(schemas.query(route.query))),
        ],
    }
    if route.body is not None:
        made["requestBody"] = {"required": True, "content": {JSON: {"schema": schemas.taken(route.body)}}}
    made["responses"] = _good(route, schemas) | {code: _error_ref(code) for code in _codes(route)}
    return {key: value for key, value in made.items() if value}


def _good(route: Route, schemas: _Schemas) -> dict[str, Any]:
    """Say what is given where all went well."""
    returned = getattr(route.function, "__annotations__", {}).get("return", "")
    made: dict[str, Any] = {}
    if route.handler is not None:
        made |= {
            "200": {"description": "The file.", "content": {"*/*": {}}},
            "206": {"description": "The part of it that `Range` asks for.", "content": {"*/*": {}}},
            "416": {"description": "The file has no such part.", "content": {JSON: {"schema": _ref("Error")}}},
        }
    elif returned == "Download":
        made["200"] = {
            "description": "A file to be saved.",
            "content": {content_type(route.path).partition(";")[0]: {}},
        }
    elif route.answer is not None:
        made["200"] = {
            "description": "The answer.",
            "content": {JSON: {"schema": schemas.given(route.answer)}, BUFFERS: {}},
        }
    if "None" in returned:
        made["204"] = {"description": "It is done." if returned == "None" else "Nothing changed."}
    if route.method == "GET":
        made["304"] = {"description": "It is what `If-None-Match` says the asker has."}
    return made


def _codes(route: Route) -> list[str]:
    codes = ["400", "401", "403", "500", "503"]
    if route.places:
        codes += ["404", "501"]
    if not route.reads:
        codes.append("409")
    if route.body is not None:
        codes.append("413")
    return sorted(codes)


def _place(name: str) -> dict[str, Any]:
    told = _PLACES[name]
    schema = {"type": "string", **told["schema"]}
    return {"name": name, "in": "path", "required": True, "description": told["description"], "schema": schema}


def _parameters(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """Make parameters of an address of the fields of a Struct."""
    made = []
    for name, told in schema["properties"].items():
        # An address has no null: what is not there is not given.
        kinds = [each for each in told.get("anyOf", [told]) if each.get("type") != "null"]
        kind = (
            {key: each for key, each in kinds[0].items() if key != "description"}
            if len(kinds) == 1
            else {"anyOf": kinds}
        )
        default = told.get("default")
        kind = {key: each for key, each in kind.items() if key != "default"}
        parameter: dict[str, Any] = {"name": name, "in": "query", "required": name in schema.get("required", ())}
        if "description" in told:
            parameter["description"] = told["description"]
        made.append({**parameter, "schema": kind if default in (None, [], "") else {**kind, "default": default}})
    return made


def _name_of(route: Route) -> str:
    if route.function is not None:
        return route.function.__name__
    assert route.handler is not None, "a route has a function or a handler"
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", route.handler.__name__).lower()


def _tag(path: str) -> str:
    inner = re.sub(r"^/stores/\{store\}/", "", path).strip("/")
    return inner.partition("/")[0].partition(".")[0]


def _error_answer(text: str) -> dict[str, Any]:
    return {"description": text, "content": {JSON: {"schema": _ref("Error")}}}


def _error_ref(code: str) -> dict[str, Any]:
    return {"$ref": f"#/components/responses/{_ERRORS[code][0]}"}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": _REF.format(name=name)}


if __name__ == "__main__":
    main(sys.argv[1:])
