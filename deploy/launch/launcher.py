"""The way of a run: checks, servers, services, the sample, serving, and everything down again.

check ──▶ servers up ──▶ services ready ──▶ sample read and shown ──▶ serving ── Ctrl-C, SIGTERM, SIGHUP ──▶ down
  │ StopError: one sentence, exit status 1, everything down, from any of them
"""

import asyncio
import contextlib
import io
import os
import signal
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from rich.console import Console
from timelift_client import AsyncClient, TimeliftError
from timelift_client.cli import watched
from timelift_client.progress import progress_for

from deploy.launch import week
from deploy.launch.checks import (
    StopError,
    check_folder,
    check_picture,
    check_port,
    explain_os_error,
    take_launcher_lock,
)
from deploy.launch.supervisor import Policy, Service, Supervisor
from deploy.launch.system import Servers, gateway_url, the_four
from shared.messages import Timetable

_READ_SECONDS = 900
"""Longest that the first picture may take."""
READY_SECONDS = 180.0
"""The first start reads 200 MB of libraries from a cold disk."""

MakeServices = Callable[[int, Path, dict[str, str]], list[Service]]


@dataclass
class Launcher:
    """One run of the whole system on one machine."""

    local: Path
    """Folder of everything that is written."""
    port: str = "4000"
    file: str | None = None
    """The picture to upload; the sample that deploy.sample draws if there is none."""
    once: bool = False
    """End after the week is shown."""
    upload: bool = True
    make_services: MakeServices = the_four
    policy: Policy = field(default_factory=Policy)
    console: Console = field(default_factory=lambda: Console(highlight=False))

    async def run(self) -> int:
        """Run until a signal comes; returns the exit status."""
        self._stop_on_signals()
        try:
            async with AsyncExitStack() as stack:
                return await self._run(stack)
        except StopError as stop:
            self.tell(str(stop), style="bold red")
            return 1
        except asyncio.CancelledError:
            self.tell("Stopped.")
            return 0
        except OSError as error:
            self.tell(explain_os_error(error, self.local), style="bold red")
            return 1

    def tell(self, text: str, style: str | None = None) -> None:
        """A line in the terminal, which may have been closed meanwhile."""
        with contextlib.suppress(OSError):
            self.console.print(text, style=style, markup=False, soft_wrap=True)

    def _stop_on_signals(self) -> None:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        asked = False

        def stop(number: int) -> None:
            nonlocal asked
            if asked or task is None:
                # Asked again while it stops: at once. The children die with this process.
                os._exit(130)
            asked = True
            if number == signal.SIGHUP:  # the terminal is gone: writing to it fails
                self.console.file = io.StringIO()
            elif number == signal.SIGINT:
                self.tell("\nStopping ...")
            task.cancel()

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, stop, number)

    async def _run(self, stack: AsyncExitStack) -> int:
        begun = time.monotonic()
        try:
            port = check_port(self.port)
        except StopError:
            if self.local.is_dir():
                # It may be this checkout's own launcher that has the port; then another port is no cure.
                os.close(take_launcher_lock(self.local))
            raise
        check_folder(self.local)
        stack.callback(os.close, take_launcher_lock(self.local))
        picture = self._picture() if self.upload else None
        self.tell("Starting ...")
        servers = Servers(self.local)
        stack.push_async_callback(servers.stop)
        await servers.start()
        services = self.make_services(port, self.local, servers.env)
        supervisor = Supervisor(services, self.local / "logs", self.tell, self.policy)
        stack.push_async_callback(supervisor.stop)
        supervisor.start()
        for server in servers.running:
            supervisor.also(servers.keep(server, self.tell))
        await supervisor.beside(supervisor.ready(READY_SECONDS))
        base = gateway_url(port)
        self.tell(f"All services are ready after {time.monotonic() - begun:.1f} s.")
        status = 0
        if picture:
            status = await supervisor.beside(self._read(base, picture))
        if self.once:
            return status
        self._say_where(port, servers)
        await supervisor.beside(asyncio.Event().wait())
        return status

    def _picture(self) -> Path:
        if self.file:
            return check_picture(self.file)
        from deploy.sample import draw

        sample = self.local / "sample.png"
        if not sample.exists():
            draft = sample.with_name("sample.draft.png")
            draw(draft)
            draft.replace(sample)
        return sample

    async def _read(self, base: str, picture: Path) -> int:
        """Upload `picture` and show its weeks; returns the exit status."""
        begun = time.monotonic()
        try:
            # Where the gateway asks for a key, the first one it knows.
            key = os.environ.get("API_KEYS", "").partition(",")[0].partition(":")[2].strip()
            async with asyncio.timeout(_READ_SECONDS), AsyncClient(base, key or None) as client:
                self.tell(f"Uploading {picture.name}:")
                document_id = await client.upload(picture)
                with progress_for([picture], self.console) as shown:
                    final = await watched(client, document_id, picture, shown)
                ids = final.result.timetable_ids if final.result else []
                files = [await client.export(id_, "json") for id_ in ids or [document_id]]
        except TimeoutError:
            self.tell(f"{picture.name}: it was not read in {_READ_SECONDS // 60} minutes.", style="bold red")
            return 1
        except TimeliftError as error:
            self.tell(f"{picture.name}: {error}", style="bold red")
            return 1
        timetables = [msgspec.json.decode(file.data, type=Timetable) for file in files]
        seconds = time.monotonic() - begun
        with contextlib.suppress(OSError):
            for timetable in timetables:
                week.show(timetable, self.console)
        count = sum(len(timetable.timeblocks) for timetable in timetables)
        self.tell(f"{count} time blocks, {seconds:.1f} s from upload to week.")
        return 0

    def _say_where(self, port: int, servers: Servers) -> None:
        self.tell("")
        self.tell(f"  Page      http://localhost:{port}", style="bold green")
        for server in servers.running:
            self.tell(f"  {server.name:<9} {server.connect_line}")
        self.tell(f"  Logs      {self.local / 'logs'}")
        self.tell("  Ctrl-C ends everything.")


def main() -> int:
    """Read the command line and the environment, and run."""
    import argparse

    parser = argparse.ArgumentParser(
        prog="python -m deploy.launch", description="Run Timelift on this machine. PORT sets the page's port."
    )
    parser.add_argument("file", nargs="?", help="picture or PDF to read instead of the sample")
    parser.add_argument("--once", action="store_true", help="end when the week is shown; status 1 if it failed")
    parser.add_argument("--folder", type=Path, default=Path(".local"), help="holds everything that is written")
    parser.add_argument("--no-upload", action="store_true", help="only serve")
    options = parser.parse_args()
    launcher = Launcher(
        local=options.folder.absolute(),
        port=os.environ.get("PORT") or "4000",
        file=options.file or None,
        once=options.once,
        upload=not options.no_upload,
    )
    return asyncio.run(launcher.run())
