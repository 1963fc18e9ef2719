"""What the three worker services have in common: start, serve health, work the stream, stop cleanly."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from aiohttp import web

from shared.blobs import Blobs, BlobStore, PatientBlobs
from shared.children.protocol import ChildStartError
from shared.db.documents import Documents
from shared.db.migrate import SchemaError
from shared.db.pool import Database, DatabaseAwayError
from shared.direct import PATH, InternalSettings, run_route
from shared.health import add_health_routes, add_metrics_route
from shared.http_server import serve
from shared.logs import configure_logging, get_logger
from shared.messages import Failure, Stage
from shared.outcomes import Job, Outcome, Progress
from shared.settings import SettingError, Settings, misspelt, setting
from shared.slots import Slots
from shared.streams.client import RedisSettings, connect
from shared.streams.loops import retry_until_done
from shared.streams.queue_settings import QueueSettings
from shared.streams.scripts import Client
from shared.streams.server_check import check_server
from shared.streams.stage_consumer import StageConsumer
from shared.streams.worker import Worker
from shared.threads import end_process
from shared.traces import configure_traces, flush_traces
from shared.version import export_version
from shared.watchdog import GRACE_SECONDS, ChoreError, Watchdog

log = get_logger(__name__)


_SWITCH_SECONDS = 0.0001


class ServiceSettings(Settings):
    group: ClassVar[str] = "Worker services"
    service_host: str = setting("127.0.0.1", "Address that health, metrics and internal calls are served on.")
    service_port: int = setting(
        0, "Port of health, metrics and internal calls; 0 takes a free one and logs it.", ge=0, le=65535
    )


class Handling(Protocol):
    """A stage: its handler, and the end of what it holds."""

    async def handle(self, job: Job, progress: Progress) -> Outcome: ...
    def close(self) -> None: ...


@dataclass(frozen=True)
class Context:
    """What a stage may use."""

    blobs: Blobs
    documents: Documents


MakeHandling = Callable[[Context], Awaitable[Handling]]
"""Loads a stage (models included); the service is not ready before it returns."""


def run(main: Callable[[], Coroutine[Any, Any, None]], service: str) -> None:
    """Run a service's main coroutine to its end; what is wrong with a setting, a library or the schema is
    told in one sentence."""
    try:
        # Pictures and texts are nobody else's on this machine.
        os.umask(0o077)
        configure_logging(service)
        export_version(service)
        configure_traces(service)
        # A thread that computes keeps the event loop waiting for so long at each of its turns, of which a request has a
        # dozen: with Python's 5 ms an upload beside a large workbook took ten times as long as alone.
        sys.setswitchinterval(_SWITCH_SECONDS)
        import uvloop

        uvloop.run(main())
        flush_traces()
        end_process(0)
    except (SettingError, SchemaError, ChildStartError, ChoreError) as error:
        sys.exit(f"{service}: {error}")
    except ImportError as error:
        sys.exit(
            f"{service}: a library cannot be loaded ({error}). Run `make clean` and `make run` again; "
            "on a bare machine the missing system library has to be installed first."
        )
    except KeyboardInterrupt:
        sys.exit(130)


def stop_signals() -> asyncio.Event:
    """An event that SIGTERM or SIGINT sets."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop


async def until(task: asyncio.Future[Any], *events: asyncio.Event) -> bool:
    """Wait until `task` ends or one of `events` is set; returns whether the task has ended."""
    waiting = [asyncio.create_task(event.wait()) for event in events]
    await asyncio.wait([task, *waiting], return_when=asyncio.FIRST_COMPLETED)
    for each in waiting:
        each.cancel()
    return task.done()


