"""The gateway: HTTP API, page, event streams, relay and recorder in one process."""

import asyncio
import functools

from aiohttp import web
from redis.exceptions import RedisError

from services.gateway.answers import Answers
from services.gateway.app import build_app
from services.gateway.context import Gateway
from services.gateway.guard import check_open
from services.gateway.loops.direct import Direct, DirectSettings
from services.gateway.loops.garbage import Garbage
from services.gateway.loops.hub import BEATS, Hub
from services.gateway.loops.lookout import Lookout
from services.gateway.loops.presence import Presence
from services.gateway.loops.reconciler import Reconciler
from services.gateway.loops.recorder import Recorder
from services.gateway.loops.relay import Relay, RelaySettings
from services.gateway.loops.retention import Retainer, RetentionSettings
from services.gateway.loops.webhooks import WebhookSender, WebhookSettings
from services.gateway.reception import Reception
from services.gateway.settings import GatewaySettings
from services.gateway.sse.history import History
from services.gateway.stored_keys import StoredKeys
from services.gateway.tenants import Tenants
from services.gateway.waiting import Waiting
from shared.blobs import BlobStore
from shared.db.api_keys import ApiKeys
from shared.db.document_search import DocumentSearch
from shared.db.documents import Documents
from shared.db.events import Events
from shared.db.followed import Followed
from shared.db.jobs import Jobs
from shared.db.passes import Passes
from shared.db.pool import Database
from shared.db.retention import Retention
from shared.db.timeline import Timelines
from shared.db.uploads import Uploads
from shared.db.webhooks import Webhooks
from shared.db.weeks import Weeks
from shared.fair_share import FairShare
from shared.health import add_metrics_route
from shared.http_server import serve
from shared.logs import get_logger
from shared.pictures import PictureSettings
from shared.service import open_database, run, stop_signals, until_stopped, warn_of_slips
from shared.streams.client import RedisSettings, connect
from shared.streams.dead_letters import DeadLetters
from shared.streams.event_log import EventLog
from shared.streams.keys import Keys
from shared.streams.last_hour import LastHour
from shared.streams.loops import retry_until_done, run_periodically
from shared.streams.producer import Producer
from shared.streams.queue_settings import QueueSettings
from shared.streams.queue_stats import QueueStats
from shared.streams.roster import Roster
from shared.streams.server_check import check_server
from shared.streams.traces import Traces
from shared.watchdog import Watchdog

log = get_logger(__name__)

_RETENTION_SECONDS = 600.0
"""How often is looked for what has been kept long enough."""
_FILL_SECONDS = 60.0
"""How often all connections to Postgres are seen to."""
_OTHER_CLIENTS = 1000
"""Connections beside those of event streams."""


