"""Provide /quota commands, orders and raw interactions, and what people read in the replies."""

from __future__ import annotations

from typing import Any

import simcord.interactions
from simcord.components import walk_components
from simcord.results import InteractionResult

from .environment import BotEnvironment

COMMAND, PRESS = 2, 3


async def quota(bot_env: BotEnvironment, command: str, /, **options: Any) -> str:
    """Return what max reads after a /quota command, which only he may see."""
    result = await bot_env.max.slash(bot_env.channel, f"quota {command}", **options)
    assert result.ephemeral
    return read(result)


def read(result: InteractionResult) -> str:
    """Return all text in the reply to an interaction, including embeds."""
    answers = [answer for answer in (result.response, *result.followups) if answer]
    return "\n".join(
        text
        for answer in answers
        for text in (answer.content, *map(words, answer.embeds), *_texts(answer.components))
    )


def _texts(components: Any) -> list[str]:
    """Yield the text of text displays (Discord, "Component Reference": type 10)."""
    return [part["content"] for part in walk_components(components) if part["type"] == 10]


def buttons_in(components: Any) -> list[dict[str, Any]]:
    return [part for part in walk_components(components) if part["type"] == 2]


def words(embed: Any) -> str:
    fields = [f"{field.name}: {field.value}" for field in embed.fields]
    return "\n".join([embed.title or "", embed.description or "", *fields])


async def ask(bot_env: BotEnvironment, actor: Any, prompt: str = "rain") -> str:
    """Return what a person reads after /song, or an empty string if the song is being made."""
    result = await actor.slash(bot_env.channel, "song", prompt=prompt)
    if result.response is not None:
        said = result.response.content
        return said if "You've used" in said else ""
    [refusal] = result.followups
    assert refusal.ephemeral
    return refusal.content


def send(
    bot_env: BotEnvironment, actor: Any, kind: int, data: dict[str, Any], **besides: Any
) -> InteractionResult:
    """Build an interaction as Discord would send it, whatever its client would allow."""
    record, payload = simcord.interactions.base_payload(
        bot_env.env.backend,
        type=kind,
        channel_id=bot_env.channel.id,
        guild_id=bot_env.guild.id,
        user_id=actor.id,
        data=data,
    )
    bot_env.env.backend.emit("INTERACTION_CREATE", payload | besides)
    return InteractionResult(bot_env.env, record)


def command(bot_env: BotEnvironment, *path: str, **options: Any) -> dict[str, Any]:
    """Build the data of a command. Options are (type, value)."""
    root = bot_env.env.backend.find_command(path[0], bot_env.guild.id, type=1)
    inner = [{"name": name, "type": kind, "value": value} for name, (kind, value) in options.items()]
    for name in reversed(path[1:]):
        inner = [{"name": name, "type": 1, "options": inner}]
    return {"id": root["id"], "name": root["name"], "type": 1, "options": inner}
