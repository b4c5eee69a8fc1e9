"""The answer to a song as a message, from the fullest to the barest form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO

import discord

from songbot.media.downloader import MediaFile, SongFiles
from songbot.songs.models import Song, State
from songbot.ui.colours import BRAND
from songbot.ui.custom_ids import custom_id
from songbot.ui.song_buttons import Action, card_view, failure_view
from songbot.ui.song_card import failure_embed, song_embed, without_links


@dataclass(frozen=True, slots=True)
class CardPayload:
    """discord.py closes files and remembers views once sent, so both are made anew for every request."""

    embed: discord.Embed
    make_view: Callable[[], discord.ui.View]
    attached: tuple[MediaFile, ...] = ()

    def files(self) -> list[discord.File]:
        """Fresh readers over the same bytes."""
        return [discord.File(BytesIO(file.data), filename=file.name) for file in self.attached]


def card_custom_ids(song_id: int) -> frozenset[str]:
    """Custom ids, one of which is under every draft: by them an answer is known again."""
    return frozenset(custom_id(f"song:{action}", song_id) for action in (Action.TAKE, Action.RETRY))


def payload_variants(
    song: Song, files: SongFiles, parent: str | None, accent: int | None = None
) -> list[CardPayload]:
    """Return the card with files, with links alone, and without links, should Discord take none of those.

    `accent` is the card's colour as 0xRRGGBB, None for the bot's own.
    """
    if song.state is State.FAILED:
        return [CardPayload(failure_embed(song), lambda: failure_view(song))]
    colour = BRAND if accent is None else discord.Colour(accent)
    linked = song_embed(song, parent=parent, colour=colour)
    payloads = [
        CardPayload(linked, lambda: card_view(song)),
        CardPayload(without_links(linked), lambda: card_view(song, listen=False)),
    ]
    if files.present:
        cover = files.cover.name if files.cover else None
        full = song_embed(song, cover=cover, parent=parent, colour=colour)
        payloads.insert(0, CardPayload(full, lambda: card_view(song), files.present))
    return payloads
