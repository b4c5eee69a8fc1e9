from __future__ import annotations

import asyncio

from songbot.interactions import burst
from songbot.interactions.burst import Rush


async def test_orders_wait_until_all_are_answered() -> None:
    a_rush = Rush()
    with a_rush.acknowledging():
        with a_rush.acknowledging():
            waiting = asyncio.create_task(a_rush.over())
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert not waiting.done()
    await asyncio.wait_for(waiting, 0.2)


async def test_orders_do_not_wait_when_nobody_else_asks() -> None:
    await asyncio.wait_for(Rush().over(), 0.01)


async def test_one_slow_answer_does_not_hold_up_the_others_for_long(monkeypatch) -> None:
    monkeypatch.setattr(burst, "LONGEST", 0.01)
    a_rush = Rush()
    with a_rush.acknowledging():
        await asyncio.wait_for(a_rush.over(), 1)
