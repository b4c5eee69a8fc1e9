"""Render a song's message until the card replaces it. It has the same layout as the card."""

from __future__ import annotations

from datetime import datetime, timedelta

import discord

from songbot.songs.models import Song
from songbot.songs.progress import SEGMENTS, Progress, Stage
from songbot.wording import cards, text
from songbot.wording import progress as wording
from songbot.wording.language import Language

from .colours import BRAND

PROMPT_LENGTH = 1800
ORDER_TIMEOUT = timedelta(minutes=1)
"""Longer than storing an order, or giving up on it, can take."""
_WITH_BAR = (Stage.COMPOSING, Stage.OVERDUE)


def acknowledgement_embed(language: Language, prompt: str, user_id: int, now: datetime) -> discord.Embed:
    """Return the message shown before the song is stored. `now` is aware UTC."""
    note = wording.starting(language, now + ORDER_TIMEOUT)
    facts = [note, cards.requested_by(language, user_id)]
    return _embed(wording.STARTING(language), prompt, [], facts)


def progress_embed(
    language: Language, song: Song, progress: Progress, *, ephemeral: bool = False
) -> discord.Embed:
    """Return the message of an unfinished song. Equal progress gives equal embeds."""
    almost_done = progress.segments == SEGMENTS - 1
    lines = [wording.note(language, progress)]
    if progress.stage in _WITH_BAR:
        lines.append(bar(progress.segments))
    times = wording.times(language, progress, almost_done=almost_done)
    facts = [times, cards.requested_by(language, song.user_id)]
    embed = _embed(wording.stage(language, progress), song.prompt, lines, facts)
    if ephemeral:
        embed.description = f"{embed.description}\n{wording.ONLY_YOU(language)}"
    return embed


def expiry_notice(language: Language, song: Song) -> discord.Embed:
    """Return the message shown from the token's last minute if nothing but the token can edit the reply."""
    lines = [wording.TOO_LATE_HERE(language)]
    facts = [cards.requested_by(language, song.user_id)]
    return _embed(wording.OVERDUE(language), song.prompt, lines, facts)


def bar(filled: int) -> str:
    """Return a bar of ten segments, of which `filled` are done. It is never completely full."""
    filled = min(max(0, filled), SEGMENTS - 1)
    return "▰" * filled + "▱" * (SEGMENTS - filled)


def _embed(title: str, prompt: str, lines: list[str], facts: list[str]) -> discord.Embed:
    subtle = cards.SEPARATOR.join(fact for fact in facts if fact)
    quote = f"> {text.escape_and_clamp(prompt, PROMPT_LENGTH) or '…'}"
    description = "\n".join(line for line in [quote, *lines, f"-# {subtle}"] if line)
    return discord.Embed(title=title, description=description, colour=BRAND)
