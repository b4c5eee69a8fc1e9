"""Build a song's reply as a message, in variants from the most complete to the simplest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from typing import Any

import discord

from songbot.discord_errors import MISSING_PERMISSIONS, is_blocked_by_automod, retry_with_less_content
from songbot.media.downloader import UPLOAD_MARGIN, MediaFile, SongFiles
from songbot.songs.models import Song, State
from songbot.ui.colours import BRAND
from songbot.ui.custom_ids import custom_id
from songbot.ui.song_buttons import Action, card_view, failure_view
from songbot.ui.song_card import failure_embed, plain_card, song_embed, without_links, without_words
from songbot.wording.language import Language


class TitledFile(discord.File):
    """A file with Discord's `title`, which shows what an ASCII file name can't (discord-api-docs PR
    #6945)."""

    def __init__(self, file: MediaFile) -> None:
        super().__init__(BytesIO(file.data), filename=file.name)
        self._title = file.title

    def to_dict(self, index: int) -> dict[str, Any]:
        """Return Discord's partial attachment object."""
        return super().to_dict(index) | ({"title": self._title} if self._title else {})


@dataclass(frozen=True, slots=True)
class CardPayload:
    """One variant of the reply. `wordless` variants have neither prompt nor title, to pass AutoMod.

    Most variants are never sent, so each embed is built when it is read. discord.py closes files and stores
    views once sent, so both are created for each request.
    """

    make_embed: Callable[[], discord.Embed]
    make_view: Callable[[], discord.ui.View]
    language: Language
    attached: tuple[MediaFile, ...] = ()
    wordless: bool = False

    @property
    def embed(self) -> discord.Embed:
        return self.make_embed()

    @property
    def text(self) -> str:
        """The text that replaces the embed if Discord drops it."""
        return plain_card(self.embed)

    def files(self) -> list[TitledFile]:
        """Return new readers of the same bytes."""
        return [TitledFile(file) for file in self.attached]


def card_custom_ids(song_id: int) -> frozenset[str]:
    """Return custom IDs, one of which is in every variant, so that the reply can be recognised."""
    return frozenset(custom_id(f"song:{action}", song_id) for action in (Action.TAKE, Action.RETRY))


def payload_variants(
    language: Language,
    song: Song,
    files: SongFiles,
    parent: str | None,
    accent: int | None = None,
    *,
    max_bytes: int | None = None,
) -> list[CardPayload]:
    """Return the variants: with files, with links only, without links, and without prompt and title.

    `accent` is the card's colour as 0xRRGGBB, or None for the bot's own. Files are attached only up to
    `max_bytes` in total; None attaches all.
    """
    if song.state is State.FAILED:
        return [
            CardPayload(
                lambda: failure_embed(language, song), lambda: failure_view(language, song), language
            ),
            CardPayload(
                lambda: without_words(language, song, failure_embed(language, song)),
                lambda: failure_view(language, song),
                language,
                wordless=True,
            ),
        ]
    colour = BRAND if accent is None else discord.Colour(accent)
    build = partial(song_embed, language, song, parent=parent, colour=colour)
    view = partial(card_view, language, song)
    payloads = [
        CardPayload(build, view, language),
        CardPayload(lambda: without_links(build()), partial(view, listen=False), language),
        CardPayload(
            lambda: without_words(language, song, song_embed(language, song)), view, language, wordless=True
        ),
    ]
    if attached := _fitting(files, max_bytes):
        cover = files.cover.name if files.cover in attached else None
        payloads.insert(0, CardPayload(partial(build, cover=cover), view, language, attached))
    return payloads


def variants_after(
    error: BaseException, payload: CardPayload, remaining: list[CardPayload]
) -> list[CardPayload]:
    """Return the variants that may still work after `error` rejected `payload`."""
    if is_blocked_by_automod(error):
        return [each for each in remaining if each.wordless]
    if not retry_with_less_content(error):
        return []
    rest = [each for each in remaining if not each.wordless]
    if isinstance(error, discord.HTTPException) and error.code == MISSING_PERMISSIONS:
        return [each for each in rest if not each.attached] if payload.attached else []
    return rest


def _fitting(files: SongFiles, max_bytes: int | None) -> tuple[MediaFile, ...]:
    """Return cover and audio if both fit, else only the cover if that fits."""
    present, cover = files.present, tuple(file for file in (files.cover,) if file)
    room = None if max_bytes is None else max(0, max_bytes - UPLOAD_MARGIN)
    for some in (present, cover):
        if room is None or sum(len(file.data) for file in some) <= room:
            return some
    return ()
