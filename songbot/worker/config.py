"""The numbers that a song's life goes by. All are seconds unless they count something."""

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
    """From the POST on ("Pace": most tracks complete within a few minutes)."""
    provider_timeout: float = 15 * 60.0
    """How long an order waits for a Whisul that is busy or down."""
    not_found_grace: float = 60.0
    """How long a new job may be unknown to Whisul (its page on GET /jobs, 404)."""
    auth_retry_delay: float = 60.0
    progress_interval: float = 10.0
    lease_duration: float = 30.0
    heartbeat_interval: float = 10.0
    shutdown_timeout: float = 6.0
    delivery_backoff_min: float = 5.0
    delivery_backoff_max: float = 300.0
