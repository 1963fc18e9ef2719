"""Event streams: nothing missed, nothing twice, in order, whenever a client comes and goes."""

import asyncio
import contextlib
import socket
import time
import uuid
from typing import Any

import aiohttp
import asyncpg
from redis.asyncio import Redis

from shared.db.documents import Documents
from shared.messages import Event
from tests.integration.conftest import GatewayAlone, Player
from tests.integration.png import png
from tests.system import follow, listen, upload
from tests.waiting import patience, until

Seen = list[tuple[str | None, dict[str, Any]]]


async def collect(gateway: GatewayAlone, session: aiohttp.ClientSession, id_: str, last: str | None = None) -> Seen:
    """A document's events without the `connected` ones, to the end of the stream."""
    return [
        (event_id, data)
        async for event_id, data in follow(session, gateway.base_url, id_, last)
        if data["type"] != "connected"
    ]


async def test_a_stream_tells_everything_in_order_and_ends(
    gateway: GatewayAlone, session: aiohttp.ClientSession, player: Player
) -> None:
    id_ = await upload(session, gateway.base_url, png())
    delivery = await player.take(id_)
    await player.publish(delivery, id_, 10)
    seen: Seen = []
    async for event_id, data in follow(session, gateway.base_url, id_):
        seen.append((event_id, data))
        if data["type"] == "connected" and len(seen) == 1:
            assert event_id is None
            assert data["documentId"] == id_
            await player.publish(delivery, id_, 20)
        if data["type"] == "progress" and data["percentage"] == 20:
            await player.complete(delivery, id_)
    told = [data for _, data in seen if data["type"] != "connected"]
    assert [(each["type"], each["percentage"]) for each in told] == [
        ("progress", 10),
        ("progress", 20),
        ("complete", 100),
    ]
    progress, complete = told[0], told[-1]
    assert (progress["step"], progress["stage"], progress["message"]) == ("Running OCR", "ocr", "10 lines read")
    assert complete["result"] == {
        "documentId": id_,
        "timetableId": complete["result"]["timetableId"],
        "timetableIds": [complete["result"]["timetableId"]],
        "validated": True,
    }
    assert complete["timetableData"]["timeblocks"][0]["name"] == "Maths"


async def test_a_client_that_comes_back_misses_nothing_and_sees_nothing_twice(
    gateway: GatewayAlone, session: aiohttp.ClientSession, player: Player
) -> None:
    id_ = await upload(session, gateway.base_url, png())
    delivery = await player.take(id_)
    for percentage in (10, 20, 30):
        await player.publish(delivery, id_, percentage)
    seen: Seen = []
    async for event_id, data in follow(session, gateway.base_url, id_):
        if data["type"] == "progress":
            seen.append((event_id, data))
        if len(seen) == 2:
            break
    await player.publish(delivery, id_, 40)
    await player.complete(delivery, id_)
    seen += await collect(gateway, session, id_, seen[-1][0])
    assert [data["percentage"] for _, data in seen] == [10, 20, 30, 40, 100]
    assert len({event_id for event_id, _ in seen}) == 5
    # The header cannot be sent by a recreated EventSource; the query does the same.
    async with session.get(f"{gateway.base_url}/api/v1/events/{id_}?lastEventId={seen[-2][0]}") as answer:
        text = await answer.text()
    assert text.count("\nid: ") == 1
    assert '"type":"complete"' in text


async def test_many_clients_that_join_at_any_time_all_see_the_same(
    gateway: GatewayAlone, session: aiohttp.ClientSession, player: Player
) -> None:
    id_ = await upload(session, gateway.base_url, png())
    delivery = await player.take(id_)
    everyone: list[Seen] = []

    async def join(seen: Seen) -> None:
        async for event_id, data in follow(session, gateway.base_url, id_):
            if data["type"] != "connected":
                seen.append((event_id, data))

    watchers: list[asyncio.Task[None]] = []
    for percentage in range(1, 60):
        everyone.append([])
        watchers.append(asyncio.create_task(join(everyone[-1])))
        await player.publish(delivery, id_, percentage)
    # By what they say: a percentage is raised to what the stream began with.
    said = [f"{percentage} lines read" for percentage in range(1, 60)]
    # An end that is found in the record may be told before what comes over the streams: then nothing follows it.
    await until(lambda: all(seen and seen[-1][1]["message"] == said[-1] for seen in everyone))
    await player.complete(delivery, id_)
    async with patience():
        await asyncio.gather(*watchers)
    for seen in everyone:
        assert [data.get("message", data["type"]) for _, data in seen] == [*said, "complete"]


async def test_who_comes_first_to_a_partition_that_nobody_followed_misses_nothing(
    gateway: GatewayAlone, session: aiohttp.ClientSession, player: Player
) -> None:
    id_ = await upload(session, gateway.base_url, png())
    delivery = await player.take(id_)

    async def up_to(last: int) -> list[int]:
        seen: list[int] = []
        async with contextlib.aclosing(listen(session, f"{gateway.base_url}/api/v1/events/{id_}")) as told:
            async for _, data in told:
                seen += [data["percentage"]] if data["type"] == "progress" else []
                if seen and seen[-1] == last:
                    break
        return seen

    for number in range(1, 90, 6):
        # The read that waited for the one before ends with this: nobody follows, so the partition falls asleep.
        await player.publish(delivery, id_, number)
        watching = asyncio.create_task(up_to(number + 5))
        for later in range(number + 1, number + 6):
            await player.publish(delivery, id_, later)
        async with patience():
            assert await watching == [*range(1, number + 6)]


