"""Provide the responses to `/owner`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from songbot.songs.models import FailureReason, State
from songbot.wording.text import duration

from . import general
from .quotas import when

STATUS_TITLE = "Bot status"
VERSION = "Version"
UP_SINCE = "Up since"
SHARDS = "Shards in this process"
IN_PROGRESS = "Songs in progress"
LAST_DAY = "Requested in the last 24 hours"
DURATIONS = "Speed"
ERRORS = "Latest Whisul errors"
DATABASE = "Database"
HEALTH = "Health"

NONE = "None"
NOT_CONNECTED = "not connected"
UNDELIVERED = "finished, not delivered yet"
NO_REASON = "Please give a reason – users will see it."
RESUMED = "Resumed. New songs are being made."
NOT_PAUSED = "New songs weren't paused. Nothing changed."
NO_SONG = "There is no song with this ID, or the person who requested it deleted their data."

ASKED = "Requested"
CHARGED = "Charged to"
TIMELINE = "Timeline"
DELIVERY = "Delivery"
FAILURE = "Why it failed"
JOB = "Whisul job"
WORKER = "Worker"
MESSAGE = "Message"
GONE = "This song was deleted, so its prompt isn't shown."
OWN_QUOTA = "their own quota in DMs"

_STATES = {
    State.QUEUED: "queued",
    State.SUBMITTING: "submitting",
    State.COMPOSING: "composing",
    State.COMPLETED: "completed",
    State.FAILED: "failed",
}
_UNITS = ("bytes", "kB", "MB", "GB")


def paused(reason: str) -> str:
    """Return the message that users now get when they request a song."""
    return f"New songs are paused. Users see:\n>>> {general.closed(reason)}"


def latency(shard: int, seconds: float | None) -> str:
    """Return one shard's latency. `seconds` is None while the shard is not connected."""
    return f"{shard}: {NOT_CONNECTED if seconds is None else f'{seconds * 1000:.0f} ms'}"


def more_shards(count: int) -> str:
    """Return how many shards are not shown."""
    return f"and {count:,} more"


def readiness(not_ready: Sequence[str]) -> str:
    """Return which parts of this process are not ready."""
    return f"Not ready: {', '.join(not_ready)}." if not_ready else "Ready."


def songs_lost(number: int) -> str:
    """Return how many songs were lost together with this process's lease."""
    songs = "1 song" if number == 1 else f"{number:,} songs"
    return f"This process has lost its lease on {songs} since it started."


def last_backup(made_at: datetime | None) -> str:
    """Return when the last backup was made. None means that no backup was ever recorded."""
    return "No backup has been recorded." if made_at is None else f"Last backup {when(made_at)}."


def state(of: State, number: int | None = None) -> str:
    """Return "3 composing", or only the state."""
    return _STATES[of] if number is None else f"{number:,} {_STATES[of]}"


def outcome(of: State, reason: FailureReason | None, number: int) -> str:
    """Return "2 failed: timed out"."""
    return state(of, number) + (f": {reason.value.replace('_', ' ')}" if reason else "")


def undelivered(number: int) -> str:
    """Return how many finished songs are not delivered yet."""
    return f"{number:,} {UNDELIVERED}"


def estimator(usual: float, slow: float) -> str:
    """Return the median and 90th percentile of recent composing times. Both are given in seconds."""
    return f"Half of all songs take up to {duration(round(usual))}, 90% up to {duration(round(slow))}."


def throttle_normal() -> str:
    """Return that requests to Whisul are not limited."""
    return "Requests to Whisul are not limited."


def throttle_limited(rate: float) -> str:
    """Return how many requests per second are allowed."""
    return f"Requests to Whisul are limited to {rate:.1f} per second."


def throttle_suspended(seconds: float) -> str:
    """Return the number of seconds until the next attempt."""
    soon = f"in {max(1, round(seconds))} s" if seconds > 0 else "now"
    return f"Requests to Whisul are suspended; the next try is {soon}."


def error(kind: str, detail: str, at: datetime, times: int) -> str:
    """Return one error. `detail` is escaped."""
    often = f" ({times:,} times in a row)" if times > 1 else ""
    return f"{when(at)} **{kind}**{often}: {detail}"


def database(kind: str, size_bytes: int) -> str:
    """Return "SQLite, 12.3 MB"."""
    size, unit = float(size_bytes), _UNITS[0]
    for larger in _UNITS[1:]:
        if size < 1000:
            break
        size, unit = size / 1000, larger
    return f"{kind}, {size:.0f} {unit}" if unit == _UNITS[0] else f"{kind}, {size:.1f} {unit}"


def song_details_title(song_id: int) -> str:
    """Return a title that contains the song's ID as used in the logs."""
    return f"Song {song_id}"


def asked(user_id: int, guild_id: int | None, channel_id: int, *, private: bool) -> str:
    """Return who requested a song, and where."""
    where = f"server `{guild_id}`, <#{channel_id}>" if guild_id else "a DM"
    return f"by <@{user_id}> in {where}{', privately' if private else ''}"


def parent(relation: str, song_id: int) -> str:
    """Return the song that this one was made from."""
    return f"as a {relation} of song {song_id}"


def charged(guild_id: int | None, *, granted: bool, refunded_at: datetime | None) -> str:
    """Return whose quota was charged."""
    whose = f"server `{guild_id}`" if guild_id else OWN_QUOTA
    extra = ", as a bonus song" if granted else ""
    back = f"; refunded {when(refunded_at)}" if refunded_at else ""
    return f"{whose}{extra}{back}"


def asked_at(moment: datetime) -> str:
    return f"Requested {when(moment)}"


def submitted_at(moment: datetime, waited: float) -> str:
    """Return when a song was sent to Whisul. `waited` is the time in the queue in seconds."""
    return f"Sent to Whisul {when(moment)}, {waited:,.1f} s later"


def unavailable_since(moment: datetime) -> str:
    return f"Waiting for Whisul since {when(moment)}"


def finished_at(moment: datetime, of: State, seconds: float | None) -> str:
    """Return when a song ended. `seconds` is the time since it was sent, or None if it was never sent."""
    took = "" if seconds is None else f", after {seconds:,.1f} s"
    return f"{_STATES[of].capitalize()} {when(moment)}{took}"


def delivered_at(moment: datetime, what: str, lag: float | None) -> str:
    """Return when a song was delivered. `lag` is the time since it finished, in seconds."""
    late = "" if lag is None else f", {lag:,.1f} s later"
    return f"{what.capitalize()} {when(moment)}{late}"


def deleted_at(moment: datetime) -> str:
    return f"Deleted {when(moment)}"


def delivery(of: str, notified: int) -> str:
    """Return the delivery state and how many people asked to be notified."""
    return f"{of}; {notified:,} more to be pinged" if notified else of
