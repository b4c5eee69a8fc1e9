"""Track which song the current task works on, so that every line it logs can name it."""

from __future__ import annotations

from contextvars import ContextVar

current_song_id: ContextVar[int | None] = ContextVar("current_song", default=None)
"""The song's id. Set it in a task that handles only this song: tasks started from there inherit it."""
