"""Define what a song is: its two states, where its message goes, and its result."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class State(StrEnum):
    """Progress in making the song: `queued -> submitting -> composing -> completed | failed`."""

    QUEUED = "queued"
    SUBMITTING = "submitting"
    COMPOSING = "composing"
    COMPLETED = "completed"
    FAILED = "failed"


ACTIVE = (State.SUBMITTING, State.COMPOSING)
"""States in which a song occupies one of the `SONGS_AT_ONCE` slots."""
UNFINISHED = (State.QUEUED, *ACTIVE)


class DeliveryState(StrEnum):
    """Whether the person has received the song, or the message that it failed."""

    PENDING = "pending"
    DELIVERED = "delivered"
    UNDELIVERABLE = "undeliverable"


class FailureReason(StrEnum):
    """Why a song failed. Every failed song is refunded."""

    REJECTED = "rejected"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    TIMED_OUT = "timed_out"
    VANISHED = "vanished"
    NO_AUDIO = "no_audio"
    UNAUTHORIZED = "unauthorized"
    UNAVAILABLE = "unavailable"
    CANCELLED = "cancelled"


class Relation(StrEnum):
    """How a song was derived from its parent."""

    TAKE = "take"
    REMIX = "remix"
    RETRY = "retry"


@dataclass(frozen=True, slots=True)
class ReplyTarget:
    """The message that the bot edits, and what it needs to reach it.

    `token` is the interaction's, a secret that is valid for 15 minutes (Discord, "Receiving and Responding":
    Followup Messages). `bot_in_channel` is False if only the token can reach the message: after a user
    install in a server or group DM without the bot.
    """

    channel_id: int
    message_id: int | None = None
    token: str | None = field(default=None, repr=False)
    token_expires_at: datetime | None = None
    bot_in_channel: bool = True
    upload_limit: int = 10 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Result:
    """What Whisul made. Everything except `song_url` may be missing. `duration_seconds` is an integer."""

    song_url: str
    title: str | None = None
    bpm: float | None = None
    duration_seconds: int | None = None
    image_url: str | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Song:
    """A song as the database stores it. All datetimes are aware and in UTC.

    `guild_id` is the server in which the song was ordered, or None in a DM or group DM. `quota_guild_id` is
    the server that is charged, or None for the person's own DM quota. `generation` counts the song's
    admissions: a write with an older generation changes nothing. `language` is Discord's locale of what
    everyone sees of the song. `origin_channel_id` is where the song was
    requested, and set only if the card went elsewhere, which is always a DM.
    """

    id: int
    user_id: int
    guild_id: int | None
    quota_guild_id: int | None
    prompt: str
    private: bool
    reply: ReplyTarget
    created_at: datetime
    state: State = State.QUEUED
    delivery: DeliveryState = DeliveryState.PENDING
    reason: FailureReason | None = None
    error: str | None = None
    job_id: str | None = None
    result: Result | None = None
    parent_id: int | None = None
    relation: Relation | None = None
    submitted_at: datetime | None = None
    unavailable_since: datetime | None = None
    finished_at: datetime | None = None
    delivered_at: datetime | None = None
    refunded_at: datetime | None = None
    deleted_at: datetime | None = None
    generation: int = 0
    language: str = "en"
    origin_channel_id: int | None = None

    @property
    def requested_in(self) -> int:
        """Return the channel in which the song was requested. Who can view it may see a public song."""
        return self.reply.channel_id if self.origin_channel_id is None else self.origin_channel_id

    @property
    def finished(self) -> bool:
        return self.state in (State.COMPLETED, State.FAILED)
