"""The API's contract as OpenAPI 3.1, made from the endpoints and the messages that they take and answer."""

import ast
import inspect
import itertools
import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from http import HTTPStatus
from typing import Any, TypeAlias, get_args

import msgspec

from services.gateway.endpoint import Endpoint, MediaTypes
from shared.answers import Problem
from shared.version import VERSION

JSON: TypeAlias = dict[str, Any]

_PROBLEM = "application/problem+json"
UPLOAD = "multipart/form-data"
_EVERY: dict[int, tuple[str, ...]] = {
    400: ("bad-request",),
    413: ("too-large",),
    415: ("content-encoding",),
    421: ("unknown-host",),
    431: ("head-too-large",),
    500: ("internal",),
    503: ("database-away",),
}
"""What any endpoint may answer."""
_KEYED: dict[int, tuple[str, ...]] = {
    401: ("no-api-key", "unknown-api-key"),
    403: ("role-missing",),
    429: ("rate-limited",),
}
_WRITING: dict[int, tuple[str, ...]] = {403: ("foreign-origin",)}
_BODY: dict[int, tuple[str, ...]] = {
    400: ("bad-json",),
    408: ("upload-too-slow",),
    415: ("wrong-content-type",),
    503: ("busy",),
}
_OF_A_DOCUMENT = ("/api/v1/documents/{id}", "/api/v1/timetables/{id}", "/api/v1/events/{id}")
"""Addresses that take a document's id; what answers one is linked to them."""


def openapi(endpoints: Sequence[Endpoint]) -> JSON:
    """The document for some endpoints."""
    messages = _messages(endpoints)
    schemas, components = msgspec.json.schema_components(messages, ref_template="#/components/schemas/{name}")
    queries = {each.query for each in endpoints if each.query}
    parameters = {kind: components.pop(kind.__name__) for kind in queries}
    described = {kind.__name__: _descriptions(kind) for kind in _reached(messages)}
    for name, schema in [*components.items(), *((kind.__name__, schema) for kind, schema in parameters.items())]:
        for field, text in described.get(name, {}).items():
            schema.get("properties", {}).get(field, {}).setdefault("description", text)
    named = dict(zip(messages, schemas, strict=True))
    paths: dict[str, JSON] = {}
    for each in endpoints:
        operation = _operation(each, named, parameters)
        _link(operation, each, endpoints, components)
        paths.setdefault(each.path, {})[each.method.lower()] = operation
    document: JSON = {
        "openapi": "3.1.0",
        "info": {
            "title": "Timelift",
            "version": VERSION,
            "description": "Reads a picture of a weekly timetable and gives the week back as data, live.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": each} for each in dict.fromkeys(_tag(each) for each in endpoints)],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
            },
        },
    }
    # Patterns here are those of ECMAScript, where `$` is the end itself; a name of ours ends in an underscore only to
    # stand beside one of Python's.
    text = msgspec.json.encode(document).decode().replace("\\\\Z", "$")
    return dict(msgspec.json.decode(re.sub(r'(?<=["/])(\w+)_(?=")', r"\1", text)))


def _messages(endpoints: Sequence[Endpoint]) -> list[type]:
    found: dict[type, None] = {Problem: None}
    for each in endpoints:
        for kind in (each.answer, each.body, each.query, *each.stream):
            if isinstance(kind, type):
                found[kind] = None
    return list(found)


def _operation(endpoint: Endpoint, named: dict[type, JSON], parameters: dict[type, JSON]) -> JSON:
    operation: JSON = {
        "operationId": _operation_id(endpoint),
        "summary": endpoint.summary,
        "tags": [_tag(endpoint)],
        "parameters": _parameters(endpoint, parameters),
        "responses": _responses(endpoint, named),
        "security": [] if endpoint.needed == "anybody" else [{"bearer": []}, {"key": []}],
    }
    if endpoint.needed == "somebody":
        operation["description"] = "Takes a key, whatever it is for."
    elif endpoint.needed != "anybody":
        operation["description"] = f"Takes a key with the role `{endpoint.needed}`."
    if endpoint.body:
        operation["requestBody"] = {
            "required": endpoint.body_required,
            "content": _content(endpoint.body, named, upload=True),
        }
    return operation


def _parameters(endpoint: Endpoint, parameters: dict[type, JSON]) -> list[JSON]:
    found: list[JSON] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "pattern": endpoint.ids}}
        for name in re.findall(r"\{(\w+)\}", endpoint.path)
    ]
    query = parameters[endpoint.query] if endpoint.query else {"properties": {}}
    for name, schema in query["properties"].items():
        schema = {each: value for each, value in schema.items() if each not in ("default", "description")}
        if "anyOf" in schema:
            schema = next(each for each in schema["anyOf"] if each != {"type": "null"})
        default = query["properties"][name].get("default")
        if default:
            schema = schema | {"default": default}
        text = query["properties"][name].get("description")
        found.append({"name": name, "in": "query", "schema": schema} | ({"description": text} if text else {}))
    for name, text in endpoint.fields.items():
        found.append({"name": name, "in": "header", "description": text, "schema": {"type": "string"}})
    return found


