"""Provide songs made in the past, and /library as people see it."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

from songbot.app import create_app
from songbot.songs.models import ReplyTarget, Result, Song
from songbot.songs.orders import Accepted, Order
from tests.support.songs import RESULT

from .environment import BotEnvironment

_keys = itertools.count(1)


async def a_song(
    bot_env: BotEnvironment,
    who: Any,
    title: str = "Midnight Grid",
    *,
    prompt: str = "rain",
    result: Result = RESULT,
    delivered: bool = True,
    **changes: Any,
) -> Song:
    """Store a song made some time ago in the server, with its card in the general channel."""
    songs, worker_id, now = bot_env.database.songs, bot_env.app.worker.worker_id, bot_env.env.now()
    plain = Order(
        idempotency_key=f"made-{next(_keys)}",
        user_id=who.id,
        prompt=prompt,
        private=False,
        reply=ReplyTarget(bot_env.channel.id),
        guild_id=bot_env.guild.id,
        quota_guild_id=bot_env.guild.id,
    )
    outcome = await songs.create(replace(plain, **changes), now)
    assert isinstance(outcome, Accepted), outcome
    [song] = await songs.admit(worker_id, 1000, 1000, now)
    await songs.mark_submitted(song, f"job-{song.id}")
    await songs.mark_completed(song, worker_id, replace(result, title=title), now)
    if delivered:
        await songs.mark_delivered(song, worker_id, song.reply, now)
    else:
        await songs.mark_undeliverable(song, worker_id, now)
    song = await songs.get(song.id)
    assert song is not None
    return song


async def restart(bot_env: BotEnvironment) -> None:
    """Replace the process by one with the same database and an empty memory."""
    await bot_env.app.stop()
    bot_env.app = await create_app(bot_env.app.dependencies)
    await bot_env.env.restart_bot(bot_env.app.bot)


def titles(message: Any) -> list[str]:
    """Return the titles on the page, and check the numbers before them."""
    numbered = [field.name.split(". ", 1) for field in message.embeds[0].fields]
    assert [number for number, _ in numbered] == [str(number) for number in range(1, len(numbered) + 1)]
    return [title for _, title in numbered]


def text_of(message: Any) -> str:
    embeds = [embed.description or "" for embed in message.embeds]
    return "\n".join([message.content, *embeds])


def button(message: Any, label: str) -> dict[str, Any]:
    found = [part for row in message.components for part in row["components"] if part.get("label") == label]
    assert len(found) == 1, found
    return found[0]


async def library(bot_env: BotEnvironment, who: Any, **options: Any) -> Any:
    """Return what only the person sees."""
    result = await who.slash(bot_env.channel, "library", **options)
    assert result.ephemeral
    return result.response or result.followups[0]
