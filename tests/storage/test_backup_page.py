"""Follow docs/deploying.md's section on backups to the letter: read the commands from it, and run them."""

from __future__ import annotations

import asyncio
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from songbot.songs.models import Song
from songbot.storage import open_database
from tests.storage.builders import MAX, WORKER, completed, composing, fetched, placed
from tests.storage.postgres import PostgresServer
from tests.support.hang_guard import HANG_GUARD

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/deploying.md").read_text(encoding="utf-8").split("### Backups")[1]
BACKUPS, RESTORING = PAGE.split("### Restoring a backup")

# This replaces what needs root or systemd, and SQLite's shell, which may be missing here.
SHELL = f"""set -eu
sudo() {{ "$@"; }}
systemctl() {{ :; }}
date() {{ echo 2026-11-24; }}
sqlite3() {{ {shlex.quote(sys.executable)} -c \\
    'import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute(sys.argv[2]); c.commit()' "$@"; }}
"""


def test_a_sqlite_database_is_backed_up_and_restored(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    url = f"sqlite:///{tmp_path}/data/songs.db"
    environment = {"DATABASE_URL": "sqlite:///data/songs.db", "PYTHONPATH": str(ROOT)}

    def run(commands: str) -> None:
        commands = commands.replace("/opt/songbot", str(tmp_path)).replace(" -o songbot", "")
        commands = commands.replace("sudo -u songbot ", "sudo ")
        _run(commands.replace(".venv/bin/python", sys.executable), tmp_path, environment)

    kept = asyncio.run(_before(url, lambda: run(_block(BACKUPS, "songbot.storage.backup --to"))))
    run(_block(RESTORING, "data/replaced"))
    run(_line(RESTORING, "sqlite3"))
    assert asyncio.run(_after(url)) == (kept, None, 1235)
    assert (tmp_path / "data/replaced/songs.db").is_file()


def test_a_postgresql_database_is_dumped_and_restored(
    postgres: PostgresServer, postgres_url: str, tmp_path: Path
) -> None:
    environment = {
        "DATABASE_URL": postgres_url,
        "PYTHONPATH": str(ROOT),
        "PATH": f"{postgres.binaries}{os.pathsep}{os.environ['PATH']}",
    }
    back_up = _block(BACKUPS, "pg_dump").replace(".venv/bin/python", sys.executable)
    kept = asyncio.run(_before(postgres_url, lambda: _run(back_up, tmp_path, environment)))
    assert asyncio.run(_last_backup(postgres_url)) is not None
    restore = _block(RESTORING, "pg_restore").replace(".venv/bin/python", sys.executable)
    _run(restore, tmp_path, environment)
    _run(_line(RESTORING, "psql"), tmp_path, environment)
    assert asyncio.run(_after(postgres_url)) == (kept, None, 1235)


def test_docker_compose_is_given_the_same_options_where_it_backs_up_and_restores() -> None:
    """There may be no Docker here. The commands that it would run are tested above."""
    plain, compose = (_block(RESTORING, part) for part in ("pg_restore", "docker compose"))
    assert set(re.findall(r"--[a-z-]+", plain)) < set(re.findall(r"--[a-z-]+", compose))
    assert "--format=custom" in _block(BACKUPS, "docker compose exec -T database pg_dump")


def _block(text: str, part: str) -> str:
    """Return the first block of commands that contains `part`."""
    blocks = re.findall(r"(?:^    .*\n)+", text, re.MULTILINE)
    return next(block for block in blocks if part in block)


def _line(text: str, program: str) -> str:
    return next(line for line in text.splitlines() if line.strip().startswith(f"{program} "))


def _run(commands: str, folder: Path, environment: Mapping[str, str]) -> None:
    subprocess.run(
        ["bash", "-c", SHELL + commands],
        cwd=folder,
        env=os.environ | environment,
        check=True,
        capture_output=True,
        timeout=HANG_GUARD,
    )


async def _before(url: str, back_up: Callable[[], None]) -> Song:
    """Make two songs, a backup while the database is in use, and a third song.

    The lease in the backup has expired by the time anybody restores it.
    """
    async with open_database(url) as database:
        await database.migrate()
        song = await completed(database)
        await composing(database, MAX)
        await database.songs.unregister_worker(WORKER)
        await asyncio.to_thread(back_up)
        await placed(database)
        return song


async def _last_backup(url: str) -> datetime | None:
    async with open_database(url) as database:
        return await database.admin.last_backup()


async def _after(url: str) -> tuple[Song, Song | None, int]:
    """Return the first song, the third, and the ID of the next one."""
    async with open_database(url) as database:
        await database.migrate()
        found = await fetched(database, 1), await database.songs.get(3)
        return *found, (await placed(database)).id
