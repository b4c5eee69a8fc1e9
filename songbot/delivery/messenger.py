"""The requests to Discord that the courier makes. Each raises what discord.py and aiohttp raise."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, cast

import discord

from songbot.discord_errors import MISSING_PERMISSIONS, NO_REPLY_WITHOUT_HISTORY
from songbot.songs.models import Reply, Song, State
from songbot.ui.song_card import title_of
from songbot.wording import cards as wording

from .fallbacks import Step, is_hidden, nonce
from .payloads import Draft, answer_buttons

NOBODY = discord.AllowedMentions.none()
LOOK_THROUGH = 100
"""Messages, as many as one request gives ("Get Channel Messages")."""
CLOCKS_APART = timedelta(minutes=5)
"""Between Discord's clock and ours, at the most."""


class Messenger:
    """Posts and edits by ids alone: nothing needs to be cached."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client

    async def edit_line(self, reply: Reply, line: str, view: discord.ui.View, *, by_token: bool) -> None:
        """Put `line` and `view` in place of all that the reply shows."""
        if by_token:
            await self._webhook(reply).edit_message(
                _target(reply), content=line, embeds=[], view=view, allowed_mentions=NOBODY
            )
        else:
            await self._own(reply).edit(content=line, embeds=[], view=view, allowed_mentions=NOBODY)

    async def send(self, step: Step, song: Song, draft: Draft, notify: Sequence[int]) -> Reply:
        """Take one step of the ladder; where the card is now, without a token."""
        match step:
            case Step.TOKEN:
                message = await self._webhook(song.reply).edit_message(
                    _target(song.reply), **_edit(draft), allowed_mentions=NOBODY
                )
                return Reply(song.reply.channel_id, message.id, bot_in_channel=song.reply.bot_in_channel)
            case Step.EDIT:
                await self._own(song.reply).edit(**_edit(draft), allowed_mentions=NOBODY)
                return Reply(song.reply.channel_id, song.reply.message_id)
            case Step.POST:
                return await self._post(song, draft, notify)
            case Step.DIRECT:
                return await self._direct(song, draft)

    async def posted_before(self, step: Step, song: Song) -> Reply | None:
        """Where an earlier attempt at this step has posted the answer already, if one did.

        The process may have been killed before it could write that down, and have been down for longer than
        Discord remembers nonces. Where the bot may not read the history, nothing is found.
        """
        if step not in (Step.POST, Step.DIRECT):
            return None
        channel = self._channel(song.reply) if step is Step.POST else await self._dm(song)
        since = (song.finished_at or song.created_at) - CLOCKS_APART
        try:
            async for message in channel.history(limit=LOOK_THROUGH, after=since):
                if self._is_answer(message, song):
                    return Reply(channel.id, message.id)
        except discord.HTTPException as error:
            if error.code != MISSING_PERMISSIONS:
                raise
        return None

    def _is_answer(self, message: discord.Message, song: Song) -> bool:
        if self._client.user is None or message.author.id != self._client.user.id:
            return False
        buttons = (part for row in message.components for part in getattr(row, "children", ()))
        return any(getattr(button, "custom_id", None) in answer_buttons(song.id) for button in buttons)

    async def mention(self, song: Song, card: Reply, users: Sequence[int]) -> None:
        """One message under the card that mentions `users` and nobody else.

        By token where only the token gets there (a follow-up); else as a reply, or without the reference
        where the bot may not read the channel's history.
        """
        line = wording.ready(users, _title(song), failed=song.state is State.FAILED)
        allowed = _only(users)
        if mentions_by_token(song, card):
            await self._webhook(song.reply).send(line, ephemeral=song.private, allowed_mentions=allowed)
            return
        channel = self._channel(card)
        once = nonce(song, "notify")
        reference = self._own(card).to_reference(fail_if_not_exists=False)
        try:
            await channel.send(line, reference=reference, allowed_mentions=allowed, nonce=once)
        except discord.HTTPException as error:
            if error.code != NO_REPLY_WITHOUT_HISTORY:
                raise
            await channel.send(line, allowed_mentions=allowed, nonce=once)

    async def _post(self, song: Song, draft: Draft, notify: Sequence[int]) -> Reply:
        users = list(dict.fromkeys([song.user_id, *notify]))
        message = await self._channel(song.reply).send(
            wording.ready(users, _title(song), failed=song.state is State.FAILED),
            **_new(draft),
            nonce=nonce(song, "card"),
            allowed_mentions=_only(users),
        )
        return Reply(song.reply.channel_id, message.id)

    async def _direct(self, song: Song, draft: Draft) -> Reply:
        channel = await self._dm(song)
        elsewhere = song.reply.channel_id if song.reply.channel_id != channel.id else None
        message = await channel.send(
            wording.by_direct_message(elsewhere, failed=song.state is State.FAILED),
            **_new(draft),
            nonce=nonce(song, "card"),
            allowed_mentions=NOBODY,
        )
        return Reply(channel.id, message.id)

    def _webhook(self, reply: Reply) -> discord.Webhook:
        webhook = discord.Webhook.partial(
            cast("int", self._client.application_id), cast("str", reply.token), client=self._client
        )
        # A partial webhook passes for an incoming one, which discord.py lets send nothing ephemeral.
        webhook.type = discord.WebhookType.application
        return webhook

    async def _dm(self, song: Song) -> discord.DMChannel:
        return await self._client.create_dm(discord.Object(song.user_id))

    def _channel(self, reply: Reply) -> discord.PartialMessageable:
        return self._client.get_partial_messageable(reply.channel_id)

    def _own(self, reply: Reply) -> discord.PartialMessage:
        return self._channel(reply).get_partial_message(cast("int", reply.message_id))


def mentions_by_token(song: Song, card: Reply) -> bool:
    """Does only a follow-up reach those to be mentioned? It has no nonce: sent twice, it is there twice."""
    return is_hidden(song) or not card.bot_in_channel


def _target(reply: Reply) -> int:
    """The message's id, or what the webhook routes take for the interaction's first answer."""
    return reply.message_id if reply.message_id is not None else cast("int", "@original")


def _edit(draft: Draft) -> dict[str, Any]:
    """In place of all that was there."""
    return {
        "content": None,
        "embeds": [draft.embed],
        "attachments": draft.files(),
        "view": draft.make_view(),
    }


def _new(draft: Draft) -> dict[str, Any]:
    return {"embeds": [draft.embed], "files": draft.files(), "view": draft.make_view()}


def _only(users: Sequence[int]) -> discord.AllowedMentions:
    return discord.AllowedMentions(
        everyone=False, roles=False, replied_user=False, users=[discord.Object(user) for user in users]
    )


def _title(song: Song) -> str | None:
    return title_of(song) if song.result and song.result.title else None
