"""Registering the commands with Discord whenever it has others, and knowing their ids for mentions."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from typing import Any, Protocol

import discord
from discord import app_commands

from songbot.discord_errors import DISCORD_ERRORS, describe

log = logging.getLogger(__name__)
KEY = "commands"
LOOKUP_TIMEOUT = 10.0


class KeyValueStore(Protocol):
    """Single values that outlive the process. Either method may raise StoreUnavailable."""

    async def get(self, key: str) -> str | None: ...
    async def set(self, key: str, value: str | None) -> None: ...


def commands_hash(tree: app_commands.CommandTree[Any], application_id: int) -> str:
    """Return a hash that changes with anything that Discord is told of the commands."""
    described = [command.to_dict(tree) for command in tree.get_commands()]
    text = json.dumps([application_id, described], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


async def sync_commands(
    client: discord.Client, tree: app_commands.CommandTree[Any], state: KeyValueStore
) -> dict[str, int]:
    """Register the commands unless Discord has them as they were last registered; return their ids by name.

    Anything with the bot's token may overwrite them, and no event says so. Discord gives a command another
    version with each change (Discord, "Application Command Object"), so comparing those takes one GET.

    Raises:
        discord.HTTPException: Discord does not take them.
    """
    application_id = client.application_id or 0
    current = commands_hash(tree, application_id)
    known = json.loads(await state.get(KEY) or "{}")
    if known.get("hash") == current and await _unchanged(client, application_id, known.get("versions")):
        return known["ids"]
    ids = {command.name: command.id for command in await tree.sync()}
    versions = await _versions(client, application_id)
    await state.set(KEY, json.dumps({"hash": current, "ids": ids, "versions": versions}))
    log.info("registered %d commands with Discord", len(ids))
    return ids


async def _unchanged(client: discord.Client, application_id: int, versions: dict[str, str] | None) -> bool:
    """Return whether Discord has the commands of those versions; while it does not say, it is believed so."""
    if versions is None:
        return False
    found = await _versions(client, application_id)
    return found is None or found == versions


async def _versions(client: discord.Client, application_id: int) -> dict[str, str] | None:
    """Return the version of each registered command by its id; None if Discord does not say."""
    try:
        async with asyncio.timeout(LOOKUP_TIMEOUT):
            found = await client.http.get_global_commands(application_id)
    except DISCORD_ERRORS as error:
        log.warning("the registered commands could not be looked up: %s", describe(error))
        return None
    return {str(command["id"]): str(command["version"]) for command in found}
