"""Getting answers to people through Discord: progress while they wait, then the card by the ladder."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Protocol

import discord

from songbot.discord_errors import TROUBLE, describe, is_final, less_may_do
from songbot.media.downloader import Downloads, SongFiles
from songbot.songs.models import Song, State
from songbot.songs.ports import Clock, Delivered, Postponed, StoreUnavailable, Undeliverable
from songbot.songs.progress import Progress
from songbot.ui.progress_message import render
from songbot.ui.song_buttons import progress_view
from songbot.ui.song_card import origin

from .fallbacks import Step, is_hidden, steps_for, token_is_alive
from .messenger import Messenger, mentions_by_token
from .payloads import Draft, drafts_of

log = logging.getLogger(__name__)

SHOW_SECONDS = 5.0
SHOWN_AT_ONCE = 20
"""Progress can wait, while each request more at a time is a connection more to open and to keep."""
STEP_SECONDS = 30.0
"""A step with an upload; with the files' own deadline an attempt that hangs ends within minutes."""
NOTIFY_SECONDS = 10.0
NOTIFY_AGAIN_AFTER = (1.0, 3.0)
"""Only where a nonce keeps a second mention away: discord.py itself gives up at a 503 or a cut connection."""
LEAVE_FROM = 5
"""The attempt from which a step that fails only for now is left too."""
FILES_UNTIL = 3
"""Later attempts go without files: an upload that never gets through must not cost the card."""


class Parents(Protocol):
    """Looks up the song that another came from. May raise StoreUnavailable."""

    async def song(self, song_id: int) -> Song | None: ...


class DiscordCourier:
    """Implements Courier on a logged-in client."""

    def __init__(
        self,
        client: discord.Client,
        downloads: Downloads,
        *,
        attach_audio: bool,
        clock: Clock,
        parents: Parents | None = None,
    ) -> None:
        self._client = client
        self._messenger = Messenger(client)
        self._downloads = downloads
        self._attach = attach_audio
        self._clock = clock
        self._parents = parents
        self._lost_lines: set[tuple[int, bool]] = set()
        self._showing = asyncio.Semaphore(SHOWN_AT_ONCE)

    async def show(self, song: Song, progress: Progress) -> bool:
        """Edit the progress line, by token while it lives, else as the bot's own message.

        Where Discord has said no for good it is not asked again.
        """
        reply = song.reply
        by_token = token_is_alive(reply, self._clock.now())
        if not by_token and (not reply.bot_in_channel or reply.message_id is None or is_hidden(song)):
            return False
        if (song.id, by_token) in self._lost_lines:
            return False
        line, view = render(song, progress), progress_view(song)
        try:
            async with asyncio.timeout(SHOW_SECONDS), self._showing:
                await self._messenger.edit_line(reply, line, view, by_token=by_token)
        except TROUBLE as error:
            log.debug("progress not shown: %s", describe(error), extra={"song": song.id})
            if is_final(error):
                self._lost_lines.add((song.id, by_token))
            return False
        return True

    async def deliver(
        self, song: Song, notify: Sequence[int], attempt: int
    ) -> Delivered | Undeliverable | Postponed:
        """Down the ladder until a step holds, then mention those who wait for it."""
        self._lost_lines -= {(song.id, True), (song.id, False)}
        parent = await self._origin(song)
        async with self._files(song, attempt) as files:
            outcome = await self._descend(song, drafts_of(song, files, parent), list(notify), attempt)
        if isinstance(outcome, Delivered):
            await self._announce(song, outcome, list(notify))
        return outcome

    async def _descend(
        self, song: Song, drafts: list[Draft], notify: list[int], attempt: int
    ) -> Delivered | Undeliverable | Postponed:
        reasons: list[str] = []
        for step in steps_for(song, self._clock.now()):
            outcome = await self._take(step, song, drafts, notify)
            if isinstance(outcome, Delivered):
                return outcome
            reasons.append(f"{step}: {describe(outcome)}")
            log.info("step %s did not hold: %s", step, describe(outcome), extra={"song": song.id})
            if not is_final(outcome) and attempt < LEAVE_FROM:
                return Postponed(reasons[-1])
        return Undeliverable("; ".join(reasons))

    async def _take(
        self, step: Step, song: Song, drafts: list[Draft], notify: list[int]
    ) -> Delivered | BaseException:
        """One step, with less and less in the message where Discord minds what is in it."""
        problem: BaseException = TimeoutError()
        try:
            async with asyncio.timeout(STEP_SECONDS):
                already = await self._messenger.posted_before(step, song)
        except TROUBLE as error:
            return error
        if already is not None:
            return Delivered(already, step)
        for draft in drafts:
            try:
                async with asyncio.timeout(STEP_SECONDS):
                    return Delivered(await self._messenger.send(step, song, draft, notify), step)
            except TROUBLE as error:
                problem = error
                if not less_may_do(error):
                    break
        return problem

    async def _announce(self, song: Song, delivered: Delivered, notify: list[int]) -> None:
        """An edit pings nobody. A failure here costs a ping, never the card."""
        step = Step(delivered.step)
        waiting = [song.user_id, *notify] if step is Step.EDIT else notify
        if not waiting or step in (Step.POST, Step.DIRECT):
            return
        people = list(dict.fromkeys(waiting))
        for pause in (*NOTIFY_AGAIN_AFTER, None):
            try:
                async with asyncio.timeout(NOTIFY_SECONDS):
                    await self._messenger.mention(song, delivered.reply, people)
            except TROUBLE as error:
                log.info("nobody mentioned: %s", describe(error), extra={"song": song.id})
                if pause is None or is_final(error) or mentions_by_token(song, delivered.reply):
                    return
                await asyncio.sleep(pause)
            else:
                return

    @asynccontextmanager
    async def _files(self, song: Song, attempt: int) -> AsyncIterator[SongFiles]:
        if not self._attach or attempt > FILES_UNTIL or song.state is not State.COMPLETED:
            yield SongFiles()
            return
        async with self._downloads.files_of(song, song.reply.upload_limit) as files:
            yield files

    async def _origin(self, song: Song) -> str | None:
        """A line on where the song came from; the card does without when it can't be looked up."""
        if self._parents is None or song.parent_id is None or song.state is not State.COMPLETED:
            return None
        try:
            parent = await self._parents.song(song.parent_id)
        except StoreUnavailable:
            return None
        return origin(song, parent) if parent else None