async def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    stop, watchdog = stop_signals(), Watchdog()
    settings, redis_settings = GatewaySettings.load(), RedisSettings.load()
    blobs, database = BlobStore.open(), Database()
    api_keys = ApiKeys(database)
    passes = Passes(database)
    tenants = Tenants.load(StoredKeys(api_keys), passes)
    check_open(settings, tenants.keyed)
    partitions = redis_settings.keys
    client = connect(redis_settings)
    # Each blocking reader has a client of its own: it would hold a pooled connection for its whole life.
    hub_readers = {keys: connect(redis_settings, blocking_ms=3000, pool=2) for keys in partitions}
    recorder_readers = {keys: connect(redis_settings, blocking_ms=2000, pool=3) for keys in partitions}
    events, jobs, documents = Events(database), Jobs(database), Documents(database)
    queue = QueueSettings.load()
    relay_settings = RelaySettings.load()
    producer = Producer(client, redis_settings)
    relay = Relay(jobs, producer, relay_settings)
    webhooks = Webhooks(database)
    sender = WebhookSender(webhooks, WebhookSettings.load())

    def on_end() -> None:
        """A document that ended frees a slot of the window, and its webhooks are to be told."""
        relay.freed()
        sender.nudge()

    recorders = [Recorder(recorder_readers[keys], keys, events, queue.consumer, on_end) for keys in partitions]
    hub, followed, event_log = Hub(hub_readers), Followed(database), EventLog(client, redis_settings)
    history = History(documents, followed, event_log)
    last_hour = LastHour(client, redis_settings)
    direct = Direct(relay, jobs, documents, events, hub, DirectSettings.load(), queue)
    gateway = Gateway(
        settings=settings,
        tenants=tenants,
        pictures=PictureSettings.load(),
        redis_settings=redis_settings,
        blobs=blobs,
        api_keys=api_keys,
        passes=passes,
        documents=documents,
        uploads=Uploads(database),
        weeks=Weeks(database),
        search=DocumentSearch(database),
        webhooks=webhooks,
        webhook_sender=sender,
        history=history,
        followed=followed,
        event_log=event_log,
        jobs=jobs,
        client=client,
        producer=producer,
        dead_letters=DeadLetters(client, redis_settings),
        queue_stats=QueueStats(client, redis_settings),
        roster=Roster(client, redis_settings),
        last_hour=last_hour,
        waiting=Waiting(jobs, last_hour),
        timelines=Timelines(database),
        relay=relay,
        direct=direct,
        queue=relay_settings,
        hub=hub,
        reception=Reception(settings),
        answers=Answers(settings),
        streams=FairShare(settings.sse_clients),
    )
    retainer = Retainer(
        Retention(database), documents, blobs, producer, Traces(client, redis_settings), RetentionSettings.load()
    )
    # Redis is no part of readiness: uploads are committed without it and relayed when it is back.
    app = build_app(gateway, {"postgres": database.ping, "blobs": blobs.ready}, watchdog.check)
    runner, port = await serve(app, settings.host, settings.port, settings.sse_clients + _OTHER_CLIENTS)
    figures = web.Application()
    add_metrics_route(figures)
    figures_runner, figures_port = await serve(figures, settings.metrics_host, settings.metrics_port, connections=32)
    log.info("starting", port=port, metrics_port=figures_port)
    warn_of_slips()
    checking = asyncio.create_task(retry_until_done(lambda: check_server(client), stop))
    try:
        await open_database(database, stop)
        if stop.is_set():
            return
        await database.fill()
        watchdog.start()
        garbage = Garbage(lambda: len(runner.server.connections) if runner.server else 0, hub)
        chores = asyncio.ensure_future(_chores(gateway, database, retainer, recorders, garbage, partitions, stop))
        garbage.begin()
        log.info("ready", port=port)
        await until_stopped(chores, stop, watchdog)
        log.info("stopping")
        for site in list(runner.sites):
            # Who is sent away now should not come back here.
            await site.stop()
        await gateway.hub.close(settings.sse_drain / 1000)
        await chores
        await direct.close()
        await sender.close()
        for recorder in recorders:
            try:
                await recorder.leave()
            except (RedisError, OSError) as error:
                log.warning("could not reach redis while stopping", error=str(error))
    finally:
        checking.cancel()
        await gateway.hub.close()
        await runner.cleanup()
        await figures_runner.cleanup()
        await gateway.close()
        for each in (client, *hub_readers.values(), *recorder_readers.values()):
            await each.aclose()
        await database.close()
        blobs.close()
        if not watchdog.fault:
            watchdog.close()
        log.info("stopped")


async def _chores(
    gateway: Gateway,
    database: Database,
    retainer: Retainer,
    recorders: list[Recorder],
    garbage: Garbage,
    partitions: list[Keys],
    stop: asyncio.Event,
) -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(run_periodically("relay", gateway.relay.run_once, stop))
        group.create_task(run_periodically("connections", database.fill, stop, every=_FILL_SECONDS))
        group.create_task(run_periodically("garbage", garbage.run_once, stop, every=10))
        group.create_task(run_periodically("direct", gateway.direct.run_once, stop))
        group.create_task(run_periodically("retention", retainer.run_once, stop, every=_RETENTION_SECONDS))
        group.create_task(run_periodically("webhooks", gateway.webhook_sender.run_once, stop))
        reconciler = Reconciler(gateway.jobs, gateway.producer)
        group.create_task(run_periodically("reconciler", reconciler.run_once, stop, every=2))
        for keys in partitions:
            look = functools.partial(gateway.hub.run_once, keys)
            group.create_task(run_periodically("hub", look, stop, breaking_off=True))
        beat = gateway.settings.sse_heartbeat / 1000
        lookout = Lookout(gateway.hub, gateway.history, gateway.followed, gateway.waiting)
        group.create_task(run_periodically("heartbeat", gateway.hub.beat_once, stop, every=beat / BEATS))
        group.create_task(run_periodically("lookout", lookout.look_once, stop, every=beat))
        presence = Presence(gateway.roster, gateway.hub)
        group.create_task(run_periodically("presence", presence.announce_once, stop, every=5))
        for recorder in recorders:
            group.create_task(_record(recorder, stop))


async def _record(recorder: Recorder, stop: asyncio.Event) -> None:
    await retry_until_done(recorder.ensure_group, stop)
    async with asyncio.TaskGroup() as group:
        group.create_task(run_periodically("recorder", recorder.run_once, stop, regroup=recorder.ensure_group))
        group.create_task(
            run_periodically(
                "recorder-take-over", recorder.take_over_once, stop, every=10, regroup=recorder.ensure_group
            )
        )


if __name__ == "__main__":
    run(main, "gateway")
