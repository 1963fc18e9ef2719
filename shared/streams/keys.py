"""The names of all keys. Each carries its partition as a hash tag, so that one script may touch all keys of a
document on a Redis Cluster."""

import zlib
from dataclasses import dataclass

from shared.messages import Stage

STAGES: tuple[Stage, ...] = ("compress", "ocr", "extract")
"""In the order in which a document goes through them."""

GROUPS: dict[Stage, str] = {"compress": "compressor", "ocr": "ocr", "extract": "extractor"}
"""Consumer group of each stage's stream: the name of the service that works it."""


def partition_of(document_id: str, partitions: int) -> int:
    """Which partition a document's keys live in."""
    return zlib.crc32(document_id.encode()) % partitions


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one partition."""

    partition: int = 0
    prefix: str = ""
    """Before every key, to tell systems on one server apart (`REDIS_PREFIX`)."""

    @property
    def _tag(self) -> str:
        return f"{self.prefix}{{{self.partition}}}"

    def jobs(self, stage: Stage) -> str:
        """Stream of waiting and running jobs; its length is their number."""
        return f"{self._tag}:jobs:{stage}"

    def retry(self, stage: Stage) -> str:
        """Sorted set of jobs to try again, by due time in ms."""
        return f"{self._tag}:jobs:{stage}:retry"

    def dead(self, stage: Stage) -> str:
        """Stream of jobs that failed for good, with the reason."""
        return f"{self._tag}:jobs:{stage}:dead"

    def deaths(self, stage: Stage) -> str:
        """Hash of the workers that a job seems to have ended, by entry id."""
        return f"{self._tag}:jobs:{stage}:deaths"

    def minutes(self, stage: Stage) -> str:
        """Hash of what the stage did in each minute of the last hour."""
        return f"{self._tag}:jobs:{stage}:minutes"

    def pace(self, stage: Stage) -> str:
        """How long the stage's jobs took and waited of late; expiring."""
        return f"{self._tag}:jobs:{stage}:pace"

    @property
    def gateways(self) -> str:
        """Hash of the gateways that are there, by name; of the first partition."""
        return f"{self._tag}:gateways"

    def queued(self, document_id: str, generation: int = 0) -> str:
        """Marker that a document's first job was added, for the given time that Redis forgot it."""
        return f"{self._tag}:queued:{document_id}:{generation}"

    def rate(self, client: str) -> str:
        """Hash of how much of its share of requests a client has used, expiring."""
        return f"{self._tag}:rate:{client}"

    @property
    def probe(self) -> str:
        """Written, for a second, to see whether the server takes writes again."""
        return f"{self._tag}:probe"

    @property
    def control(self) -> str:
        """Stream of the documents whose jobs were cancelled, so that whoever runs one stops at once; capped."""
        return f"{self._tag}:control"

    @property
    def events(self) -> str:
        """Stream of all events, capped."""
        return f"{self._tag}:events"

    @property
    def refused_events(self) -> str:
        """Stream of the events that Postgres refused to record, with the reason; capped."""
        return f"{self.events}:refused"

    def progress(self, document_id: str) -> str:
        """Stream of one document's events under the same ids, expiring."""
        return f"{self._tag}:progress:{document_id}"
