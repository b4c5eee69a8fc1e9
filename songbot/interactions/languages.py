"""Decide in which language to speak: to one person, or to everyone in a channel."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

import discord

from songbot.songs.errors import StoreUnavailable
from songbot.songs.ports import Clock
from songbot.wording.language import Language, find_language

log = logging.getLogger(__name__)

SYNC_INTERVAL = 30.0
"""Seconds until another process's change to a server's language is noticed here."""
_MAX_KNOWN = 50_000


class LanguageRepository(Protocol):
    """Stores languages as Discord's locales. Every method may raise StoreUnavailable."""

    async def guild_languages(self) -> dict[int, str]:
        """Return the languages of all servers that have set one, by server ID."""
        ...

    async def set_guild_language(
        self, guild_id: int, actor_id: int, language: str | None, now: datetime
    ) -> str | None:
        """Set or remove the server's language, log the change, and return the language before it."""
        ...

    async def user_language(self, user_id: int) -> str | None:
        """Return the language last seen of the person."""
        ...

    async def remember_users(self, languages: Mapping[int, str], now: datetime) -> None:
        """Store the languages last seen, by user ID."""
        ...


def own_language(interaction: discord.Interaction) -> Language:
    """Return the language for what only this person sees: their own."""
    return find_language(interaction.locale.value)


class Languages:
    """Knows the languages of servers and people. `run` must run at the same time."""

    def __init__(self, repository: LanguageRepository, clock: Clock) -> None:
        self._repository = repository
        self._clock = clock
        self._guilds: dict[int, str] = {}
        self._users: dict[int, str] = {}
        self._unsaved: dict[int, str] = {}

    async def load(self) -> None:
        """Read the servers' languages. Raise StoreUnavailable."""
        self._guilds = await self._repository.guild_languages()

    async def run(self) -> None:
        """Store and read languages now and then, until cancelled."""
        while True:
            await asyncio.sleep(SYNC_INTERVAL)
            try:
                await self.save()
                await self.load()
            except StoreUnavailable as error:
                log.warning("languages could not be stored or read: %s", error)

    async def save(self) -> None:
        """Store the people's languages that have changed. Raise StoreUnavailable."""
        unsaved, self._unsaved = self._unsaved, {}
        if not unsaved:
            return
        try:
            await self._repository.remember_users(unsaved, self._clock.now())
        except StoreUnavailable:
            self._unsaved = unsaved | self._unsaved
            raise

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """Remember the person's language, since plain direct messages carry none."""
        user_id, tag = interaction.user.id, own_language(interaction).tag
        if self._users.get(user_id) == tag:
            return
        while len(self._users) >= _MAX_KNOWN:
            del self._users[next(iter(self._users))]
        self._users[user_id] = self._unsaved[user_id] = tag

    def shared(self, interaction: discord.Interaction, *, private: bool = False) -> Language:
        """Return the language for what everyone in the channel sees: the server's, or else the person's."""
        tag = None if private else self.of_guild(interaction.guild_id)
        return find_language(tag) if tag else own_language(interaction)

    def of_guild(self, guild_id: int | None) -> str | None:
        """Return the language that the server has set, or None if it follows each person's own."""
        return self._guilds.get(guild_id) if guild_id is not None else None

    async def of_user(self, user_id: int) -> Language | None:
        """Return the language last seen of the person, or None if it is unknown."""
        tag = self._users.get(user_id)
        try:
            tag = tag or await self._repository.user_language(user_id)
        except StoreUnavailable as error:
            log.info("a person's language could not be read: %s", error)
        return find_language(tag) if tag else None

    async def set_guild_language(self, guild_id: int, actor_id: int, tag: str | None) -> str | None:
        """Set the server's language, or with None, let it follow each person's own.

        Return the one before. Raise StoreUnavailable.
        """
        before = await self._repository.set_guild_language(guild_id, actor_id, tag, self._clock.now())
        if tag is None:
            self._guilds.pop(guild_id, None)
        else:
            self._guilds[guild_id] = tag
        return before

    def forget_user(self, user_id: int) -> None:
        """Forget a person whose data was deleted."""
        self._users.pop(user_id, None)
        self._unsaved.pop(user_id, None)
