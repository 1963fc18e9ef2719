"""One run: start everything, let people upload while the plan is carried out, mend, wait, judge."""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg

from shared.db.pool import Database, DatabaseSettings
from tests.chaos.check import FINAL, Answer, Evidence, Record, Verdict, judge
from tests.chaos.clients import NETWORK, People
from tests.chaos.fleet import Disturbance, Fleet
from tests.chaos.plan import CLAIM_LEASES, KINDS, Action, Kind, plan
from tests.chaos.recovery import Recovery, read_records, recoveries, resumed
from tests.chaos.witness import Witness
from tests.waiting import PATIENCE, patience

_AUDIT = Path(__file__).with_name("audit.sql")


@dataclass
class Options:
    seed: int
    documents: int = 3000
    seconds: float = 150
    kinds: Sequence[Kind] = KINDS
    actions: Sequence[Action] | None = None
    """These, in order of time, instead of a plan made of the kinds."""
    settle: float = 120
    """Seconds that everything accepted has to become final after the last disturbance, and its followers to see it."""
    gateways: int = 2
    each: int = 2
    """Worker processes a stage."""
    lease: float = 6.0
    longest: float = 15.0
    """Seconds of the longest jobs."""
    pace: float = 3.0
    """Seconds from one disturbance to the next."""
    clocks: float = 3600.0
    """Seconds by which the processes' clocks are apart at most."""
    env: dict[str, str] = field(default_factory=dict)
    """More settings of the processes."""


@dataclass
class Result:
    verdict: Verdict
    recovered: list[Recovery]
    resumed: list[tuple[float, str]]
    """Seconds from the end of each fault of a server until the streams went on, the longest first, and which it was."""
    done: list[Disturbance]
    faults: list[str]
    tries: int
    starts: int
    """Handler runs."""
    again: list[str]
    """Attempts at a stage that were begun more than once."""
    exits: list[int]
    """How the processes ended that were told to by SIGTERM in the meantime."""
    seconds: float
    """From the first upload to the last final document."""

    @property
    def good(self) -> bool:
        return self.verdict.good and not self.faults


Meddle = Callable[[Fleet, People, aiohttp.ClientSession], Awaitable[None]]


async def run(
    options: Options, folder: Path, tell: Callable[[str], None] = lambda _: None, meddle: Meddle | None = None
) -> Result:
    """Carry out one run.

    Args:
        folder: for everything; the logs of the processes are there afterwards.
        tell: is told what happens.
        meddle: spoils something after the plan and before the wait, to see that it is found.
    """
    lease = str(round(options.lease * 1000))
    env = {
        "QUEUE_LEASE": lease,
        # Whoever was killed is certainly dead before the time to settle is over.
        "QUEUE_SILENCE": str(round(options.lease * 5000)),
        "QUEUE_CONCURRENCY": "4",
        "DIRECT_CONCURRENCY": "4",
        "DIRECT_WAITING": "16",
        "BLOB_TIMEOUT": "2000",
        "CHAOS_LONGEST": str(options.longest),
        "SSE_HEARTBEAT": "2000",
        **options.env,
    }
    claim = CLAIM_LEASES * options.lease
    fleet = Fleet(folder, options.seed, options.gateways, options.each, options.clocks, claim, **env)
    witness = Witness()

    async def watch(forgotten: bool) -> None:
        await witness.attach(fleet.valkey.port, fleet.valkey.password, forgotten=forgotten)

    fleet.watch = watch
    try:
        await fleet.start_servers()
        await _audit(fleet.postgres.url)
        await fleet.start()
        people = People(fleet.urls, options.seed, options.documents, options.seconds)
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
            begun = time.monotonic()
            await _disturbed(options, fleet, people, session, tell)
            if meddle:
                await meddle(fleet, people, session)
            tell(f"{time.monotonic() - begun:6.1f} s  everything runs again, {len(people.accepted)} accepted")
            await _all_final(fleet.postgres.url, people, options.settle)
            seconds = time.monotonic() - begun
            await people.stop_following(options.settle)
            tell(f"{time.monotonic() - begun:6.1f} s  everything is asked for")
            with contextlib.suppress(*NETWORK):
                async with patience():
                    await people.come_back(session)
            answers = await _ask(session, fleet.urls, list(people.accepted))
        record = await _record(fleet.postgres.url)
        await witness.detach()
        evidence = Evidence(people.accepted, answers, record, witness.told, people.followed)
        records = read_records(fleet.records)
        return Result(
            verdict=judge(evidence),
            recovered=recoveries(fleet.done, records, witness.told, fleet.workers, fleet.upgraded),
            resumed=resumed(fleet.done, witness.told, max(each.at for each in people.accepted.values())),
            done=fleet.done,
            faults=fleet.faults,
            tries=people.tries,
            starts=sum(each["what"] == "start" for each in records),
            again=[" ".join(map(str, each)) for each, count in _attempts(records).items() if count > 1],
            exits=fleet.exits,
            seconds=seconds,
        )
    finally:
        await witness.detach()
        await fleet.stop()


