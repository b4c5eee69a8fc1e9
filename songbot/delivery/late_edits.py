"""Look again at replies whose progress was edited without a response.

Such a request may still be on its way, in the buffers of a broken connection or behind a proxy that no longer
waits for Discord's servers. If it takes effect after the card was sent, it replaces the card. Only the
process that sent it knows of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine

from songbot.songs.models import Song
from songbot.songs.ports import Clock
from songbot.worker.wakeup import Wakeup

LOOK_SOON, LOOK_AT_LAST = 20.0, 200.0
"""Seconds after the last uncertain edit. After the first, most late edits have arrived, and after the second,
all: Linux keeps the unsent data of a closed connection for about 100 s (ip-sysctl, tcp_orphan_retries), and
Cloudflare waits for a server about as long."""
MAX_WATCHED = 1000
"""Limits the requests when an outage ends. The replies of further songs are not looked at."""
RETRY_PAUSE = 120.0
MAX_ATTEMPTS = 720
"""As with a delivery, a day passes before a look is given up."""
MAX_PAUSE = 3600.0

Restore = Callable[[Song], Coroutine[None, None, bool]]
"""Restores the card if it was replaced. Returns False if that has to be tried again. Raises no errors from
Discord."""


class LateEdits:
    """Calls `restore` for each song with an uncertain edit."""

    def __init__(self, clock: Clock, restore: Restore) -> None:
        self._clock = clock
        self._restore = restore
        self._edited_at: dict[int, float] = {}
        self._new: list[Song] = []
        self._wakeup = Wakeup()

    def watch(self, song: Song) -> None:
        """Look at the song's reply again later, because nobody knows whether its last edit will arrive."""
        if song.id not in self._edited_at:
            if len(self._edited_at) >= MAX_WATCHED:
                return
            self._new.append(song)
            self._wakeup.notify()
        self._edited_at[song.id] = self._clock.monotonic()

    async def run(self) -> None:
        """Look when it is time, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                for song in self._new:
                    tasks.create_task(self._look_again(song), name=f"late-edit-{song.id}")
                self._new.clear()
                await self._wakeup.wait(MAX_PAUSE)

    async def _look_again(self, song: Song) -> None:
        await self._no_edit_for(song.id, LOOK_SOON)
        await self._restore(song)
        await self._no_edit_for(song.id, LOOK_AT_LAST)
        del self._edited_at[song.id]
        for _ in range(MAX_ATTEMPTS):
            if await self._restore(song):
                return
            await asyncio.sleep(RETRY_PAUSE)

    async def _no_edit_for(self, song_id: int, seconds: float) -> None:
        """Wait until the last uncertain edit was so many seconds ago."""
        while True:
            pause = self._edited_at[song_id] + seconds - self._clock.monotonic()
            if pause <= 0:
                return
            await asyncio.sleep(pause)
