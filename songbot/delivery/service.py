"""Getting answers to people through Discord: progress while they wait, then the card by the ladder."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Protocol

import discord

from songbot.discord_errors import DISCORD_ERRORS, describe, is_permanent, retry_with_less_content
from songbot.media.cover_colour import accent_of
from songbot.media.downloader import MediaDownloader, SongFiles
from songbot.songs.errors import StoreUnavailable
from songbot.songs.models import Song, State
from songbot.songs.ports import Clock, Delivered, RetryLater, Undeliverable
from songbot.songs.progress import Progress
from songbot.ui.progress_message import progress_embed
from songbot.ui.song_buttons import progress_view
from songbot.ui.song_card import origin_text

from .fallbacks import DeliveryMethod, methods_for, must_stay_private, token_is_valid
from .messenger import Messenger, mentions_by_token
from .payloads import CardPayload, payload_variants

log = logging.getLogger(__name__)

PROGRESS_TIMEOUT = 5.0
MAX_CONCURRENT_EDITS = 20
"""Progress can wait, while each request more at a time is a connection more to open and to keep."""
METHOD_TIMEOUT = 30.0
"""A step with an upload; with the files' own deadline an attempt that hangs ends within minutes."""
NOTIFY_TIMEOUT = 10.0
NOTIFY_BACKOFF = (1.0, 3.0)
"""Only where a nonce keeps a second mention away: discord.py itself gives up at a 503 or a cut connection."""
SKIP_TRANSIENT_FROM_ATTEMPT = 5
"""The attempt from which a step that fails only for now is left too."""
LAST_ATTEMPT_WITH_FILES = 3
"""Later attempts go without files: an upload that never gets through must not cost the card."""


class ParentLookup(Protocol):
    """Looks up the song that another came from. May raise StoreUnavailable."""

    async def get(self, song_id: int) -> Song | None: ...


class DiscordDelivery:
    """Implements Courier on a logged-in client."""

    def __init__(
        self,
        client: discord.Client,
        downloader: MediaDownloader,
        *,
        attach_audio: bool,
        clock: Clock,
        parents: ParentLookup | None = None,
    ) -> None:
        self._client = client
        self._messenger = Messenger(client)
        self._downloader = downloader
        self._attach = attach_audio
        self._clock = clock
        self._parents = parents
        self._dead_progress: set[tuple[int, bool]] = set()
        self._edit_slots = asyncio.Semaphore(MAX_CONCURRENT_EDITS)

    async def update_progress(self, song: Song, progress: Progress) -> bool:
        """Edit the progress line, by token while it lives, else as the bot's own message.

        Where Discord has said no for good it is not asked again.
        """
        target = song.reply
        by_token = token_is_valid(target, self._clock.now())
        if not by_token and (
            not target.bot_in_channel or target.message_id is None or must_stay_private(song)
        ):
            return False
        if (song.id, by_token) in self._dead_progress:
            return False
        embed, view = progress_embed(song, progress), progress_view(song)
        try:
            async with asyncio.timeout(PROGRESS_TIMEOUT), self._edit_slots:
                await self._messenger.edit_progress(target, embed, view, by_token=by_token)
        except DISCORD_ERRORS as error:
            log.debug("progress not shown: %s", describe(error), extra={"song": song.id})
            if is_permanent(error):
                self._dead_progress.add((song.id, by_token))
            return False
        return True

    async def deliver(
        self, song: Song, subscribers: Sequence[int], attempt: int
    ) -> Delivered | Undeliverable | RetryLater:
        """Down the ladder until a step holds, then mention those who wait for it."""
        self._dead_progress -= {(song.id, True), (song.id, False)}
        parent = await self._origin(song)
        async with self._files(song, attempt) as files:
            payloads = payload_variants(song, files, parent, await accent_of(files.cover))
            outcome = await self._try_methods(song, payloads, list(subscribers), attempt)
        if isinstance(outcome, Delivered):
            await self._notify_waiting(song, outcome, list(subscribers))
        return outcome

    async def _try_methods(
        self, song: Song, payloads: list[CardPayload], notify: list[int], attempt: int
    ) -> Delivered | Undeliverable | RetryLater:
        reasons: list[str] = []
        for method in methods_for(song, self._clock.now()):
            outcome = await self._try_method(method, song, payloads, notify)
            if isinstance(outcome, Delivered):
                return outcome
            reasons.append(f"{method}: {describe(outcome)}")
            log.info("step %s did not hold: %s", method, describe(outcome), extra={"song": song.id})
            if not is_permanent(outcome) and attempt < SKIP_TRANSIENT_FROM_ATTEMPT:
                return RetryLater(reasons[-1])
        return Undeliverable("; ".join(reasons))

    async def _try_method(
        self, method: DeliveryMethod, song: Song, payloads: list[CardPayload], notify: list[int]
    ) -> Delivered | BaseException:
        """One step, with less and less in the message where Discord minds what is in it."""
        problem: BaseException = TimeoutError()
        try:
            async with asyncio.timeout(METHOD_TIMEOUT):
                earlier_post = await self._messenger.find_earlier_post(method, song)
        except DISCORD_ERRORS as error:
            return error
        if earlier_post is not None:
            return Delivered(earlier_post, method)
        for payload in payloads:
            try:
                async with asyncio.timeout(METHOD_TIMEOUT):
                    return Delivered(await self._messenger.send(method, song, payload, notify), method)
            except DISCORD_ERRORS as error:
                problem = error
                if not retry_with_less_content(error):
                    break
        return problem

    async def _notify_waiting(self, song: Song, delivered: Delivered, notify: list[int]) -> None:
        """An edit pings nobody. A failure here costs a ping, never the card."""
        method = DeliveryMethod(delivered.method)
        waiting = [song.user_id, *notify] if method is DeliveryMethod.EDIT else notify
        if not waiting or method in (DeliveryMethod.POST, DeliveryMethod.DIRECT):
            return
        people = list(dict.fromkeys(waiting))
        for pause in (*NOTIFY_BACKOFF, None):
            try:
                async with asyncio.timeout(NOTIFY_TIMEOUT):
                    await self._messenger.notify(song, delivered.reply, people)
            except DISCORD_ERRORS as error:
                log.info("nobody mentioned: %s", describe(error), extra={"song": song.id})
                if pause is None or is_permanent(error) or mentions_by_token(song, delivered.reply):
                    return
                await asyncio.sleep(pause)
            else:
                return

    @asynccontextmanager
    async def _files(self, song: Song, attempt: int) -> AsyncIterator[SongFiles]:
        if not self._attach or attempt > LAST_ATTEMPT_WITH_FILES or song.state is not State.COMPLETED:
            yield SongFiles()
            return
        async with self._downloader.fetch(song, song.reply.upload_limit) as files:
            yield files

    async def _origin(self, song: Song) -> str | None:
        """A line on where the song came from; the card does without when it can't be looked up."""
        if self._parents is None or song.parent_id is None or song.state is not State.COMPLETED:
            return None
        try:
            parent = await self._parents.get(song.parent_id)
        except StoreUnavailable:
            return None
        return origin_text(song, parent) if parent else None
