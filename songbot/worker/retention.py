"""Once a day, delete data that is older than RETENTION_DAYS or no longer needed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from songbot.songs.errors import StoreUnavailable
from songbot.songs.privacy import PrivacyRepository

log = logging.getLogger(__name__)

DAY, HOUR = 86_400.0, 3_600.0


class RetentionJob:
    """The daily cleanup. `sleep` takes seconds."""

    def __init__(
        self,
        privacy: PrivacyRepository,
        retention_days: int,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._privacy = privacy
        self._retention_days = retention_days
        self._sleep = sleep

    async def run(self) -> None:
        """Clean up now and then every 24 hours, until cancelled."""
        while True:
            await self._sleep(await self.clean_up())

    async def clean_up(self) -> float:
        """Clean up once. Return the seconds until the next run, fewer than a day if the database was
        unavailable.
        """
        try:
            songs = await self._privacy.purge(self._retention_days)
        except StoreUnavailable as error:
            log.warning("could not delete old songs; retrying in an hour: %s", error)
            return HOUR
        log.info("deleted %d songs older than %d days", songs, self._retention_days)
        return DAY
