"""Simulate AutoMod: a word that the admins of all servers block for a while."""

from __future__ import annotations

from dataclasses import dataclass, field

from .discord_server import http_error, is_direct

BLOCKED = 200000
"""Discord's code for a message that AutoMod blocks, with status 400."""
WORD = "rain"
"""The first word of most prompts, and all of Whisul's titles."""


@dataclass
class AutoMod:
    """`start` and `end` are virtual seconds. `blocked` holds the songs of which it blocked a card."""

    start: float
    end: float
    blocked: set[int] = field(default_factory=set)
    unexplained: dict[int, int] = field(default_factory=dict)
    """The processes that sent a song without its words and have to say why, by song."""

    def is_on(self, now: float) -> bool:
        return self.start <= now < self.end

    def check(self, channel_id: int, song_id: int, shown: object) -> None:
        """Refuse what a song shows in a server's channel if the word is in it."""
        if not is_direct(channel_id) and WORD in str(shown).lower():
            self.blocked.add(song_id)
            raise http_error(400, BLOCKED)
