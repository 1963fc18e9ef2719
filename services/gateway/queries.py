"""What stands in an address after its question mark, checked against a struct that the contract shows as well."""

from typing import Any, TypeVar

import msgspec
from aiohttp import web

from services.gateway.problems import ProblemError

T = TypeVar("T", bound=msgspec.Struct)

NO_NUL = r"^[^\x00]*$"
"""What Postgres can keep. A text cannot hold a line break here that `$` would pass over: none is a line of its own."""


def read_query(request: web.Request, kind: type[T]) -> T:
    """The query as a struct; of what it does not know nothing is said. Raises a 400 problem."""
    fields = msgspec.structs.fields(kind)
    given: dict[str, Any] = {}
    for each in fields:
        if each.encode_name in request.query:
            values = request.query.getall(each.encode_name)
            given[each.encode_name] = values if _many(each.type) else values[0]
    try:
        return msgspec.convert(given, kind, strict=False)
    except msgspec.ValidationError as error:
        text, _, path = str(error).partition(" - at `$.")
        name = path.removesuffix("`").partition("[")[0]
        allowed = {each.encode_name: _allowed(each.type) for each in fields if each.encode_name == name}
        raise ProblemError(
            400, "bad-query", "Bad query", f"“{name}”: {text}." if name else f"{text}.", allowed=allowed or None
        ) from None


def _many(kind: Any) -> bool:
    return isinstance(msgspec.inspect.type_info(kind), msgspec.inspect.VarTupleType)


def _allowed(kind: Any) -> Any:
    """What a parameter may be: the list of its values where they are few, else its JSON Schema."""
    schema = msgspec.json.schema(kind)
    schema = {**schema, **schema.pop("$defs", {}).popitem()[1]} if "$defs" in schema else schema
    for part in (schema, *schema.get("anyOf", ())):
        if "enum" in part:
            return part["enum"]
    return {name: value for name, value in schema.items() if not name.startswith("$")}
