"""Place orders, and stop accepting them at shutdown."""

from __future__ import annotations

import asyncio
import logging

from songbot.songs.errors import StoreUnavailable
from songbot.songs.orders import Accepted, Duplicate, NotAccepting, Order, OrderOutcome, Refused
from songbot.songs.ports import Clock, SongRepository
from songbot.songs.telemetry import Telemetry

from .worker import Worker

log = logging.getLogger(__name__)


class OrderService:
    """Checks, charges and saves orders, and wakes the worker for each."""

    def __init__(
        self, repository: SongRepository, worker: Worker, clock: Clock, telemetry: Telemetry
    ) -> None:
        self._repository = repository
        self._worker = worker
        self._clock = clock
        self._telemetry = telemetry
        self._shut_down = False
        self._pending: set[asyncio.Task[OrderOutcome]] = set()

    async def place_order(self, order: Order) -> OrderOutcome:
        """Place an order. Raise StoreUnavailable if nothing could be saved.

        An order that has started is completed even if the caller is cancelled.
        """
        if self._shut_down:
            return NotAccepting()
        pending = asyncio.create_task(self._create(order), name=f"order-{order.idempotency_key}")
        self._pending.add(pending)
        pending.add_done_callback(self._pending.discard)
        return await asyncio.shield(pending)

    async def shutdown(self, grace_seconds: float = 2.0) -> None:
        """Accept no new orders, because the process is stopping. Wait up to `grace_seconds` for those in
        progress.
        """
        self._shut_down = True
        if self._pending:
            await asyncio.wait(self._pending, timeout=grace_seconds)

    async def _create(self, order: Order) -> OrderOutcome:
        outcome = await self._create_with_retry(order)
        if isinstance(outcome, Accepted):
            song = outcome.song
            log.info("ordered", extra={"song": song.id})
            log.debug("the prompt: %s", song.prompt, extra={"song": song.id})
            self._telemetry.ordered()
            self._worker.order_placed()
        elif isinstance(outcome, Refused) and outcome.decision.blocked_by is not None:
            self._telemetry.refused(outcome.decision.blocked_by.rule.kind.value)
        return outcome

    async def _create_with_retry(self, order: Order) -> OrderOutcome:
        """Retry once if the database's response was lost: the same key never makes a second song."""
        try:
            return await self._repository.create(order, self._clock.now())
        except StoreUnavailable:
            outcome = await self._repository.create(order, self._clock.now())
        if isinstance(outcome, Duplicate) and outcome.song.reply.message_id == order.reply.message_id:
            return Accepted(outcome.song)
        return outcome
