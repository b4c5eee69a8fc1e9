"""Render `/owner song`: all details of one song, for the bot's owner."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import discord

from songbot.songs.admin import SongDetails
from songbot.songs.models import DeliveryState, Song, State
from songbot.ui.colours import BRAND, FAILURE
from songbot.wording import song_details as wording
from songbot.wording import text
from songbot.wording.language import Language
from songbot.wording.song_states import REASONS

_FIELD, _PROMPT, _ERROR = 1024, 300, 300


def song_details_embed(language: Language, details: SongDetails) -> discord.Embed:
    """Return the embed. The prompt is personal data, so it is shortened, and left out once the song was
    deleted."""
    song = details.song
    embed = discord.Embed(
        title=_title(language, song), colour=FAILURE if song.state is State.FAILED else BRAND
    )
    embed.description = (
        wording.GONE(language) if song.deleted_at else f"> {text.escape_and_clamp(song.prompt, _PROMPT)}"
    )
    reason = REASONS[song.reason](language) if song.reason else ""
    failure = text.escape_and_clamp(song.error, _ERROR)
    for name, value in (
        (wording.ASKED, _asked(language, song)),
        (
            wording.CHARGED,
            wording.charged(
                language, song.quota_guild_id, granted=details.granted, refunded_at=song.refunded_at
            ),
        ),
        (wording.TIMELINE, "\n".join(_timeline(language, song))),
        (wording.FAILURE, f"{reason}\n{failure}".strip()),
        (wording.JOB, text.inline_code(song.job_id or "", 200)),
        (wording.DELIVERY, wording.delivery(language, song.delivery, details.subscribers)),
        (wording.MESSAGE, _message(song)),
        (wording.WORKER, text.inline_code(details.worker_id or "", 200)),
    ):
        if value:
            embed.add_field(name=name(language), value=text.clamp(value, _FIELD), inline=False)
    return embed


def _title(language: Language, song: Song) -> str:
    title = text.escape_and_clamp(song.result.title, 150) if song.result and not song.deleted_at else ""
    return wording.title(language, song.id, song.state, title)


def _asked(language: Language, song: Song) -> str:
    request = wording.asked(language, song.user_id, song.guild_id, song.requested_in, private=song.private)
    if song.parent_id is None or song.relation is None:
        return request
    return wording.parent(language, request, song.relation, song.parent_id)


def _timeline(language: Language, song: Song) -> Iterable[str]:
    yield wording.asked_at(language, song.created_at)
    if song.submitted_at:
        waited = _between(song.created_at, song.submitted_at) or 0.0
        yield wording.submitted_at(language, song.submitted_at, waited)
    if song.unavailable_since and not song.finished:
        yield wording.unavailable_since(language, song.unavailable_since)
    if song.finished_at:
        took = _between(song.submitted_at, song.finished_at)
        yield wording.finished_at(language, song.finished_at, song.state, took)
    if song.delivered_at and song.delivery is not DeliveryState.PENDING:
        lag = _between(song.finished_at, song.delivered_at)
        yield wording.delivered_at(language, song.delivered_at, song.delivery, lag)
    if song.deleted_at:
        yield wording.deleted_at(language, song.deleted_at)


def _between(earlier: datetime | None, later: datetime) -> float | None:
    return None if earlier is None else max(0.0, (later - earlier).total_seconds())


def _message(song: Song) -> str:
    """Return the link to the song's message. Only the person who asked can open a link to a private
    message."""
    if song.reply.message_id is None:
        return ""
    guild = song.guild_id if song.guild_id and song.origin_channel_id is None else "@me"
    path = f"{guild}/{song.reply.channel_id}/{song.reply.message_id}"
    return f"https://discord.com/channels/{path}"
