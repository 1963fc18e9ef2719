"""One stream of several documents, and of all one's own: the same events, resumable."""

import asyncio
from contextlib import aclosing
from typing import Any

import aiohttp
import asyncpg
from redis.asyncio import Redis

from shared.db.documents import Documents
from tests.integration.conftest import GatewayAlone, Player
from tests.integration.png import png
from tests.system import listen, upload
from tests.waiting import patience, until

Seen = list[tuple[str | None, dict[str, Any]]]


def url(gateway: GatewayAlone, *ids: str) -> str:
    return f"{gateway.base_url}/api/v1/events?" + "&".join(f"documentId={id_}" for id_ in ids)


async def collect(session: aiohttp.ClientSession, address: str, last: str | None = None) -> Seen:
    """The events without the `connected` ones, to the end of the stream."""
    return [each async for each in listen(session, address, last) if each[1]["type"] != "connected"]


def told(seen: Seen) -> list[tuple[str, str, int | None]]:
    return [(data["documentId"], data["type"], data.get("percentage")) for _, data in seen]


async def test_one_stream_tells_of_several_documents_and_ends_with_the_last(
    gateway: GatewayAlone, session: aiohttp.ClientSession, player: Player
) -> None:
    one, two = [await upload(session, gateway.base_url, png()) for _ in range(2)]
    first, second = await player.take(one), await player.take(two)
    await player.publish(first, one, 10)
    seen: Seen = []
    joined: set[str] = set()
    async for event in listen(session, url(gateway, one, two)):
        data = event[1]
        if data["type"] == "connected":
            joined.add(data.get("documentId", ""))
            continue
        seen.append(event)
        if len(seen) == 1:
            await player.publish(second, two, 20)
        elif len(seen) == 2:
            await player.complete(first, one)
        elif len(seen) == 3:
            await player.fail(second, two, "The picture is cut off.")
    assert joined >= {one, two}
    assert told(seen) == [
        (one, "progress", 10),
        (two, "progress", 20),
        (one, "complete", 100),
        (two, "error", 20),
    ]
    # Whoever has seen the end of each is told to stop.
    headers = {"Last-Event-ID": str(seen[-1][0])}
    async with session.get(url(gateway, two, one), headers=headers) as answer:
        assert answer.status == 204


async def test_a_client_comes_back_anywhere_and_misses_nothing_and_sees_nothing_twice(
    gateway: GatewayAlone, session: aiohttp.ClientSession, player: Player
) -> None:
    ids = [await upload(session, gateway.base_url, png()) for _ in range(3)]
    jobs = {id_: await player.take(id_) for id_ in ids}
    for percentage in (10, 20):
        for id_ in ids:
            await player.publish(jobs[id_], id_, percentage)
    for id_ in ids:
        await player.complete(jobs[id_], id_)
    everything = await collect(session, url(gateway, *ids))
    assert len(everything) == 9
    for at, (cursor, _) in enumerate(everything[:-1]):
        rest = await collect(session, url(gateway, *ids), cursor)
        assert rest == everything[at + 1 :]


async def test_a_cursor_is_of_the_documents_it_was_given_for(
    gateway: GatewayAlone, session: aiohttp.ClientSession, player: Player
) -> None:
    ids = [await upload(session, gateway.base_url, png()) for _ in range(2)]
    for id_ in ids:
        await player.complete(await player.take(id_), id_)
    (cursor, _), _ = await collect(session, url(gateway, *ids))
    # With another document the ends that it tells of are others.
    assert len(await collect(session, url(gateway, ids[0]), cursor)) == 1
    assert len(await collect(session, url(gateway, ids[1]), cursor)) == 1


async def test_a_deleted_document_leaves_the_stream(
    gateway: GatewayAlone, session: aiohttp.ClientSession, player: Player
) -> None:
    stays, goes = [await upload(session, gateway.base_url, png()) for _ in range(2)]
    job = await player.take(stays)
    seen: Seen = []
    begun = False
    async for event in listen(session, url(gateway, stays, goes)):
        if not begun:
            begun = True
            async with session.delete(f"{gateway.base_url}/api/v1/documents/{goes}") as answer:
                assert answer.status == 204
        if event[1]["type"] != "connected":
            seen.append(event)
            if event[1]["documentId"] == goes:
                await player.complete(job, stays)
    assert [(data["documentId"], data["type"], data["status"]) for _, data in seen if data["type"] == "error"] == [
        (goes, "error", "cancelled")
    ]
    assert seen[-1][1]["documentId"] == stays
    # It is told to who comes later, and to who had seen nothing of it.
    later = await collect(session, url(gateway, stays, goes))
    assert sorted((data["documentId"], data["type"]) for _, data in later) == sorted(
        [(goes, "error"), (stays, "complete")]
    )


