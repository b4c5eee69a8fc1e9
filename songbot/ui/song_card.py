"""Render the embeds of finished and failed songs. Fields without a value are left out."""

from __future__ import annotations

import math

import discord

from songbot.songs.models import Relation, Song
from songbot.ui import colours
from songbot.wording import cards as wording
from songbot.wording import failures, text

TITLE, DESCRIPTION, FIELD = 256, 1800, 1024
"""Discord's limits for title and field, and our own for the prompt: an embed holds at most 6,000 characters
("Embed Limits")."""
TAGS, TAG = 15, 40


def song_embed(song: Song, *, cover: str | None = None, parent: str | None = None) -> discord.Embed:
    """Return the embed of a completed song.

    `cover` is an attachment's file name; without it Whisul's link is used. `parent` is a line about the song
    that it came from (see `origin_text`)."""
    embed = discord.Embed(
        title=title_of(song),
        description=_description(song, parent),
        colour=colours.SUCCESS,
        timestamp=song.finished_at or song.created_at,
    )
    if song.result is not None:
        embed.url = text.safe_link(song.result.song_url)
        _set_image(embed, f"attachment://{cover}" if cover else text.safe_link(song.result.image_url))
    for name, value, inline in _fields(song):
        if value:
            embed.add_field(name=name, value=value, inline=inline)
    return embed.set_footer(text=wording.MADE_WITH)


def without_links(embed: discord.Embed) -> discord.Embed:
    """Return the embed without what Discord may refuse: Whisul's links and the attached cover."""
    bare = embed.copy()
    bare.url = None
    return bare.set_image(url=None)


def failure_embed(song: Song) -> discord.Embed:
    """Return the embed of a failed song: what happened, what to do, and Whisul's own words."""
    embed = discord.Embed(
        title=failures.TITLE,
        description=f"{failures.why(song.reason)}\n{failures.REFUNDED}",
        colour=colours.FAILURE,
        timestamp=song.finished_at or song.created_at,
    )
    for name, value in (
        (failures.WHISULS_WORDS, text.escape_and_clamp(song.error, 500)),
        (failures.PROMPT, text.escape_and_clamp(song.prompt, FIELD)),
    ):
        if value:
            embed.add_field(name=name, value=value, inline=False)
    return embed.set_footer(text=wording.MADE_WITH)


def title_of(song: Song) -> str:
    """Return the escaped title of at most 256 characters, or "Untitled" if Whisul gave none."""
    return text.escape_and_clamp(song.result.title if song.result else None, TITLE) or wording.UNTITLED


def origin_text(song: Song, parent: Song) -> str | None:
    """Return "Remix of Midnight Grid", linked if the card of `parent` can be reached; None for a retry.

    A public song does not give away a private song's title.
    """
    if song.relation is None or song.relation is Relation.RETRY or (parent.private and not song.private):
        return None
    title = title_of(parent)
    target = parent.reply
    if _is_reachable(song, parent):
        path = f"{parent.guild_id or '@me'}/{target.channel_id}/{target.message_id}"
        title = f"[{title}](https://discord.com/channels/{path})"
    return wording.came_from(song.relation, title)


def _is_reachable(song: Song, parent: Song) -> bool:
    """Check that both are in the same server or DM, and the parent is neither private nor deleted."""
    same_channel = parent.reply.channel_id == song.reply.channel_id
    return (
        parent.guild_id == song.guild_id
        and (parent.guild_id is not None or same_channel)
        and not parent.private
        and parent.deleted_at is None
        and parent.reply.message_id is not None
    )


def bpm(value: float | None) -> str:
    """Return the tempo with at most one decimal, or an empty text if it is none."""
    if value is None or not math.isfinite(value) or not 0 < value < 10_000:
        return ""
    return f"{round(value, 1):g}"


def inline_tags(tags: tuple[str, ...]) -> str:
    """Return as many tags as fit, none of them cut."""
    line = ""
    for tag in dict.fromkeys(text.inline_code(tag, TAG) for tag in tags[:TAGS]):
        longer = f"{line} {tag}".strip()
        if len(longer) <= FIELD:
            line = longer
    return line


def _description(song: Song, parent: str | None) -> str | None:
    prompt = text.escape_and_clamp(song.prompt, DESCRIPTION)
    lines = [parent or "", f"> {prompt}" if prompt else ""]
    return "\n".join(line for line in lines if line) or None


def _fields(song: Song) -> list[tuple[str, str, bool]]:
    result = song.result
    seconds = result.duration_seconds if result else None
    length = text.duration(seconds) if seconds and 0 < seconds < 360_000 else ""
    return [
        (wording.BPM, bpm(result.bpm if result else None), True),
        (wording.LENGTH, length, True),
        (wording.ASKED_BY, f"<@{song.user_id}>", True),
        (wording.TAGS, inline_tags(result.tags if result else ()), False),
    ]


def _set_image(embed: discord.Embed, url: str | None) -> None:
    if url:
        embed.set_image(url=url)
