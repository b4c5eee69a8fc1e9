"""Check what the bot does where AutoMod blocks a song's words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.simulation.world import World


def words_are_left_out_only_where_blocked(world: World) -> Iterator[str]:
    """Check that a card has neither prompt nor title only if AutoMod has blocked them."""
    for message in world.discord.messages.values():
        if message.card_of is not None and message.wordless and message.card_of not in world.automod.blocked:
            yield f"song {message.card_of} is shown without its words, and AutoMod did not block them"


def what_automod_blocks_is_explained(world: World) -> Iterator[str]:
    """Check that the process that sent a card without its words also told the person why."""
    for song_id, process in world.automod.unexplained.items():
        if world.process(process).is_up:
            yield f"process {process} sent song {song_id} without its words, and told nobody why"
