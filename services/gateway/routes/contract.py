"""The API's contract: `/openapi.json` for programs, `/docs` for people. Nobody's secret, so without a key.

The page is made here, whole, from the same document: it runs no script and asks nobody else for anything.
"""

import html
import re
from collections.abc import Sequence
from typing import Any

import msgspec
from aiohttp import web

from services.gateway.endpoint import Endpoint
from services.gateway.openapi import JSON, openapi

_CSP = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 60rem; padding: 1rem; color-scheme: light dark }
code, pre { font-family: ui-monospace, monospace; font-size: .9em }
h2 { margin-top: 3rem; text-transform: capitalize } h3 { margin-bottom: 0 }
article { border-top: 1px solid #8885; padding: .5rem 0 1rem } table { border-collapse: collapse; width: 100% }
td, th { border-bottom: 1px solid #8883; padding: .2rem 1rem .2rem 0; text-align: left; vertical-align: top }
b { display: inline-block; min-width: 4.5rem } nav a { margin-right: 1rem } :target { background: #fd03 }
"""


def routes(endpoints: Sequence[Endpoint]) -> list[web.RouteDef]:
    """The two addresses, for the contract of some endpoints."""
    document = openapi(endpoints)
    body, page = msgspec.json.encode(document), _page(document)
    kept = {"Cache-Control": "public, no-cache"}

    async def get_openapi(_: web.Request) -> web.Response:
        return web.Response(body=body, content_type="application/json", headers=kept)

    async def get_docs(_: web.Request) -> web.Response:
        headers = kept | {"Content-Security-Policy": _CSP}
        return web.Response(body=page, content_type="text/html", charset="utf-8", headers=headers)

    return [web.get("/openapi.json", get_openapi), web.get("/docs", get_docs)]


def _page(document: JSON) -> bytes:
    info, tags = document["info"], [each["name"] for each in document["tags"]]
    parts = [
        f"<h1>{_text(info['title'])} {_text(info['version'])}</h1><p>{_text(info['description'])} ",
        'For programs: <a href="/openapi.json">openapi.json</a>.</p><nav>',
        *(f'<a href="#{_text(tag)}">{_text(tag)}</a>' for tag in tags),
        '<a href="#messages">messages</a></nav>',
    ]
    for tag in tags:
        parts.append(f'<h2 id="{_text(tag)}">{_text(tag)}</h2>')
        for path, operations in document["paths"].items():
            parts += [_operation(path, each, one) for each, one in operations.items() if one["tags"] == [tag]]
    parts.append('<h2 id="messages">Messages</h2>')
    parts += [_message(name, schema) for name, schema in document["components"]["schemas"].items()]
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{_text(info["title"])}'
    return f'<!doctype html><html lang="en"><head>{head}</title><style>{_STYLE}</style>{"".join(parts)}'.encode()


def _operation(path: str, method: str, operation: JSON) -> str:
    rows = [
        (f"<code>{_text(each['name'])}</code> in {each['in']}", _kind(each["schema"]), each.get("description", ""))
        for each in operation["parameters"]
    ]
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        rows.append((f"body, {_text(kind)}", _kind(content.get("schema", {})), ""))
    for status, response in operation["responses"].items():
        kinds = response.get("content", {})
        said = ", ".join(_kind(each["schema"]) if "schema" in each else _text(kind) for kind, each in kinds.items())
        rows.append((_text(status), said, response["description"]))
    return (
        f'<article id="{operation["operationId"]}"><h3><b>{method.upper()}</b> <code>{_text(path)}</code></h3>'
        f"<p>{_words(operation['summary'])} {_words(operation.get('description', ''))}</p>{_table(rows)}</article>"
    )


def _message(name: str, schema: JSON) -> str:
    needed = schema.get("required", [])
    rows = [
        (
            f"<code>{_text(each)}</code>{'' if each in needed else ' (may be absent)'}",
            _kind(one),
            one.get("description", ""),
        )
        for each, one in schema.get("properties", {}).items()
    ]
    rows += [("", f"<code>{_text(each)}</code>", "") for each in schema.get("enum", [])]
    return f'<article id="{name}"><h3>{name}</h3><p>{_words(schema.get("description", ""))}</p>{_table(rows)}</article>'


def _kind(schema: Any) -> str:
    """A schema in a few words."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f'<a href="#{name}">{name}</a>'
    if "anyOf" in schema:
        return " or ".join(_kind(each) for each in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(f"<code>{_text(str(each))}</code>" for each in schema["enum"])
    bounds = {"minimum": "from {}", "maximum": "to {}", "minLength": "at least {} long", "maxLength": "at most {} long"}
    said = [text.format(schema[name]) for name, text in bounds.items() if name in schema]
    if "prefixItems" in schema:
        return f"[{', '.join(map(_kind, schema['prefixItems']))}]"
    if "items" in schema:
        return f"list of {_kind(schema['items'])}"
    return _text(" ".join([schema.get("format") or schema.get("type") or "anything", *said]))


def _table(rows: list[tuple[str, str, str]]) -> str:
    cells = "".join(f"<tr><td>{name}</td><td>{kind}</td><td>{_words(text)}</td></tr>" for name, kind, text in rows)
    return f"<table>{cells}</table>" if rows else ""


def _words(text: str) -> str:
    return re.sub(r"``?(.+?)``?", r"<code>\1</code>", _text(text))


def _text(text: str) -> str:
    return html.escape(text)
