"""Uploads a picture and follows what becomes of it over server-sent events, with a progress bar."""

import asyncio
import mimetypes
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import msgspec
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn

from shared.messages import Event, Problem, Timetable, Uploaded

BUFFER_LIMIT = 8_000_000
FOLLOW_SECONDS = 900
RECONNECT_SECONDS = 1.0


class RefusedError(Exception):
    """The gateway did not take the picture, or could not read it. The text is its sentence."""


async def upload(session: aiohttp.ClientSession, base: str, path: Path) -> str:
    """Send `path`; returns the document id. Raises `RefusedError` with what the gateway has against it."""
    with path.open("rb") as file:
        form = aiohttp.FormData()
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        form.add_field("file", file, filename=path.name, content_type=kind)
        async with session.post(f"{base}/api/v1/documents/upload", data=form) as answer:
            body = await answer.read()
            if answer.status not in (200, 202):
                raise RefusedError(problem_in(body) or f"The upload was answered {answer.status}.")
    return msgspec.json.decode(body, type=Uploaded).document_id


def problem_in(body: bytes) -> str | None:
    """The sentence of a problem+json body."""
    try:
        problem = msgspec.json.decode(body, type=Problem)
    except msgspec.DecodeError:
        return None
    return problem.detail or problem.title


async def frames(chunks: AsyncIterator[bytes]) -> AsyncIterator[tuple[str, bytes]]:
    """(id, data) of each server-sent event in `chunks`; the id is empty for an event without one."""
    rest = b""
    name, data = "", b""
    async for chunk in chunks:
        lines = (rest + chunk).split(b"\n")
        rest = lines.pop()
        if len(rest) + len(data) > BUFFER_LIMIT:
            raise RefusedError("The event stream sends an event without end.")
        for raw in lines:
            line = raw.rstrip(b"\r")
            if not line:
                if data:
                    yield name, data
                name, data = "", b""
            elif line.startswith(b"id:"):
                name = line[3:].strip().decode(errors="replace")
            elif line.startswith(b"data:"):
                data += (b"\n" if data else b"") + line[5:].removeprefix(b" ")


async def follow(session: aiohttp.ClientSession, base: str, document_id: str) -> AsyncIterator[Event]:
    """The document's events up to its final one, across lost connections; nothing twice.

    Raises `RefusedError` if the gateway does not know the document.
    """
    last = ""
    # The heartbeat comes every 15 s: three missed ones are a dead connection.
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=50)
    while True:
        headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": last} if last else {})
        try:
            async with session.get(f"{base}/api/v1/events/{document_id}", headers=headers, timeout=timeout) as answer:
                if answer.status == 204:
                    return
                if answer.status == 404:
                    raise RefusedError("The document is gone.")
                answer.raise_for_status()
                async for name, data in frames(answer.content.iter_any()):
                    last = name or last
                    try:
                        event = msgspec.json.decode(data, type=Event)
                    except msgspec.DecodeError:  # a heartbeat, or a type that later versions add
                        continue
                    yield event
                    if event.final:
                        return
        except (aiohttp.ClientError, TimeoutError):
            pass  # the gateway is being started again; the next connection continues after `last`
        await asyncio.sleep(RECONNECT_SECONDS)


async def watch(session: aiohttp.ClientSession, base: str, document_id: str, console: Console) -> Event:
    """Show the document's progress until its end; returns the final event.

    Raises `RefusedError` if there is none within 15 minutes.
    """
    show = with_bar if console.is_terminal else with_lines
    try:
        async with asyncio.timeout(FOLLOW_SECONDS):
            async for event in show(follow(session, base, document_id), console):
                if event.final:
                    return event
    except TimeoutError:
        raise RefusedError(f"The document was not finished in {FOLLOW_SECONDS // 60} minutes.") from None
    raise RefusedError("The event stream ended before the document did.")


async def with_bar(events: AsyncIterator[Event], console: Console) -> AsyncIterator[Event]:
    """`events`, shown as a live bar."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.fields[step]:<20}"),
        BarColumn(bar_width=30),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TextColumn("[dim]{task.fields[message]}", markup=True),
    )
    with Progress(*columns, console=console, transient=False) as progress:
        bar = progress.add_task("", total=100, step="Uploaded", message="")
        async for event in events:
            if event.type != "connected":
                step = "Failed" if event.type == "error" else event.step or "Processing complete"
                progress.update(bar, step=step, message=escape(event.message or ""))
            if event.percentage is not None:
                progress.update(bar, completed=event.percentage)
            yield event


async def with_lines(events: AsyncIterator[Event], console: Console) -> AsyncIterator[Event]:
    """`events`, a line for each: for pipes and log files."""
    async for event in events:
        if event.type == "progress":
            line = f"{event.percentage or 0:3d} %  {event.step or '':<20}  {event.message or ''}"
            console.print(line, highlight=False, markup=False)
        yield event


async def timetable(session: aiohttp.ClientSession, base: str, id_: str) -> Timetable:
    """A timetable by its id, or a document's first. Raises `RefusedError` if there is none."""
    async with session.get(f"{base}/api/v1/timetables/{id_}") as answer:
        body = await answer.read()
        if answer.status != 200:
            raise RefusedError(problem_in(body) or f"The timetable was answered {answer.status}.")
    return msgspec.json.decode(body, type=Timetable)
