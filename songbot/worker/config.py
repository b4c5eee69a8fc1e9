"""The numbers that a song's life goes by. All are seconds unless they count something."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The first four are the operator's settings; the others follow the design and Whisul's documents."""

    poll_shortest: float = 5.0
    poll_longest: float = 10.0
    songs_at_once: int = 20
    songs_at_once_per_user: int = 2

    give_up_after: float = 30 * 60.0
    """From the POST on ("Pace": most tracks complete within a few minutes)."""
    unavailable_after: float = 15 * 60.0
    """How long an order waits for a Whisul that is busy or down."""
    missing_grace: float = 60.0
    """How long a new job may be unknown to Whisul (its page on GET /jobs, 404)."""
    unauthorized_pause: float = 60.0
    show_every: float = 10.0
    lease: float = 30.0
    heartbeat_every: float = 10.0
    stop_grace: float = 6.0
    redeliver_first: float = 5.0
    redeliver_longest: float = 300.0
