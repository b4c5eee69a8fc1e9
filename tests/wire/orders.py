"""Order a song by /song, let it grow old, and wait for what comes of it."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from typing import Any

from .answers import is_answer
from .discord_server import InteractionRecord, StoredMessage
from .process import Stage


async def order(stage: Stage, prompt: str, **options: Any) -> InteractionRecord:
    return await stage.discord.slash(stage.ann, stage.channel, "song", prompt=prompt, **options)


async def answer_to(song: InteractionRecord) -> StoredMessage:
    return await song.message_matching(is_answer, timeout=25)


def age(stage: Stage, *, created_minutes_ago: float, token_seconds_left: float) -> None:
    """What time does to the database."""
    now = time.time()
    with closing(sqlite3.connect(stage.folder / "songs.db")) as database:
        database.execute(
            "UPDATE songs SET token_expires_at = ?, created_at = ?",
            (int((now + token_seconds_left) * 1e6), int((now - created_minutes_ago * 60) * 1e6)),
        )
        database.commit()
