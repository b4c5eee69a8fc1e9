"""An order for a song, and what may come of placing it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from songbot.quotas.rules import Decision

from .models import Relation, ReplyTarget, Song

DOUBLE_CLICK_WINDOW = timedelta(seconds=10)
"""The same button pressed twice within this time is one order."""


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody asked for, cleaned and checked, before anything is charged.

    `key` names the order once and for all (the interaction's id): placed twice it makes one song.
    `role_ids` are the asker's roles in `quota_guild_id`.
    """

    idempotency_key: str
    user_id: int
    prompt: str
    private: bool
    reply: ReplyTarget
    guild_id: int | None = None
    quota_guild_id: int | None = None
    role_ids: frozenset[int] = frozenset()
    parent_id: int | None = None
    relation: Relation | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """The song is written and charged."""

    song: Song
    decision: Decision | None = None


@dataclass(frozen=True, slots=True)
class Duplicate:
    """The same order was placed before (the same key, or the same button pressed twice fast): its song."""

    song: Song


@dataclass(frozen=True, slots=True)
class Refused:
    """A quota said no. Nothing is written or charged."""

    decision: Decision


@dataclass(frozen=True, slots=True)
class NotAccepting:
    """No new songs for now: the process is stopping, or the operator paused with a `message` for people."""

    message: str | None = None


OrderOutcome = Accepted | Duplicate | Refused | NotAccepting