async def _disturbed(
    options: Options,
    fleet: Fleet,
    people: People,
    session: aiohttp.ClientSession,
    tell: Callable[[str], None],
) -> None:
    """Uploads and the plan, side by side; afterwards everything runs again."""
    actions = options.actions
    if actions is None:
        actions = plan(
            options.seed,
            options.seconds,
            fleet.workers,
            fleet.gateways,
            options.kinds,
            options.lease,
            options.pace,
        )
    begun = time.monotonic()

    async def act() -> None:
        async with asyncio.TaskGroup() as group:
            for action in actions:
                await asyncio.sleep(max(begun + action.at - time.monotonic(), 0))
                tell(str(action))
                group.create_task(fleet.disturb(action))

    keeping = asyncio.create_task(fleet.keep())
    try:
        # The uploads end only when all are accepted, which needs the plan to be over first, not the other way round.
        async with asyncio.TaskGroup() as group:
            group.create_task(people.upload_all(session))
            group.create_task(act())
        await fleet.mend()
    finally:
        keeping.cancel()


def _attempts(records: list[dict[str, Any]]) -> Counter[tuple[str, str, int]]:
    return Counter((each["document"], each["stage"], each["attempt"]) for each in records if each["what"] == "start")


async def _audit(url: str) -> None:
    """Make the tables, and note all that happens to them from now on."""
    database = Database(DatabaseSettings.load(database_url=url))
    await database.open()
    try:
        await database.pool.execute(_AUDIT.read_text(encoding="utf-8"))
    finally:
        await database.close()


async def _all_final(url: str, people: People, seconds: float) -> None:
    """Wait until everything accepted is final, or the time is up."""
    connection = await asyncpg.connect(url)
    deadline = time.monotonic() + seconds
    try:
        while time.monotonic() < deadline:
            rows = await connection.fetch("SELECT id FROM documents WHERE status = ANY($1::text[])", list(FINAL))
            if people.accepted.keys() <= {str(row["id"]) for row in rows}:
                return
            await asyncio.sleep(0.25)
    finally:
        await connection.close()


async def _ask(session: aiohttp.ClientSession, urls: list[str], documents: list[str]) -> dict[str, Answer]:
    """What the API says of every document; those it does not answer in time are missing."""
    answers: dict[str, Answer] = {}
    deadline = time.monotonic() + PATIENCE
    waiting = list(documents)

    async def get(path: str, number: int) -> tuple[int, dict[str, Any]]:
        url = f"{urls[number % len(urls)]}/api/v1/{path}"
        async with session.get(url, timeout=aiohttp.ClientTimeout(total=PATIENCE)) as answer:
            return answer.status, await answer.json(content_type=None)

    async def some(number: int) -> None:
        while waiting and time.monotonic() < deadline:
            id_ = waiting.pop()
            try:
                status, body = await get(f"documents/{id_}", number)
                answers[id_] = Answer(status)
                if status == 200:
                    week = (await get(f"timetables/{id_}", number))[1] if body["timetableId"] else {}
                    answers[id_] = Answer(
                        status,
                        body["status"],
                        body["error"],
                        body["percentage"],
                        body["timetableId"],
                        week.get("savedName"),
                    )
            except NETWORK as error:
                answers[id_] = Answer(0, error=repr(error))

    await asyncio.gather(*(some(number) for number in range(16)))
    return answers


async def _record(url: str) -> Record:
    connection = await asyncpg.connect(url)
    try:
        status = await connection.fetch("SELECT id, status FROM documents")
        audit = await connection.fetch("SELECT document_id, what, before, after FROM chaos_audit ORDER BY number")
        finals = await connection.fetch(
            "SELECT document_id, count(*) FROM processing_events WHERE type IN ('complete', 'error') GROUP BY 1"
        )
        same = await connection.fetch(
            # "Starting again" is told each time that Redis forgot the document, whatever else was told before.
            "SELECT DISTINCT document_id FROM processing_events "
            "WHERE type = 'progress' AND data->>'message' <> 'Starting again' "
            # While a step goes on, what it said is told again with what it is at by then.
            "GROUP BY document_id, data->>'message', data->>'at' HAVING count(*) > 1"
        )
    finally:
        await connection.close()
    return Record(
        status={str(row[0]): row[1] for row in status},
        audit=[(str(row[0]), row[1], row[2], row[3]) for row in audit],
        finals={str(row[0]): row[1] for row in finals},
        same=[str(row[0]) for row in same],
    )
