"""Delay each start of a crash loop longer than the one before.

Discord allows 1,000 identifies a day for all processes of a bot, and resets its token beyond that (Discord,
"Gateway": Identify Rate Limits).
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
    """Return the seconds to wait, based on the last hour's starts that did not end cleanly.

    The first five do not wait. Then the delay is 2, 4, 8 seconds and so on, up to 10 minutes.
    """
    excess = sum(now - at < WINDOW for at in unclean) - FREE_STARTS
    return 0.0 if excess < 0 else min(MAX_PAUSE_SECONDS, 2.0 ** (excess + 1))


class StartLog:
    """Stores starts in the database, for one set of shards. `now` returns aware UTC."""

    def __init__(
        self, state: KeyValueStore, shard_ids: Sequence[int] | None, now: Callable[[], datetime]
    ) -> None:
        self._state = state
        self._key = "starts" if shard_ids is None else f"starts:{','.join(map(str, shard_ids))}"
        self._now = now

    async def begin(self) -> float:
        """Record a start. Return the seconds to wait before connecting to the gateway."""
        now = self._now()
        try:
            unclean = [at for at in await self._load() if timedelta() <= now - at < WINDOW]
            await self._save([*unclean, now])
        except StoreUnavailable as error:
            log.warning("a start was not recorded: %s", error)
            return 0.0
        return pause_before_start(unclean, now)

    async def end(self) -> None:
        """Record a clean end, after which this start and all earlier ones no longer count."""
        try:
            await self._save([])
        except StoreUnavailable as error:
            log.warning("a clean end was not recorded: %s", error)

    async def _load(self) -> list[datetime]:
        return [
            datetime.fromtimestamp(at, UTC) for at in json.loads(await self._state.get(self._key) or "[]")
        ]

    async def _save(self, starts: Sequence[datetime]) -> None:
        await self._state.set(self._key, json.dumps([at.timestamp() for at in starts]) if starts else None)
