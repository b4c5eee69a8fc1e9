"""Make songs, and look at them by /library."""

from __future__ import annotations

from .answers import is_answer
from .discord_server import Channel, StoredMessage, User
from .process import Stage


async def make_song(stage: Stage, person: User, channel: Channel, prompt: str, **how: bool) -> StoredMessage:
    record = await stage.discord.slash(person, channel, "song", prompt=prompt, **how)
    await record.acknowledged(timeout=10)
    return await record.message_matching(is_answer, timeout=30)


async def open_library(stage: Stage, person: User, channel: Channel, **options: object) -> StoredMessage:
    record = await stage.discord.slash(person, channel, "library", **options)
    return await record.message_matching(lambda message: message.embeds, timeout=10)


async def songs_listed(stage: Stage, person: User, channel: Channel, **options: object) -> int:
    """Return how many songs the person is shown."""
    return (await open_library(stage, person, channel, **options)).text.count("BPM")
