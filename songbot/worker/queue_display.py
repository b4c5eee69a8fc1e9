"""Show people their queue positions, and fail songs that have waited too long for Whisul.

Queued songs have no owner, so one worker, the leader, handles all of them. Workers that reach Whisul are
preferred as leaders. If no worker reaches Whisul, the outage that the leader sees affects all of them.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from songbot.songs.models import Song

from .job_runner import WorkerDependencies
from .progress_lines import EDIT_SECONDS, ProgressLines

log = logging.getLogger(__name__)

SHOWN = 200
"""How many queued songs show their position. At 20 songs at once, the last starts in about 20 minutes."""
EXACT = 20
"""Positions up to this one are exact; later ones are rounded up to tens, so that fewer edits are needed."""
MAX_COUNTED = 10_000
FRESH_SECONDS = 2.0
"""Maximum age in seconds of a position when the edit that shows it starts."""


class QueueDisplay:
    """Updates the messages of queued songs. `on_overdue` gets each song that has waited too long."""

    def __init__(
        self,
        deps: WorkerDependencies,
        worker_id: str,
        lines: ProgressLines,
        on_overdue: Callable[[Song], None],
    ) -> None:
        self._deps = deps
        self._worker_id = worker_id
        self._lines = lines
        self._on_overdue = on_overdue
        self._skipped: set[int] = set()
        self.length = 0

    async def refresh(self, followed: Iterable[int]) -> None:
        """Read the first songs in the queue and show their positions, except those of the songs `followed`.

        Meanwhile another worker may admit one of the songs, or a person may cancel it. So record the edits in
        the database before the queue is read: whoever then handles the song delivers it only after them. May
        raise StoreUnavailable.
        """
        repository = self._deps.repository
        self._skipped = set(followed)
        self._lines.forget_old()
        read_at = self._deps.clock.monotonic()
        if await repository.is_queue_empty():
            self.length = 0
            return
        edits_until = await repository.begin_edits(self._worker_id, EDIT_SECONDS)
        if edits_until is None:
            return
        queue = await repository.queue(SHOWN, MAX_COUNTED)
        self.length = queue.length
        await asyncio.gather(
            *(
                self._look_after(song, position, queue.active_by_user.get(song.user_id, 0), read_at)
                for position, song in enumerate(queue.first, start=1)
            )
        )
        await repository.end_edits(self._worker_id, edits_until)

    def skip(self, song_id: int) -> None:
        """Leave a song alone from now on, even if it was queued when the queue was read."""
        self._skipped.add(song_id)

    async def _look_after(self, song: Song, position: int, running: int, read_at: float) -> None:
        if self._deps.clock.monotonic() - read_at > FRESH_SECONDS or song.id in self._skipped:
            return
        try:
            await self._show(song, position, running)
        except Exception:
            log.exception("can't update a queued song's message", extra={"song": song.id})

    async def _show(self, song: Song, position: int, running: int) -> None:
        since = self._unavailable_since(song)
        if since is None:
            if song.unavailable_since is None:
                self._lines.stop_waiting(song.id)
        elif self._lines.waited(song, since) >= self._deps.config.provider_timeout:
            self._on_overdue(song)
            return
        shown_position = position if position <= EXACT else math.ceil(position / 10) * 10
        await self._lines.update(
            replace(song, unavailable_since=since or song.unavailable_since),
            shown_position,
            running_own=running if running >= self._deps.config.max_concurrent_per_user else 0,
            busy=since is None,
        )

    def _unavailable_since(self, song: Song) -> datetime | None:
        """Return when this song began to wait for Whisul, or None if it waits for a slot."""
        if self._deps.throttle.unavailable_since is None:
            return None
        outage = timedelta(seconds=self._deps.clock.monotonic() - self._deps.throttle.unavailable_since)
        return song.unavailable_since or max(song.created_at, self._deps.clock.now() - outage)
