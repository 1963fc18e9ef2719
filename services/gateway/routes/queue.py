"""The queue over HTTP: what it holds, and the dead jobs.

The stages' counts are of all tenants, who share the workers: they tell how busy those are, and name nobody. What is
accepted and waits is the asking tenant's own, and so are the dead jobs; those of others are not there.
"""

import re
from typing import Annotated

import msgspec
from aiohttp import web
from redis.exceptions import RedisError

from services.gateway.context import GATEWAY, Gateway
from services.gateway.endpoint import Endpoint
from services.gateway.problems import ProblemError, not_found, redis_away
from services.gateway.queries import read_query
from services.gateway.tenants import DEFAULT, TENANT
from shared.health import json_response
from shared.messages import Message, Stage
from shared.streams.dead_letters import DeadJob
from shared.streams.queue_stats import StageStats

_TRACE = "Traceback (most recent call last):"
DEAD_ID = r"^(compress|ocr|extract)-[0-9]{1,4}-[0-9]{1,19}-[0-9]{1,19}$"
"""What a dead job's id is."""
_PATH = re.compile(r"(?<![\w:/.])(?:/[^/\s'\"]+){2,}")


class QueueState(Message):
    """Body of `GET /api/v1/queue`."""

    accepted: int
    """The tenant's documents that have not ended."""
    unqueued: int
    """Of these, the ones that wait in Postgres for a slot on the streams."""
    oldest_unqueued_seconds: float
    stages: list[StageStats]


class DeadQuery(Message):
    """Which dead jobs."""

    stage: Stage | None = None
    reason: Annotated[str, msgspec.Meta(max_length=2000)] | None = None
    """To the letter."""

    def means(self, job: DeadJob) -> bool:
        """Whether a job is one of these."""
        return self.stage in (None, job.stage) and self.reason in (None, job.reason)


class DeadJobs(Message):
    """Body of `GET /api/v1/queue/dead`."""

    jobs: list[DeadJob]


class Purged(Message):
    """Body of `DELETE /api/v1/queue/dead`."""

    removed: Annotated[int, msgspec.Meta(ge=0)]


class Retried(Message):
    """Body of `POST /api/v1/queue/dead/retry`."""

    retried: Annotated[int, msgspec.Meta(ge=0)]
    """Jobs that are back on their streams."""


async def get_queue(request: web.Request) -> web.Response:
    """Depth, running, retrying, dead, oldest waiting age and workers per stage, as redis-cli tells them."""
    gateway = request.app[GATEWAY]
    unqueued, oldest = await gateway.jobs.waiting(request[TENANT])
    try:
        stages = await gateway.queue_stats.stages()
    except (RedisError, OSError):
        raise redis_away() from None
    accepted, _ = await gateway.jobs.unfinished(request[TENANT])
    return json_response(
        QueueState(accepted=accepted, unqueued=unqueued, oldest_unqueued_seconds=round(oldest, 3), stages=stages)
    )


async def list_dead(request: web.Request) -> web.Response:
    """The tenant's dead jobs, newest first; without stack traces, which are the operator's."""
    try:
        jobs = await _own(request)
    except (RedisError, OSError):
        raise redis_away() from None
    return json_response(DeadJobs(jobs=[msgspec.structs.replace(job, detail=_shown(job.detail)) for job in jobs]))


def _shown(detail: str) -> str:
    """What a dead job's detail says without how this machine is laid out: no stack trace, and no absolute path."""
    said, _, trace = detail.partition(_TRACE)
    last = trace.strip().rpartition("\n")[2]
    return _PATH.sub("…", said.strip() or last)


async def _own(request: web.Request) -> list[DeadJob]:
    return await request.app[GATEWAY].dead_letters.newest(request[TENANT])


def _belongs(job: DeadJob, request: web.Request) -> bool:
    # An entry that could not be read may name no tenant.
    return (job.tenant or DEFAULT) == request[TENANT]