def _responses(endpoint: Endpoint, named: dict[type, JSON]) -> JSON:
    success: JSON = {"description": HTTPStatus(endpoint.status).phrase}
    if endpoint.answer:
        success["content"] = _content(endpoint.answer, named) | {each: {} for each in endpoint.others}
    if endpoint.stream:
        success["content"] = _events([named[each] for each in endpoint.stream])
    responses: JSON = {str(endpoint.status): success}
    for status, text in endpoint.statuses.items():
        responses[str(status)] = {"description": text}
        if endpoint.answer and status == 200:
            responses[str(status)]["content"] = success["content"]
    if endpoint.method == "GET" and not endpoint.stream:
        responses["304"] = {"description": "Not Modified"}
    problems = problems_of(endpoint)
    for status in sorted(problems):
        names = ", ".join(f"`{name}`" for name in problems[status])
        responses[str(status)] = {
            "description": f"{HTTPStatus(status).phrase}: {names}",
            "content": {_PROBLEM: {"schema": named[Problem]}},
        }
    return responses


def problems_of(endpoint: Endpoint) -> dict[int, list[str]]:
    """The names of all problems that an endpoint answers, by status."""
    every = [endpoint.problems, _EVERY]
    if endpoint.needed != "anybody":
        every.append(_KEYED)
    if endpoint.method != "GET":
        every.append(_WRITING)
    if endpoint.body:
        every.append(_BODY)
    if endpoint.query:
        every.append({400: ("bad-query",)})
    if "{" in endpoint.path:
        every.append({404: ("not-found",)})
    found: dict[int, list[str]] = {}
    for each in every:
        for status, names in each.items():
            found[status] = [*dict.fromkeys([*found.get(status, []), *names])]
    return found


def _content(kind: type | MediaTypes, named: dict[type, JSON], *, upload: bool = False) -> JSON:
    if isinstance(kind, type):
        return {"application/json": {"schema": named[kind]}}
    if kind == (UPLOAD,) and upload:
        file = {"type": "string", "contentMediaType": "application/octet-stream"}
        parts = {"file": file, "page": {"type": "array", "items": file}}
        schema: JSON = {"type": "object", "properties": parts, "anyOf": [{"required": [name]} for name in parts]}
        return {UPLOAD: {"schema": schema}}
    return {each: {} for each in kind}


def _events(messages: list[JSON]) -> JSON:
    """What each event of a stream is."""
    data = {"type": "string", "contentMediaType": "application/json", "contentSchema": {"anyOf": messages}}
    fields = {"data": data, "id": {"type": "string"}, "event": {"const": "message"}, "retry": {"type": "integer"}}
    return {"text/event-stream": {"schema": {"type": "object", "required": ["data"], "properties": fields}}}


def _link(operation: JSON, endpoint: Endpoint, endpoints: Sequence[Endpoint], components: JSON) -> None:
    """Say where the document leads whose id an answer holds."""
    name = endpoint.answer.__name__ if isinstance(endpoint.answer, type) else ""
    if endpoint.method != "POST" or "documentId" not in components.get(name, {}).get("properties", {}):
        return
    operation["responses"][str(endpoint.status)]["links"] = {
        _operation_id(each): {"operationId": _operation_id(each), "parameters": {"id": "$response.body#/documentId"}}
        for each in endpoints
        if each.path.startswith(_OF_A_DOCUMENT)
    }


def _operation_id(endpoint: Endpoint) -> str:
    words = re.findall(r"\w+", endpoint.path.removeprefix("/api/v1/"))
    return endpoint.method.lower() + "".join(word[0].upper() + word[1:] for word in words)


def _tag(endpoint: Endpoint) -> str:
    return endpoint.path.removeprefix("/api/v1/").split("/")[0]


def _reached(messages: Iterable[type]) -> Iterator[type]:
    """The messages, and those that they hold."""
    seen: set[type] = set()
    left = list(messages)
    while left:
        kind = left.pop()
        if kind in seen or not issubclass(kind, msgspec.Struct):
            continue
        seen.add(kind)
        yield kind
        for field in msgspec.structs.fields(kind):
            left += _structs_in(field.type)


def _structs_in(kind: Any) -> list[type]:
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return [kind]
    return [each for part in get_args(kind) for each in _structs_in(part)]


def _descriptions(kind: type) -> dict[str, str]:
    """What stands below a struct's fields in its source, by their names in JSON."""
    names = {each.name: each.encode_name for each in msgspec.structs.fields(kind)}
    found: dict[str, str] = {}
    for base in reversed(kind.__mro__):
        if not issubclass(base, msgspec.Struct) or base.__module__.startswith("msgspec"):
            continue
        body = ast.parse(textwrap.dedent(inspect.getsource(base))).body[0]
        statements = body.body if isinstance(body, ast.ClassDef) else []
        for before, after in itertools.pairwise(statements):
            told = after.value.value if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant) else None
            if isinstance(before, ast.AnnAssign) and isinstance(before.target, ast.Name) and isinstance(told, str):
                found[names.get(before.target.id, "")] = " ".join(told.split())
    return found
