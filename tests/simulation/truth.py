"""Record what people really did. The bot's database is compared with this."""

from __future__ import annotations

from dataclasses import dataclass

from songbot.songs.orders import Order


@dataclass
class Placed:
    """An order that someone placed. `song_id` is None until its row is committed."""

    order: Order
    at: float
    song_id: int | None = None
    stored_at: float = 0.0
    """When its row was committed, which may be up to an hour later if the request was late."""
    outcome: str | None = None
    """What the person was told, or None if there was no response."""
    recorded_by: int | None = None
    """The process that recorded that the song was delivered."""
    refused_here: bool = False
    """Whether the bot refused it because of a rule for its channel."""
    lost: bool = False
    """Whether it was made after the backup that was restored."""
    restored: bool = False
    """Whether it was made before a restore, after which it may be answered again."""
    forgotten: bool = False
    """Whether the person has had their data deleted since."""


@dataclass(frozen=True, slots=True)
class Charge:
    """A song that counts towards quotas. `at` is in microseconds, by the ordering process's clock."""

    song_id: int
    user_id: int
    scope: int
    at: int
    granted: bool
