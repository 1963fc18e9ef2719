"""Calendars to subscribe to: secret links under which calendar programs fetch a week again and again, without a key.

A link follows the week: a correction is there when it is fetched next. Whoever has a link reads that one week, and
nothing else; revoked, it leads nowhere.
"""

import re
import secrets
import uuid

import msgspec
from aiohttp import web

from services.gateway.bodies import read_body
from services.gateway.clients import scheme_of
from services.gateway.context import GATEWAY, document_id
from services.gateway.endpoint import Endpoint
from services.gateway.exports import term_dates
from services.gateway.exports.term_dates import TermDates
from services.gateway.problems import ProblemError, not_found
from services.gateway.routes.exports import ICS, file_of, no_dates, no_week
from services.gateway.tenants import TENANT
from shared.db.documents import time_text
from shared.health import json_response
from shared.logs import get_logger
from shared.messages import Message

log = get_logger(__name__)

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_MAX_LINKS = 50
"""Links to a week."""
_MAX_BODY = 64 * 1024
"""Bytes."""


class Calendar(Message):
    """A link to a week, without its secret."""

    calendar_id: str
    timetable_id: str
    term_dates: TermDates | None
    """Those of the link itself; null where it goes by the week's."""
    created_at: str


class CalendarList(Message):
    calendars: list[Calendar]
    """Oldest first."""


class NewCalendar(Message):
    """A link to a week, with its secret, which is told this once."""

    calendar_id: str
    timetable_id: str
    url: str
    webcal_url: str
    """The same for a browser to hand to a calendar program."""


async def subscribe(request: web.Request) -> web.Response:
    """Make a link to a week; a body may give term dates of its own. Errors: 404, 409 when the week has links enough,
    422 when neither the body nor the week says when it holds."""
    gateway, id_ = request.app[GATEWAY], document_id(request)
    dates = term_dates.read(await read_body(request, _MAX_BODY)) if request.body_exists else None
    row = await gateway.weeks.one(id_, request[TENANT])
    if row is None:
        raise await no_week(request, id_)
    if dates is None and row["term_dates"] is None:
        raise no_dates()
    calendar_id, token = str(uuid.uuid4()), secrets.token_urlsafe(32)
    timetable_id = await gateway.weeks.link(calendar_id, request[TENANT], str(row["id"]), token, dates, _MAX_LINKS)
    if timetable_id is None:
        raise ProblemError(
            409, "too-many-calendars", "Too many calendars", f"This week has {_MAX_LINKS} links; revoke one first."
        )
    log.info("calendar link made", calendar_id=calendar_id, timetable_id=timetable_id)
    address = f"{request.host}/api/v1/calendars/{token}.ics"
    made = NewCalendar(
        calendar_id=calendar_id,
        timetable_id=timetable_id,
        url=f"{scheme_of(request, gateway.settings.proxies)}://{address}",
        webcal_url=f"webcal://{address}",
    )
    return json_response(made, 201)


async def list_calendars(request: web.Request) -> web.Response:
    """A week's links, without their secrets."""
    gateway, id_ = request.app[GATEWAY], document_id(request)
    row = await gateway.weeks.one(id_, request[TENANT])
    if row is None:
        raise await no_week(request, id_)
    links = await gateway.weeks.links(str(row["id"]), request[TENANT])
    return json_response(
        CalendarList(
            calendars=[
                Calendar(
                    calendar_id=str(link["id"]),
                    timetable_id=str(link["timetable_id"]),
                    term_dates=msgspec.json.decode(link["term_dates"], type=TermDates) if link["term_dates"] else None,
                    created_at=time_text(link["created_at"]) or "",
                )
                for link in links
            ]
        )
    )


async def revoke(request: web.Request) -> web.Response:
    """Revoke a link. Errors: 404."""
    id_ = document_id(request)
    if not await request.app[GATEWAY].weeks.revoke(id_, request[TENANT]):
        raise not_found("calendar")
    log.info("calendar link revoked", calendar_id=id_)
    return web.Response(status=204)


async def get_calendar(request: web.Request) -> web.Response:
    """The week that a secret link leads to, as a calendar; 304 for who has it already. Errors: 404."""
    token = request.match_info["token"]
    row = await request.app[GATEWAY].weeks.linked(token) if _TOKEN.fullmatch(token) else None
    if row is None:
        raise not_found("calendar")
    return await file_of(request, ICS, [row])


ROUTES = [
    Endpoint(
        "GET",
        "/api/v1/calendars/{token}.ics",
        get_calendar,
        "Get the week that a secret link leads to, as a calendar.",
        answer=(ICS.content_type,),
        ids="^[A-Za-z0-9_-]{43}$",
        problems={422: ("no-term-dates",)},
        role="anybody",
    ),
    Endpoint("DELETE", "/api/v1/calendars/{id}", revoke, "Revoke a link to a week.", status=204),
    Endpoint(
        "GET",
        "/api/v1/timetables/{id}/calendars",
        list_calendars,
        "List a week's links, without their secrets.",
        answer=CalendarList,
        problems={404: ("no-timetable",)},
    ),
    Endpoint(
        "POST",
        "/api/v1/timetables/{id}/calendars",
        subscribe,
        "Make a secret link to a week, for calendar programs to fetch it without a key.",
        answer=NewCalendar,
        status=201,
        body=TermDates,
        body_required=False,
        problems={
            404: ("no-timetable",),
            409: ("too-many-calendars",),
            422: ("no-term-dates", "bad-term-dates"),
        },
    ),
]
