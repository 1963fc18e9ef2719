"""The page that tells the contract."""

import pytest

from services.gateway.app import API
from services.gateway.openapi import openapi
from services.gateway.routes.contract import _kind, _page


def test_every_message_of_the_contract_can_be_told() -> None:
    document = openapi(API)
    page = _page(document).decode()
    assert all(f'<article id="{name}">' in page for name in document["components"]["schemas"])


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"type": "array", "items": {"type": "string", "maxLength": 3}}, "list of string at most 3 long"),
        ({"type": "array", "prefixItems": [{"type": "integer"}] * 2, "items": False}, "[integer, integer]"),
        ({"anyOf": [{"$ref": "#/components/schemas/Box"}, {"type": "null"}]}, '<a href="#Box">Box</a> or null'),
        ({}, "anything"),
    ],
)
def test_a_schema_is_told_in_a_few_words(schema: object, said: str) -> None:
    assert _kind(schema) == said
