"""The database is locked, full, read-only, broken or too new: people are told, nothing is half-written."""

from __future__ import annotations

import resource
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.hang_guard import HANG_GUARD

from .answers import composing, end_jobs, is_answer
from .discord_server import InteractionRecord
from .patched_bot import start_altered, start_altered_ready
from .process import BotProcess, Stage

NO_FILES = {"ATTACH_AUDIO": "false"}
CANNOT_WRITE = "can't write to the database"
TOLD = "I can't reach my database right now"
QUICK_LOCK = """
from songbot.storage.connectors import sqlite
sqlite.PRAGMAS = ("PRAGMA busy_timeout = 300", *sqlite.PRAGMAS[1:])
"""
"""Waits a third of a second for SQLite's lock instead of five seconds."""
needs_prlimit = pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="prlimit is Linux's")
READ_ONLY = """
from songbot.storage.connectors import sqlite
sqlite.PRAGMAS = (*sqlite.PRAGMAS, "PRAGMA query_only = ON")
"""


def database_of(stage: Stage) -> Path:
    return stage.folder / "songs.db"


def songs_in(stage: Stage) -> list[tuple[str, str]]:
    """Return the state and delivery of every row."""
    with closing(sqlite3.connect(database_of(stage))) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return connection.execute("SELECT state, delivery FROM songs ORDER BY id").fetchall()


async def all_written(stage: Stage, count: int) -> None:
    """Wait until there are `count` songs, all completed and delivered, and no others: refused ones leave no
    row."""
    wanted = [("completed", "delivered")] * count
    await stage.discord.wait_until(lambda: songs_in(stage) == wanted, 5, f"{count} delivered songs")


async def end_jobs_and_wait_for_writes(stage: Stage, bot: BotProcess) -> None:
    """Wait until the bot has learned of the end of each job, and has failed to write as many down."""
    before = bot.log.count(CANNOT_WRITE)
    end_jobs(stage)
    jobs = stage.whisul.jobs.values()
    await stage.discord.wait_until(lambda: all(job.polls[-1:] > [job.finishes] for job in jobs))
    await stage.discord.wait_until(lambda: bot.log.count(CANNOT_WRITE) >= before + len(jobs))


async def order(stage: Stage, prompt: str) -> InteractionRecord:
    return await stage.discord.slash(stage.ann, stage.channel, "song", prompt=prompt)


async def gets_its_card(song: InteractionRecord) -> None:
    await song.message_matching(is_answer, timeout=25)


async def is_told(song: InteractionRecord) -> None:
    """Wait until the person is told privately and the progress message is deleted."""
    told = await song.message_matching(TOLD, timeout=10)
    assert told.ephemeral
    await song.changes.wait_until(lambda: song.message is not None and song.message.deleted, 5)


async def test_a_locked_database_refuses_orders_delays_songs_and_loses_none(stage: Stage):
    bot = await start_altered_ready(stage, QUICK_LOCK, **NO_FILES)
    under_way = [await order(stage, f"[never] rain {number}") for number in range(3)]
    await composing(stage, 3)
    with closing(sqlite3.connect(database_of(stage), isolation_level=None, timeout=HANG_GUARD)) as other:
        other.execute("BEGIN IMMEDIATE")
        unlucky = await order(stage, "while it is locked")
        await is_told(unlucky)
        await end_jobs_and_wait_for_writes(stage, bot)
        assert not any(song.message and is_answer(song.message) for song in under_way)
        other.execute("ROLLBACK")
    for song in under_way:
        await gets_its_card(song)
    await gets_its_card(await order(stage, "after it"))
    assert [post.prompt for post in stage.whisul.posts].count("while it is locked") == 0
    assert len(stage.whisul.posts) == 4
    await all_written(stage, 4)
    assert bot.process.returncode is None


def fill_the_disk(stage: Stage, bot: BotProcess) -> None:
    """Limit the size of the process's files to the current size of SQLite's log, as if the disk were full."""
    limit_files(bot, database_of(stage).with_name("songs.db-wal").stat().st_size)


def limit_files(bot: BotProcess, size: int) -> None:
    resource.prlimit(bot.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


@needs_prlimit
async def test_a_full_disk_refuses_orders_and_songs_arrive_once_there_is_room(stage: Stage):
    bot = await stage.start_ready(**NO_FILES)
    under_way = [await order(stage, f"[never] rain {number}") for number in range(3)]
    await composing(stage, 3)
    fill_the_disk(stage, bot)
    refused = [await order(stage, f"no room {number}") for number in range(3)]
    for song in refused:
        await is_told(song)
    await end_jobs_and_wait_for_writes(stage, bot)
    assert not any(song.message and is_answer(song.message) for song in under_way)
    limit_files(bot, resource.RLIM_INFINITY)
    for song in under_way:
        await gets_its_card(song)
    await gets_its_card(await order(stage, "after it"))
    assert len(stage.whisul.posts) == 4
    await all_written(stage, 4)
    assert bot.process.returncode is None


async def ends_with_a_clear_line(bot: BotProcess, *words: str) -> None:
    assert await bot.ends() == 1
    assert "Traceback" not in bot.log
    last = bot.log.splitlines()[-1]
    assert "the database can't be used" in last
    for word in words:
        assert word in last


async def made_and_stopped(stage: Stage) -> None:
    """Create a migrated database that no process uses."""
    bot = await stage.start_ready(**NO_FILES)
    await gets_its_card(await order(stage, "rain"))
    assert await bot.terminate() == 0


@pytest.mark.slow
async def test_a_database_that_can_not_be_used_ends_the_start_in_one_clear_line(stage: Stage):
    await made_and_stopped(stage)
    await ends_with_a_clear_line(await start_altered(stage, READ_ONLY), "readonly")
    with closing(sqlite3.connect(database_of(stage))) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    before = songs_in(stage)
    await ends_with_a_clear_line(await stage.start(), "revision 9999", "start the newer version")
    assert songs_in(stage) == before
    database_of(stage).write_bytes(b"no database " * 1000)
    await ends_with_a_clear_line(await stage.start(), "not a database")
    database_of(stage).unlink()
    database_of(stage).mkdir()
    await ends_with_a_clear_line(await stage.start(), "unable to open")
    await ends_with_a_clear_line(
        await stage.start(DATABASE_URL="postgresql://bot:hunter2@127.0.0.1:9/songs"), "can't be reached"
    )
    assert not any("hunter2" in bot.log for bot in stage.bots)


@needs_prlimit
async def test_a_song_that_ends_on_a_full_disk_is_delivered_after_a_stop_and_a_start(stage: Stage):
    bot = await stage.start_ready(**NO_FILES)
    song = await order(stage, "[never] rain")
    await composing(stage, 1)
    fill_the_disk(stage, bot)
    await is_told(await order(stage, "meanwhile"))
    await end_jobs_and_wait_for_writes(stage, bot)
    assert await bot.terminate() == 0
    await stage.start_ready(**NO_FILES)
    await gets_its_card(song)
    assert len(stage.whisul.posts) == 1
    await all_written(stage, 1)
