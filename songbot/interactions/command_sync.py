"""Register the commands with Discord when they have changed, and return their IDs for mentions."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from typing import Any, Protocol

import discord
from discord import app_commands

from songbot.discord_errors import DISCORD_ERRORS, describe
from songbot.wording.language import catalogs_digest

from .translator import CommandTranslator

log = logging.getLogger(__name__)
KEY = "commands"
LOOKUP_TIMEOUT = 10.0


class KeyValueStore(Protocol):
    """Stores single values that survive a restart. Both methods raise StoreUnavailable if the database
    can't be used."""

    async def get(self, key: str) -> str | None: ...
    async def set(self, key: str, value: str | None) -> None: ...


def commands_hash(tree: app_commands.CommandTree[Any], application_id: int, catalogs: str) -> str:
    """Return a hash of everything that is registered about the commands. `catalogs` is one of the
    translations."""
    return _hash([application_id, [command.to_dict(tree) for command in tree.get_commands()], catalogs])


def _hash(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()


async def sync_commands(
    client: discord.Client, tree: app_commands.CommandTree[Any], state: KeyValueStore
) -> dict[str, int]:
    """Register the commands unless Discord still has them as last registered. Return their IDs by name.

    Any program with the bot's token can overwrite them, and Discord sends no event for it. Discord does not
    return exactly what was sent, so its response is compared with the one after the last registration.

    Raise discord.HTTPException if Discord rejects the commands.
    """
    application_id = client.application_id or 0
    current = commands_hash(tree, application_id, await asyncio.to_thread(catalogs_digest))
    known = json.loads(await state.get(KEY) or "{}")
    if known.get("hash") == current and await _unchanged(client, application_id, known.get("registered")):
        return known["ids"]
    await tree.set_translator(await asyncio.to_thread(CommandTranslator))
    ids = {command.name: command.id for command in await tree.sync()}
    await tree.set_translator(None)  # frees its catalogs
    registered = await _registered_hash(client, application_id)
    await state.set(KEY, json.dumps({"hash": current, "ids": ids, "registered": registered}))
    log.info("registered %d commands with Discord", len(ids))
    return ids


async def _unchanged(client: discord.Client, application_id: int, registered: str | None) -> bool:
    """Return True if Discord still has the commands as registered, or if it can't be asked."""
    if registered is None:
        return False
    found = await _registered_hash(client, application_id)
    return found is None or found == registered


async def _registered_hash(client: discord.Client, application_id: int) -> str | None:
    """Return a hash of the commands that Discord has, or None if it can't be asked."""
    try:
        async with asyncio.timeout(LOOKUP_TIMEOUT):
            found = await client.http.get_global_commands(application_id)
    except DISCORD_ERRORS as error:
        log.warning("the registered commands could not be looked up: %s", describe(error))
        return None
    return _hash(sorted(found, key=lambda command: str(command["id"])))
