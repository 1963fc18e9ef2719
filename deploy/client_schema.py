"""The part of the API's contract that `clients/react` makes its types of: `clients/react/openapi.json`.

python -m deploy.client_schema      writes it; then `npm run types` in clients/react
"""

import json
from pathlib import Path
from typing import Any

from services.gateway.app import API
from services.gateway.openapi import openapi

FILE = Path(__file__).resolve().parents[1] / "clients/react/openapi.json"
ROOTS = ("Problem", "Uploaded", "DocumentList", "Ticket", "Timetable", "TimetableList", "Correction")
"""The messages that the client names; what they are made of comes along."""


def client_schema() -> str:
    """The messages of `ROOTS` and all below them, as an OpenAPI document without addresses."""
    document = openapi(API)
    schemas = document["components"]["schemas"]
    found: dict[str, Any] = {}
    todo = list(ROOTS)
    while todo:
        if (name := todo.pop()) not in found:
            found[name] = schemas[name]
            todo += _named_in(schemas[name])
    # A version of its own would make this file another with each release of the gateway.
    kept = {
        "openapi": document["openapi"],
        "info": {"title": "Timelift", "version": "1"},
        "paths": {},
        "components": {"schemas": dict(sorted(found.items()))},
    }
    return json.dumps(kept, indent=1) + "\n"


def _named_in(schema: Any) -> list[str]:
    if isinstance(schema, list):
        return [name for each in schema for name in _named_in(each)]
    if not isinstance(schema, dict):
        return []
    own = [schema["$ref"].rpartition("/")[2]] if isinstance(schema.get("$ref"), str) else []
    return own + [name for each in schema.values() for name in _named_in(each)]


if __name__ == "__main__":
    FILE.write_text(client_schema())
