"""Places in the queue, and the time that they say is left."""

import asyncio
from typing import Any, cast

import pytest

from services.gateway.waiting import Waiting, seconds_each
from shared.answers import Document
from shared.messages import Stage, Status
from shared.streams.last_hour import StageHour


def hour(stage: Stage, mean: float | None, *per_minute: int) -> StageHour:
    return StageHour(
        stage=stage,
        done=sum(per_minute),
        retried=0,
        dead=0,
        mean_seconds=mean,
        p50_seconds=None,
        p95_seconds=None,
        per_minute=list(per_minute),
        mean_seconds_per_minute=[],
    )


@pytest.mark.parametrize(
    ("ocr", "ended", "expected"),
    [
        (None, (0, 0), None),
        (3.0, (0, 1), 3.0),
        (3.0, (80, 0), 0.75),
        (3.0, (80, *[0] * 10), 3.0),
    ],
    ids=["nothing is known", "one worker", "several workers", "several workers that were there"],
)
def test_documents_end_as_fast_as_the_slowest_stage_lets_them(
    ocr: float | None, ended: tuple[int, ...], expected: float | None
) -> None:
    stages = [hour("compress", ocr and 0.2), hour("ocr", ocr), hour("extract", ocr and 0.5, *ended)]
    assert seconds_each(stages) == expected


class Record:
    def __init__(self) -> None:
        self.looked = 0
        self.asked: list[list[str]] = []

    async def before(self, ids: list[str]) -> dict[str, int]:
        self.asked.append(ids)
        return {id_: 4 for id_ in ids if id_ != "ended"}

    async def stages(self) -> list[StageHour]:
        self.looked += 1
        if self.looked > 1:
            raise ConnectionError
        return [hour("extract", 2.0, 1)]


async def test_a_place_says_how_long_it_takes_and_the_hour_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    record = Record()
    waiting = Waiting(cast("Any", record), cast("Any", record))
    assert await waiting.places([]) == {}
    assert await waiting.places(["a", "ended"]) == {"a": (4, 10.0)}
    assert await waiting.places(["b"]) == {"b": (4, 10.0)}
    assert record.looked == 1
    monkeypatch.setattr("services.gateway.waiting._KEPT_SECONDS", 0.0)
    assert await waiting.places(["b"]) == {"b": (4, None)}, "without Redis the place is told all the same"


def document(id_: str, status: Status = Status.UPLOADED, percentage: int = 0) -> Document:
    fields: dict[str, Any] = dict.fromkeys(Document.__struct_fields__)
    return Document(**fields | {"document_id": id_, "status": status, "percentage": percentage})


async def test_many_who_ask_for_places_share_a_statement() -> None:
    record = Record()
    waiting = Waiting(cast("Any", record), cast("Any", record))
    polled = [document(f"d{number}") for number in range(1000)]
    others = [document("reads", Status.PROCESSING, 40), document("failed", Status.FAILED), document("ended")]
    place, *_ = await asyncio.gather(waiting.place("d0"), *map(waiting.tell, polled), waiting.tell(*others))
    assert place == (4, 10.0)
    assert {(each.before, each.seconds_left) for each in polled} == {(4, 10.0)}
    assert {each.before for each in others} == {None}
    assert len(record.asked) == record.looked == 1
    assert {"reads", "failed"}.isdisjoint(record.asked[0])