async def test_a_reconnect_after_the_end_is_told_to_stop(
    gateway: GatewayAlone, session: aiohttp.ClientSession, player: Player
) -> None:
    id_ = await upload(session, gateway.base_url, png())
    await player.complete(await player.take(id_), id_)
    seen = await collect(gateway, session, id_)
    assert [data["type"] for _, data in seen] == ["complete"]
    headers = {"Last-Event-ID": str(seen[-1][0])}
    async with session.get(f"{gateway.base_url}/api/v1/events/{id_}", headers=headers) as answer:
        assert answer.status == 204


async def test_a_failure_is_told_with_its_reason(
    gateway: GatewayAlone, session: aiohttp.ClientSession, player: Player
) -> None:
    id_ = await upload(session, gateway.base_url, png())
    await player.fail(await player.take(id_), id_, "The picture is cut off.")
    ((_, event),) = await collect(gateway, session, id_)
    assert (event["type"], event["error"], event["documentId"]) == ("error", "The picture is cut off.", id_)
    async with session.get(f"{gateway.base_url}/api/v1/documents/{id_}") as answer:
        document = await answer.json()
    assert (document["status"], document["error"]) == ("failed", "The picture is cut off.")


async def test_what_redis_forgot_comes_from_the_record(
    gateway: GatewayAlone, session: aiohttp.ClientSession, player: Player
) -> None:
    id_ = await upload(session, gateway.base_url, png())
    delivery = await player.take(id_)
    await player.publish(delivery, id_, 10)
    await player.complete(delivery, id_)
    connection = await asyncpg.connect(gateway.database_url)
    query = "SELECT count(*) FROM processing_events WHERE document_id = $1"

    async def recorded() -> bool:
        return bool(await connection.fetchval(query, id_) >= 2)

    await until(recorded)
    await connection.close()
    client = Redis.from_url(gateway.redis_url)
    assert await client.delete(f"{{0}}:progress:{id_}") == 1
    await client.aclose()
    seen = await collect(gateway, session, id_)
    assert [data["percentage"] for _, data in seen] == [10, 100]
    assert seen[-1][1]["timetableData"]["timeblocks"][0]["name"] == "Maths"


async def test_the_end_is_told_when_redis_never_knew_it(
    gateway: GatewayAlone, session: aiohttp.ClientSession, player: Player
) -> None:
    """The worker died between saving and telling, and Redis was emptied: the stream's own look finds the end."""
    id_ = await upload(session, gateway.base_url, png())
    await player.take(id_)
    seen: list[str] = []
    async for _, data in follow(session, gateway.base_url, id_):
        if not seen:
            assert await Documents(player.database).fail(id_, "default", "It broke.")
        seen.append(data["type"])
    assert set(seen[:-1]) == {"connected"}
    assert seen[-1] == "error"


async def test_silence_is_broken_by_heartbeats(
    gateway: GatewayAlone, session: aiohttp.ClientSession, player: Player
) -> None:
    id_ = await upload(session, gateway.base_url, png())
    delivery = await player.take(id_)
    await player.publish(delivery, id_, 10)
    async with session.get(f"{gateway.base_url}/api/v1/events/{id_}") as answer:
        assert answer.headers["Cache-Control"] == "no-cache, no-transform"
        assert answer.headers["X-Accel-Buffering"] == "no"
        async with patience():
            lines = [await answer.content.readline() for _ in range(1)]
            while lines[-1] != b": heartbeat\n":
                lines.append(await answer.content.readline())
            alive = await answer.content.readline()
        assert lines[0].startswith(b"retry: ")
        assert alive.startswith(b'data: {"type":"connected"')
    await player.complete(delivery, id_)


