"""Where a client is in a stream of several documents: the id of its events.

``<partition>_<ms>-<sequence>`` for each partition, joined by dots, then what came beside the partitions' streams:
``f_<crc32 of the documents' ids>-<bits>`` in a stream of named documents (the ends that were told, bit n for the n-th
id in order), ``r_<ms>`` in a stream of all one's own (up to when ends were taken from the record, by Postgres' clock).
docs/events.md says why.
"""

import re
import zlib
from dataclasses import dataclass, field
from typing import Self

from shared.events import EventId

LAST_EVENT_ID = "Last-Event-ID"
"""The field that names one: of a request for a stream, and of the answer that lists the documents."""
_PART = re.compile(r"([0-9]{1,3})_([0-9]{1,15})-([0-9]{1,19})|f_([0-9a-f]{1,8})-([0-9a-f]{1,32})|r_([0-9]{1,15})")
_LONGEST = 12_000


@dataclass
class Cursor:
    positions: dict[int, EventId] = field(default_factory=dict)
    """The last id of each partition's events that is behind this client."""
    documents: int | None = None
    """Checksum of the ids whose ends `ended` is about."""
    ended: int = 0
    """A bit for each of them."""
    looked: int | None = None
    """Ends in the record up to here are behind this client; ms."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises `ValueError` on what is no cursor."""
        found = cls()
        if len(text) > _LONGEST:
            raise ValueError("not a cursor")
        for part in text.split("."):
            match = _PART.fullmatch(part)
            if match is None:
                raise ValueError("not a cursor")
            partition, ms, sequence, documents, ended, looked = match.groups()
            if partition is not None:
                found.positions[int(partition)] = (int(ms), int(sequence))
            elif documents is not None:
                found.documents, found.ended = int(documents, 16), int(ended, 16)
            else:
                found.looked = int(looked)
        return found

    def text(self, positions: str) -> str:
        """The cursor with other positions, given as text."""
        parts = [positions] if positions else []
        if self.documents is not None:
            parts.append(f"f_{self.documents:x}-{self.ended:x}")
        if self.looked is not None:
            parts.append(f"r_{self.looked}")
        return ".".join(parts)

    def __str__(self) -> str:
        return self.text(positions_text(self.positions))

    def behind(self, partition: int | None, number: EventId) -> bool:
        """Whether an event of a partition's stream is behind this client."""
        return partition is not None and number <= self.positions.get(partition, (0, 0))


def positions_text(positions: dict[int, EventId]) -> str:
    """The part of a cursor that is about the partitions."""
    return ".".join(f"{partition}_{ms}-{sequence}" for partition, (ms, sequence) in sorted(positions.items()))


def checksum(ids: list[str]) -> int:
    """Of a stream's documents, in order."""
    return zlib.crc32(" ".join(ids).encode())
