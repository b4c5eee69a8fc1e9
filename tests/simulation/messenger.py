"""Simulate a process's connection to Discord: Messenger's requests, answered by the simulated Discord."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar, assert_never

import aiohttp

from songbot.delivery.fallbacks import DeliveryMethod, nonce, token_is_valid
from songbot.delivery.payloads import CardPayload
from songbot.discord_errors import is_blocked_by_automod, is_permanent
from songbot.songs.models import ReplyTarget, Song

from .automod import AutoMod
from .discord_server import DiscordServer, dm_channel, http_error
from .network import Link, NoAnswer, Refused, Trouble

T = TypeVar("T")
BY_TOKEN = ("token", "follow_up")
"""Requests by token can't be looked up, so nobody knows their outcome if the response was lost."""
REQUEST_TIMEOUT = 120.0
"""Longer than the bot waits for any response from Discord."""
STATUSES = (500, 502, 503, 503, 429)


class SimulatedMessenger:
    """Replaces Messenger. `on_request` receives the song of each request."""

    def __init__(
        self,
        server: DiscordServer,
        automod: AutoMod,
        process: int,
        link: Link,
        on_request: Callable[[int, str], None],
    ) -> None:
        self._server, self._automod = server, automod
        self._process, self._link, self._on_request = process, link, on_request

    async def edit_text(
        self, target: ReplyTarget, content: str | None, components: Any, *, by_token: bool, embed: Any = None
    ) -> None:
        token = target.token if by_token else None

        def effect() -> int:
            if self._automod.is_on(self._server.now()):
                self._automod.check(target.channel_id, 0, (content, embed and embed.to_dict()))
            return self._server.edit(target.message_id, None, token=token, by=self._process)

        await self._request(self._song_of(target), "line", effect)

    async def tell_privately(self, song: Song, sentence: str) -> None:
        self._automod.unexplained.pop(song.id, None)
        await self._request(song.id, "word", lambda: None)

    async def send(
        self, method: DeliveryMethod, song: Song, payload: CardPayload, notify: Sequence[int], now: datetime
    ) -> ReplyTarget:
        message_id = await self._request(
            song.id, method.value, lambda: self._send(method, song, payload), song
        )
        if payload.wordless and token_is_valid(song.reply, now):
            self._automod.unexplained[song.id] = self._process
        channel_id = dm_channel(song.user_id) if method is DeliveryMethod.DIRECT else song.reply.channel_id
        return ReplyTarget(channel_id, message_id, bot_in_channel=song.reply.bot_in_channel)

    def _send(self, method: DeliveryMethod, song: Song, payload: CardPayload) -> int:
        server = self._server
        if method is not DeliveryMethod.DIRECT and self._automod.is_on(server.now()):
            self._automod.check(song.reply.channel_id, song.id, payload.embed.to_dict())
        message_id = self._show(method, song)
        server.messages[message_id].wordless = payload.wordless
        return message_id

    def _show(self, method: DeliveryMethod, song: Song) -> int:
        server, reply = self._server, song.reply
        match method:
            case DeliveryMethod.TOKEN:
                return server.edit(reply.message_id, song.id, token=reply.token)
            case DeliveryMethod.EDIT:
                return server.edit(reply.message_id, song.id, token=None)
            case DeliveryMethod.POST:
                return server.post(reply.channel_id, song.id, nonce(song, "card"))
            case DeliveryMethod.DIRECT:
                return server.direct(song.user_id, song.id, nonce(song, "card"))
            case DeliveryMethod.FOLLOW_UP:
                return server.follow_up(reply.channel_id, song.id, token=reply.token)
            case _:
                assert_never(method)

    async def find_earlier_post(
        self, method: DeliveryMethod, song: Song, *_payload: Any
    ) -> ReplyTarget | None:
        if method not in (DeliveryMethod.POST, DeliveryMethod.DIRECT):
            return None
        is_direct = method is DeliveryMethod.DIRECT
        channel_id = dm_channel(song.user_id) if is_direct else song.reply.channel_id
        found = await self._request(
            song.id, method.value, lambda: self._server.find(channel_id, song.id), song
        )
        return ReplyTarget(channel_id, found.id) if found else None

    async def shows_answer(self, song: Song, *, by_token: bool) -> bool:
        target, token = song.reply, song.reply.token if by_token else None
        return await self._request(
            song.id, "look", lambda: self._server.shows(target.message_id, song.id, token=token)
        )

    async def notify(self, song: Song, card: ReplyTarget, users: Sequence[int]) -> None:
        await self._request(song.id, "mention", lambda: None)

    async def _request(self, song_id: int, way: str, effect: Callable[[], T], song: Song | None = None) -> T:
        link = self._link
        self._on_request(song_id, way)
        trouble = link.next_trouble()
        if trouble is Trouble.ERROR:
            status = link.random.choice(STATUSES)
            effect = _raising(status)
            trouble = None
        unsure, request = self._server.unsure, (song_id, way)
        was_unsure = request in unsure
        if way in BY_TOKEN:
            unsure.add(request)
        try:
            answer = await link.request(effect, trouble, REQUEST_TIMEOUT)
        except Refused:
            raise aiohttp.ServerDisconnectedError from None
        except NoAnswer:
            raise TimeoutError from None
        except Exception as error:
            if is_blocked_by_automod(error):
                link.tell("AutoMod blocks the words of this %s", way)
            elif is_permanent(error):
                self._server.refuse(song_id, way, song)
            raise
        if way == "token" or not was_unsure:  # each followup is a separate message
            unsure.discard(request)
        if way in BY_TOKEN:
            self._server.shown_by.setdefault(song_id, set()).add(self._process)
        return answer

    def _song_of(self, target: ReplyTarget) -> int:
        return -(target.message_id or 0)


def _raising(status: int) -> Callable[[], Any]:
    def effect() -> Any:
        raise http_error(status)

    return effect
