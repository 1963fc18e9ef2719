"""What the gateway's handlers share."""

import re
import uuid
from dataclasses import dataclass

from aiohttp import web

from services.gateway.direct import Direct
from services.gateway.hub import Hub
from services.gateway.problems import not_found
from services.gateway.relay import Relay, RelaySettings
from services.gateway.settings import GatewaySettings
from services.gateway.tenants import Tenants
from shared.blobs import BlobStore
from shared.db.documents import Documents
from shared.db.events import Events
from shared.db.jobs import Jobs
from shared.pictures import PictureSettings
from shared.streams.client import RedisSettings
from shared.streams.dead_letters import DeadLetters
from shared.streams.producer import Producer
from shared.streams.queue_stats import QueueStats
from shared.streams.scripts import Client

_CANONICAL_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass
class Gateway:
    settings: GatewaySettings
    tenants: Tenants
    pictures: PictureSettings
    redis_settings: RedisSettings
    blobs: BlobStore
    documents: Documents
    events: Events
    jobs: Jobs
    client: Client
    producer: Producer
    dead_letters: DeadLetters
    queue_stats: QueueStats
    relay: Relay
    direct: Direct
    queue: RelaySettings
    hub: Hub


GATEWAY = web.AppKey("gateway", Gateway)


def document_id(request: web.Request) -> str:
    """The document id of the address. Raises a 404 problem if it is not one of ours in form."""
    text = request.match_info["id"]
    if not _CANONICAL_UUID.fullmatch(text):
        raise not_found("document")
    return text


def new_document_id() -> str:
    return str(uuid.uuid4())
