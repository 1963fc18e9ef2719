"""Which form of a resource the Accept field asks for."""

import pytest

from services.gateway.negotiation import negotiate

OFFERED = ("application/json", "text/calendar", "text/csv")


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ("", "application/json"),
        ("*/*", "application/json"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "application/json"),
        ("text/csv", "text/csv"),
        ("TEXT/CSV; charset=utf-8", "text/csv"),
        ("text/*", "text/calendar"),
        ("text/*, text/calendar;q=0.1", "text/csv"),
        ("text/csv;q=0.4, application/json;q=0.5", "application/json"),
        ("text/csv;q=0.5, */*;q=0.1", "text/csv"),
        ("text/csv;q=0", "application/json"),
        ("application/pdf", "application/json"),
        ("text/csv;q=x, text/calendar;q=0.2", "text/calendar"),
        (";;,,q=1,/", "application/json"),
        ("," * 100_000 + "text/csv", "application/json"),
    ],
)
def test_what_is_liked_best(accept: str, chosen: str) -> None:
    assert negotiate(accept, OFFERED) == chosen
