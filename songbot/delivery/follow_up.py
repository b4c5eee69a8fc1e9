"""A song's card as an answer: opened from the library, or posted from there."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import discord

from songbot.discord_errors import DISCORD_ERRORS, describe, retry_with_less_content
from songbot.ui.song_buttons import Action, SongButton

from .payloads import CardPayload

log = logging.getLogger(__name__)


async def send_card(
    interaction: discord.Interaction,
    payloads: Sequence[CardPayload],
    *,
    ephemeral: bool,
    post_button_for: int | None = None,
) -> bool:
    """Send the first of `drafts` that Discord takes as a follow-up. `post_button_for`: a song's id."""
    for payload in payloads:
        view = payload.make_view()
        if post_button_for is not None:
            view.add_item(SongButton(Action.POST, post_button_for))
        try:
            await interaction.followup.send(
                embed=payload.embed,
                files=payload.files(),
                view=view,
                ephemeral=ephemeral,
            )
        except DISCORD_ERRORS as error:
            log.warning("a card from the library was not taken: %s", describe(error))
            if not retry_with_less_content(error):
                return False
        else:
            return True
    return False
