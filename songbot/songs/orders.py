"""Define an order for a song, and the possible outcomes of placing it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from songbot.quotas.rules import Decision

from .models import Relation, ReplyTarget, Song

DOUBLE_CLICK_WINDOW = timedelta(seconds=10)
"""Pressing the same button twice within this time counts as one order."""


@dataclass(frozen=True, slots=True)
class Order:
    """A request for a song, cleaned and checked, before anything is charged.

    `idempotency_key` identifies the order, so that placing it twice makes one song. `role_ids` are
    the person's roles in `quota_guild_id`.
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
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Accepted:
    """The song was saved and charged."""

    song: Song
    decision: Decision | None = None


@dataclass(frozen=True, slots=True)
class Duplicate:
    """The song of an earlier order with the same key, or of the same button pressed twice quickly."""

    song: Song


@dataclass(frozen=True, slots=True)
class Refused:
    """A quota refused the order. Nothing was saved or charged."""

    decision: Decision


@dataclass(frozen=True, slots=True)
class NotAccepting:
    """New songs are refused: the process is stopping, or the operator paused with a `message` for people."""

    message: str | None = None


OrderOutcome = Accepted | Duplicate | Refused | NotAccepting
