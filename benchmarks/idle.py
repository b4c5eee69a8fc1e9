"""Break down the memory of an idle process, and what loading its modules costs."""

from __future__ import annotations

import asyncio
import json
import sys

from .harness import ROOT
from .report import Table, mib, ms

IMPORTS = (
    ("Python, with asyncio", "asyncio"),
    ("discord.py, with aiohttp", "discord"),
    ("its commands extension", "discord.ext.commands"),
    ("uvloop", "uvloop"),
    ("SQLAlchemy, with sqlite3", "sqlalchemy.dialects.sqlite"),
    ("pydantic, for the settings", "songbot.settings"),
    ("Babel, for the languages", "songbot.wording.language"),
    ("prometheus-client", "prometheus_client"),
    ("the bot's own modules, with the rest", "bot"),
)
_PROGRAM = """
import gc, json, sys, time
from importlib import import_module
from pathlib import Path
def resident():
    pages = Path("/proc/self/statm").read_text().split()[1]
    return int(pages) * __import__("resource").getpagesize()
gc.disable()  # as bot.py does
loaded = []
for name in sys.argv[1:]:
    import_module(name)
    loaded.append((resident(), time.process_time()))
print(json.dumps(loaded))
"""


async def what_idling_weighs(idle: float) -> Table:
    """Measure the imports one after another in a new process. The rest of `idle` bytes is attributed to
    running."""
    names = [name for _, name in IMPORTS]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _PROGRAM, *names, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    printed, _ = await process.communicate()
    loaded: list[tuple[int, float]] = json.loads(printed)
    table = Table("What the idle process holds", ["memory", "CPU to load"])
    before = (0, 0.0)
    for (what, _), (size, seconds) in zip(IMPORTS, loaded, strict=True):
        table.add(what, {"memory": mib(size - before[0]), "CPU to load": ms(seconds - before[1])})
        before = (size, seconds)
    table.add("running: connections, threads, caches", {"memory": mib(idle - before[0])})
    table.notes.append(
        "Resident memory and CPU time that each import adds to those before it. The floor has the first two "
        "lines and its own running. SQLAlchemy and pydantic are what is above the target: they give one code "
        "for two databases, and settings that are checked; both are wanted more than their memory."
    )
    return table
