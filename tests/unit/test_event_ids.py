"""The ids of what is published beside the streams."""

import time

import pytest

from shared.events import EventIds, event_id
from shared.messages import Event

PROGRESS = Event(type="progress", document_id="d1", percentage=40)


def test_they_go_by_the_clock_that_all_gateways_share(monkeypatch: pytest.MonkeyPatch) -> None:
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + 3600)
    ids = EventIds()
    ids.set_clock(1000.0)
    milliseconds, sequence = event_id(ids.next(PROGRESS))
    assert 1_000_000 <= milliseconds < 1_600_000
    assert sequence == 40


def test_they_rise_when_that_clock_is_set_back() -> None:
    ids = EventIds()
    ids.set_clock(2000.0)
    before = event_id(ids.next(PROGRESS))
    ids.set_clock(1000.0)
    assert event_id(ids.next(PROGRESS)) > before
