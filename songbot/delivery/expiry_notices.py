"""Edit replies one last time before their tokens expire, if nothing else can reach them.

The edit says where the song will appear. Without it, the reply would say "composing" forever.
"""

from __future__ import annotations

import asyncio
import heapq
import logging
from collections.abc import Callable, Coroutine
from datetime import timedelta

from songbot.songs.models import DeliveryState, Song, State
from songbot.songs.ports import Clock
from songbot.worker.wakeup import Wakeup

log = logging.getLogger(__name__)

NOTICE_BEFORE_EXPIRY = timedelta(seconds=60)

MAX_PAUSE = 3600.0

SendNotice = Callable[[Song], Coroutine[None, None, None]]
"""Edits the reply. It raises no errors from Discord."""


def has_moved_on(watched: Song, latest: Song | None) -> bool:
    """Return whether another process has taken over the song's reply since this one showed its progress.

    Any process may show a queued song, and another one may admit, finish or deliver it.
    """
    if latest is None or latest.delivery is not DeliveryState.PENDING:
        return True
    if watched.state is State.QUEUED:
        return latest.state is not State.QUEUED
    return latest.finished and not watched.finished


class ExpiryNotices:
    """Sends one notice for each song, unless the song is forgotten first."""

    def __init__(self, clock: Clock, send: SendNotice) -> None:
        self._clock = clock
        self._send = send
        self._watched: dict[int, Song] = {}
        self._due: list[tuple[float, int]] = []
        self._sending: dict[int, asyncio.Task[None]] = {}
        self._wakeup = Wakeup()

    def watch(self, song: Song) -> None:
        """Send a notice a minute before the song's token expires."""
        expires_at = song.reply.token_expires_at
        if expires_at is None or not song.reply.token:
            return
        if song.id not in self._watched:
            heapq.heappush(self._due, ((expires_at - NOTICE_BEFORE_EXPIRY).timestamp(), song.id))
            if self._due[0][1] == song.id:
                self._wakeup.notify()
        self._watched[song.id] = song

    async def forget(self, song_id: int) -> None:
        """Cancel the notice. If it is being sent, wait until that is done."""
        self._watched.pop(song_id, None)
        if (sending := self._sending.get(song_id)) is not None:
            await asyncio.wait({sending})

    async def run(self) -> None:
        """Send notices when they are due, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                for song in self._take_due():
                    task = tasks.create_task(self._send(song), name=f"expiry-notice-{song.id}")
                    self._sending[song.id] = task
                    task.add_done_callback(lambda _, song_id=song.id: self._sending.pop(song_id, None))
                next_due = self._due[0][0] - self._clock.now().timestamp() if self._due else MAX_PAUSE
                await self._wakeup.wait(next_due)

    def _take_due(self) -> list[Song]:
        now = self._clock.now().timestamp()
        due: list[Song] = []
        while self._due and self._due[0][0] <= now:
            song = self._watched.pop(heapq.heappop(self._due)[1], None)
            if song is not None:
                due.append(song)
        return due