async def test_documents_that_are_not_there_are_refused(gateway: GatewayAlone, session: aiohttp.ClientSession) -> None:
    nobody = "00000000-0000-4000-8000-000000000000"
    async with session.get(url(gateway, nobody)) as answer:
        assert answer.status == 404
    for bad in ("documentId=x", "documentId=" + "&documentId=".join(f"{n:08x}{nobody[8:]}" for n in range(101))):
        async with session.get(f"{gateway.base_url}/api/v1/events?{bad}") as answer:
            assert (answer.status, (await answer.json())["type"]) == (400, "/problems/bad-query")
    for bad in ("1-1", "x", "0_1-1.q", "0_1-1..0_1-1", "f_1", "r_-1"):
        async with session.get(f"{gateway.base_url}/api/v1/events", params={"lastEventId": bad}) as answer:
            assert (answer.status, (await answer.json())["type"]) == (400, "/problems/bad-event-id"), bad


async def test_all_ones_own_are_told_of_and_later_uploads_too(
    gateway: GatewayAlone, session: aiohttp.ClientSession, player: Player
) -> None:
    before = await upload(session, gateway.base_url, png())
    job = await player.take(before)
    await player.publish(job, before, 10)
    after = ""
    seen: Seen = []
    joined = False
    async with aclosing(listen(session, f"{gateway.base_url}/api/v1/events")) as stream:
        async for event in stream:
            data = event[1]
            if data.get("documentId") not in (before, after, None):
                continue  # other tests' documents
            if data["type"] == "connected":
                if data.get("documentId") == before and not joined:
                    joined = True
                    after = await upload(session, gateway.base_url, png())
                    await player.publish(await player.take(after), after, 5)
                continue
            seen.append(event)
            if len(seen) == 1:
                await player.complete(job, before)
            if len(seen) == 2:
                break
    # What was told before it began is not told again: its documents' states are.
    assert told(seen) == [(after, "progress", 5), (before, "complete", 100)]
    # While it was away, one of them went on, one came, and one was deleted.
    await player.publish(await player.take(after), after, 50)
    third = await upload(session, gateway.base_url, png())
    await player.publish(await player.take(third), third, 3)
    async with session.delete(f"{gateway.base_url}/api/v1/documents/{after}") as answer:
        assert answer.status == 204
    again: Seen = []
    async with aclosing(listen(session, f"{gateway.base_url}/api/v1/events", seen[-1][0])) as stream:
        async for event in stream:
            if event[1].get("documentId") in (before, after, third) and event[1]["type"] != "connected":
                again.append(event)
            if len(again) == 3:
                break
    assert told(again) == [(after, "progress", 50), (third, "progress", 3), (after, "error", 50)]
    await player.complete(await player.take(third), third)
    # One that had ended leaves as well.
    async with session.delete(f"{gateway.base_url}/api/v1/documents/{before}") as answer:
        assert answer.status == 204
    async with patience(), aclosing(listen(session, f"{gateway.base_url}/api/v1/events", again[-1][0])) as stream:
        async for _, data in stream:
            if data.get("documentId") == before:
                break
    assert (data["type"], data["status"], data["error"]) == ("error", "cancelled", "Deleted.")


async def test_an_idle_stream_of_all_ones_own_gives_a_cursor(
    gateway: GatewayAlone, session: aiohttp.ClientSession, player: Player
) -> None:
    """A document that begins and ends between its first two connections would else be missed."""
    async with aclosing(listen(session, f"{gateway.base_url}/api/v1/events")) as stream:
        cursor, first = await anext(stream)
    assert cursor
    assert first == {"type": "connected"}
    id_ = await upload(session, gateway.base_url, png())
    await player.complete(await player.take(id_), id_)
    async with aclosing(listen(session, f"{gateway.base_url}/api/v1/events", cursor)) as stream, patience():
        async for _, data in stream:
            if data["type"] == "complete" and data["documentId"] == id_:
                break


async def test_a_stream_of_all_ones_own_begins_where_a_list_ends(
    gateway: GatewayAlone, session: aiohttp.ClientSession, player: Player
) -> None:
    """What ends between a list's answer and the stream would else be missed, or the list be asked for twice."""
    id_ = await upload(session, gateway.base_url, png())
    job = await player.take(id_)
    # Nobody follows anything here: what was told before the list is behind its reader all the same.
    await player.publish(job, id_, 40)
    documents = f"{gateway.base_url}/api/v1/documents"
    async with session.get(documents) as answer:
        cursor = answer.headers["Last-Event-ID"]
    await player.publish(job, id_, 60)
    await player.complete(job, id_)
    seen: list[tuple[str, int | None]] = []
    async with aclosing(listen(session, f"{gateway.base_url}/api/v1/events", cursor)) as stream, patience():
        assert (await anext(stream))[1] == {"type": "connected"}
        async for _, data in stream:
            if data["type"] != "connected" and data["documentId"] == id_:
                seen.append((data["type"], data["percentage"]))
            if data["type"] == "complete" and data["documentId"] == id_:
                break
    assert seen == [("progress", 60), ("complete", 100)]
    async with session.get(documents) as answer:
        tag = answer.headers["ETag"]
    async with session.get(documents, headers={"If-None-Match": tag}) as answer:
        assert answer.status == 304
        assert answer.headers["Last-Event-ID"] != cursor


