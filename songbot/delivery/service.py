"""Deliver replies through Discord: first progress, then the card by the first delivery method that works."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, Protocol

import discord

from songbot.bounded_dict import BoundedDict
from songbot.discord_errors import (
    DISCORD_ERRORS,
    describe,
    is_permanent,
    may_still_arrive,
    refuses_target,
)
from songbot.media.accent import accent_of
from songbot.media.downloader import MediaDownloader, SongFiles
from songbot.songs.errors import StoreUnavailable
from songbot.songs.models import Song, State
from songbot.songs.ports import Clock, Delivered, RetryLater, Undeliverable
from songbot.songs.progress import Progress
from songbot.ui.progress_message import expiry_notice, progress_embed
from songbot.ui.song_buttons import progress_components
from songbot.ui.song_card import origin_text, plain_card
from songbot.wording import cards as wording
from songbot.wording.language import Language, find_language

from .channel_access import reach_of
from .expiry_notices import ExpiryNotices, has_moved_on
from .fallbacks import (
    BY_TOKEN,
    ChannelReach,
    DeliveryMethod,
    card_edit_method,
    methods_for,
    must_stay_private,
    needs_token,
    token_is_valid,
    upload_limit,
)
from .late_edits import LateEdits
from .messenger import Messenger, mentions_by_token
from .payloads import CardPayload, payload_variants, variants_after
from .refusals import MAX_REMEMBERED, RefusalBudget, RefusedTargets

log = logging.getLogger(__name__)

MAX_DEAD_PROGRESS = 10_000
PROGRESS_TIMEOUT = 5.0
MAX_CONCURRENT_EDITS = 20
"""Limits concurrent edits, since each needs its own connection and progress can wait."""
METHOD_TIMEOUT = 30.0
"""Seconds, including an upload. Together with the files' own deadline, this ends a hanging attempt
within minutes."""
NOTIFY_TIMEOUT = 10.0
NOTIFY_BACKOFF = (1.0, 3.0)
"""Seconds. Retries happen only with a nonce, which prevents a second mention, because discord.py itself
does not retry after a 503 or a dropped connection."""
LAST_ATTEMPT_WITH_FILES = 3
"""Later attempts omit the files, so that a failing upload does not cost the card."""


class ParentLookup(Protocol):
    """Looks up the song that another was made from. Raises StoreUnavailable if that fails."""

    async def get(self, song_id: int) -> Song | None: ...


class UserLanguages(Protocol):
    """Knows the language last seen of each person, or None."""

    async def of_user(self, user_id: int) -> Language | None: ...


class DiscordDelivery:
    """Implements DeliveryService on a logged-in client. `run` must run at the same time."""

    def __init__(
        self,
        client: discord.Client,
        downloader: MediaDownloader,
        *,
        attach_audio: bool,
        clock: Clock,
        parents: ParentLookup | None = None,
        languages: UserLanguages | None = None,
    ) -> None:
        self._client = client
        self._messenger = Messenger(client)
        self._downloader = downloader
        self._attach = attach_audio
        self._clock = clock
        self._parents = parents
        self._languages = languages
        self._dead_progress: BoundedDict[tuple[int, bool], None] = BoundedDict(MAX_DEAD_PROGRESS)
        self._edit_slots = asyncio.Semaphore(MAX_CONCURRENT_EDITS)
        self._budgets_by_token = {
            True: RefusalBudget(clock.monotonic, limit=60, max_concurrent=20),
            False: RefusalBudget(clock.monotonic, limit=10, max_concurrent=8),
        }
        self._refused = RefusedTargets(clock.monotonic)
        self._refused_methods: BoundedDict[tuple[int, DeliveryMethod], BaseException]
        self._refused_methods = BoundedDict(MAX_REMEMBERED)
        self._unknown_outcomes: BoundedDict[int, DeliveryMethod] = BoundedDict(MAX_REMEMBERED)
        """The last method of each song whose request may have reached Discord without a response."""
        self._notices = ExpiryNotices(clock, self._send_expiry_notice)
        self._late_edits = LateEdits(clock, self._restore_card)

    async def run(self) -> None:
        """Edit replies before their tokens expire, and restore replaced cards, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._notices.run(), name="expiry-notices")
            tasks.create_task(self._late_edits.run(), name="late-edits")

    # ------------------------------------------------------------------ progress

    async def update_progress(self, song: Song, progress: Progress) -> bool:
        """Edit the progress message with its token while that is valid, else as the bot's own message.

        Once Discord has permanently rejected the edit, no further request is sent.
        """
        by_token, can_embed = token_is_valid(song.reply, self._clock.now()), True
        if by_token:
            self._notices.watch(song)
        else:
            reach = self._reach(song)
            can_embed = reach.can_embed
            if needs_token(song, reach):
                return False
        if (song.id, by_token) in self._dead_progress:
            return False
        language = find_language(song.language)
        embed = progress_embed(language, song, progress, ephemeral=must_stay_private(song))
        buttons = progress_components(language, song)
        if can_embed:
            return await self._edit_text(song, None, buttons, by_token=by_token, embed=embed)
        return await self._edit_text(song, plain_card(embed), buttons, by_token=by_token)

    async def _edit_text(
        self,
        song: Song,
        content: str | None,
        components: list[dict[str, Any]],
        *,
        by_token: bool,
        embed: discord.Embed | None = None,
    ) -> bool:
        try:
            async with (
                asyncio.timeout(PROGRESS_TIMEOUT),
                self._edit_slots,
                self._budgets_by_token[by_token].spend(),
            ):
                await self._messenger.edit_text(
                    song.reply, content, components, by_token=by_token, embed=embed
                )
        except DISCORD_ERRORS as error:
            log.debug("progress not shown: %s", describe(error), extra={"song": song.id})
            if is_permanent(error):
                self._stop_progress(song.id, by_token=by_token)
            if may_still_arrive(error):
                self._late_edits.watch(song)
            return False
        return True

    def _stop_progress(self, song_id: int, *, by_token: bool) -> None:
        """Stop editing this message. Drop the oldest entries: other processes may deliver those songs."""
        self._dead_progress[song_id, by_token] = None

    async def _send_expiry_notice(self, song: Song) -> None:
        """Say where the song will appear if only the token can edit the reply, and stop showing progress."""
        if not needs_token(song, self._reach(song)):
            return
        self._stop_progress(song.id, by_token=True)
        language = find_language(song.language)
        while token_is_valid(song.reply, self._clock.now()):
            try:
                if self._parents is not None and has_moved_on(song, await self._parents.get(song.id)):
                    return
                buttons, embed = progress_components(language, song), expiry_notice(language, song)
                if await self._edit_text(song, None, buttons, by_token=True, embed=embed):
                    return
            except StoreUnavailable:
                log.debug("not known whether the song has been delivered", extra={"song": song.id})
            await asyncio.sleep(PROGRESS_TIMEOUT)
        log.warning("a reply could not be edited before its token expired", extra={"song": song.id})

    # ------------------------------------------------------------------ delivery

    async def deliver(
        self, song: Song, subscribers: Sequence[int], attempt: int
    ) -> Delivered | Undeliverable | RetryLater:
        """Try the delivery methods in order, then mention the people waiting for the song.

        A method is given up only if Discord has permanently rejected it, in any attempt.
        """
        await self._notices.forget(song.id)
        for by_token in (True, False):
            self._dead_progress.pop((song.id, by_token), None)
        outcome = await self._try_methods(song, list(subscribers), attempt)
        if not isinstance(outcome, RetryLater):
            self._unknown_outcomes.pop(song.id, None)
            for method in DeliveryMethod:
                self._refused_methods.pop((song.id, method), None)
        if isinstance(outcome, Delivered):
            await self._after_delivery(song, outcome, list(subscribers))
        elif isinstance(outcome, RetryLater) and needs_token(song, self._reach(song)):
            self._notices.watch(song)
        return outcome

    async def _try_methods(
        self, song: Song, notify: list[int], attempt: int, only: DeliveryMethod | None = None
    ) -> Delivered | Undeliverable | RetryLater:
        reasons: list[str] = []
        parent, reach = await self._parent(song), self._reach(song)
        # Only the method whose outcome is unknown can find its own message. It goes first, even if the clock
        # has been set back and the token, which had expired, counts as valid again.
        unknown = self._unknown_outcomes.get(song.id)
        methods = sorted(methods_for(song, self._clock.now(), reach), key=lambda method: method != unknown)
        methods = methods if only is None else [only]
        limits = {method: upload_limit(method, song, reach) for method in methods}
        async with self._files(song, attempt, max(limits.values())) as files:
            accent = await accent_of(files.cover)
            for method in methods:
                language = await self._language(method, song)
                origin = origin_text(language, song, parent) if parent else None
                payloads = payload_variants(language, song, files, origin, accent, max_bytes=limits[method])
                outcome = await self._try_method(method, song, payloads, notify)
                if isinstance(outcome, Delivered):
                    return outcome
                reasons.append(f"{method}: {describe(outcome)}")
                log.info("not delivered by %s: %s", method, describe(outcome), extra={"song": song.id})
                if not is_permanent(outcome):
                    self._unknown_outcomes[song.id] = method
                    return RetryLater(reasons[-1])
        return Undeliverable("; ".join(reasons))

    async def _try_method(
        self, method: DeliveryMethod, song: Song, payloads: list[CardPayload], notify: list[int]
    ) -> Delivered | BaseException:
        """Send by one method. If Discord rejects the content, try variants with less content.

        A target that rejected the song in an earlier attempt is not asked again: once there were too many
        rejections, few requests are left, and the first method would use them up every time.
        """
        if (earlier_error := self._refused_methods.get((song.id, method))) is not None:
            return earlier_error
        target = _shared_target(method, song)
        if target is not None and (known := self._refused.error_of(target)) is not None:
            return known
        try:
            async with self._request(method):
                earlier = await self._messenger.find_earlier_post(method, song, payloads[0])
            if earlier is not None:
                return Delivered(earlier, method)
            return await self._send_variants(method, song, payloads, notify)
        except DISCORD_ERRORS as error:
            if refuses_target(error):
                self._refused_methods[song.id, method] = error.with_traceback(None)  # it holds the files
                if target is not None:
                    self._refused.add(target, error)
            return error

    async def _send_variants(
        self, method: DeliveryMethod, song: Song, payloads: list[CardPayload], notify: list[int]
    ) -> Delivered:
        """Send the first variant that Discord accepts. Raise the last error if it accepts none."""
        remaining = list(payloads)
        while True:
            payload = remaining.pop(0)
            try:
                async with self._request(method):
                    reply = await self._messenger.send(method, song, payload, notify, self._clock.now())
            except DISCORD_ERRORS as error:
                remaining = variants_after(error, payload, remaining)
                if not remaining:
                    raise
            else:
                if payload.wordless:
                    await self._explain_automod(song)
                return Delivered(reply, method)

    @asynccontextmanager
    async def _request(self, method: DeliveryMethod) -> AsyncIterator[None]:
        async with self._budgets_by_token[method in BY_TOKEN].spend(), asyncio.timeout(METHOD_TIMEOUT):
            yield

    # ------------------------------------------------------------ after delivery

    async def _restore_card(self, song: Song) -> bool:
        """Send the card again if a late edit has replaced it. Return False if that has to be tried again."""
        try:
            latest = await self._parents.get(song.id) if self._parents else None
            method = card_edit_method(song, latest, self._clock.now(), self._reach(song))
            if latest is None or method is None:
                return True
            async with self._request(method):
                if await self._messenger.shows_answer(song, by_token=method in BY_TOKEN):
                    return True
        except StoreUnavailable:
            return False
        except DISCORD_ERRORS as error:
            return is_permanent(error)
        log.warning("a late edit has replaced the reply; sending it again", extra={"song": song.id})
        outcome = await self._try_methods(replace(latest, reply=song.reply), [], 1, only=method)
        self._unknown_outcomes.pop(song.id, None)
        return not isinstance(outcome, RetryLater)

    async def _after_delivery(self, song: Song, delivered: Delivered, notify: list[int]) -> None:
        method = DeliveryMethod(delivered.method)
        if method is DeliveryMethod.DIRECT and token_is_valid(song.reply, self._clock.now()):
            language = find_language(song.language)
            text = wording.sent_directly(language, failed=song.state is State.FAILED)
            await self._edit_text(song, text, [], by_token=True)
        await self._notify_waiting(song, delivered, notify)

    async def _notify_waiting(self, song: Song, delivered: Delivered, notify: list[int]) -> None:
        """Mention people, since an edit notifies nobody. A failure here loses the mention, never the card."""
        method = DeliveryMethod(delivered.method)
        waiting = [song.user_id, *notify] if method is DeliveryMethod.EDIT else notify
        if not waiting or method in (DeliveryMethod.POST, DeliveryMethod.DIRECT):
            return
        people = list(dict.fromkeys(waiting))
        by_token = mentions_by_token(song, delivered.reply)
        for pause in (*NOTIFY_BACKOFF, None):
            try:
                async with self._budgets_by_token[by_token].spend(), asyncio.timeout(NOTIFY_TIMEOUT):
                    await self._messenger.notify(song, delivered.reply, people)
            except DISCORD_ERRORS as error:
                log.info("nobody mentioned: %s", describe(error), extra={"song": song.id})
                if pause is None or is_permanent(error) or by_token:
                    return
                await asyncio.sleep(pause)
            else:
                return

    async def _explain_automod(self, song: Song) -> None:
        """Tell the person why their card has neither prompt nor title. The card says so too."""
        if not token_is_valid(song.reply, self._clock.now()):
            return
        try:
            async with asyncio.timeout(NOTIFY_TIMEOUT):
                explanation = wording.BLOCKED_PRIVATELY(await self._own_language(song))
                await self._messenger.tell_privately(song, explanation)
        except DISCORD_ERRORS as error:
            log.info("AutoMod's block not explained: %s", describe(error), extra={"song": song.id})

    # ------------------------------------------------------------------- helpers

    def _reach(self, song: Song) -> ChannelReach:
        return reach_of(self._client, song.guild_id, song.reply.channel_id)

    @asynccontextmanager
    async def _files(self, song: Song, attempt: int, limit: int) -> AsyncIterator[SongFiles]:
        if not self._attach or attempt > LAST_ATTEMPT_WITH_FILES or song.state is not State.COMPLETED:
            yield SongFiles()
            return
        async with self._downloader.fetch(song, limit) as files:
            yield files

    async def _language(self, method: DeliveryMethod, song: Song) -> Language:
        """Return the language of the channel, or in a direct message, the person's own."""
        is_direct = method is DeliveryMethod.DIRECT
        return await self._own_language(song) if is_direct else find_language(song.language)

    async def _own_language(self, song: Song) -> Language:
        own = await self._languages.of_user(song.user_id) if self._languages else None
        return own or find_language(song.language)

    async def _parent(self, song: Song) -> Song | None:
        """Return the song that this one was made from, or None if it can't be looked up."""
        if self._parents is None or song.parent_id is None or song.state is not State.COMPLETED:
            return None
        try:
            return await self._parents.get(song.parent_id)
        except StoreUnavailable:
            return None


def _shared_target(method: DeliveryMethod, song: Song) -> tuple[str, int] | None:
    """Return the target of a permanent rejection if other songs share it, else None."""
    match method:
        case DeliveryMethod.POST:
            return "channel", song.reply.channel_id
        case DeliveryMethod.DIRECT:
            return "person", song.user_id
        case _:
            return None
