"""What people did, as the simulation knows it: the truth that the bot's database is compared with."""

from __future__ import annotations

from dataclasses import dataclass

from songbot.songs.orders import Order


@dataclass
class Placed:
    """An order that somebody placed. `song_id` is None until its row is committed."""

    order: Order
    at: float
    song_id: int | None = None
    outcome: str | None = None
    """What the person was told; None where nothing came back."""
    forgotten: bool = False
    """The person had everything about them deleted since."""


@dataclass(frozen=True, slots=True)
class Charge:
    """A song that counts to quotas. `at` is in microseconds, as the ordering process's clock had it."""

    song_id: int
    user_id: int
    scope: int
    at: int
    granted: bool
