"""The command line: ``timelift upload *.jpg --watch``.

Exit status: 0 all well, 1 a document failed or could not be sent, 2 a mistake in the command, 130 interrupted.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import date
from pathlib import Path
from typing import get_args

from timelift_client import core
from timelift_client.asynchronous import AsyncClient
from timelift_client.errors import TimeliftError
from timelift_client.models import Event, Format, TermDates
from timelift_client.progress import Bars, Lines, progress_for

_AT_ONCE = 4
"""Files that are sent and followed at once."""


def parser() -> argparse.ArgumentParser:
    """What the command takes."""
    made = argparse.ArgumentParser(prog="timelift", description="Turns pictures of timetables into data.")
    made.add_argument(
        "--url",
        default=os.environ.get("TIMELIFT_URL", "http://localhost:4000"),
        help="where Timelift is (TIMELIFT_URL; http://localhost:4000)",
    )
    commands = made.add_subparsers(dest="command", required=True)
    upload = commands.add_parser(
        "upload",
        help="send pictures, PDFs, Word documents, workbooks or tables",
        description="Sends pictures, PDFs, Word documents, workbooks or tables. A key is taken from TIMELIFT_API_KEY, "
        "never from the command, which others on the machine can see.",
    )
    upload.add_argument("files", nargs="+", type=Path, metavar="FILE")
    upload.add_argument("--watch", action="store_true", help="follow each until it was read, with a progress bar")
    upload.add_argument("--format", choices=get_args(Format), help="save each week in this form; watches as well")
    upload.add_argument("--output", type=Path, metavar="FOLDER", help="where to save; beside each file unless given")
    upload.add_argument("--pages", action="store_true", help="the files are photos of one plan: one document's pages")
    upload.add_argument("--batch", action="store_true", help="let others go first")
    upload.add_argument("--reuse", action="store_true", help="of a file that was read before, take that week again")
    upload.add_argument("--webhook", metavar="URL", help="called when a document has ended")
    term = upload.add_argument_group("when the weeks hold, for --format ics")
    term.add_argument("--from", dest="first_day", type=date.fromisoformat, metavar="YYYY-MM-DD")
    term.add_argument("--until", dest="last_day", type=date.fromisoformat, metavar="YYYY-MM-DD")
    term.add_argument(
        "--holidays", type=_holidays, default=(), metavar="FROM/UNTIL,...", help="2026-10-12/2026-10-23,2026-12-24"
    )
    term.add_argument("--time-zone", metavar="NAME", help="Europe/Berlin")
    term.add_argument("--first-week", choices=("A", "B", "C", "D"), help="which week it is at the first day")
    return made


def _holidays(text: str) -> tuple[tuple[date, date], ...]:
    spans = [each.partition("/") for each in text.split(",") if each]
    return tuple((date.fromisoformat(first), date.fromisoformat(last or first)) for first, _, last in spans)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and end the process with its status."""
    made = parser()
    chosen = made.parse_args(arguments)
    if (chosen.first_day is None) != (chosen.last_day is None):
        made.error("--from and --until belong together")
    if chosen.format == "ics" and chosen.first_day is None:
        made.error("--format ics needs --from and --until: a page seldom says which Monday it means")
    if missing := [str(file) for file in chosen.files if not file.is_file()]:
        made.error(f"there is no file {', '.join(missing)}")
    try:
        sys.exit(asyncio.run(upload(chosen)))
    except KeyboardInterrupt:
        sys.exit(130)


async def upload(chosen: argparse.Namespace) -> int:
    """Send the files, a few at a time; returns the exit status."""
    key = os.environ.get("TIMELIFT_API_KEY")
    followed = chosen.watch or chosen.format is not None
    room, saved = asyncio.Semaphore(_AT_ONCE), set[Path]()
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(AsyncClient(chosen.url, key))
        documents = [chosen.files] if chosen.pages else [[file] for file in chosen.files]
        shown = stack.enter_context(progress_for([files[0] for files in documents] if followed else []))

        async def one(files: list[Path]) -> bool:
            file = files[0]
            async with room:
                try:
                    document_id = await client.upload(
                        files,
                        priority="batch" if chosen.batch else "interactive",
                        webhook=chosen.webhook,
                        reuse=chosen.reuse,
                    )
                    if not followed:
                        shown.say(f"{document_id}  {file}")
                        return True
                    final = await watched(client, document_id, file, shown)
                    await _save(client, final, file, chosen, shown, saved)
                except (TimeliftError, OSError) as error:
                    shown.failed(file, str(error))
                    return False
            return True

        return 0 if all(await asyncio.gather(*(one(files) for files in documents))) else 1


async def watched(client: AsyncClient, document_id: str, file: Path, shown: Bars | Lines) -> Event:
    """Show a file's document until its end; returns its last event. Raises `DocumentError` if it did not end well."""
    async for event in client.follow(document_id):
        shown.show(file, event)
        if event.final:
            return core.ended_well(event, None)
    return core.ended_well(None, await client.document(document_id))


async def _save(
    client: AsyncClient,
    final: Event,
    file: Path,
    chosen: argparse.Namespace,
    shown: Bars | Lines,
    saved: set[Path],
) -> None:
    """Save a document's weeks as asked for."""
    ids = final.result.timetable_ids if final.result else []
    if chosen.format is None:
        return
    term = None
    if chosen.first_day:
        term = TermDates(chosen.first_day, chosen.last_day, chosen.holidays, chosen.time_zone, chosen.first_week)
    folder = chosen.output or file.parent
    folder.mkdir(parents=True, exist_ok=True)
    for number, id_ in enumerate(ids, 1):
        data = (await client.export(id_, chosen.format, term)).data
        # By the picture's name, which the person knows, and not by one that a page of a stranger's may choose.
        target = _free(folder, f"{file.stem}{f'-{number}' if len(ids) > 1 else ''}", chosen.format, saved)
        target.write_bytes(data)
        shown.say(f"{target}")


def _free(folder: Path, stem: str, suffix: str, saved: set[Path]) -> Path:
    """A name that none of this run's weeks was saved under: plan.jpg and plan.png are two. `saved` gets it."""
    number, target = 1, folder / f"{stem}.{suffix}"
    while target in saved:
        number += 1
        target = folder / f"{stem} ({number}).{suffix}"
    saved.add(target)
    return target
