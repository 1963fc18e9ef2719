"""What streams of several documents begin with is bounded, whatever their client has missed."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from services.gateway.context import Gateway
from services.gateway.routes import shared_events
from services.gateway.sse.cursor import Cursor
from services.gateway.sse.frames import Frame
from shared.events import error_event
from shared.messages import Status


def gateway(*, events: int = 0, ends: int = 0, size: int = 0) -> Gateway:
    """One whose tenant has missed so much.

    Args:
        size: of each end, in bytes.
    """

    async def of_tenant(*_: Any) -> Any:
        event = error_event("d", "Cancelled.", Status.CANCELLED)
        return [(f"{number}-0", event) for number in range(1, events + 1)], False

    async def ended(*_: Any) -> Any:
        return [SimpleNamespace(id=str(number)) for number in range(ends)]

    async def now() -> int:
        return 0

    async def of(document: Any) -> list[Frame]:
        return [Frame("9-0", error_event(document.id, "x" * size, Status.CANCELLED))]

    return cast(
        "Gateway",
        SimpleNamespace(
            redis_settings=SimpleNamespace(keys=[SimpleNamespace(partition=0)]),
            event_log=SimpleNamespace(of_tenant=of_tenant),
            followed=SimpleNamespace(ended=ended, now=now),
            history=SimpleNamespace(of=of),
        ),
    )


@pytest.mark.parametrize("events", [10, 2_500])
async def test_as_many_events_as_that_are_told(events: int) -> None:
    found, lost = await shared_events._missed(gateway(events=events), "t", Cursor(looked=1))
    assert (len(found), lost) == (events, False)


async def test_of_more_events_the_newest_are_told_and_that_there_were_more() -> None:
    found, lost = await shared_events._missed(gateway(events=9_000), "t", Cursor(looked=1))
    assert (len(found), lost) == (2_500, True)
    assert found[-1].number == (9_000, 0)


async def test_ends_with_more_of_weeks_than_fits_into_memory_are_not_all_told() -> None:
    found, lost = await shared_events._missed(gateway(ends=1_000, size=500_000), "t", Cursor(looked=1))
    assert lost
    assert sum(len(each.data) for each in found) < 8 * 2**20
