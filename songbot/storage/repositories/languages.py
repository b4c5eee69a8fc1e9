"""Store the languages of servers and people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from songbot.storage.connectors.base import Connector
from songbot.storage.schema.tables import guilds, quota_changes, user_languages
from songbot.storage.schema.upsert import upsert


class SqlLanguageRepository:
    """Implements songbot.interactions.languages.LanguageRepository."""

    def __init__(self, connector: Connector) -> None:
        self._connector = connector

    async def guild_languages(self) -> dict[int, str]:
        query = select(guilds.c.guild_id, guilds.c.language).where(guilds.c.language.is_not(None))
        rows = await self._connector.read(lambda connection: connection.execute(query).all())
        return {row.guild_id: row.language for row in rows}

    async def set_guild_language(
        self, guild_id: int, actor_id: int, language: str | None, now: datetime
    ) -> str | None:
        row = guilds.c.guild_id == guild_id
        logged = {"guild_id": guild_id, "actor_id": actor_id, "changed_at": now, "what": "language"}

        def write(connection: Connection) -> str | None:
            upsert(connection, guilds, {"guild_id": guild_id}, {})
            before = connection.scalar(select(guilds.c.language).where(row))
            if before != language:
                connection.execute(update(guilds).where(row).values(language=language))
                connection.execute(insert(quota_changes).values(logged | {"old": before, "new": language}))
            return before

        return await self._connector.write(write)

    async def user_language(self, user_id: int) -> str | None:
        query = select(user_languages.c.language).where(user_languages.c.user_id == user_id)
        return await self._connector.read(lambda connection: connection.scalar(query))

    async def remember_users(self, languages: Mapping[int, str], now: datetime) -> None:
        def write(connection: Connection) -> None:
            for user_id, language in languages.items():
                values = {"language": language, "seen_at": now}
                upsert(connection, user_languages, {"user_id": user_id}, values)

        await self._connector.write(write)
