"""Run PgBouncer in transaction mode in front of the tests' PostgreSQL, on a Unix socket in a temporary
folder."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.storage.postgres import PostgresServer
from tests.support.hang_guard import HANG_GUARD

PORT = 6432
SERVER_SESSIONS = 3
"""Fewer than the connections of one bot, so that transactions do change sessions."""


class NoPgBouncer(Exception):
    """PgBouncer is not installed here, or does not start."""


@contextmanager
def pgbouncer(server: PostgresServer) -> Iterator[Path]:
    """Start PgBouncer for all databases of `server`, and yield the folder of its socket. May raise
    NoPgBouncer."""
    program = shutil.which("pgbouncer", path="/usr/sbin:/usr/bin:/usr/local/bin")
    if program is None:
        raise NoPgBouncer("the program pgbouncer is not installed")
    folder = Path(tempfile.mkdtemp(prefix="songs-pgbouncer-"))
    try:
        yield from _running(program, folder, server)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _running(program: str, folder: Path, server: PostgresServer) -> Iterator[Path]:
    settings = folder / "pgbouncer.ini"
    settings.write_text(
        f"[databases]\n* = host={server.folder} user=postgres\n[pgbouncer]\n"
        f"listen_addr =\nlisten_port = {PORT}\nunix_socket_dir = {folder}\nauth_type = any\n"
        f"pool_mode = transaction\ndefault_pool_size = {SERVER_SESSIONS}\nlogfile = {folder}/log\n"
    )
    folder.chmod(0o777)
    account = {key: value for key, value in server.account.items() if key != "extra_groups"}
    with subprocess.Popen(
        [program, "-q", settings], cwd=folder, stderr=subprocess.DEVNULL, **account
    ) as process:
        try:
            _wait_for_socket(folder, process)
            yield folder
        finally:
            process.terminate()


def _wait_for_socket(folder: Path, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + HANG_GUARD
    while not (folder / f".s.PGSQL.{PORT}").exists():
        if process.poll() is not None or time.monotonic() > deadline:
            raise NoPgBouncer((folder / "log").read_text()[-500:] if (folder / "log").exists() else "no log")
        time.sleep(0.02)
