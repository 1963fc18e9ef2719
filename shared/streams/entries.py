"""Jobs and events as the plain-text fields of stream entries, readable with redis-cli."""

import time
from collections.abc import Sequence
from typing import Any

import msgspec

from shared.messages import VERSION, Event, Stage
from shared.outcomes import Job

_PAYLOADS = msgspec.json.Decoder(dict[str, Any])


class MalformedEntryError(ValueError):
    """A stream entry that is no job. The text says why."""


class NewerEntryError(ValueError):
    """A job of a newer version than this service. The text says which."""


class Delivery(msgspec.Struct, frozen=True, gc=False):
    """A job as it was handed to this consumer."""

    id: str
    deliveries: int
    """How often the entry was handed out, this time included."""
    fields: tuple[str, ...]
    """The entry as field, value, field, value, ..."""
    deaths: int = 0
    """Workers that ended while they had it, as far as one knows: such as were not heard of again."""

    @property
    def waited(self) -> float:
        """Seconds since it was put on its stream, whose ids are times."""
        return max(time.time() - int(self.id.partition("-")[0]) / 1000, 0.0)

    @property
    def document_id(self) -> str:
        """Empty if the entry names none."""
        return text_of(self.fields, "document")

    @property
    def tenant(self) -> str:
        """Likewise."""
        return text_of(self.fields, "tenant")


def job_fields(
    document_id: str,
    tenant: str,
    payload: msgspec.Struct | dict[str, Any],
    *,
    deadline: float,
    trace: str,
    attempt: int = 1,
    sender: str = "",
    begun: float = 0.0,
) -> list[str]:
    """A job entry's fields and values, flat."""
    return [
        *("v", str(VERSION)),
        *("document", document_id),
        *("tenant", tenant),
        *("attempt", str(attempt)),
        *("deadline", f"{deadline:.3f}"),
        *("trace", trace),
        *(("sender", sender) if sender else ()),
        *(("begun", f"{begun:.3f}") if begun else ()),
        *("payload", msgspec.json.encode(payload).decode()),
    ]


def follow_up_fields(job: Job, payload: msgspec.Struct, sender: str = "") -> list[str]:
    """The entry of the job for the stage after `job`'s."""
    return job_fields(
        job.document_id,
        job.tenant,
        payload,
        deadline=job.deadline,
        trace=job.trace,
        sender=sender,
        begun=job.begun,
    )


LONG = "long"
"""Field of a job whose turn was over once: it is worked in overtime only (`shared.slots`)."""
NEWER_SINCE, NEWER_TRIES = "newer_since", "newer_tries"
"""Fields of a job that a service could not read because it is of a newer version: since when (ms, by the server's
clock) and how often it went back for others."""


def read_job(stage: Stage, fields: tuple[str, ...], version: int = VERSION) -> Job:
    """The job in an entry's fields. A document's work begins where the first stage reads its job.

    Args:
        version: the newest that is understood.

    Raises:
        NewerEntryError: it is of a newer one.
        MalformedEntryError: it is no job.
    """
    found = dict(zip(fields[::2], fields[1::2], strict=True))
    try:
        # Whatever else a newer version changes: it names its version, document, tenant and deadline as this one does.
        if int(found["v"]) > version and found["document"] and found["tenant"]:
            raise NewerEntryError(f"message version {found['v']} is newer than this service's {version}")
        return Job(
            document_id=found["document"],
            tenant=found["tenant"],
            stage=stage,
            attempt=int(found["attempt"]),
            payload=_PAYLOADS.decode(found["payload"]),
            deadline=float(found["deadline"]),
            trace=found["trace"],
            sender=found.get("sender", ""),
            begun=float(found.get("begun", 0)) or (time.time() if stage == "compress" else 0.0),
        )
    except NewerEntryError:
        raise
    except (KeyError, msgspec.DecodeError, TypeError, ValueError) as error:
        raise MalformedEntryError(f"job entry lacks or garbles {error}") from error


def owner_of(stage: Stage, fields: tuple[str, ...]) -> Job:
    """Whose a job of a newer version is, as far as one can tell."""
    found = dict(zip(fields[::2], fields[1::2], strict=True))
    return Job(found["document"], found["tenant"], stage, attempt=1, payload={})


def text_of(fields: Sequence[str], name: str) -> str:
    """A value in an entry's fields; empty where there is none."""
    return dict(zip(fields[::2], fields[1::2], strict=True)).get(name, "")


def value_of(fields: tuple[str, ...], name: str, default: float = 0.0) -> float:
    """A number in an entry's fields; `default` where it is none."""
    try:
        return float(text_of(fields, name) or default)
    except ValueError:
        return default


def without(fields: tuple[str, ...], *names: str) -> tuple[str, ...]:
    """The fields but for some."""
    pairs = zip(fields[::2], fields[1::2], strict=True)
    return tuple(part for pair in pairs if pair[0] not in names for part in pair)


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
