"""Starts what the images start, from their root file systems, and brings a document through: of make images.

    unshare --mount --net python -m deploy.images.trial FOLDER < images.json

images.json tells of each target its root file system and its configuration. In a network of its own nothing can be
fetched, and the images' own ports are free. Postgres and Valkey are those of make run.
"""

import asyncio
import json
import os
import socket
import ssl
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from timelift_client import AsyncClient

from deploy.embedded import free_port
from deploy.launch.checks import StopError
from deploy.launch.launcher import READY_SECONDS
from deploy.launch.supervisor import Service, Supervisor
from deploy.launch.system import Servers, the_four
from deploy.sample import draw

ENTER = Path(__file__).with_name("enter.py")
PAGE, API = "http://127.0.0.1:3000", "http://127.0.0.1:4000"
"""What `web` serves."""
TLS_PORT = 8443
READ_SECONDS = 600.0


@dataclass(frozen=True)
class Image:
    """A built image, unpacked."""

    root: Path
    config: dict[str, Any]
    """Its ``Env``, ``Cmd``, ``User``, ``WorkingDir`` and ``Healthcheck``."""

    @property
    def env(self) -> dict[str, str]:
        return dict(each.split("=", 1) for each in self.config["Env"])

    @property
    def health(self) -> list[str]:
        """The command that tells whether it is well."""
        kind, *command = self.config["Healthcheck"]["Test"]
        if kind != "CMD":
            raise ValueError(f"{kind} would need a shell")
        return [str(word) for word in command]

    def command(self, words: list[str], env: dict[str, str], blobs: Path | None) -> list[str]:
        """`words`, run in the image as its user."""
        user, _, _ = str(self.config["User"]).partition(":")
        python = [sys.executable, "-I", "-S", str(ENTER), "--root", str(self.root), "--user", user]
        folder = ["--folder", self.config["WorkingDir"] or "/"]
        bind = ["--bind", f"{blobs}:/data/blobs"] if blobs else []
        # As engines do for a user who is not in /etc/passwd.
        variables = [f"{name}={value}" for name, value in ({"HOME": "/"} | self.env | env).items()]
        return ["unshare", "--mount", *python, *folder, *bind, *variables, "--", *words]


def services(images: dict[str, Image], local: Path, servers: dict[str, str]) -> list[Service]:
    """The four and `web`, as make run would start the four, with what the images set left as it is."""
    blobs = local / "blobs"
    blobs.mkdir(mode=0o750)
    os.chown(blobs, 10001, 10001)
    port = free_port()
    made = []
    for each in the_four(port, local, servers):
        image = images[each.name]
        given = {key: value for key, value in each.env.items() if key not in ("BLOB_URL", "HOST", "SERVICE_HOST")}
        # As compose.yaml has it: who may come is the business of what stands before the gateway.
        given |= {"ALLOW_OPEN": "1", "ALLOWED_HOSTS": "127.0.0.1"} if each.name == "gateway" else {}
        command = image.command(list(image.config["Cmd"]), given, blobs)
        made.append(Service(each.name, command, given, each.ready_url))
    given = {"GATEWAY_NAME": "127.0.0.1", "GATEWAY_PORT": str(port)}
    # As the profile tls starts it: all that the other file has, and https with a certificate of Caddy's own.
    words = [word + ".tls" if word.endswith("/Caddyfile") else word for word in images["web"].config["Cmd"]]
    command = images["web"].command(words, given | {"DOMAIN": "localhost"}, None)
    return [*made, Service("web", command, given, f"{PAGE}/livez")]


async def try_out(images: dict[str, Image], running: list[Service], local: Path) -> str:
    """Ask each whether it is well, and bring a document through; returns what came of it. Raises `StopError`."""
    for each in running:
        image = images[each.name]
        check = image.command(image.health, each.env, None)
        process = await asyncio.create_subprocess_exec(*check)
        if await process.wait():
            raise StopError(f"{each.name}: its health check fails while it is ready.")
    picture = local / "sample.png"
    draw(picture)
    async with asyncio.timeout(READ_SECONDS), AsyncClient(API) as client:
        document_id = await client.upload(picture)
        await client.wait(document_id)
        week = await client.timetable(document_id)
    async with aiohttp.ClientSession() as session:
        async with session.get(PAGE) as answer:
            page = await answer.text()
        script = page.partition('src="')[2].partition('"')[0]
        async with session.get(f"{PAGE}{script}") as answer:
            if not script or answer.status != 200:
                raise StopError(f"web has no script {script!r} of the page.")
    if (spoken := await asyncio.to_thread(protocol)) != "h2":
        raise StopError(f"web speaks {spoken} over TLS, not HTTP/2.")
    return f"{len(week.timeblocks)} time blocks of the sample, through all five, read-only and as user 10001"


def protocol() -> str | None:
    """What `web` speaks over TLS to who can speak HTTP/2."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # of an authority that nobody knows
    context.set_alpn_protocols(["h2", "http/1.1"])
    with (
        socket.create_connection(("127.0.0.1", TLS_PORT), timeout=10) as raw,
        context.wrap_socket(raw, server_hostname="localhost") as spoken,
    ):
        return spoken.selected_alpn_protocol()


async def trial(images: dict[str, Image], local: Path) -> str:
    """Start all, try them, and end them again."""
    servers = Servers(local)
    supervisor = None
    try:
        await servers.start()
        running = services(images, local, servers.env)
        supervisor = Supervisor(running, local / "logs", print)
        supervisor.start()
        await supervisor.beside(supervisor.ready(READY_SECONDS))
        return await supervisor.beside(try_out(images, running, local))
    finally:
        if supervisor:
            await supervisor.stop()
        await servers.stop()


def main() -> int:
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    told = json.load(sys.stdin)
    images = {name: Image(Path(each["root"]), each["config"]) for name, each in told.items()}
    try:
        print(asyncio.run(trial(images, Path(sys.argv[1]))))
    except StopError as stop:
        print(stop, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
