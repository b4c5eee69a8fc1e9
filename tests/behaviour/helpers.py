"""Provide what several tests do: make a song, restart the bot, inspect messages."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import discord
from simcord.backend.serializers import message_payload
from simcord.enums import ComponentType, InteractionType
from simcord.interactions import base_payload
from simcord.results import InteractionResult

from songbot.app import create_app
from songbot.ops.metrics import PrometheusTelemetry
from songbot.songs.models import Song

from .environment import BotEnvironment


async def make_song(bot_env: BotEnvironment, person: Any = None, **options: Any) -> discord.Message:
    """Use /song in the channel, wait for the card, and return it."""
    result = await (person or bot_env.ann).slash(
        bot_env.channel, "song", **{"prompt": "a trap song"} | options
    )
    await bot_env.wait(80)
    return result.response.message


async def wait_long(bot_env: BotEnvironment, seconds: float) -> None:
    """Do the same as `bot_env.wait`, in parts, each with its own limit on the wall clock."""
    while seconds > 0:
        await bot_env.wait(min(200.0, seconds))
        seconds -= 200


async def restart(bot_env: BotEnvironment) -> None:
    """Replace the process: only the database is kept."""
    old = bot_env.app
    await old.stop()
    dependencies = replace(old.dependencies, provider=bot_env.whisul, telemetry=PrometheusTelemetry())
    bot_env.app = await create_app(dependencies)
    await bot_env.env.restart_bot(bot_env.app.bot)


async def all_songs(bot_env: BotEnvironment) -> list[Song]:
    """Return all songs, oldest first."""
    found: list[Song] = []
    while (song := await bot_env.database.songs.get(len(found) + 1)) is not None:
        found.append(song)
    return found


def now(channel: Any, message: Any, viewer: Any = None) -> discord.Message | None:
    """Return the current message, or None if it is gone or not visible to `viewer` (None stands for
    everybody)."""
    return next((other for other in channel.history(viewer=viewer) if other.id == message.id), None)


def text_of(message: Any) -> str:
    """Return all text of a message: its content, and its embeds' titles, descriptions and fields."""
    parts = [message.content]
    for embed in message.embeds:
        parts += [embed.title, embed.description, *(f"{field.name}: {field.value}" for field in embed.fields)]
    return "\n".join(part for part in parts if part)


def labels(message: Any) -> list[str | None]:
    """Return the labels of the message's buttons."""
    return [button["label"] for button in buttons_of(message)]


def buttons_of(message: Any) -> list[dict[str, Any]]:
    """Return the buttons of a message or of a response as Discord stores them."""
    rows = [row if isinstance(row, dict) else row.to_dict() for row in message.components]
    return [button for row in rows for button in row["components"]]


def private_answer(result: Any) -> str:
    """Return what only the person who pressed sees."""
    answers = [message for message in [result.response, *result.followups] if message and message.ephemeral]
    assert len(answers) == 1, f"told {len(answers)} times"
    return answers[0].content


async def press_at_once(
    bot_env: BotEnvironment, person: Any, message: Any, *custom_ids: str
) -> list[InteractionResult]:
    """Press several buttons so that the presses reach the bot together. The message need not have them."""
    backend, results = bot_env.env.backend, []
    guild = getattr(person, "guild", None)
    stored = next(m for m in backend.messages[message.channel.id].values() if m.id == message.id)
    for custom_id in custom_ids:
        record, payload = base_payload(
            backend,
            type=InteractionType.MESSAGE_COMPONENT,
            channel_id=message.channel.id,
            guild_id=guild.id if guild else None,
            user_id=person.id,
            data={"custom_id": custom_id, "component_type": ComponentType.BUTTON},
        )
        record.source_message_id = message.id
        backend.emit("INTERACTION_CREATE", payload | {"message": dict(message_payload(backend, stored))})
        results.append(InteractionResult(bot_env.env, record))
    bot_env.env._mark_mutation()
    await bot_env.env.settle()
    return results
