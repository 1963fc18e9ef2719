"""What an operator looks at: what the stages hold, workers, gateways, the last hour, what happened last, and one
document's way. For keys with the role `operate`; of all tenants, and without what documents hold."""

from typing import Annotated

import msgspec
from aiohttp import web
from redis.exceptions import RedisError

from services.gateway.context import GATEWAY, document_id
from services.gateway.endpoint import Endpoint
from services.gateway.problems import not_found, redis_away
from services.gateway.queries import read_query
from shared.db.timeline import Timeline
from shared.health import json_response
from shared.messages import Message, Phase, Status
from shared.streams.event_log import LoggedEvent
from shared.streams.last_hour import StageHour
from shared.streams.queue_stats import StageStats
from shared.streams.roster import GatewayState, WorkerState


class WorkerList(Message):
    """Body of `GET /api/v1/operations/workers`."""

    workers: list[WorkerState]


class GatewayList(Message):
    """Body of `GET /api/v1/operations/gateways`."""

    gateways: list[GatewayState]


class Hour(Message):
    """Body of `GET /api/v1/operations/last-hour`."""

    stages: list[StageHour]


class StageList(Message):
    """Body of `GET /api/v1/operations/stages`."""

    stages: list[StageStats]


class ToldEvent(Message):
    """An event of any tenant's document, without what it says of the document's content."""

    id: str
    at: str
    tenant: str
    document_id: str
    type: str
    step: str | None
    stage: Phase | None
    percentage: int | None
    status: Status | None
    attempt: int | None
    error: str | None


class NewestEvents(Message):
    """Which of the newest events."""

    since: Annotated[int, msgspec.Meta(ge=0, le=10**15)] = 0
    """Ms since 1970, by the clock of Redis: in an event's id, before the last dash."""
    limit: Annotated[int, msgspec.Meta(ge=1, le=500)] = 100


class EventList(Message):
    """Body of `GET /api/v1/operations/events`."""

    events: list[ToldEvent]


async def list_workers(request: web.Request) -> web.Response:
    """Who was heard of in the last half minute, and what each runs."""
    try:
        return json_response(WorkerList(workers=await request.app[GATEWAY].roster.workers()))
    except (RedisError, OSError):
        raise redis_away() from None


async def list_gateways(request: web.Request) -> web.Response:
    """Likewise, with their open event streams."""
    try:
        return json_response(GatewayList(gateways=await request.app[GATEWAY].roster.gateways()))
    except (RedisError, OSError):
        raise redis_away() from None


async def last_hour(request: web.Request) -> web.Response:
    """Throughput and duration of each stage."""
    try:
        return json_response(Hour(stages=await request.app[GATEWAY].last_hour.stages()))
    except (RedisError, OSError):
        raise redis_away() from None


async def list_stages(request: web.Request) -> web.Response:
    """Depth, running, retrying, dead, oldest waiting age and workers per stage."""
    try:
        return json_response(StageList(stages=await request.app[GATEWAY].queue_stats.stages()))
    except (RedisError, OSError):
        raise redis_away() from None


async def list_events(request: web.Request) -> web.Response:
    """What happened last, of all documents: the newest first."""
    query = read_query(request, NewestEvents)
    try:
        found = await request.app[GATEWAY].event_log.newest(query.limit, query.since)
    except (RedisError, OSError):
        raise redis_away() from None
    return json_response(EventList(events=[_told(each) for each in found]))


def _told(each: LoggedEvent) -> ToldEvent:
    event = each.event
    return ToldEvent(
        id=f"{each.partition}-{each.id}",
        at=each.at,
        tenant=each.tenant,
        document_id=event.document_id,
        type=event.type,
        step=event.step,
        stage=event.stage,
        percentage=event.percentage,
        status=event.status,
        attempt=event.attempt,
        error=event.error,
    )


async def get_timeline(request: web.Request) -> web.Response:
    """How long one document took, phase by phase. Errors: 404 no such document."""
    timeline = await request.app[GATEWAY].timelines.of(document_id(request))
    if timeline is None:
        raise not_found("document")
    return json_response(timeline)


_AWAY = {503: ("redis-away",)}
ROUTES = [
    Endpoint(
        "GET",
        "/api/v1/operations/workers",
        list_workers,
        "List the workers and what each runs.",
        answer=WorkerList,
        problems=_AWAY,
        role="operate",
    ),
    Endpoint(
        "GET",
        "/api/v1/operations/gateways",
        list_gateways,
        "List the gateways and how many event streams each has open.",
        answer=GatewayList,
        problems=_AWAY,
        role="operate",
    ),
    Endpoint(
        "GET",
        "/api/v1/operations/last-hour",
        last_hour,
        "Say what each stage did in the last hour.",
        answer=Hour,
        problems=_AWAY,
        role="operate",
    ),
    Endpoint(
        "GET",
        "/api/v1/operations/stages",
        list_stages,
        "Say what each stage holds.",
        answer=StageList,
        problems=_AWAY,
        role="operate",
    ),
    Endpoint(
        "GET",
        "/api/v1/operations/events",
        list_events,
        "List what happened last to the documents of all tenants.",
        answer=EventList,
        query=NewestEvents,
        problems=_AWAY,
        role="operate",
    ),
    Endpoint(
        "GET",
        "/api/v1/operations/documents/{id}",
        get_timeline,
        "Say how long a document took, phase by phase.",
        answer=Timeline,
        problems={404: ("not-found",)},
        role="operate",
    ),
]
