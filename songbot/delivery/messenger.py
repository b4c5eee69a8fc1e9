"""Send a delivery's requests to Discord. Each raises the errors of discord.py and aiohttp."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

import discord
from discord.http import MultipartParameters, handle_message_parameters
from discord.webhook.async_ import async_context

from songbot.discord_errors import MISSING_PERMISSIONS, NO_REPLY_WITHOUT_HISTORY, is_blocked_by_automod
from songbot.songs.models import ReplyTarget, Song, State
from songbot.ui.custom_ids import custom_ids_on
from songbot.ui.song_card import plain_card, title_of
from songbot.wording import cards as wording
from songbot.wording.language import Language, find_language

from . import old_edits
from .fallbacks import DeliveryMethod, must_stay_private, nonce
from .payloads import CardPayload, card_custom_ids

HISTORY_LIMIT = 100
"""Maximum number of messages in one request (Discord, "Get Channel Messages")."""
CLOCK_SKEW = timedelta(minutes=5)
"""Maximum difference between Discord's clock and the bot's."""
_MENTION_NOBODY = discord.AllowedMentions.none().to_dict()


class Messenger:
    """Posts and edits using only IDs, so nothing needs to be cached."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client

    async def edit_text(
        self,
        target: ReplyTarget,
        content: str | None,
        components: list[dict[str, Any]],
        *,
        by_token: bool,
        embed: discord.Embed | None = None,
    ) -> None:
        """Replace everything in the reply with `content`, `embed` and `components`.

        If Discord drops the embed, the reply shows it as text. Progress is edited often, so the request is
        made without discord.py's views and messages, which would take as long as the request itself.
        """
        payload = {
            "content": content,
            "embeds": [] if embed is None else [embed.to_dict()],
            "components": components,
            "allowed_mentions": _MENTION_NOBODY,
        }
        if by_token:
            await self._edit_webhook_message(target, MultipartParameters(payload, None, None))
            return
        message = await self._edit_bot_message(target, payload)
        text = content or message.get("content", "")
        if embed is not None and not message.get("embeds") and plain_card(embed) not in text:
            await self._edit_bot_message(target, {"content": _joined(text, plain_card(embed))})

    async def _edit_webhook_message(
        self, target: ReplyTarget, parameters: MultipartParameters
    ) -> Mapping[str, Any]:
        webhook = self._webhook(target)
        return await async_context.get().edit_webhook_message(
            webhook.id,
            cast("str", webhook.token),
            _message_id_or_original(target),
            session=webhook.session,
            payload=parameters.payload,
            multipart=parameters.multipart,
            files=parameters.files,
            with_components=True,
        )

    async def _edit_bot_message(self, target: ReplyTarget, payload: dict[str, Any]) -> Mapping[str, Any]:
        message_id = cast("int", target.message_id)
        parameters = MultipartParameters(payload, None, None)
        return await self._client.http.edit_message(target.channel_id, message_id, params=parameters)

    async def send(
        self,
        method: DeliveryMethod,
        song: Song,
        payload: CardPayload,
        notify: Sequence[int],
        now: datetime,
    ) -> ReplyTarget:
        """Deliver by one method. Return the card's new location, without a token."""
        match method:
            case DeliveryMethod.TOKEN:
                return await self._edit_by_token(song, payload)
            case DeliveryMethod.EDIT:
                with old_edits.editing(cast("int", song.reply.message_id), now):
                    message = await self._bot_message(song.reply).edit(**_edit_arguments(payload))
                await _restore_lost_embed(message, payload.text)
                return ReplyTarget(song.reply.channel_id, song.reply.message_id)
            case DeliveryMethod.POST:
                return await self._post(song, payload, notify)
            case DeliveryMethod.DIRECT:
                return await self._direct(song, payload)
            case DeliveryMethod.FOLLOW_UP:
                return await self._follow_up(song, payload)

    async def find_earlier_post(
        self, method: DeliveryMethod, song: Song, payload: CardPayload
    ) -> ReplyTarget | None:
        """Return where an earlier attempt by this method posted the reply, or None.

        The process may have been killed before recording it, and been down for longer than Discord remembers
        nonces. Nothing is found where the bot can't read the history.
        """
        if method not in (DeliveryMethod.POST, DeliveryMethod.DIRECT):
            return None
        channel = self._channel(song.reply) if method is DeliveryMethod.POST else await self._dm(song)
        since = (song.finished_at or song.created_at) - CLOCK_SKEW
        try:
            async for message in channel.history(limit=HISTORY_LIMIT, after=since):
                if self._is_answer(message, song):
                    await _restore_lost_embed(message, payload.text)
                    return ReplyTarget(channel.id, message.id)
        except discord.HTTPException as error:
            if error.code != MISSING_PERMISSIONS:
                raise
        return None

    async def shows_answer(self, song: Song, *, by_token: bool) -> bool:
        """Return whether the song's reply is its card. This is False if the bot can't read it."""
        try:
            if by_token:
                webhook, message_id = self._webhook(song.reply), _message_id_or_original(song.reply)
                message = await webhook.fetch_message(message_id)
            else:
                message = await self._bot_message(song.reply).fetch()
        except discord.HTTPException as error:
            if error.code != MISSING_PERMISSIONS:
                raise
            return False
        return _has_card_buttons(message, song)

    def _is_answer(self, message: discord.Message, song: Song) -> bool:
        if self._client.user is None or message.author.id != self._client.user.id:
            return False
        return _has_card_buttons(message, song)

    async def notify(self, song: Song, card: ReplyTarget, users: Sequence[int]) -> None:
        """Send one message under the card that mentions `users` and nobody else.

        It is a followup if only the token has access. Otherwise it is a reply to the card, or a plain message
        if the bot can't read the channel's history. It names the song unless AutoMod blocks the title.
        """
        title = _title(find_language(song.language), song)
        try:
            await self._mention(song, card, users, title)
        except discord.HTTPException as error:
            if title is None or not is_blocked_by_automod(error):
                raise
            await self._mention(song, card, users, None)

    async def _mention(self, song: Song, card: ReplyTarget, users: Sequence[int], title: str | None) -> None:
        language, failed = find_language(song.language), song.state is State.FAILED
        content = wording.ready(language, users, title, failed=failed)
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

    async def tell_privately(self, song: Song, sentence: str) -> None:
        """Send a message that only the person sees, with the interaction's token."""
        await self._webhook(song.reply).send(sentence, ephemeral=True)

    async def _edit_by_token(self, song: Song, payload: CardPayload) -> ReplyTarget:
        arguments = _edit_arguments(payload, _library_note(payload.language, song))
        with handle_message_parameters(
            **arguments, previous_allowed_mentions=discord.AllowedMentions.none()
        ) as parameters:
            message = await self._edit_webhook_message(song.reply, parameters)
        channel_id, message_id = song.reply.channel_id, int(message["id"])
        return ReplyTarget(channel_id, message_id, bot_in_channel=song.reply.bot_in_channel)

    async def _post(self, song: Song, payload: CardPayload, notify: Sequence[int]) -> ReplyTarget:
        users = list(dict.fromkeys([song.user_id, *notify]))
        language = payload.language
        title = None if payload.wordless else _title(language, song)
        content = wording.ready(language, users, title, failed=song.state is State.FAILED)
        message = await self._channel(song.reply).send(
            content,
            **_send_arguments(payload),
            nonce=nonce(song, "card"),
            allowed_mentions=_mentions_of(users),
        )
        await _restore_lost_embed(message, payload.text)
        return ReplyTarget(song.reply.channel_id, message.id)

    async def _direct(self, song: Song, payload: CardPayload) -> ReplyTarget:
        channel = await self._dm(song)
        elsewhere = song.reply.channel_id if song.reply.channel_id != channel.id else None
        message = await channel.send(
            wording.by_direct_message(payload.language, elsewhere, failed=song.state is State.FAILED),
            **_send_arguments(payload),
            nonce=nonce(song, "card"),
        )
        return ReplyTarget(channel.id, message.id)

    async def _follow_up(self, song: Song, payload: CardPayload) -> ReplyTarget:
        message = await self._webhook(song.reply).send(
            _library_note(payload.language, song) or "",
            **_send_arguments(payload),
            ephemeral=song.private,
            wait=True,
        )
        return ReplyTarget(song.reply.channel_id, message.id, bot_in_channel=song.reply.bot_in_channel)

    def _webhook(self, target: ReplyTarget) -> discord.Webhook:
        webhook = discord.Webhook.partial(
            cast("int", self._client.application_id), cast("str", target.token), client=self._client
        )
        # discord.py treats a partial webhook as an incoming one, which may not send ephemeral messages.
        webhook.type = discord.WebhookType.application
        return webhook

    async def _dm(self, song: Song) -> discord.DMChannel:
        return await self._client.create_dm(discord.Object(song.user_id))

    def _channel(self, target: ReplyTarget) -> discord.PartialMessageable:
        return self._client.get_partial_messageable(target.channel_id)

    def _bot_message(self, target: ReplyTarget) -> discord.PartialMessage:
        return self._channel(target).get_partial_message(cast("int", target.message_id))


