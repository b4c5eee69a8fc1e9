"""The garbage collector is off only while the bot loads."""

from __future__ import annotations

from .patched_bot import start_altered_ready
from .process import Stage

SAY_AT_THE_END = """
import atexit, gc
atexit.register(lambda: print("collects:", gc.isenabled(), "leaves alone:", gc.get_freeze_count() > 50_000))
"""


async def test_a_running_bot_collects_garbage_but_not_among_what_it_loaded(stage: Stage) -> None:
    bot = await start_altered_ready(stage, SAY_AT_THE_END)
    assert await bot.terminate() == 0
    assert "collects: True leaves alone: True" in bot.log
