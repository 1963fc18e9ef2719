"""The dead jobs of all tenants, to look at, retry and remove; for keys with the role `operate`. `queue.py` has what a
tenant may do with its own."""

from typing import Annotated

import msgspec
from aiohttp import web
from redis.exceptions import RedisError

from services.gateway.context import GATEWAY, Gateway
from services.gateway.endpoint import Endpoint
from services.gateway.problems import redis_away
from services.gateway.queries import read_query
from services.gateway.routes.queue import DEAD_ID, DeadQuery, Purged, Retried, replay
from services.gateway.tenants import IDENTITY
from shared.health import json_response
from shared.logs import get_logger
from shared.messages import Message, Stage
from shared.streams.dead_letters import DeadJob, OperatedJob

log = get_logger(__name__)


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


class DeadJobsQuery(DeadQuery):
    """Which dead jobs of all tenants; without anything all that are listed."""

    id: Annotated[str, msgspec.Meta(pattern=DEAD_ID)] | None = None


class DeadJobsPage(DeadJobsQuery):
    """Likewise, and how many."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 100


class OperatedJobs(Message):
    """Body of `GET /api/v1/operations/dead/jobs`."""

    jobs: list[OperatedJob]
    total: int
    """How many of these there are."""


async def list_reasons(request: web.Request) -> web.Response:
    """The dead jobs of all tenants, the newest 1,000 of each stage, by why they failed: the most frequent first."""
    found: dict[tuple[Stage, str], DeadReason] = {}
    for job in await _wanted(request.app[GATEWAY], DeadJobsQuery()):  # the newest first
        each = found.setdefault(
            (job.stage, job.reason),
            DeadReason(stage=job.stage, reason=job.reason, jobs=0, oldest=job.died_at, newest=job.died_at),
        )
        each.jobs += 1
        each.oldest = job.died_at
    return json_response(DeadReasons(reasons=sorted(found.values(), key=lambda each: -each.jobs)))


async def list_jobs(request: web.Request) -> web.Response:
    """The jobs themselves, newest first."""
    query = read_query(request, DeadJobsPage)
    jobs = await _wanted(request.app[GATEWAY], query)
    shown = [msgspec.convert(job, OperatedJob, from_attributes=True) for job in jobs[: query.limit]]
    return json_response(OperatedJobs(jobs=shown, total=len(jobs)))


async def retry_jobs(request: web.Request) -> web.Response:
    """Put them back to work. One whose document was deleted, or is no longer failed, stays."""
    gateway, query, retried = request.app[GATEWAY], read_query(request, DeadJobsQuery), 0
    for job in await _wanted(gateway, query):
        # The record first: a job that runs for a document that counts as failed could not save what it reads.
        if job.document_id and await gateway.documents.revive(job.document_id):
            retried += await replay(gateway, job)
    log.info("dead jobs retried", jobs=retried, stage=query.stage, by=request[IDENTITY].key_id)
    return json_response(Retried(retried=retried))


async def remove_jobs(request: web.Request) -> web.Response:
    """Remove them for good; their documents stay failed."""
    gateway, query, removed = request.app[GATEWAY], read_query(request, DeadJobsQuery), 0
    try:
        # A list holds the newest only: until there is none left.
        while jobs := await _wanted(gateway, query):
            for job in jobs:
                removed += await gateway.dead_letters.delete(job.id)
    except (RedisError, OSError):
        raise redis_away() from None
    log.info("dead jobs removed", jobs=removed, stage=query.stage, by=request[IDENTITY].key_id)
    return json_response(Purged(removed=removed))


async def _wanted(gateway: Gateway, query: DeadJobsQuery) -> list[DeadJob]:
    """The jobs that a query means, newest first. Raises a 503 problem."""
    try:
        if query.id is not None:
            found = await _one(gateway, query.id)
        else:
            found = await gateway.dead_letters.newest()
    except (RedisError, OSError):
        raise redis_away() from None
    return [job for job in found if query.means(job)]


async def _one(gateway: Gateway, id_: str) -> list[DeadJob]:
    try:
        job = await gateway.dead_letters.get(id_)
    except ValueError:  # of a partition that there is not
        return []
    return [job] if job else []


_AWAY = {503: ("redis-away",)}
ROUTES = [
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
        "DELETE",
        "/api/v1/operations/dead",
        remove_jobs,
        "Remove dead jobs of all tenants for good: all, those of a stage or with a reason, or one.",
        answer=Purged,
        query=DeadJobsQuery,
        problems=_AWAY,
        role="operate",
    ),
    Endpoint(
        "GET",
        "/api/v1/operations/dead/jobs",
        list_jobs,
        "List the dead jobs of all tenants, newest first.",
        answer=OperatedJobs,
        query=DeadJobsPage,
        problems=_AWAY,
        role="operate",
    ),
    Endpoint(
        "POST",
        "/api/v1/operations/dead/retry",
        retry_jobs,
        "Put dead jobs of all tenants back to work: all that are listed, those of a stage or with a reason, or one.",
        answer=Retried,
        query=DeadJobsQuery,
        problems=_AWAY,
        role="operate",
    ),
]