async def _restore_lost_embed(message: discord.Message, embed_text: str) -> None:
    """Put the embed's text into the message's text if Discord silently dropped the embed.

    Discord does so with status 200 where the bot lacks Embed Links (discord-api-docs #2601, #5648).
    """
    if not message.embeds and embed_text not in message.content:
        await message.edit(content=_joined(message.content, embed_text))


def _has_card_buttons(message: discord.Message, song: Song) -> bool:
    return not card_custom_ids(song.id).isdisjoint(custom_ids_on(message))


def _joined(content: str, embed_text: str) -> str:
    return f"{content}\n{embed_text}".strip()[:2000]


def mentions_by_token(song: Song, card: ReplyTarget) -> bool:
    """Return True if only a followup can mention these people. If sent twice, it appears twice."""
    return must_stay_private(song) or not card.bot_in_channel


def _library_note(language: Language, song: Song) -> str | None:
    """Return the text above a card that Discord does not store."""
    is_kept_elsewhere = must_stay_private(song) and song.state is State.COMPLETED
    return wording.ALSO_IN_LIBRARY(language) if is_kept_elsewhere else None


def _message_id_or_original(target: ReplyTarget) -> int:
    """Return the message's ID, or the webhook routes' name for the interaction's first response."""
    return target.message_id if target.message_id is not None else cast("int", "@original")


def _edit_arguments(payload: CardPayload, content: str | None = None) -> dict[str, Any]:
    """Return arguments that replace all of a message."""
    return {
        "content": content,
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


def _title(language: Language, song: Song) -> str | None:
    return title_of(language, song) if song.result and song.result.title else None
