"""Find out what became of songs: in the database, and as people see it."""

from __future__ import annotations

import json
import sqlite3
import time
from contextlib import closing

from .discord_server import InteractionRecord, StoredMessage
from .process import Stage


def songs_in(stage: Stage) -> list[sqlite3.Row]:
    """Return the songs as the database has them, oldest first."""
    with closing(sqlite3.connect(f"file:{stage.folder / 'songs.db'}?mode=ro", uri=True)) as database:
        database.row_factory = sqlite3.Row
        return list(database.execute("SELECT * FROM songs ORDER BY id"))


def delivered(stage: Stage, count: int = 1) -> bool:
    """Return whether there are at least `count` songs, and all have been delivered."""
    query = "SELECT count(*), count(CASE WHEN delivery = 'delivered' THEN 1 END) FROM songs"
    with closing(sqlite3.connect(f"file:{stage.folder / 'songs.db'}?mode=ro", uri=True)) as database:
        songs, done = database.execute(query).fetchone()
    return count <= songs == done


async def composing(stage: Stage, count: int = 1) -> None:
    """Wait until there are `count` songs, all composing, and no others."""
    wanted = [("composing", "pending")] * count
    await stage.discord.wait_until(
        lambda: [(song["state"], song["delivery"]) for song in songs_in(stage)] == wanted,
        what=f"{count} songs composing",
    )


def end_jobs(stage: Stage) -> None:
    """Complete all jobs now, including those of prompts with "[never]".

    A test that does something while a song is composed orders "[never]" and ends it afterwards, so that it
    doesn't have to be quick.
    """
    for job in stage.whisul.jobs.values():
        job.seconds = min(job.seconds, time.time() - job.created)


def is_answer(message: StoredMessage) -> bool:
    """Return whether the message is a card or a failure.

    A song's message has an embed from the start, but only finished ones have one of these buttons.
    """
    buttons = json.dumps(message.payload["components"])
    return bool(message.embeds) and ("song:v1:take:" in buttons or "song:v1:retry:" in buttons)


def answers_in(stage: Stage, record: InteractionRecord) -> list[StoredMessage]:
    """Return the cards and failures that the person can see: in the channel, or in their direct messages."""
    channels = [record.channel, stage.discord.state.dm_channel(record.user)]
    seen = {
        message.id: message
        for channel in channels
        for message in stage.discord.message_store.in_channel(channel)
    }
    seen |= {message.id: message for message in record.messages}
    return [message for message in seen.values() if is_answer(message)]


def answers_in_any(stage: Stage) -> list[StoredMessage]:
    """Return all cards and failures, wherever they are."""
    return [message for message in stage.discord.message_store.by_id.values() if is_answer(message)]
