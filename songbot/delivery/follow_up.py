"""Send a song's card as a response: opened from the library, or posted from there."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence

import discord

from songbot.discord_errors import DISCORD_ERRORS, describe
from songbot.ui.song_buttons import Action, SongButton

from .payloads import CardPayload, variants_after

log = logging.getLogger(__name__)


async def edit_in_card(
    interaction: discord.Interaction, payloads: Sequence[CardPayload], *, post_button_for: int | None
) -> bool:
    """Edit the deferred response to the first of `payloads` that Discord accepts. Return True if there is
    one.

    `post_button_for` is the song's ID if the song can be posted from there.
    """

    async def edit(payload: CardPayload) -> None:
        view = payload.make_view()
        if post_button_for is not None:
            view.add_item(SongButton(payload.language, Action.POST, post_button_for))
        await interaction.edit_original_response(embed=payload.embed, attachments=payload.files(), view=view)

    return await _first_taken(payloads, edit)


async def follow_up_with_card(interaction: discord.Interaction, payloads: Sequence[CardPayload]) -> bool:
    """Post the first of `payloads` that Discord accepts for everybody to see. Return True if there is one."""

    async def follow_up(payload: CardPayload) -> None:
        await interaction.followup.send(embed=payload.embed, files=payload.files(), view=payload.make_view())

    return await _first_taken(payloads, follow_up)


async def _first_taken(
    payloads: Sequence[CardPayload], send: Callable[[CardPayload], Awaitable[None]]
) -> bool:
    remaining = list(payloads)
    while remaining:
        payload = remaining.pop(0)
        try:
            await send(payload)
        except DISCORD_ERRORS as error:
            log.warning("a card from the library was rejected: %s", describe(error))
            remaining = variants_after(error, payload, remaining)
        else:
            return True
    return False
