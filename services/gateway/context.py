"""What the gateway's handlers share."""

import asyncio
import re
import uuid
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from services.gateway.answers import Answers
from services.gateway.exports.process import Writer
from services.gateway.loops.direct import Direct
from services.gateway.loops.hub import Hub
from services.gateway.loops.relay import Relay, RelaySettings
from services.gateway.loops.webhooks import WebhookSender
from services.gateway.problems import not_found
from services.gateway.reception import Reception
from services.gateway.settings import GatewaySettings
from services.gateway.sse.history import History
from services.gateway.tenants import Tenants
from services.gateway.waiting import Waiting
from shared.blobs import BlobStore
from shared.db.api_keys import ApiKeys
from shared.db.document_search import DocumentSearch
from shared.db.documents import Documents
from shared.db.followed import Followed
from shared.db.jobs import Jobs
from shared.db.passes import Passes
from shared.db.timeline import Timelines
from shared.db.uploads import Uploads
from shared.db.webhooks import Webhooks
from shared.db.weeks import Weeks
from shared.fair_share import FairShare
from shared.pictures import PictureSettings
from shared.places import Places
from shared.streams.client import RedisSettings
from shared.streams.dead_letters import DeadLetters
from shared.streams.event_log import EventLog
from shared.streams.last_hour import LastHour
from shared.streams.producer import Producer
from shared.streams.queue_stats import QueueStats
from shared.streams.roster import Roster
from shared.streams.scripts import Client

_CANONICAL_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass
class Gateway:
    settings: GatewaySettings
    tenants: Tenants
    pictures: PictureSettings
    redis_settings: RedisSettings
    blobs: BlobStore
    api_keys: ApiKeys
    passes: Passes
    documents: Documents
    uploads: Uploads
    weeks: Weeks
    search: DocumentSearch
    webhooks: Webhooks
    webhook_sender: WebhookSender
    history: History
    followed: Followed
    event_log: EventLog
    jobs: Jobs
    client: Client
    producer: Producer
    dead_letters: DeadLetters
    queue_stats: QueueStats
    roster: Roster
    last_hour: LastHour
    waiting: Waiting
    timelines: Timelines
    relay: Relay
    direct: Direct
    queue: RelaySettings
    hub: Hub
    reception: Reception
    answers: Answers
    streams: FairShare
    places: Places = field(default_factory=lambda: Places(2, alone=4))
    """Of requests that are answered at once; a client has fewer than there are connections to Postgres,
    which loops need some of as well."""
    changing: Places = field(default_factory=lambda: Places(1, alone=1))
    """Of changes, by what they change: one at a time would get its row's lock, and the others wait for it with a
    connection each."""
    opening: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(256))
    """Event streams that look at their history at once: thousands come back together after a restart."""
    gathering: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))
    """Streams of several documents that do so: each may bring a hundred of the largest weeks."""
    writer: Writer = field(default_factory=Writer)
    """Of weeks to files."""
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    """What goes on after its request was answered."""

    def in_background(self, work: Coroutine[Any, Any, None]) -> None:
        """Run `work` beside the requests, until it ends or the gateway does."""
        task = asyncio.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def close(self) -> None:
        """End what runs in the background."""
        self.writer.close()
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)


GATEWAY = web.AppKey("gateway", Gateway)


def document_id(request: web.Request) -> str:
    """The document id of the address. Raises a 404 problem if it is not one of ours in form."""
    text = request.match_info["id"]
    if not is_document_id(text):
        raise not_found("document")
    return text


def is_document_id(text: str) -> bool:
    """Whether a text has the form of our ids."""
    return bool(_CANONICAL_UUID.fullmatch(text))


def new_document_id() -> str:
    return str(uuid.uuid4())