async def test_a_client_that_does_not_read_is_cut_off_and_delays_nobody(
    gateway: GatewayAlone, session: aiohttp.ClientSession, player: Player
) -> None:
    id_ = await upload(session, gateway.base_url, png())
    delivery = await player.take(id_)
    # A small receive window and no reading: the gateway's buffers fill.
    silent = socket.socket()
    silent.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    silent.setblocking(False)
    await asyncio.get_running_loop().sock_connect(silent, ("127.0.0.1", gateway.ports["gateway"]))
    reader, writer = await asyncio.open_connection(sock=silent, limit=1024)
    writer.write(f"GET /api/v1/events/{id_} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    await reader.readline()
    arrived: asyncio.Queue[str] = asyncio.Queue()

    async def watch() -> None:
        # As EventSource does: where the machine lets the gateway wait for longer than a write may take, it comes back.
        last: str | None = None
        while True:
            with contextlib.suppress(aiohttp.ClientError):
                async for event_id, data in follow(session, gateway.base_url, id_, last):
                    last = event_id or last
                    arrived.put_nowait(data["type"])
                    if data["type"] == "complete":
                        return

    watching = asyncio.create_task(watch())
    big = Event(type="progress", document_id=id_, percentage=5, message="x" * 20_000)
    async with patience():
        assert await arrived.get() == "connected"
        cut_off = False
        while not cut_off:
            for _ in range(50):
                # Whoever reads gets each event before the next is published.
                await player.consumer.publish(delivery, big)
                while await arrived.get() != "progress":
                    pass
            async with session.get(gateway.metrics_url) as answer:
                metrics = await answer.text()
            cut_off = 'timelift_sse_closed_total{reason="slow"}' in metrics
    await player.complete(delivery, id_)
    await watching
    while not arrived.empty():
        last = arrived.get_nowait()
    assert last == "complete"
    writer.close()


async def test_an_end_is_told_whatever_clock_made_the_ids_before_it(
    gateway: GatewayAlone, session: aiohttp.ClientSession, player: Player
) -> None:
    """As when a gateway whose clock is ahead worked a document directly, and Redis took it over."""
    id_ = await upload(session, gateway.base_url, png())
    delivery = await player.take(id_)
    await player.publish(delivery, id_, 10)
    ahead = f"{(int(time.time()) + 3600) * 1000}-10"
    seen: list[str] = []
    async for _, data in follow(session, gateway.base_url, id_, ahead):
        if not seen:
            await player.complete(delivery, id_)
        seen.append(data["type"])
    assert seen[-1] == "complete"
    ((last, event),) = await collect(gateway, session, id_, ahead)
    assert event["type"] == "complete"
    assert event["timetableData"]["timeblocks"]
    assert await collect(gateway, session, id_, last) == []


async def test_a_bad_last_event_id_is_refused(
    gateway: GatewayAlone, session: aiohttp.ClientSession, player: Player
) -> None:
    id_ = await upload(session, gateway.base_url, png())
    for bad in ("x", "1", "1-x", "-", "1-2-3", "¹-1"):
        async with session.get(f"{gateway.base_url}/api/v1/events/{id_}", params={"lastEventId": bad}) as answer:
            assert answer.status == 400, bad
    await player.complete(await player.take(id_), id_)


async def test_no_percentage_falls_for_a_client_that_comes_back_after_redis_was_emptied(
    gateway: GatewayAlone, session: aiohttp.ClientSession, player: Player
) -> None:
    id_ = await upload(session, gateway.base_url, png())
    delivery = await player.take(id_)
    await player.publish(delivery, id_, 60)
    last: str | None = None
    async for event_id, data in follow(session, gateway.base_url, id_):
        if data["type"] == "progress":
            last = event_id
            break
    client = Redis.from_url(gateway.redis_url)
    connection = await asyncpg.connect(gateway.database_url)
    # Neither Redis nor the record remember what was told.
    await client.flushdb()
    await connection.execute("DELETE FROM processing_events WHERE document_id = $1", id_)
    await connection.execute("UPDATE documents SET percentage = 0 WHERE id = $1", id_)
    await connection.close()
    await client.aclose()
    player._seen.clear()
    again = await player.take(id_)
    for percentage in (10, 20, 70):
        # Two of one millisecond have one id, once both are raised to what was shown; "Starting again" is the first.
        await asyncio.sleep(0.002)
        await player.publish(again, id_, percentage)
    await player.complete(again, id_)
    events = await collect(gateway, session, id_, last)
    seen = [data["percentage"] for _, data in events]
    assert seen == [60, 60, 60, 70, 100]
    # It comes back again and again, with ids of events whose own percentage was less than what it was told.
    for index, (event_id, _) in enumerate(events[:-1]):
        more = await collect(gateway, session, id_, event_id)
        assert [data["percentage"] for _, data in more] == seen[index + 1 :]


async def test_an_event_that_postgres_refuses_is_set_aside(
    gateway: GatewayAlone, player: Player, session: aiohttp.ClientSession
) -> None:
    """It ends no gateway, and the events before and after it are recorded."""
    id_ = await upload(session, gateway.base_url, png())
    delivery = await player.take(id_)
    await player.publish(delivery, id_, 10)
    poison = Event(type="progress", document_id=id_, percentage=20, message="no text in Postgres: \0")
    await player.consumer.publish(delivery, poison)
    await player.complete(delivery, id_)
    record = await asyncpg.connect(gateway.database_url)
    events = "SELECT count(*) > 0 FROM processing_events WHERE document_id = $1 AND type = 'complete'"
    await until(lambda: record.fetchval(events, uuid.UUID(id_)))
    recorded = "SELECT percentage FROM processing_events WHERE document_id = $1 AND type = 'progress'"
    assert [row[0] for row in await record.fetch(recorded, uuid.UUID(id_))] == [10]
    await record.close()
    client: Any = player.client
    ((_, fields),) = await client.xrange("{0}:events:refused")
    assert id_ in fields["data"]
    async with session.get(f"{gateway.base_url}/livez") as answer:
        assert answer.status == 200
