"""The queue over HTTP: its figures, and the dead jobs."""

from typing import Annotated

import msgspec
from aiohttp import web
from redis.exceptions import RedisError

from services.gateway.context import GATEWAY, Gateway
from services.gateway.problems import ProblemError, not_found
from shared.health import json_response
from shared.messages import Message
from shared.streams.desk import DeadJob, StageFigures


class QueueFigures(Message):
    """Body of `GET /api/v1/queue`."""

    accepted: int
    """Documents that have not ended."""
    unqueued: int
    """Of these, the ones that wait in Postgres for room on the streams."""
    oldest_unqueued_seconds: float
    stages: list[StageFigures]


class DeadJobs(Message):
    """Body of `GET /api/v1/queue/dead`."""

    jobs: list[DeadJob]


class Purged(Message):
    """Body of `DELETE /api/v1/queue/dead`."""

    removed: Annotated[int, msgspec.Meta(ge=0)]


def _away() -> ProblemError:
    return ProblemError(
        503, "redis-away", "Temporarily unavailable", "The streams cannot be reached at the moment.", retry_after=2
    )


async def figures(request: web.Request) -> web.Response:
    """Depth, running, retrying, dead, oldest waiting age and workers per stage, as redis-cli tells them."""
    gateway = request.app[GATEWAY]
    unqueued, oldest = await gateway.jobs.waiting()
    try:
        stages = await gateway.desk.figures()
    except (RedisError, OSError):
        raise _away() from None
    accepted = await gateway.jobs.unfinished()
    return json_response(
        QueueFigures(accepted=accepted, unqueued=unqueued, oldest_unqueued_seconds=round(oldest, 3), stages=stages)
    )


async def list_dead(request: web.Request) -> web.Response:
    """The dead jobs, newest first."""
    try:
        return json_response(DeadJobs(jobs=await request.app[GATEWAY].desk.dead()))
    except (RedisError, OSError):
        raise _away() from None


async def retry_dead(request: web.Request) -> web.Response:
    """Put a dead job back to work. Errors: 404 no such job, 409 its document was deleted or is no longer failed."""
    gateway, id_ = request.app[GATEWAY], request.match_info["id"]
    job = await _find(gateway, id_)
    # The record first: a job that runs for a document that counts as failed could not save what it reads.
    if not await gateway.documents.revive(job.document_id):
        raise ProblemError(409, "not-failed", "Not failed", "The job's document was deleted or is not failed any more.")
    try:
        replayed = await gateway.desk.replay(id_)
    except (RedisError, OSError):
        # The reconciler finds a document under way that Redis does not hold, and enqueues it.
        replayed = True
    if not replayed:
        raise not_found("dead job")
    return web.Response(status=202, headers={"Location": f"/api/v1/documents/{job.document_id}"})


async def delete_dead(request: web.Request) -> web.Response:
    """Remove one dead job for good; its document stays failed."""
    gateway, id_ = request.app[GATEWAY], request.match_info["id"]
    await _find(gateway, id_)
    try:
        await gateway.desk.bury(id_)
    except (RedisError, OSError):
        raise _away() from None
    return web.Response(status=204)


async def purge_dead(request: web.Request) -> web.Response:
    """Remove all dead jobs for good."""
    try:
        return json_response(Purged(removed=await request.app[GATEWAY].desk.purge()))
    except (RedisError, OSError):
        raise _away() from None


async def _find(gateway: Gateway, id_: str) -> DeadJob:
    try:
        job = await gateway.desk.dead_job(id_)
    except ValueError:
        raise not_found("dead job") from None
    except (RedisError, OSError):
        raise _away() from None
    if job is None:
        raise not_found("dead job")
    return job
