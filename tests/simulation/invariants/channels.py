"""Check that songs are requested only where the admins allow it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from songbot.quotas.channels import ChannelRules
from tests.simulation.truth import Placed

if TYPE_CHECKING:
    from tests.simulation.world import World

NOTICED_IN = 10.0
"""Seconds within which a process notices a rule that another one has changed."""


@dataclass
class ChannelBook:
    """The rules as they were committed, and which process was told when that its own change is committed."""

    told: dict[tuple[int, int], float] = field(default_factory=dict)
    _history: dict[int, list[tuple[float, ChannelRules]]] = field(default_factory=dict)

    def commit(self, guild: int, rules: ChannelRules, now: float) -> None:
        self._history.setdefault(guild, [(0.0, ChannelRules())]).append((now, rules))

    def restore(self, earlier: ChannelBook, now: float) -> None:
        """Go on with the rules of an earlier book."""
        for guild in self._history:
            self.commit(guild, earlier.since(guild, now)[-1], now)

    def since(self, guild: int, start: float) -> list[ChannelRules]:
        """Return the rules that were in force at `start`, and all later ones."""
        history = self._history.get(guild, [(0.0, ChannelRules())])
        earlier = [rules for at, rules in history if at <= start]
        return [earlier[-1], *(rules for at, rules in history if at > start)]


def channel_rule_is_kept(book: ChannelBook, process: int, placed: Placed, asked_at: float) -> str | None:
    """Check that an order is refused, or not, by a rule of its channel in the last seconds.

    A change by the same process applies at once.
    """
    guild, channel, refused = placed.order.guild_id, placed.order.reply.channel_id, placed.refused_here
    if guild is None:
        return f"a direct message of person {placed.order.user_id} is refused" if refused else None
    told = book.told.get((process, guild), 0.0)
    start = max(asked_at - NOTICED_IN, told if told <= asked_at else 0.0)
    if not any(rules.permits(channel) != refused for rules in book.since(guild, start)):
        return f"an order in channel {channel} is {'refused' if refused else 'taken'} by process {process}"
    return None


def what_a_channel_refuses_is_no_song(world: World) -> Iterator[str]:
    """Check that an order that its channel's rule refused has no song, and so costs nothing."""
    for placed in world.placed.values():
        if placed.refused_here and placed.song_id is not None:
            yield f"song {placed.song_id} was refused by its channel"
