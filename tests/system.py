"""The four services as real processes, for tests that go all the way."""

import asyncio
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp

from deploy.embedded.process import end, free_port, spawn
from tests.waiting import PATIENCE

ROOT = Path(__file__).parents[1]
WORKERS = ("compressor", "ocr", "extractor")


class System:
    """Args:
    folder: for blobs, model cache and logs.
    env: settings on top of the defaults.
    """

    def __init__(self, folder: Path, redis_url: str, database_url: str, **env: str) -> None:
        self.folder = folder
        self.blobs = folder / "blobs"
        self.redis_url = redis_url
        self.database_url = database_url
        self.ports = {name: free_port() for name in ("gateway", *WORKERS)}
        self.base_url = f"http://127.0.0.1:{self.ports['gateway']}"
        self.metrics_port = free_port()
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self._env = env

    async def start(self) -> None:
        """Start all services and wait until each is ready."""
        for name in self.ports:
            self.spawn(name)
        await asyncio.gather(*(self.ready(name) for name in self.ports))

    def spawn(self, name: str, service: str | None = None) -> None:
        """Start one service's process; `name` tells two of the same `service` apart."""
        port = str(self.ports.setdefault(name, free_port()))
        env = os.environ | {
            "REDIS_URL": self.redis_url_of(service or name),
            "DATABASE_URL": self.database_url_of(service or name),
            "BLOB_URL": f"file://{self.blobs}",
            "LOG_FORMAT": "json",
            "CONSUMER_NAME": f"{name}-1",
            "PORT": port,
            # A second gateway takes a free one.
            "METRICS_PORT": str(self.metrics_port if name == "gateway" else 0),
            "SERVICE_PORT": port,
            **{f"{worker.upper()}_URL": f"http://127.0.0.1:{self.ports[worker]}" for worker in WORKERS},
            **self._env,
        }
        with self.log(name).open("ab") as log:
            self.processes[name] = spawn(
                self.command_of(service or name), log=log, cwd=ROOT, death=signal.SIGKILL, env=env
            )

    def command_of(self, service: str) -> list[str]:
        """What starts a service."""
        return [sys.executable, "-m", f"services.{service}"]

    def redis_url_of(self, service: str) -> str:
        """The server as a service is told of it."""
        return self.redis_url

    def database_url_of(self, service: str) -> str:
        """The database as a service is told of it."""
        return self.database_url

    @property
    def metrics_url(self) -> str:
        """Where the gateway tells its figures."""
        return f"http://127.0.0.1:{self.metrics_port}/metrics"

    def log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    async def ready(self, name: str) -> None:
        """Wait until a service answers that it is ready; a service that ended instead is an error with its log."""
        deadline = time.monotonic() + PATIENCE
        url = f"http://127.0.0.1:{self.ports[name]}/readyz"
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PATIENCE)) as session:
            while True:
                try:
                    async with session.get(url) as answer:
                        if answer.status == 200:
                            return
                except aiohttp.ClientError:
                    pass
                if self.processes[name].poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"{name} is not ready:\n{self.log(name).read_text()[-4000:]}")
                await asyncio.sleep(0.05)

    def hold(self, name: str) -> None:
        """Let a service stand still until `let_go`, so that it cannot be quicker than the test."""
        self.processes[name].send_signal(signal.SIGSTOP)

    def let_go(self, name: str) -> None:
        self.processes[name].send_signal(signal.SIGCONT)

    async def stop(self) -> None:
        """Stop all services in good order."""
        for name in self.processes:
            self.let_go(name)
        await asyncio.gather(*(end(each, signal.SIGTERM, PATIENCE) for each in self.processes.values()))


async def upload(
    session: aiohttp.ClientSession, base_url: str, data: bytes, name: str = "week.png", content_type: str = "image/png"
) -> str:
    """Upload a file; gives the document's id."""
    form = aiohttp.FormData(quote_fields=False)  # file names as browsers send them
    form.add_field("file", io.BytesIO(data), filename=name, content_type=content_type)
    async with session.post(f"{base_url}/api/v1/documents/upload", data=form) as answer:
        body = await answer.json(content_type=None)
        assert answer.status == 202, body
        return str(body["documentId"])


async def follow(
    session: aiohttp.ClientSession, base_url: str, document_id: str, last_event_id: str | None = None
) -> AsyncIterator[tuple[str | None, dict[str, Any]]]:
    """The event stream of a document as (id, data), until the server closes it."""
    async for event in listen(session, f"{base_url}/api/v1/events/{document_id}", last_event_id):
        yield event


async def listen(
    session: aiohttp.ClientSession, url: str, last_event_id: str | None = None
) -> AsyncGenerator[tuple[str | None, dict[str, Any]], None]:
    """Any event stream as (id, data), until the server closes it."""
    headers = {"Last-Event-ID": last_event_id} if last_event_id else {}
    async with session.get(url, headers=headers, timeout=aiohttp.ClientTimeout(total=PATIENCE)) as answer:
        if answer.status == 204:
            return
        assert answer.status == 200, await answer.text()
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        id_: str | None = None
        async for raw in answer.content:
            line = raw.decode().rstrip("\n")
            if line.startswith("id: "):
                id_ = line[4:]
            elif line.startswith("data: "):
                yield id_, json.loads(line[6:])
            elif not line:
                id_ = None


async def finish(session: aiohttp.ClientSession, base_url: str, document_id: str) -> list[dict[str, Any]]:
    """All events of a document up to its final one."""
    return [data async for _, data in follow(session, base_url, document_id)]
