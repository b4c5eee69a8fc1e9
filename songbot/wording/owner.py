"""Provide the responses to `/owner`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from songbot.songs.models import FailureReason, State
from songbot.wording.text import duration

from . import general
from .language import Language, Message, Title
from .quotas import when
from .song_states import REASONS

STATUS_TITLE = Title("Bot status")
VERSION = Title("Version")
UP_SINCE = Title("Up since")
SHARDS = Title("Shards in this process")
IN_PROGRESS = Title("Songs in progress")
LAST_DAY = Title("Requested in the last 24 hours")
DURATIONS = Title("Speed")
ERRORS = Title("Latest Whisul errors")
DATABASE = Title("Database")
HEALTH = Title("Health")

NONE = Message("None")
NO_REASON = Message("Please give a reason – users will see it.")
RESUMED = Message("Resumed. New songs are being made.")
NOT_PAUSED = Message("New songs weren't paused. Nothing changed.")
THROTTLE_NORMAL = Message("Requests to Whisul are not limited.")
_READY = Message("Ready.")
_NO_BACKUP = Message("No backup has been recorded.")
_SIZES = (
    # Translators: {database} is the database's name, as in "SQLite, 12 bytes".
    Message("{database}, {size} bytes"),
    Message("{database}, {size} kB"),
    Message("{database}, {size} MB"),
    Message("{database}, {size} GB"),
)


def paused(language: Language, reason: str) -> str:
    """Return the message that users now get when they request a song."""
    # Translators: {message} is the text that users see, in your language here.
    return language.gettext(
        "New songs are paused. Users see:\n>>> {message}", message=general.closed(language, reason)
    )


def latency(language: Language, shard: int, seconds: float | None) -> str:
    """Return one shard's latency. `seconds` is None while the shard is not connected."""
    if seconds is None:
        # Translators: {shard} is a number. A shard is one of several connections to Discord.
        return language.gettext("{shard}: not connected", shard=shard)
    return language.gettext("{shard}: {milliseconds} ms", shard=shard, milliseconds=f"{seconds * 1000:.0f}")


def more_shards(language: Language, count: int) -> str:
    """Return how many shards are not shown."""
    # Translators: {count} more shards, at the end of a list.
    return language.ngettext("and {count} more", "and {count} more", count)


def readiness(language: Language, not_ready: Sequence[str]) -> str:
    """Return which parts of this process are not ready."""
    if not not_ready:
        return _READY(language)
    # Translators: {parts} is a list of parts of the program, in English.
    return language.gettext("Not ready: {parts}.", parts=language.listed(not_ready))


def songs_lost(language: Language, number: int) -> str:
    """Return how many songs were lost together with this process's lease."""
    # Translators: The process had reserved the songs in the database for a while (a lease), and was too slow.
    return language.ngettext(
        "This process has lost its lease on {count} song since it started.",
        "This process has lost its lease on {count} songs since it started.",
        number,
    )


def last_backup(language: Language, made_at: datetime | None) -> str:
    """Return when the last backup was made. None means that no backup was ever recorded."""
    if made_at is None:
        return _NO_BACKUP(language)
    # Translators: {when} is a time such as "2 hours ago (1 May 2026 12:00)".
    return language.gettext("Last backup {when}.", when=when(made_at))


def in_state(language: Language, state: State, number: int) -> str:
    """Return "3 composing"."""
    match state:
        case State.QUEUED:
            # Translators: {count} songs are in this state. Below a heading such as "Songs in progress".
            return language.ngettext("{count} queued", "{count} queued", number)
        case State.SUBMITTING:
            # Translators: {count} songs are just being sent to Whisul.
            return language.ngettext("{count} submitting", "{count} submitting", number)
        case State.COMPOSING:
            # Translators: {count} songs are being composed.
            return language.ngettext("{count} composing", "{count} composing", number)
        case State.COMPLETED:
            # Translators: {count} songs were completed.
            return language.ngettext("{count} completed", "{count} completed", number)
        case State.FAILED:
            # Translators: {count} songs failed.
            return language.ngettext("{count} failed", "{count} failed", number)


def outcome(language: Language, of: State, reason: FailureReason | None, number: int) -> str:
    """Return "2 failed: timed out"."""
    songs = in_state(language, of, number)
    if reason is None:
        return songs
    # Translators: {songs} is a phrase such as "2 failed", {reason} one such as "timed out".
    return language.gettext("{songs}: {reason}", songs=songs, reason=REASONS[reason](language))


def undelivered(language: Language, number: int) -> str:
    """Return how many finished songs are not delivered yet."""
    # Translators: {count} songs.
    return language.ngettext(
        "{count} finished, not delivered yet", "{count} finished, not delivered yet", number
    )


def estimator(language: Language, usual: float, slow: float) -> str:
    """Return the median and 90th percentile of recent composing times. Both are given in seconds."""
    # Translators: {usual} and {slow} are durations such as "1:30", {share} is "90%".
    return language.gettext(
        "Half of all songs take up to {usual}, {share} up to {slow}.",
        usual=duration(round(usual)),
        share=language.percent(0.9),
        slow=duration(round(slow)),
    )


def throttle_limited(language: Language, rate: float) -> str:
    """Return how many requests per second are allowed."""
    return language.gettext(
        "Requests to Whisul are limited to {rate} per second.", rate=language.number(rate, decimals=1)
    )


def throttle_suspended(language: Language, seconds: float) -> str:
    """Return the number of seconds until the next attempt."""
    if seconds <= 0:
        return language.gettext("Requests to Whisul are suspended; the next try is now.")
    return language.gettext(
        "Requests to Whisul are suspended; the next try is in {seconds} s.",
        seconds=language.number(max(1, round(seconds))),
    )


def error(language: Language, kind: str, detail: str, at: datetime, times: int) -> str:
    """Return one error. `detail` is escaped."""
    head = f"{when(at)} **{kind}**"
    if times <= 1:
        return f"{head}: {detail}"
    # Translators: {error} is a time and a kind of error, {detail} Whisul's words.
    return language.ngettext(
        "{error} ({count} time in a row): {detail}",
        "{error} ({count} times in a row): {detail}",
        times,
        error=head,
        detail=detail,
    )


def database(language: Language, kind: str, size_bytes: int) -> str:
    """Return "SQLite, 12.3 MB"."""
    size, unit = float(size_bytes), 0
    while size >= 1000 and unit < len(_SIZES) - 1:
        size, unit = size / 1000, unit + 1
    return language.gettext(
        _SIZES[unit].english, database=kind, size=language.number(size, decimals=1 if unit else 0)
    )
