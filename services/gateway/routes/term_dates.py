"""When a week holds: what a page seldom says, and a calendar has to know."""

import msgspec
from aiohttp import web

from services.gateway.bodies import read_body
from services.gateway.context import GATEWAY, document_id
from services.gateway.endpoint import Endpoint
from services.gateway.exports import term_dates
from services.gateway.exports.term_dates import TermDates
from services.gateway.problems import ProblemError, not_found
from services.gateway.tenants import TENANT
from shared.health import json_response

_MAX_DATES = 64 * 1024
"""Bytes of a body with a term's dates."""


async def get_term_dates(request: web.Request) -> web.Response:
    """When a week holds. Errors: 404, also where nobody has said so."""
    found, dates = await request.app[GATEWAY].weeks.term_dates(document_id(request), request[TENANT])
    if not found:
        raise not_found("timetable")
    if dates is None:
        raise ProblemError(404, "no-term-dates", "No term dates", "Nobody has said yet when this week holds.")
    return json_response(msgspec.json.decode(dates, type=TermDates))


async def put_term_dates(request: web.Request) -> web.Response:
    """Say when a week holds; a new reading leaves it as it is. Errors: 400 no JSON, 404, 422 a field that does not
    fit."""
    dates = term_dates.read(await read_body(request, _MAX_DATES))
    if not await request.app[GATEWAY].weeks.set_term_dates(document_id(request), request[TENANT], dates):
        raise not_found("timetable")
    return json_response(dates)


async def delete_term_dates(request: web.Request) -> web.Response:
    """Forget when a week holds. Errors: 404."""
    if not await request.app[GATEWAY].weeks.set_term_dates(document_id(request), request[TENANT], None):
        raise not_found("timetable")
    return web.Response(status=204)


ROUTES = [
    Endpoint(
        "GET",
        "/api/v1/timetables/{id}/term-dates",
        get_term_dates,
        "Get when a week holds.",
        answer=TermDates,
        problems={404: ("no-timetable", "no-term-dates")},
    ),
    Endpoint(
        "PUT",
        "/api/v1/timetables/{id}/term-dates",
        put_term_dates,
        "Say when a week holds.",
        answer=TermDates,
        body=TermDates,
        problems={422: ("bad-term-dates",)},
    ),
    Endpoint(
        "DELETE", "/api/v1/timetables/{id}/term-dates", delete_term_dates, "Forget when a week holds.", status=204
    ),
]
