"""Track a worker's lease, and how long it is certain to last."""

from __future__ import annotations

from songbot.songs.ports import Clock, LeaseState, SongRepository

from .config import WorkerConfig


class LeaseLost(Exception):
    """Another process uses this database, which allows only one: stop the other one, or use PostgreSQL."""


class Lease:
    """A worker's lease. `worker_id` is unique across all processes and restarts.

    `held_since` is in monotonic seconds. Another worker may own any song that was admitted before it, because
    the lease may have expired then.
    """

    def __init__(
        self, repository: SongRepository, clock: Clock, config: WorkerConfig, worker_id: str
    ) -> None:
        self._repository = repository
        self._clock = clock
        self._config = config
        self.worker_id = worker_id
        self.held_since = float("-inf")
        self._leads = False
        self._ends_at = float("-inf")

    async def register(self) -> None:
        """Register the worker. May raise StoreUnavailable."""
        asked_at = self._clock.monotonic()
        await self._repository.register_worker(self.worker_id, self._config.lease_duration)
        self._ends_at = asked_at + self._config.lease_duration

    async def renew(self, *, provider_available: bool) -> bool:
        """Send a heartbeat. Return False if the lease may have expired before it.

        May raise StoreUnavailable or LeaseLost.
        """
        asked_at = self._clock.monotonic()
        state = await self._repository.heartbeat(
            self.worker_id, self._config.lease_duration, provider_available=provider_available
        )
        if state is LeaseState.LOST:
            raise LeaseLost(LeaseLost.__doc__)
        now = self._clock.monotonic()
        if expired := now >= self._ends_at:
            self.held_since = now
        self._leads = state is LeaseState.LEADS
        # The database starts counting later than this, so the lease never ends earlier than assumed here.
        self._ends_at = asked_at + self._config.lease_duration
        return not expired

    @property
    def leads(self) -> bool:
        """Whether this worker handles the queue."""
        return self._leads and self.is_certain()

    def is_certain(self) -> bool:
        """Return whether the lease lasts long enough to start a request."""
        return self._clock.monotonic() + self._config.lease_margin < self._ends_at

    def has_lasted_since(self, owned_at: float) -> bool:
        """Return whether no other worker can own a song that this one owned at `owned_at`."""
        return owned_at >= self.held_since and self.is_certain()
