"""What `/owner` says, to whoever runs the bot."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from songbot.songs.models import FailureReason, State
from songbot.wording.text import duration

from . import general
from .quotas import when

STATUS_TITLE = "How it goes"
VERSION = "Version"
UP_SINCE = "Up since"
SHARDS = "Shards of this process"
IN_PROGRESS = "Songs in the works"
LAST_DAY = "Ordered in the last 24 hours"
DURATIONS = "Pace"
ERRORS = "Whisul's last errors"
DATABASE = "Database"
HEALTH = "Health"

NONE = "None"
NOT_CONNECTED = "not connected"
UNDELIVERED = "finished, not delivered yet"
NO_REASON = "I need a reason that people can read. Please give one in words."
RESUMED = "New songs are made again."
NOT_PAUSED = "New songs were not paused, so nothing has changed."
NO_SONG = "There is no song with this id, or the person had all that is kept about them deleted."

ASKED = "Asked for"
CHARGED = "Charged to"
TIMELINE = "Its way"
DELIVERY = "Delivery"
FAILURE = "Why it failed"
JOB = "Job at Whisul"
WORKER = "Followed by"
MESSAGE = "Message"
GONE = "The person deleted its card, so its prompt is not shown."
OWN_QUOTA = "the person's own quota outside of servers"

_STATES = {
    State.QUEUED: "in line",
    State.SUBMITTING: "being sent",
    State.COMPOSING: "composing",
    State.COMPLETED: "completed",
    State.FAILED: "failed",
}
_UNITS = ("bytes", "kB", "MB", "GB")


def paused(reason: str) -> str:
    """What people read now who ask for a song."""
    return f"New songs are paused. People who ask for one read:\n>>> {general.closed(reason)}"


def latency(shard: int, seconds: float | None) -> str:
    """One shard; `seconds` None while it is not connected."""
    return f"{shard}: {NOT_CONNECTED if seconds is None else f'{seconds * 1000:.0f} ms'}"


def more_shards(count: int) -> str:
    """Shards that there was no room for."""
    return f"and {count:,} more"


def readiness(not_ready: Sequence[str]) -> str:
    """Say which parts of this process are not ready."""
    return f"Not ready: {', '.join(not_ready)}." if not_ready else "Ready."


def songs_lost(number: int) -> str:
    """Say how many songs were lost together with this process's lease."""
    songs = "1 song" if number == 1 else f"{number:,} songs"
    return f"This process lost its lease on {songs} since it started."


def last_backup(made_at: datetime | None) -> str:
    """None: no backup was ever recorded."""
    return "No backup has been recorded." if made_at is None else f"Last backup {when(made_at)}."


def state(of: State, number: int | None = None) -> str:
    """ "3 composing", or the state alone."""
    return _STATES[of] if number is None else f"{number:,} {_STATES[of]}"


def outcome(of: State, reason: FailureReason | None, number: int) -> str:
    """ "2 failed: timed out"."""
    return state(of, number) + (f": {reason.value.replace('_', ' ')}" if reason else "")


def undelivered(number: int) -> str:
    """Songs that are finished and whose answer has not got there."""
    return f"{number:,} {UNDELIVERED}"


def estimator(usual: float, slow: float) -> str:
    """Seconds that half of the songs take, and nine of ten."""
    return f"Half of the songs take {duration(round(usual))} at most, nine of ten {duration(round(slow))}."


def throttle_normal() -> str:
    """Requests to Whisul go through as they come."""
    return "Requests to Whisul go through as they come."


def throttle_limited(rate: float) -> str:
    """`rate`: requests a second."""
    return f"Requests to Whisul are slowed to {rate:.1f} a second."


def throttle_suspended(seconds: float) -> str:
    """`seconds` until the next try."""
    soon = f"in {max(1, round(seconds))} s" if seconds > 0 else "now"
    return f"Nothing goes to Whisul for the moment; the next try is {soon}."


def error(kind: str, detail: str, at: datetime, times: int) -> str:
    """`detail` is escaped."""
    often = f" ({times:,} times in a row)" if times > 1 else ""
    return f"{when(at)} **{kind}**{often}: {detail}"


def database(kind: str, size_bytes: int) -> str:
    """ "SQLite, 12.3 MB"."""
    size, unit = float(size_bytes), _UNITS[0]
    for larger in _UNITS[1:]:
        if size < 1000:
            break
        size, unit = size / 1000, larger
    return f"{kind}, {size:.0f} {unit}" if unit == _UNITS[0] else f"{kind}, {size:.1f} {unit}"


def song_details_title(song_id: int) -> str:
    """By its id, as the logs have it."""
    return f"Song {song_id}"


def asked(user_id: int, guild_id: int | None, channel_id: int, *, private: bool) -> str:
    """By whom and where."""
    where = f"server `{guild_id}`, <#{channel_id}>" if guild_id else "direct messages"
    return f"by <@{user_id}> in {where}{', privately' if private else ''}"


def parent(relation: str, song_id: int) -> str:
    """What it comes from."""
    return f"as a {relation} of song {song_id}"


def charged(guild_id: int | None, *, granted: bool, refunded_at: datetime | None) -> str:
    """Whose quota paid for it."""
    whose = f"server `{guild_id}`" if guild_id else OWN_QUOTA
    extra = ", as an extra song" if granted else ""
    back = f"; given back {when(refunded_at)}" if refunded_at else ""
    return f"{whose}{extra}{back}"


def asked_at(moment: datetime) -> str:
    return f"Asked for {when(moment)}"


def submitted_at(moment: datetime, waited: float) -> str:
    """`waited`: seconds in line."""
    return f"Sent to Whisul {when(moment)}, {waited:,.1f} s later"


def unavailable_since(moment: datetime) -> str:
    return f"Waiting for Whisul since {when(moment)}"


def finished_at(moment: datetime, of: State, seconds: float | None) -> str:
    """`seconds` since it was sent, where it was."""
    took = "" if seconds is None else f", after {seconds:,.1f} s"
    return f"{_STATES[of].capitalize()} {when(moment)}{took}"


def delivered_at(moment: datetime, what: str, lag: float | None) -> str:
    """`lag`: seconds since it was finished."""
    late = "" if lag is None else f", {lag:,.1f} s later"
    return f"{what.capitalize()} {when(moment)}{late}"


def deleted_at(moment: datetime) -> str:
    return f"Its card was deleted {when(moment)}"


def delivery(of: str, notified: int) -> str:
    """`notified`: people who asked to be mentioned."""
    return f"{of}; {notified:,} more to be mentioned" if notified else of
