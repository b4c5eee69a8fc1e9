"""Run the bot with something changed before it starts, such as shorter timeouts or a failing database."""

from __future__ import annotations

from .process import ROOT, BotProcess, Stage

_LAUNCHER = """
import runpy, sys
{alteration}
sys.argv = ["bot.py"]
runpy.run_path({bot!r}, run_name="__main__")
"""


async def start_altered(stage: Stage, alteration: str, **settings: str) -> BotProcess:
    """Start `python bot.py` after the lines of `alteration`, without waiting for it."""
    script = stage.folder / f"altered-{len(stage.bots)}.py"
    script.write_text(_LAUNCHER.format(alteration=alteration, bot=str(ROOT / "bot.py")))
    return await stage.start(script, **settings)


async def start_altered_ready(stage: Stage, alteration: str, **settings: str) -> BotProcess:
    """Do the same, and wait until the bot is ready."""
    return await stage.ready(await start_altered(stage, alteration, **settings))
