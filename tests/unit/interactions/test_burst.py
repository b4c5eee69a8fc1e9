from __future__ import annotations

import asyncio

from songbot.interactions import burst
from songbot.interactions.burst import AcknowledgementBarrier
from tests.support.hang_guard import HANG_GUARD


async def test_orders_wait_until_all_are_answered() -> None:
    barrier = AcknowledgementBarrier()
    with barrier.acknowledging():
        with barrier.acknowledging():
            waiting = asyncio.create_task(barrier.wait_idle())
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert not waiting.done()
    await asyncio.wait_for(waiting, HANG_GUARD)


async def test_orders_do_not_wait_when_nobody_else_asks() -> None:
    waiting = asyncio.create_task(AcknowledgementBarrier().wait_idle())
    await asyncio.sleep(0)
    assert waiting.done()


async def test_one_slow_answer_does_not_hold_up_the_others_for_long(monkeypatch) -> None:
    monkeypatch.setattr(burst, "MAX_WAIT", 0.01)
    barrier = AcknowledgementBarrier()
    with barrier.acknowledging():
        await asyncio.wait_for(barrier.wait_idle(), HANG_GUARD)
