"""Histories of several documents come in answers that are not too large, from either server."""

import uuid

import pytest

from shared.events import progress_event
from shared.streams import event_log
from shared.streams.client import RedisSettings, connect
from shared.streams.event_log import EventLog
from shared.streams.producer import Producer


async def test_histories_come_some_at_a_time(either_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = RedisSettings.load(redis_url=either_url)
    client = connect(settings)
    log, producer = EventLog(client, settings), Producer(client, settings)
    ids = [str(uuid.uuid4()) for _ in range(5)]
    for at, id_ in enumerate(ids):
        for percentage in range(at):
            await producer.publish(progress_event(id_, "ocr", percentage, ""), "t")
    monkeypatch.setattr(event_log, "_OF_DOCUMENTS", 3)
    answers = []
    call = log._scripts.call

    async def noted(*arguments: object) -> object:
        answers.append(await call(*arguments))  # type: ignore[arg-type] # as they are
        return answers[-1]

    monkeypatch.setattr(log._scripts, "call", noted)
    found = await log.histories(ids)
    assert [len(found[id_]) for id_ in ids] == [0, 1, 2, 3, 4]
    assert [len(answer) for answer in answers] == [3, 1, 1]
    await client.aclose()
