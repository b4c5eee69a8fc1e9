"""Measure what PostgreSQL spends."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

import asyncpg
import psutil

from tests.storage.postgres import PostgresServer

_STATISTICS = """
SELECT active_time / 1000 AS active, xact_commit + xact_rollback AS transactions, deadlocks
FROM pg_stat_database WHERE datname = current_database()
"""


@dataclass(frozen=True)
class Spent:
    """CPU seconds of the server, seconds in which its sessions ran statements, and transactions."""

    cpu: float
    active: float
    transactions: int

    def __sub__(self, before: Spent) -> Spent:
        return Spent(
            self.cpu - before.cpu, self.active - before.active, self.transactions - before.transactions
        )


class PostgresMeter:
    """Reads the counters of one database, which the server has to itself."""

    def __init__(self, server: PostgresServer, connection: asyncpg.Connection) -> None:
        if server.process is None:
            raise ValueError("the server does not run")
        self._server = psutil.Process(server.process.pid)
        self._connection = connection

    def cpu_seconds(self) -> float:
        """Return the CPU seconds of the server and of all its processes, including those that have ended."""
        own = self._server.cpu_times()
        total = own.user + own.system + own.children_user + own.children_system
        for child in self._server.children():
            with suppress(psutil.NoSuchProcess):
                times = child.cpu_times()
                total += times.user + times.system
        return total

    async def read(self) -> Spent:
        row = await self._connection.fetchrow(_STATISTICS)
        assert row is not None
        return Spent(self.cpu_seconds(), row["active"], row["transactions"])
