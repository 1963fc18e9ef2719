"""Jobs and events as the plain-text fields of stream entries, readable with redis-cli."""

from dataclasses import dataclass
from typing import Any

import msgspec

from shared.messages import VERSION, Event, Stage
from shared.outcomes import Job


class MalformedEntryError(ValueError):
    """A stream entry that this version cannot read. The text says why."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A job as it was handed to this consumer."""

    id: str
    deliveries: int
    """How often the entry was handed out, this time included."""
    fields: tuple[str, ...]
    """The entry as field, value, field, value, ..."""
    deaths: int = 0
    """Workers that ended while they had it, as far as one knows: such as were not heard of again."""

    @property
    def document_id(self) -> str:
        """Empty if the entry names none."""
        return dict(zip(self.fields[::2], self.fields[1::2], strict=True)).get("document", "")


def job_fields(
    document_id: str,
    tenant: str,
    payload: msgspec.Struct | dict[str, Any],
    *,
    deadline: float,
    trace: str,
    attempt: int = 1,
) -> list[str]:
    """A job entry's fields and values, flat."""
    return [
        *("v", str(VERSION)),
        *("document", document_id),
        *("tenant", tenant),
        *("attempt", str(attempt)),
        *("deadline", f"{deadline:.3f}"),
        *("trace", trace),
        *("payload", msgspec.json.encode(payload).decode()),
    ]


def follow_up_fields(job: Job, payload: msgspec.Struct) -> list[str]:
    """The entry of the job for the stage after `job`'s."""
    return job_fields(job.document_id, job.tenant, payload, deadline=job.deadline, trace=job.trace)


def read_job(stage: Stage, fields: tuple[str, ...]) -> Job:
    """The job in an entry's fields. Raises `MalformedEntryError`."""
    found = dict(zip(fields[::2], fields[1::2], strict=True))
    try:
        if int(found["v"]) > VERSION:
            raise MalformedEntryError(f"message version {found['v']} is newer than this service's {VERSION}")
        return Job(
            document_id=found["document"],
            tenant=found["tenant"],
            stage=stage,
            attempt=int(found["attempt"]),
            payload=msgspec.json.decode(found["payload"], type=dict[str, Any]),
            deadline=float(found["deadline"]),
            trace=found["trace"],
        )
    except (KeyError, msgspec.DecodeError, TypeError) as error:
        raise MalformedEntryError(f"job entry lacks or garbles {error}") from error


def replaced(fields: tuple[str, ...], **values: str) -> list[str]:
    """The fields with some values replaced or added."""
    found = dict(zip(fields[::2], fields[1::2], strict=True)) | values
    return [part for pair in found.items() for part in pair]


_decode_event = msgspec.json.Decoder(Event).decode


def event_data(event: Event) -> str:
    """An event's JSON for the stream, where the percentage is a field of its own that only rises."""
    return msgspec.json.encode(msgspec.structs.replace(event, percentage=None)).decode()


def read_event(fields: dict[str, str]) -> Event:
    """The event in an entry's fields."""
    event = _decode_event(fields["data"])
    event.percentage = int(float(fields["percentage"]))
    return event
