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
    """Do the same, and wait until the bot is connected to the gateway."""
    identified = len(stage.discord.gateway.identifies)
    bot = await start_altered(stage, alteration, **settings)
    await stage.discord.wait_until(
        lambda: len(stage.discord.gateway.identifies) > identified or bot.process.returncode is not None, 20
    )
    assert bot.process.returncode is None, bot.log
    await stage.discord.commands_registered("song")
    return bot
