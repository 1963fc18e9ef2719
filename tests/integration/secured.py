"""Redis servers and sentinels that speak TLS alone, with certificates made for the test."""

import asyncio
import signal
import subprocess
from pathlib import Path
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from deploy.embedded.process import end, free_port, spawn
from tests.integration.redis_server import redis_binary
from tests.waiting import PATIENCE, until


class Authority:
    """A certificate authority with one certificate for 127.0.0.1, good for servers and clients.

    Args:
        folder: where the files are written.
    """

    def __init__(self, folder: Path) -> None:
        self.ca, self.certificate, self.key = folder / "ca.crt", folder / "own.crt", folder / "own.key"
        names = folder / "names"
        names.write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\n")
        new = ["openssl", "req", "-newkey", "rsa:2048", "-nodes", "-batch"]
        signing = str(folder / "ca.key")
        self._run(*new, "-x509", "-days", "1", "-subj", "/CN=test", "-keyout", signing, "-out", str(self.ca))
        request = folder / "own.csr"
        self._run(*new, "-subj", "/CN=127.0.0.1", "-keyout", str(self.key), "-out", str(request))
        signer = ["-CA", str(self.ca), "-CAkey", signing, "-CAcreateserial", "-extfile", str(names)]
        self._run("openssl", "x509", "-req", "-days", "1", "-in", str(request), *signer, "-out", str(self.certificate))

    @staticmethod
    def _run(*command: str) -> None:
        subprocess.run(command, check=True, capture_output=True)

    @property
    def options(self) -> dict[str, Any]:
        """For a client."""
        return {
            "ssl": True,
            "ssl_ca_certs": str(self.ca),
            "ssl_certfile": str(self.certificate),
            "ssl_keyfile": str(self.key),
        }


class SecuredServers:
    """Args:
    folder: for what the servers write.
    authority: of their certificates.
    """

    def __init__(self, folder: Path, authority: Authority) -> None:
        self._folder = folder
        self._authority = authority
        self._running: list[subprocess.Popen[bytes]] = []

    async def start(self, config: str, *options: str, password: str | None = None) -> int:
        """A server that speaks TLS alone and demands a client certificate; returns its port."""
        port, files = free_port(), self._authority
        lines = (
            f"port 0\ntls-port {port}\nbind 127.0.0.1\ntls-replication yes\ntls-auth-clients yes\nsave ''\n"
            f"tls-ca-cert-file {files.ca}\ntls-cert-file {files.certificate}\ntls-key-file {files.key}\n"
        )
        folder = self._folder / str(port)
        folder.mkdir()
        (folder / "server.conf").write_text(f"{lines}dir {folder}\n{config}")
        await self._spawn(folder, str(folder / "server.conf"), *options)
        await self._until_up(Redis(port=port, password=password, **self._authority.options))
        return port

    async def start_plain(self, port: int, *options: str, user: str, password: str) -> None:
        """A server without TLS."""
        folder = self._folder / str(port)
        folder.mkdir()
        await self._spawn(
            folder, "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder), "--save", "", *options
        )
        await self._until_up(Redis(port=port, username=user, password=password))

    async def _spawn(self, folder: Path, *arguments: str) -> None:
        with (folder / "log").open("ab") as log:
            command = [str(redis_binary()), *arguments]
            self._running.append(spawn(command, log=log, cwd=folder, death=signal.SIGKILL))

    async def _until_up(self, client: Any) -> None:
        async def up() -> bool:
            try:
                await client.ping()
            except RedisError as error:
                return "AUTH" in str(error).upper()
            return True

        await until(up)
        await client.aclose()

    async def stop(self) -> None:
        await asyncio.gather(*(end(each, signal.SIGTERM, PATIENCE) for each in self._running))
