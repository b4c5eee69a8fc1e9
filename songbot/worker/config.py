"""Define the limits and timeouts of the worker. All values are in seconds unless they count something."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WorkerConfig:
    """The first four are the operator's settings; the others follow the design and Whisul's documents."""

    poll_interval_min: float = 5.0
    poll_interval_max: float = 10.0
    max_concurrent: int = 20
    max_concurrent_per_user: int = 2

    job_timeout: float = 30 * 60.0
    """How long Whisul may take, not counting the time in which it can't be reached.

    Whisul's page "Pace" says that most tracks complete within a few minutes.
    """
    provider_timeout: float = 15 * 60.0
    """How long an order waits while Whisul is busy or down."""
    not_found_min_count: int = 4
    not_found_min_seconds: float = 120.0
    """A job counts as lost after this many 404 responses over at least this many seconds."""
    unreachable_timeout: float = 24 * 3600.0
    """How long a song is kept while Whisul can't be reached."""
    auth_retry_delay: float = 60.0
    progress_interval: float = 10.0
    lease_duration: float = 30.0
    heartbeat_interval: float = 10.0
    lease_margin: float = 5.0
    """No POST starts in the last seconds of a lease.

    A POST that has started may outlast the lease, so other workers wait 30 more seconds before they mark the
    song as interrupted.
    """
    shutdown_timeout: float = 6.0
    delivery_backoff_min: float = 5.0
    delivery_backoff_max: float = 300.0
    delivery_backoff_recovered: float = 60.0
    """The longest delay before the next attempt once Discord has accepted another delivery."""
    delivery_timeout: float = 24 * 3600.0