async def until_stopped(chores: asyncio.Future[Any], stop: asyncio.Event, watchdog: Watchdog) -> None:
    """Wait until `stop` is set. Raises `ChoreError` when a chore ends before that, or stands still."""
    ended = await until(chores, stop, watchdog.broken)
    if stop.is_set() and not watchdog.fault:
        return
    if not ended:
        chores.cancel()
        # What stands still may not end by this either; the watchdog sees to that.
        await asyncio.wait([chores], timeout=GRACE_SECONDS / 2)
    if chores.done() and not chores.cancelled() and (error := chores.exception()):
        log.error("a chore ended", exc_info=error)
    raise ChoreError(watchdog.fault or "its chores have ended")


async def open_database(database: Database, stop: asyncio.Event) -> None:
    """Open the database, waiting for it and for its schema as long as nobody asks to stop. Raises `SchemaError`."""
    while not stop.is_set():
        opening = asyncio.ensure_future(database.open())
        if not await until(opening, stop):
            # A migration may take long; broken off, it leaves nothing behind.
            opening.cancel()
            await asyncio.wait([opening])
            break
        try:
            opening.result()
            break
        except DatabaseAwayError as error:
            log.warning("waiting for postgres", error=str(error))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1):
                await stop.wait()


def warn_of_slips() -> None:
    """Log each variable that is nearly a setting's name. Once all of a service's settings are declared."""
    for name, meant in misspelt().items():
        log.warning("a variable is no setting and has no effect", variable=name, meant=meant)


async def work(stage: Stage, make: MakeHandling) -> None:
    """Run one worker service until SIGTERM or SIGINT."""
    stop, watchdog = stop_signals(), Watchdog()
    service, queue, redis_settings = ServiceSettings.load(), QueueSettings.load(), RedisSettings.load()
    blobs, database = BlobStore.open(), Database()
    documents = Documents(database)
    client = connect(redis_settings)
    handling: Handling | None = None
    slots = Slots(queue.queue_concurrency, queue.queue_overtime)

    async def loaded() -> None:
        if handling is None:
            raise RuntimeError("still loading")

    app = web.Application(client_max_size=4 * 1024 * 1024)
    # Redis is no part of readiness: while it is away, jobs come over the internal route.
    add_health_routes(app, {"loaded": loaded, "postgres": database.ping, "blobs": blobs.ready}, watchdog.check)
    add_metrics_route(app)
    route = run_route(
        lambda: handling.handle if handling else None,
        stage,
        slots,
        queue.queue_timeout / 1000,
        InternalSettings.load(),
    )
    app.router.add_post(PATH, route)
    runner, port = await serve(app, service.service_host, service.service_port)
    log.info("starting", port=port, consumer=queue.incarnation)
    checking = asyncio.create_task(retry_until_done(lambda: check_server(client), stop))
    readers: list[Client] = []
    try:
        opened = asyncio.create_task(open_database(database, stop))
        handling = await make(Context(PatientBlobs(blobs), documents))
        warn_of_slips()
        await opened
        if stop.is_set():
            return

        async def on_dead(job: Job, reason: str, failure: Failure) -> bool:
            return await documents.fail(job.document_id, job.tenant, reason, failure=failure)

        workers: list[Worker] = []
        for keys in redis_settings.keys:
            readers.append(connect(redis_settings, blocking_ms=3000, pool=2))
            consumer = StageConsumer(client, readers[-1], keys, stage, queue.incarnation, redis_settings)
            workers.append(Worker(consumer, handling.handle, on_dead, queue, slots))
        watchdog.start()
        running = asyncio.gather(*(worker.run() for worker in workers))
        log.info("ready", port=port)
        await until_stopped(running, stop, watchdog)
        log.info("stopping")
        await asyncio.gather(*(worker.stop() for worker in workers))
        await running
        await asyncio.gather(*(worker.leave() for worker in workers))
    finally:
        checking.cancel()
        await runner.cleanup()
        if handling:
            handling.close()
        for each in (*readers, client):
            await each.aclose()
        await database.close()
        blobs.close()
        if not watchdog.fault:
            watchdog.close()
        log.info("stopped")
