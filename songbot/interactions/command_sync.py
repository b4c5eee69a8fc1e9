"""Telling Discord of the commands, only when they have changed, and knowing their ids for mentions."""

from __future__ import annotations

import hashlib
import json
import logging
from typing import Any, Protocol

from discord import app_commands

log = logging.getLogger(__name__)
KEY = "commands"


class KeyValueStore(Protocol):
    """Single values that outlive the process. Either method may raise StoreUnavailable."""

    async def get(self, key: str) -> str | None: ...
    async def set(self, key: str, value: str | None) -> None: ...


def commands_hash(tree: app_commands.CommandTree[Any], application_id: int) -> str:
    """Changes with anything that Discord is told of the commands."""
    described = [command.to_dict(tree) for command in tree.get_commands()]
    text = json.dumps([application_id, described], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


async def sync_commands(
    tree: app_commands.CommandTree[Any], application_id: int, state: KeyValueStore
) -> dict[str, int]:
    """Sync when the hash differs from the one kept in the database; the commands' ids by name.

    Raises discord.HTTPException when Discord does not take them.
    """
    current = commands_hash(tree, application_id)
    known = json.loads(await state.get(KEY) or "{}")
    if known.get("hash") == current:
        return known["ids"]
    ids = {command.name: command.id for command in await tree.sync()}
    await state.set(KEY, json.dumps({"hash": current, "ids": ids}))
    log.info("told Discord of %d commands", len(ids))
    return ids
