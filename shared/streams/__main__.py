"""The queue from a shell, for operators: ``python -m shared.streams COMMAND``.

stats            what every stage holds
dead             the dead jobs, newest first
retry ID ...     put dead jobs back to work; ``all`` for every one
delete ID ...    remove dead jobs for good; ``all`` for every one

Takes REDIS_URL (or its parts) and DATABASE_URL. Ends with 1 if something named was not found.
"""

import argparse
import asyncio
import sys

from redis.exceptions import RedisError

from shared.db.documents import Documents
from shared.db.migrate import SchemaError
from shared.db.pool import Database, DatabaseAwayError
from shared.settings import SettingError
from shared.streams.client import RedisSettings, connect
from shared.streams.dead_letters import DeadLetters
from shared.streams.queue_stats import QueueStats


def say(text: str) -> None:
    sys.stdout.write(text + "\n")


async def stats(queue_stats: QueueStats) -> None:
    say(
        f"{'stage':10}{'depth':>8}{'waiting':>9}{'running':>9}{'retrying':>10}{'dead':>6}{'oldest s':>10}{'workers':>9}"
    )
    for each in await queue_stats.stages():
        say(
            f"{each.stage:10}{each.depth:>8}{each.waiting:>9}{each.running:>9}{each.retrying:>10}{each.dead:>6}"
            f"{each.oldest_waiting_seconds:>10.1f}{each.workers:>9}"
        )


async def dead(dead_letters: DeadLetters) -> None:
    for job in await dead_letters.newest():
        say(f"{job.id}  {job.died_at}  document {job.document_id}  attempt {job.attempt}  {job.reason}")


async def chosen(dead_letters: DeadLetters, names: list[str]) -> list[str]:
    return [job.id for job in await dead_letters.newest()] if names == ["all"] else names


async def retry(dead_letters: DeadLetters, documents: Documents, names: list[str]) -> bool:
    """Returns whether all were found."""
    found = True
    for id_ in await chosen(dead_letters, names):
        try:
            job = await dead_letters.get(id_)
        except ValueError:
            job = None
        # The record first, as the gateway does: a job of a failed document could not save what it reads.
        if job and await documents.revive(job.document_id) and await dead_letters.replay(id_):
            say(f"{id_} is back on its stream")
        else:
            say(f"{id_} is no dead job of a failed document")
            found = False
    return found


async def delete(dead_letters: DeadLetters, names: list[str]) -> bool:
    """Returns whether all were found."""
    found = True
    for id_ in await chosen(dead_letters, names):
        try:
            gone = await dead_letters.delete(id_)
        except ValueError:
            gone = False
        say(f"{id_} is removed" if gone else f"{id_} is no dead job")
        found = found and gone
    return found


async def main(command: str, names: list[str]) -> int:
    settings = RedisSettings.load()
    client, database = connect(settings), Database()
    dead_letters = DeadLetters(client, settings)
    try:
        match command:
            case "stats":
                await stats(QueueStats(client, settings))
            case "dead":
                await dead(dead_letters)
            case "retry":
                await database.open()
                return 0 if await retry(dead_letters, Documents(database), names) else 1
            case _:
                return 0 if await delete(dead_letters, names) else 1
        return 0
    finally:
        await client.aclose()
        await database.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        prog="python -m shared.streams", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("command", choices=["stats", "dead", "retry", "delete"])
    parser.add_argument("id", nargs="*", help="dead jobs, or all")
    given = parser.parse_args()
    if given.command in ("retry", "delete") and not given.id:
        parser.error(f"{given.command} needs ids, or all")
    try:
        sys.exit(asyncio.run(main(given.command, given.id)))
    except (RedisError, DatabaseAwayError, SchemaError, SettingError, OSError) as error:
        sys.exit(f"The queue cannot be reached: {error}")
