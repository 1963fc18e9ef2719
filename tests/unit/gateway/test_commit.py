"""What is left of an upload whose store or record fails half way."""

import asyncio
from types import SimpleNamespace
from typing import cast

import pytest

from services.gateway.commit import Accepted, commit
from services.gateway.context import Gateway
from services.gateway.problems import ProblemError
from shared.blobs import BlobAwayError
from shared.messages import CompressPayload

ID = "00000000-0000-4000-8000-000000000001"
UPLOAD = Accepted(
    ID, "north", CompressPayload("north/x/original", "image/png", "week.png", 3, 9), "", 0, None, b"d", None
)


class House:
    """A gateway's stores; notes in order what they are asked for, and which of it failed."""

    def __init__(self, **failures: Exception) -> None:
        self.failures = failures
        self.done: list[str] = []
        self.tasks: list[asyncio.Task[None]] = []
        self.gateway = cast(
            "Gateway",
            SimpleNamespace(
                blobs=SimpleNamespace(
                    write=lambda *_: self._do("write"),
                    flush=lambda *_: self._do("flush"),
                    delete_prefix=lambda *_: self._do("delete blobs"),
                ),
                documents=SimpleNamespace(
                    add=lambda *_, **__: self._do("record", "the same"), delete=lambda *_: self._do("delete record")
                ),
                relay=SimpleNamespace(
                    committed=lambda: self.done.append("committed"), freed=lambda: self.done.append("freed")
                ),
                in_background=lambda work: self.tasks.append(asyncio.ensure_future(work)),
            ),
        )

    async def _do(self, what: str, answer: str | None = None) -> str | None:
        await asyncio.sleep(0)
        if what in self.failures:
            self.done.append(f"no {what}")
            raise self.failures[what]
        self.done.append(what)
        return answer

    async def commit(self) -> str | None:
        try:
            return await commit(self.gateway, UPLOAD, b"abc")
        finally:
            await asyncio.gather(*self.tasks)


async def test_a_picture_can_be_read_before_its_document_is_recorded_and_outlives_a_failure_before_it_is_answered() -> (
    None
):
    house = House()
    assert await house.commit() == "the same"
    assert house.done[0] == "write"
    assert set(house.done[1:3]) == {"record", "flush"}
    assert house.done[3:] == ["committed"]


async def test_a_document_whose_picture_may_not_outlive_a_power_failure_is_taken_back() -> None:
    house = House(flush=BlobAwayError("the disk is broken"))
    with pytest.raises(ProblemError) as caught:
        await house.commit()
    assert caught.value.problem.status == 503
    assert house.done[-3:] == ["delete record", "freed", "delete blobs"]


async def test_a_picture_whose_document_is_refused_by_the_record_is_discarded() -> None:
    house = House(record=ValueError("no such thing"))
    with pytest.raises(ValueError, match="no such thing"):
        await house.commit()
    assert "delete blobs" in house.done
    assert "committed" not in house.done
