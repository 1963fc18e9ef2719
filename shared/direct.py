"""The second carrier: a stage's handler behind `POST /internal/run`, for the time when Redis is away.

The request is a `DirectJob`. The answer streams one `DirectLine` of JSON a line: progress while it works, then exactly
one line with the outcome. An answer that ends without one means that the service went away.
"""

import asyncio
import hmac
import re
import time
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar

import msgspec
import structlog
from aiohttp import web

from shared import metrics
from shared.attempt import attempt
from shared.blobs import document_prefix
from shared.estimate import Work
from shared.logs import get_logger
from shared.messages import Event, Message, Phase, Stage
from shared.outcomes import Dead, Done, Handler, Job, Outcome, Retry
from shared.settings import Settings, setting
from shared.slots import TURNS, Slots
from shared.traces import span

log = get_logger(__name__)

PATH = "/internal/run"
_SLOT_SECONDS = 3.0
"""Longest that a call waits for a slot."""


class InternalSettings(Settings):
    group: ClassVar[str] = "Internal calls"
    internal_token: str = setting(
        "",
        "Shared secret of the calls between gateway and workers; set the same everywhere, where others can reach "
        "the workers' ports.",
        secret=True,
    )


class DirectJob(Message):
    """Body of the request."""

    document_id: str
    tenant: str
    stage: Stage
    payload: dict[str, Any]
    attempt: int = 1
    trace: str = ""


class DirectProgress(Message):
    phase: Phase
    fraction: float
    message: str
    details: dict[str, Any] | None = None
    work: Work | None = None


class DirectDone(Message):
    next_stage: Stage | None = None
    payload: dict[str, Any] | None = None
    event: Event | None = None


class DirectLine(Message, omit_defaults=True):
    """One line of the answer: one of these is set."""

    progress: DirectProgress | None = None
    done: DirectDone | None = None
    retry: str | None = None
    dead: str | None = None


def _line(outcome: Outcome) -> DirectLine:
    match outcome:
        case Done(next=following, event=event):
            payload = msgspec.to_builtins(following.payload) if following else None
            stage = following.stage if following else None
            return DirectLine(done=DirectDone(next_stage=stage, payload=payload, event=event))
        case Retry(reason=reason):
            return DirectLine(retry=reason)
        case Dead(reason=reason):
            return DirectLine(dead=reason)


def run_route(
    find: Callable[[], Handler | None], stage: Stage, slots: Slots, seconds: float, settings: InternalSettings
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """The request handler of a service.

    Args:
        find: returns the stage's handler, or None while it loads.
        slots: shared with the jobs of the streams; where none becomes free in time, the call is answered 503.
        seconds: longest a job may take.
    """
    encode = msgspec.json.Encoder().encode

    async def run(request: web.Request) -> web.StreamResponse:
        given = request.headers.get("Authorization", "")
        if settings.internal_token and not hmac.compare_digest(
            given.encode("utf-8", "surrogateescape"), bearer(settings).encode()
        ):
            return web.Response(status=401, text="wrong token\n")
        if "Origin" in request.headers or "Sec-Fetch-Site" in request.headers:
            # No page has any business here; one whose name resolves to this machine could send JSON, too.
            return web.Response(status=403, text="not for browsers\n")
        if request.content_type != "application/json":
            return web.Response(status=415, text="application/json only\n")
        handler = find()
        if handler is None:
            return web.Response(status=503, text="loading\n", headers={"Retry-After": "1"})
        try:
            asked = msgspec.json.decode(await request.read(), type=DirectJob)
        except msgspec.DecodeError as error:
            return web.Response(status=400, text=f"{error}\n")
        if asked.stage != stage:
            return web.Response(status=400, text=f"this service works {stage}\n")
        if not _own(asked):
            return web.Response(status=400, text="a document's job names that document's blobs only\n")
        # A read of the stream holds the free slots for as long as it waits.
        if not await slots.take(1, _SLOT_SECONDS):
            return web.Response(status=503, text="busy\n", headers={"Retry-After": "1"})
        slot = slots.begin()
        turn = asyncio.get_running_loop().call_later(TURNS[stage], slot.outlast)
        try:
            return await carry(request, handler, asked)
        finally:
            turn.cancel()
            slot.end()

    async def carry(request: web.Request, handler: Handler, asked: DirectJob) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/x-ndjson"})
        await response.prepare(request)

        async def write(line: DirectLine) -> None:
            await response.write(encode(line) + b"\n")

        async def progress(
            phase: Phase,
            fraction: float,
            message: str,
            *,
            details: dict[str, Any] | None = None,
            work: Work | None = None,
        ) -> None:
            sent = DirectProgress(phase=phase, fraction=fraction, message=message, details=details, work=work)
            await write(DirectLine(progress=sent))

        job = Job(asked.document_id, asked.tenant, stage, asked.attempt, asked.payload, 0.0, asked.trace)
        begun = time.monotonic()
        with (
            structlog.contextvars.bound_contextvars(**job.log_fields, direct=True),
            span(
                stage, "consumer", job.trace, document=job.document_id, tenant=job.tenant, attempt=job.attempt
            ) as here,
        ):
            outcome, _ = await attempt(handler, job, progress, seconds)
            if isinstance(outcome, Retry | Dead):
                here.failed(outcome.reason)
            ended = type(outcome).__name__.lower()
            log.info("job ended", outcome=ended)
        metrics.JOB_DURATION.labels(stage, "direct", ended).observe(time.monotonic() - begun)
        await write(_line(outcome))
        await response.write_eof()
        return response

    return run


_DOCUMENT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TENANT = re.compile(r"[a-z0-9-]{1,64}")


def _own(asked: DirectJob) -> bool:
    """Whether all blobs of a job are its document's."""
    prefix = document_prefix(asked.tenant, asked.document_id) + "/"
    pages = asked.payload.get("pages") or []
    keys = [asked.payload.get("blob"), asked.payload.get("ocr")]
    keys += [page.get(name) for page in pages if isinstance(page, dict) for name in ("image", "textLayer")]
    return (
        bool(_DOCUMENT.fullmatch(asked.document_id) and _TENANT.fullmatch(asked.tenant))
        and isinstance(pages, list)
        and all(key is None or (isinstance(key, str) and key.startswith(prefix)) for key in keys)
    )


def bearer(settings: InternalSettings) -> str:
    """The Authorization header of a call."""
    return f"Bearer {settings.internal_token}"
