"""Which song the running task is busy with, so that each line it logs can say so, whoever writes it."""

from __future__ import annotations

from contextvars import ContextVar

current_song_id: ContextVar[int | None] = ContextVar("current_song", default=None)
"""The song's id. Set it in a task of the song's own: what that task starts inherits it."""
