"""Run bot processes with one shard each, and measure, kill and freeze them."""

from __future__ import annotations

import asyncio
import signal
from dataclasses import dataclass, replace

from benchmarks.harness import THIS, Bot, Stage


@dataclass
class _Process:
    bot: Bot
    spent: float = 0.0
    """CPU seconds of earlier processes with this shard."""


class Cluster:
    """The processes of one bot, by shard. `settings` are those that all of them share."""

    def __init__(self, stage: Stage, processes: int, settings: dict[str, str]) -> None:
        self._stage = stage
        self._count = processes
        self._settings = settings
        self._processes: dict[int, _Process] = {}
        self.most_memory = 0

    async def start(self) -> None:
        """Start all processes at the same moment, and wait until they are idle."""
        await asyncio.gather(*(self.restart(shard) for shard in range(self._count)))
        for process in self._processes.values():
            await process.bot.settle()

    async def restart(self, shard: int) -> None:
        """Start the process of a shard, whose earlier one has ended."""
        kind = replace(THIS, name=f"this bot, shard {shard}", settings=self._settings)
        spent = self._processes[shard].spent if shard in self._processes else 0.0
        bot = await self._stage.start(kind, SHARD_COUNT=str(self._count), SHARD_IDS=str(shard))
        self._processes[shard] = _Process(bot, spent)

    def cpu_seconds(self) -> float:
        """Return the CPU seconds of all processes, including those that were killed."""
        return sum(
            process.spent + (process.bot.cpu_seconds() if process.bot.process.returncode is None else 0.0)
            for process in self._processes.values()
        )

    def note_memory(self) -> None:
        """Remember the memory of the largest process so far, in `most_memory`."""
        alive = [one.bot for one in self._processes.values() if one.bot.process.returncode is None]
        self.most_memory = max(self.most_memory, *(bot.rss() for bot in alive))

    async def settle(self) -> None:
        """Wait until all processes are idle."""
        for process in self._processes.values():
            await process.bot.settle(60)

    async def kill(self, shard: int) -> None:
        """Kill the process with SIGKILL."""
        process = self._processes[shard]
        process.spent += process.bot.cpu_seconds()
        process.bot.process.kill()
        await process.bot.process.wait()

    def freeze(self, shard: int) -> None:
        self._processes[shard].bot.process.send_signal(signal.SIGSTOP)

    def thaw(self, shard: int) -> None:
        self._processes[shard].bot.process.send_signal(signal.SIGCONT)

    def problems(self) -> list[str]:
        """Return the lines in the logs that report a failed step or an error."""
        return [
            line
            for path in sorted(self._stage.folder.glob("*.log"))
            for line in path.read_text().splitlines()
            if " ERROR " in line or " CRITICAL " in line or "Traceback" in line
        ]

    async def stop(self) -> None:
        """Stop all processes, also a frozen one."""
        for process in self._processes.values():
            if process.bot.process.returncode is None:
                process.bot.process.send_signal(signal.SIGCONT)
                await process.bot.stop()
