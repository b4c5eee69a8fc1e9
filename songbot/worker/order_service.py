"""The desk: where orders are placed."""

from __future__ import annotations

import asyncio
import logging

from songbot.songs.orders import Accepted, Closed, Order, Outcome, Refused, Repeated
from songbot.songs.ports import Clock, SongStore, StoreUnavailable
from songbot.songs.telemetry import Telemetry

from .worker import Tracker

log = logging.getLogger(__name__)


class Desk:
    """Checks, charges and writes an order, and hands the song to the tracker."""

    def __init__(self, store: SongStore, tracker: Tracker, clock: Clock, telemetry: Telemetry) -> None:
        self._store = store
        self._tracker = tracker
        self._clock = clock
        self._telemetry = telemetry
        self._closed = False
        self._placing: set[asyncio.Task[Outcome]] = set()

    async def order(self, order: Order) -> Outcome:
        """Place an order. Raises StoreUnavailable when nothing could be written.

        Once begun it is carried through, even if the caller is cancelled: a song that was charged is a
        song that is followed.
        """
        if self._closed:
            return Closed()
        placing = asyncio.create_task(self._place(order), name=f"order-{order.key}")
        self._placing.add(placing)
        placing.add_done_callback(self._placing.discard)
        return await asyncio.shield(placing)

    async def close(self, grace: float = 2.0) -> None:
        """No new songs: the process is stopping. Orders being placed get `grace` seconds."""
        self._closed = True
        if self._placing:
            await asyncio.wait(self._placing, timeout=grace)

    async def _place(self, order: Order) -> Outcome:
        outcome = await self._placed(order)
        if isinstance(outcome, Accepted):
            song = outcome.song
            log.info("ordered", extra={"song": song.id})
            log.debug("the prompt: %s", song.prompt, extra={"song": song.id})
            self._telemetry.ordered()
            self._tracker.accept(song)
        elif isinstance(outcome, Refused) and outcome.decision.refused_by is not None:
            self._telemetry.refused(outcome.decision.refused_by.rule.who.value)
        return outcome

    async def _placed(self, order: Order) -> Outcome:
        """Asked once more where the database's answer was lost: the same key makes no second song."""
        try:
            return await self._store.place(order, self._tracker.worker, self._clock.now())
        except StoreUnavailable:
            outcome = await self._store.place(order, self._tracker.worker, self._clock.now())
        if isinstance(outcome, Repeated) and outcome.song.reply.message_id == order.reply.message_id:
            return Accepted(outcome.song)
        return outcome
