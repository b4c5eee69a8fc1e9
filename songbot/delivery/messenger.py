"""The requests to Discord that the courier makes. Each raises what discord.py and aiohttp raise."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, cast

import discord

from songbot.discord_errors import MISSING_PERMISSIONS, NO_REPLY_WITHOUT_HISTORY
from songbot.songs.models import ReplyTarget, Song, State
from songbot.ui.song_card import title_of
from songbot.wording import cards as wording

from .fallbacks import DeliveryMethod, must_stay_private, nonce
from .payloads import CardPayload, card_custom_ids

HISTORY_LIMIT = 100
"""Messages, as many as one request gives ("Get Channel Messages")."""
CLOCK_SKEW = timedelta(minutes=5)
"""Between Discord's clock and ours, at the most."""


class Messenger:
    """Posts and edits by ids alone: nothing needs to be cached."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client

    async def edit_progress(
        self, target: ReplyTarget, embed: discord.Embed, view: discord.ui.View, *, by_token: bool
    ) -> None:
        """Put `embed` and `view` in place of everything that the reply shows."""
        if by_token:
            await self._webhook(target).edit_message(
                _message_id_or_original(target),
                content=None,
                embeds=[embed],
                view=view,
            )
        else:
            await self._bot_message(target).edit(content=None, embeds=[embed], view=view)

    async def send(
        self, method: DeliveryMethod, song: Song, payload: CardPayload, notify: Sequence[int]
    ) -> ReplyTarget:
        """Take one step of the ladder; where the card is now, without a token."""
        match method:
            case DeliveryMethod.TOKEN:
                message = await self._webhook(song.reply).edit_message(
                    _message_id_or_original(song.reply), **_edit_arguments(payload)
                )
                return ReplyTarget(
                    song.reply.channel_id, message.id, bot_in_channel=song.reply.bot_in_channel
                )
            case DeliveryMethod.EDIT:
                await self._bot_message(song.reply).edit(**_edit_arguments(payload))
                return ReplyTarget(song.reply.channel_id, song.reply.message_id)
            case DeliveryMethod.POST:
                return await self._post(song, payload, notify)
            case DeliveryMethod.DIRECT:
                return await self._direct(song, payload)

    async def find_earlier_post(self, method: DeliveryMethod, song: Song) -> ReplyTarget | None:
        """Where an earlier attempt at this step has posted the answer already, if one did.

        The process may have been killed before it could write that down, and have been down for longer than
        Discord remembers nonces. Where the bot may not read the history, nothing is found.
        """
        if method not in (DeliveryMethod.POST, DeliveryMethod.DIRECT):
            return None
        channel = self._channel(song.reply) if method is DeliveryMethod.POST else await self._dm(song)
        since = (song.finished_at or song.created_at) - CLOCK_SKEW
        try:
            async for message in channel.history(limit=HISTORY_LIMIT, after=since):
                if self._is_answer(message, song):
                    return ReplyTarget(channel.id, message.id)
        except discord.HTTPException as error:
            if error.code != MISSING_PERMISSIONS:
                raise
        return None

    def _is_answer(self, message: discord.Message, song: Song) -> bool:
        if self._client.user is None or message.author.id != self._client.user.id:
            return False
        buttons = (part for row in message.components for part in getattr(row, "children", ()))
        return any(getattr(button, "custom_id", None) in card_custom_ids(song.id) for button in buttons)

    async def notify(self, song: Song, card: ReplyTarget, users: Sequence[int]) -> None:
        """One message under the card that mentions `users` and nobody else.

        By token where only the token gets there (a follow-up); else as a reply, or without the reference
        where the bot may not read the channel's history.
        """
        content = wording.ready(users, _title(song), failed=song.state is State.FAILED)
        allowed = _mentions_of(users)
        if mentions_by_token(song, card):
            await self._webhook(song.reply).send(content, ephemeral=song.private, allowed_mentions=allowed)
            return
        channel = self._channel(card)
        once = nonce(song, "notify")
        reference = self._bot_message(card).to_reference(fail_if_not_exists=False)
        try:
            await channel.send(content, reference=reference, allowed_mentions=allowed, nonce=once)
        except discord.HTTPException as error:
            if error.code != NO_REPLY_WITHOUT_HISTORY:
                raise
            await channel.send(content, allowed_mentions=allowed, nonce=once)

    async def _post(self, song: Song, payload: CardPayload, notify: Sequence[int]) -> ReplyTarget:
        users = list(dict.fromkeys([song.user_id, *notify]))
        message = await self._channel(song.reply).send(
            wording.ready(users, _title(song), failed=song.state is State.FAILED),
            **_send_arguments(payload),
            nonce=nonce(song, "card"),
            allowed_mentions=_mentions_of(users),
        )
        return ReplyTarget(song.reply.channel_id, message.id)

    async def _direct(self, song: Song, payload: CardPayload) -> ReplyTarget:
        channel = await self._dm(song)
        elsewhere = song.reply.channel_id if song.reply.channel_id != channel.id else None
        message = await channel.send(
            wording.by_direct_message(elsewhere, failed=song.state is State.FAILED),
            **_send_arguments(payload),
            nonce=nonce(song, "card"),
        )
        return ReplyTarget(channel.id, message.id)

    def _webhook(self, target: ReplyTarget) -> discord.Webhook:
        webhook = discord.Webhook.partial(
            cast("int", self._client.application_id), cast("str", target.token), client=self._client
        )
        # A partial webhook passes for an incoming one, which discord.py lets send nothing ephemeral.
        webhook.type = discord.WebhookType.application
        return webhook

    async def _dm(self, song: Song) -> discord.DMChannel:
        return await self._client.create_dm(discord.Object(song.user_id))

    def _channel(self, target: ReplyTarget) -> discord.PartialMessageable:
        return self._client.get_partial_messageable(target.channel_id)

    def _bot_message(self, target: ReplyTarget) -> discord.PartialMessage:
        return self._channel(target).get_partial_message(cast("int", target.message_id))


def mentions_by_token(song: Song, card: ReplyTarget) -> bool:
    """Does only a follow-up reach those to be mentioned? It has no nonce: sent twice, it is there twice."""
    return must_stay_private(song) or not card.bot_in_channel


def _message_id_or_original(target: ReplyTarget) -> int:
    """The message's id, or what the webhook routes take for the interaction's first answer."""
    return target.message_id if target.message_id is not None else cast("int", "@original")


def _edit_arguments(payload: CardPayload) -> dict[str, Any]:
    """In place of all that was there."""
    return {
        "content": None,
        "embeds": [payload.embed],
        "attachments": payload.files(),
        "view": payload.make_view(),
    }


def _send_arguments(payload: CardPayload) -> dict[str, Any]:
    return {"embeds": [payload.embed], "files": payload.files(), "view": payload.make_view()}


def _mentions_of(users: Sequence[int]) -> discord.AllowedMentions:
    return discord.AllowedMentions(
        everyone=False, roles=False, replied_user=False, users=[discord.Object(user) for user in users]
    )


def _title(song: Song) -> str | None:
    return title_of(song) if song.result and song.result.title else None
