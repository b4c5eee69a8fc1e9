"""Order a song by /song, and wait for what comes of it."""

from __future__ import annotations

from typing import Any

from .answers import is_answer
from .discord_server import InteractionRecord, StoredMessage
from .process import Stage


async def order(stage: Stage, prompt: str, **options: Any) -> InteractionRecord:
    return await stage.discord.slash(stage.ann, stage.channel, "song", prompt=prompt, **options)


async def answer_to(song: InteractionRecord) -> StoredMessage:
    return await song.message_matching(is_answer, timeout=25)
