"""Waiting longer before each start of a crash loop: Discord allows 1,000 identifies a day for all processes
of a bot, and resets its token past them (Discord, "Gateway": Identify Rate Limits).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from songbot.songs.errors import StoreUnavailable

from .command_sync import KeyValueStore

log = logging.getLogger(__name__)

WINDOW = timedelta(hours=1)
FREE_STARTS = 5
MAX_PAUSE_SECONDS = 600.0


def pause_before_start(unclean: Sequence[datetime], now: datetime) -> float:
    """Return the seconds to wait, by the starts of the last hour whose processes did not end cleanly: nothing
    for the first five, then 2, 4, 8 and so on, at most 10 minutes.
    """
    excess = sum(now - at < WINDOW for at in unclean) - FREE_STARTS
    return 0.0 if excess < 0 else min(MAX_PAUSE_SECONDS, 2.0 ** (excess + 1))


class StartLog:
    """Remembers starts in the database, for one set of shards. `now` gives aware UTC."""

    def __init__(
        self, state: KeyValueStore, shard_ids: Sequence[int] | None, now: Callable[[], datetime]
    ) -> None:
        self._state = state
        self._key = "starts" if shard_ids is None else f"starts:{','.join(map(str, shard_ids))}"
        self._now = now

    async def begin(self) -> float:
        """Note a start; return the seconds to wait before the gateway is connected."""
        now = self._now()
        try:
            unclean = [at for at in await self._load() if timedelta() <= now - at < WINDOW]
            await self._save([*unclean, now])
        except StoreUnavailable as error:
            log.warning("a start was not noted: %s", error)
            return 0.0
        return pause_before_start(unclean, now)

    async def end(self) -> None:
        """Note that the process ends cleanly: its start, and those before it, count no more."""
        try:
            await self._save([])
        except StoreUnavailable as error:
            log.warning("a clean end was not noted: %s", error)

    async def _load(self) -> list[datetime]:
        return [
            datetime.fromtimestamp(at, UTC) for at in json.loads(await self._state.get(self._key) or "[]")
        ]

    async def _save(self, starts: Sequence[datetime]) -> None:
        await self._state.set(self._key, json.dumps([at.timestamp() for at in starts]) if starts else None)
