"""Decide who may do what with a song, whichever way it is reached. Pure.

The decision is based on current Discord permissions and on whether the song is private. Ids in custom ids
prove nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from .models import Song


class SongAction(Enum):
    """What somebody wants to do with a song."""

    VIEW = auto()
    """See it, search it, export it, be notified of it."""
    VARY = auto()
    """Make another take or a remix of it."""
    RETRY = auto()
    """Order it once more after it failed."""
    CANCEL = auto()
    """Cancel it while it is queued."""
    SAVE = auto()
    POST = auto()
    """Show it to everybody in the channel."""
    DELETE = auto()


@dataclass(frozen=True, slots=True)
class Viewer:
    """The person, and what is known about them right now.

    `guild_id` is where they are. `sees_origin`: they may view the channel in which the song was made.
    `sees_card`: they pressed a button on a message that shows the song to everybody in its channel.
    `moderates_card`: they may manage messages in the channel that has the card.
    """

    user_id: int
    guild_id: int | None = None
    sees_origin: bool = False
    sees_card: bool = False
    moderates_card: bool = False
    has_saved: bool = False


def is_allowed(action: SongAction, song: Song, viewer: Viewer) -> bool:
    """Return whether `viewer` may do that with `song`. People may do everything with their own songs."""
    if song.user_id == viewer.user_id:
        return True
    if song.private or action in (SongAction.RETRY, SongAction.CANCEL):
        return False
    if action is SongAction.DELETE:
        return viewer.moderates_card
    is_here = song.guild_id is not None and song.guild_id == viewer.guild_id
    if action is SongAction.POST:
        return is_here and viewer.sees_origin
    if action is SongAction.SAVE and song.guild_id is None:
        return False
    return viewer.sees_card or (viewer.sees_origin and (is_here or viewer.has_saved))