async def test_who_was_away_for_longer_than_events_are_kept_is_told_so(
    gateway: GatewayAlone, session: aiohttp.ClientSession, player: Player
) -> None:
    id_ = await upload(session, gateway.base_url, png())
    await player.publish(await player.take(id_), id_, 10)
    async with aclosing(listen(session, f"{gateway.base_url}/api/v1/events")) as stream:
        cursor, _ = await anext(stream)
    assert cursor
    # Emptied, and another event since: what was between nobody knows.
    client = Redis.from_url(gateway.redis_url)
    await client.delete("{0}:events")
    await client.aclose()
    assert await Documents(player.database).fail(id_, "default", "It broke.")
    async with aclosing(listen(session, f"{gateway.base_url}/api/v1/events", cursor)) as stream, patience():
        assert (await anext(stream))[1] == {"type": "connected", "missed": True}
        # Its end comes from the record.
        async for _, data in stream:
            if data.get("documentId") == id_ and data["type"] == "error":
                break


async def test_ends_that_no_stream_tells_come_from_the_record(
    gateway: GatewayAlone, session: aiohttp.ClientSession, player: Player
) -> None:
    one, two = [await upload(session, gateway.base_url, png()) for _ in range(2)]
    await player.take(one)
    job = await player.take(two)
    seen: Seen = []
    async for event in listen(session, url(gateway, one, two)):
        if not seen and event[1]["type"] == "connected":
            assert await Documents(player.database).fail(one, "default", "It broke.")
        if event[1]["type"] != "connected":
            seen.append(event)
            if event[1]["documentId"] == one:
                await player.publish(job, two, 30)
            elif event[1]["type"] == "progress":
                await player.complete(job, two)
    assert told(seen) == [(one, "error", 0), (two, "progress", 30), (two, "complete", 100)]
    # The invented end has no place on the partition's stream: it is not told again, nor is another skipped for it.
    assert told(await collect(session, url(gateway, one, two), seen[0][0])) == told(seen)[1:]
    assert told(await collect(session, url(gateway, one, two), seen[1][0])) == told(seen)[2:]


async def test_what_another_gateway_recorded_is_found(
    gateway: GatewayAlone, session: aiohttp.ClientSession, player: Player
) -> None:
    """While Redis is away, events of the direct path reach other gateways by the record alone."""
    id_ = await upload(session, gateway.base_url, png())
    job = await player.take(id_)
    connection = await asyncpg.connect(gateway.database_url)
    insert = """INSERT INTO processing_events (document_id, event_id, type, stage, percentage, data)
        VALUES ($1, $2, 'progress', 'ocr', 44, $3)"""
    data = f'{{"type":"progress","documentId":"{id_}","stage":"ocr","percentage":44,"message":"direct"}}'
    seen: list[str] = []
    async for event_id, event in listen(session, f"{gateway.base_url}/api/v1/events/{id_}"):
        if event["type"] == "connected" and "sent" not in seen:
            seen.append("sent")
            await connection.execute(insert, id_, "1-44", data)
        if event["type"] == "progress":
            seen.append(f"{event_id} {event['message']}")
            await player.complete(job, id_)
    await connection.close()
    assert seen == ["sent", "1-44 direct"]


async def test_many_streams_of_many_documents_each_see_their_own(
    gateway: GatewayAlone, session: aiohttp.ClientSession, player: Player
) -> None:
    ids = [await upload(session, gateway.base_url, png()) for _ in range(6)]
    jobs = {id_: await player.take(id_) for id_ in ids}
    watched = [ids[at : at + 3] for at in range(4) for _ in range(5)]
    everyone: list[Seen] = [[] for _ in watched]

    async def watch(seen: Seen, own: list[str]) -> None:
        async for each in listen(session, url(gateway, *own)):
            if each[1]["type"] != "connected":
                seen.append(each)

    watchers = [asyncio.create_task(watch(*each)) for each in zip(everyone, watched, strict=True)]
    for percentage in range(1, 20):
        for id_ in ids:
            await player.publish(jobs[id_], id_, percentage)
    # By what they say: a percentage is raised to what the stream began with.
    said = [f"{percentage} lines read" for percentage in range(1, 20)]
    # An end that is found in the record may be told before what comes over the streams: then nothing follows it.
    await until(lambda: all([data["message"] for _, data in seen].count(said[-1]) == 3 for seen in everyone))
    for id_ in ids:
        await player.complete(jobs[id_], id_)
    async with patience():
        await asyncio.gather(*watchers)
    for seen, own in zip(everyone, watched, strict=True):
        for id_ in own:
            told_of = [data.get("message", data["type"]) for _, data in seen if data["documentId"] == id_]
            assert told_of == [*said, "complete"]