async def retry_dead(request: web.Request) -> web.Response:
    """Put a dead job back to work. Errors: 404 no such job, 409 its document was deleted or is no longer failed."""
    gateway, job = request.app[GATEWAY], await _find(request, request.match_info["id"])
    # The record first: a job that runs for a document that counts as failed could not save what it reads.
    if not await gateway.documents.revive(job.document_id):
        raise ProblemError(409, "not-failed", "Not failed", "The job's document was deleted or is not failed any more.")
    if not await replay(gateway, job):
        raise not_found("dead job")
    return web.Response(status=202, headers={"Location": f"/api/v1/documents/{job.document_id}"})


async def retry_all_dead(request: web.Request) -> web.Response:
    """Put the tenant's dead jobs back to work: all that are listed, or those of a stage or with a reason."""
    gateway, query = request.app[GATEWAY], read_query(request, DeadQuery)
    retried = 0
    try:
        jobs = await _own(request)
    except (RedisError, OSError):
        raise redis_away() from None
    for job in jobs:
        if query.means(job) and await gateway.documents.revive(job.document_id):
            retried += await replay(gateway, job)
    return json_response(Retried(retried=retried))


async def replay(gateway: Gateway, job: DeadJob) -> bool:
    """Put the job of a revived document back on its stream; False if it is gone."""
    try:
        return await gateway.dead_letters.replay(job.id)
    except (RedisError, OSError):
        # The reconciler finds a document under way that Redis does not hold, and enqueues it.
        return True


async def delete_dead(request: web.Request) -> web.Response:
    """Remove one dead job for good; its document stays failed."""
    gateway, id_ = request.app[GATEWAY], request.match_info["id"]
    await _find(request, id_)
    try:
        await gateway.dead_letters.delete(id_)
    except (RedisError, OSError):
        raise redis_away() from None
    return web.Response(status=204)


async def purge_dead(request: web.Request) -> web.Response:
    """Remove all dead jobs of the tenant for good."""
    removed = 0
    try:
        # A list holds the newest only: until there is none left.
        while jobs := await _own(request):
            for job in jobs:
                removed += await request.app[GATEWAY].dead_letters.delete(job.id)
    except (RedisError, OSError):
        raise redis_away() from None
    return json_response(Purged(removed=removed))


async def _find(request: web.Request, id_: str) -> DeadJob:
    try:
        job = await request.app[GATEWAY].dead_letters.get(id_)
    except ValueError:
        raise not_found("dead job") from None
    except (RedisError, OSError):
        raise redis_away() from None
    if job is None or not _belongs(job, request):
        raise not_found("dead job")
    return job


_AWAY = {503: ("redis-away",)}

ROUTES = [
    Endpoint(
        "GET",
        "/api/v1/queue",
        get_queue,
        "Say what each stage holds, and how many of the tenant's documents wait.",
        answer=QueueState,
        problems=_AWAY,
    ),
    Endpoint(
        "GET",
        "/api/v1/queue/dead",
        list_dead,
        "List the tenant's dead jobs, newest first.",
        answer=DeadJobs,
        problems=_AWAY,
    ),
    Endpoint(
        "DELETE",
        "/api/v1/queue/dead",
        purge_dead,
        "Remove all of the tenant's dead jobs for good.",
        answer=Purged,
        problems=_AWAY,
    ),
    Endpoint(
        "POST",
        "/api/v1/queue/dead/retry",
        retry_all_dead,
        "Put the tenant's dead jobs back to work: all, or those of a stage or with a reason.",
        answer=Retried,
        query=DeadQuery,
        problems=_AWAY,
    ),
    Endpoint(
        "POST",
        "/api/v1/queue/dead/{id}/retry",
        retry_dead,
        "Put a dead job back to work.",
        status=202,
        ids=DEAD_ID,
        problems={**_AWAY, 409: ("not-failed",)},
    ),
    Endpoint(
        "DELETE",
        "/api/v1/queue/dead/{id}",
        delete_dead,
        "Remove a dead job for good; its document stays failed.",
        status=204,
        ids=DEAD_ID,
        problems=_AWAY,
    ),
]
