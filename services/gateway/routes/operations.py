"""What an operator looks at: workers, gateways, the last hour, what failed and why, and one document's way. For keys
with the role `operate`; of all tenants, and without what documents hold."""

from aiohttp import web
from redis.exceptions import RedisError

from services.gateway.context import GATEWAY, document_id
from services.gateway.endpoint import Endpoint
from services.gateway.problems import ProblemError, not_found
from shared.db.timeline import Timeline
from shared.health import json_response
from shared.messages import Message, Stage
from shared.streams.last_hour import StageHour
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


class DeadReason(Message):
    """Dead jobs of one stage that failed for one reason."""

    stage: Stage
    reason: str
    jobs: int
    oldest: str
    newest: str


class DeadReasons(Message):
    """Body of `GET /api/v1/operations/dead`."""

    reasons: list[DeadReason]


def _away() -> ProblemError:
    return ProblemError(
        503, "redis-away", "Temporarily unavailable", "The streams cannot be reached at the moment.", retry_after=2
    )


async def list_workers(request: web.Request) -> web.Response:
    """Who was heard of in the last half minute, and what each runs."""
    try:
        return json_response(WorkerList(workers=await request.app[GATEWAY].roster.workers()))
    except (RedisError, OSError):
        raise _away() from None


async def list_gateways(request: web.Request) -> web.Response:
    """Likewise, with their open event streams."""
    try:
        return json_response(GatewayList(gateways=await request.app[GATEWAY].roster.gateways()))
    except (RedisError, OSError):
        raise _away() from None


async def last_hour(request: web.Request) -> web.Response:
    """Throughput and duration of each stage."""
    try:
        return json_response(Hour(stages=await request.app[GATEWAY].last_hour.stages()))
    except (RedisError, OSError):
        raise _away() from None


async def list_reasons(request: web.Request) -> web.Response:
    """The dead jobs of all tenants, the newest 1,000 of each stage, by why they failed: the most frequent first."""
    try:
        jobs = await request.app[GATEWAY].dead_letters.newest()
    except (RedisError, OSError):
        raise _away() from None
    found: dict[tuple[Stage, str], DeadReason] = {}
    for job in jobs:  # the newest first
        each = found.setdefault(
            (job.stage, job.reason),
            DeadReason(stage=job.stage, reason=job.reason, jobs=0, oldest=job.died_at, newest=job.died_at),
        )
        each.jobs += 1
        each.oldest = job.died_at
    return json_response(DeadReasons(reasons=sorted(found.values(), key=lambda each: -each.jobs)))


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
        "/api/v1/operations/dead",
        list_reasons,
        "List why jobs are dead, and how many for each reason.",
        answer=DeadReasons,
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
