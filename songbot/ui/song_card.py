"""Render the final embeds: a finished song, or why one failed. Unknown values are left out."""

from __future__ import annotations

import math

import discord

from songbot.songs.models import FailureReason, Relation, Song, State
from songbot.wording import cards as wording
from songbot.wording import failures, text
from songbot.wording.language import Language

from .colours import BRAND, FAILURE

TITLE, DESCRIPTION, TAG_LINE = 256, 1800, 1024
"""Characters: Discord's limit for titles, and the bot's own for prompt and tags, since an embed holds
4,096 in its description and 6,000 in total ("Embed Limits")."""
TAGS, TAG = 15, 40
PLAIN = 1900


def song_embed(
    language: Language,
    song: Song,
    *,
    cover: str | None = None,
    parent: str | None = None,
    colour: discord.Colour = BRAND,
) -> discord.Embed:
    """Return the card of a completed song.

    `cover` is the file name of an attachment; without it, Whisul's link is used. `parent` is a finished line
    about the song's origin (see `origin_text`). `colour` is the accent colour of the cover.
    """
    embed = discord.Embed(
        title=title_of(language, song),
        description=_description(language, song, parent),
        colour=colour,
        timestamp=song.finished_at or song.created_at,
    )
    if song.result is not None:
        embed.url = text.safe_link(song.result.song_url)
        embed.set_image(url=f"attachment://{cover}" if cover else text.safe_link(song.result.image_url))
    return embed.set_footer(text=wording.MADE_WITH(language))


def without_links(embed: discord.Embed) -> discord.Embed:
    """Return the embed without parts that Discord may reject: Whisul's links and the attached cover."""
    bare = embed.copy()
    bare.url = None
    return bare.set_image(url=None)


def without_words(language: Language, song: Song, embed: discord.Embed) -> discord.Embed:
    """Return the same embed without prompt, title, tags and Whisul's words, for AutoMod."""
    failed = song.state is State.FAILED
    bare = discord.Embed(
        title=failures.title(language, song.reason) if failed else wording.UNTITLED(language),
        description=f"{wording.WORDS_BLOCKED(language)}\n-# {wording.requested_by(language, song.user_id)}",
        colour=embed.colour,
        timestamp=embed.timestamp,
        url=embed.url,
    )
    return bare if failed else bare.set_footer(text=wording.MADE_WITH(language))


def plain_card(embed: discord.Embed) -> str:
    """Return the embed as a message's text of at most 1,900 characters."""
    facts = [f"{field.name}: {field.value}" for field in embed.fields if field.value]
    lines = [f"**{embed.title}**", embed.description or "", *facts]
    shown = text.clamp("\n".join(line for line in lines if line), PLAIN - len(embed.url or "") - 3)
    return f"{shown}\n<{embed.url}>" if embed.url else shown


def failure_embed(language: Language, song: Song) -> discord.Embed:
    """Return what happened, what to do, that nothing was charged, and Whisul's own message."""
    prompt = text.escape_and_clamp(song.prompt, DESCRIPTION)
    lines = [
        f"> {prompt}" if prompt else "",
        failures.why(language, song.reason),
        f"-# {failures.REFUNDED(language)}{wording.SEPARATOR}{wording.requested_by(language, song.user_id)}",
    ]
    embed = discord.Embed(
        title=failures.title(language, song.reason),
        description="\n".join(line for line in lines if line),
        colour=BRAND if song.reason is FailureReason.CANCELLED else FAILURE,
        timestamp=song.finished_at or song.created_at,
    )
    if error := text.escape_and_clamp(song.error, 500):
        embed.add_field(name=failures.WHISULS_WORDS(language), value=error, inline=False)
    return embed


def title_of(language: Language, song: Song) -> str:
    """Return the escaped title in at most 256 characters, or "Untitled" if Whisul gave none."""
    return text.escape_and_clamp(song.result.title if song.result else None, TITLE) or wording.UNTITLED(
        language
    )


def origin_text(language: Language, song: Song, parent: Song) -> str | None:
    """Return "Remix of Midnight Grid", linked if the reader can open the parent's card, or None for a retry.

    The title of a private parent is never shown under a public song.
    """
    if song.relation is None or song.relation is Relation.RETRY or (parent.private and not song.private):
        return None
    title = title_of(language, parent)
    target = parent.reply
    if _is_reachable(song, parent):
        path = f"{parent.guild_id or '@me'}/{target.channel_id}/{target.message_id}"
        title = f"[{title}](https://discord.com/channels/{path})"
    return wording.came_from(language, song.relation, title)


def _is_reachable(song: Song, parent: Song) -> bool:
    """Return True if the parent's card is in the same server or DM, and neither private nor deleted."""
    same_channel = parent.reply.channel_id == song.reply.channel_id
    return (
        parent.guild_id == song.guild_id
        and (parent.guild_id is not None or same_channel)
        and not parent.private
        and parent.deleted_at is None
        and parent.reply.message_id is not None
        and parent.origin_channel_id is None
    )


def tempo_text(language: Language, value: float | None) -> str:
    """Return the tempo as a whole number or with one decimal, as in "140 BPM"; empty if it is invalid."""
    if value is None or not math.isfinite(value) or not 0 < value < 10_000:
        return ""
    return wording.beats_per_minute(language, round(value, 1))


def inline_tags(tags: tuple[str, ...]) -> str:
    """Return as many whole tags as fit."""
    line = ""
    for tag in dict.fromkeys(text.inline_code(tag, TAG) for tag in tags[:TAGS]):
        longer = f"{line} {tag}".strip()
        if len(longer) <= TAG_LINE:
            line = longer
    return line


def facts(language: Language, song: Song) -> list[str]:
    """Return the length and tempo that Whisul gave, as in "2:47", "140 BPM"."""
    result = song.result
    seconds = result.duration_seconds if result else None
    length = text.duration(seconds) if seconds and 0 < seconds < 360_000 else ""
    tempo = tempo_text(language, result.bpm if result else None)
    return [fact for fact in (length, tempo) if fact]


def _description(language: Language, song: Song, parent: str | None) -> str:
    prompt = text.escape_and_clamp(song.prompt, DESCRIPTION)
    subtle = wording.SEPARATOR.join([*facts(language, song), wording.requested_by(language, song.user_id)])
    tags = inline_tags(song.result.tags if song.result else ())
    lines = [parent or "", f"> {prompt}" if prompt else "", tags, f"-# {subtle}"]
    return "\n".join(line for line in lines if line)
