"""Make databases with the latest tables."""

from __future__ import annotations

from songbot.storage import open_database


async def migrate(url: str) -> None:
    async with open_database(url) as database:
        await database.migrate()
