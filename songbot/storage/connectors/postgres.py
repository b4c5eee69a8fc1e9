"""Connect to PostgreSQL through asyncpg. Cancelling a call also cancels it on the server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from typing import Any

import asyncpg
from sqlalchemy import URL, Connection, event, func, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from songbot.songs.errors import StoreUnavailable

from .base import Connector, T, translate_errors
from .postgres_options import address_only, connect_arguments, is_pgbouncer

_MARGIN = 1.0
"""Seconds by which the server's timeouts exceed the call's deadline."""


class PostgresConnector(Connector):
    on_sqlite = False

    def __init__(self, url: URL, pool_size: int, deadline: float) -> None:
        super().__init__(deadline)
        arguments = connect_arguments(url)
        settings = session_settings(deadline)
        if is_pgbouncer(url):
            arguments |= _PGBOUNCER_ARGUMENTS
        else:
            arguments["server_settings"] |= settings
        self._async_engine = create_async_engine(
            address_only(url),
            hide_parameters=True,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=deadline,
            pool_use_lifo=True,
            pool_pre_ping=True,
            connect_args=arguments,
        )
        self.engine = self._async_engine.sync_engine
        if is_pgbouncer(url):
            event.listen(self.engine, "begin", lambda connection: _set_locally(connection, settings))

    async def read(self, work: Callable[[Connection], T]) -> T:
        async with _within(self.deadline, self._async_engine.connect()) as connection:
            return await connection.run_sync(work)

    async def write(self, work: Callable[[Connection], T], *, durable: bool = False) -> T:  # noqa: ARG002
        async with _within(self.deadline, self._async_engine.begin()) as connection:
            return await connection.run_sync(work)

    async def migrate(self, work: Callable[[Connection], None], deadline: float) -> None:
        def patiently(connection: Connection) -> None:
            # Another process may be migrating, which takes longer than any other transaction.
            _set_locally(connection, _timeouts(deadline))
            work(connection)

        try:
            async with _within(deadline, self._async_engine.begin()) as connection:
                await connection.run_sync(patiently)
        finally:
            await self._async_engine.dispose()

    async def close(self) -> None:
        await self._async_engine.dispose()


def session_settings(deadline: float) -> dict[str, str]:
    """Return the settings of every session (PostgreSQL's manual, "Server Configuration").

    They end the transactions of clients that froze or disappeared: otherwise such a transaction could hold
    its locks for longer than any other client waits.
    """
    return {
        **_timeouts(deadline),
        "tcp_keepalives_idle": "30",
        "tcp_keepalives_interval": "10",
        "tcp_keepalives_count": "3",
        "tcp_user_timeout": "60000",  # milliseconds
        # PostgreSQL's JIT compiler does not speed up short statements, and its first run is slow.
        "jit": "off",
    }


def _timeouts(deadline: float) -> dict[str, str]:
    """Return timeouts in milliseconds that a working client never reaches, because its own deadline is
    shorter.
    """
    milliseconds = str(round((deadline + _MARGIN) * 1000))
    return {"idle_in_transaction_session_timeout": milliseconds, "lock_timeout": milliseconds}


# In transaction mode each transaction may use a different server session. PgBouncer rejects unknown settings
# at the start of a session, and a named prepared statement may be missing in the next session. An unnamed one
# lasts as long as the transaction.
_PGBOUNCER_ARGUMENTS: dict[str, Any] = {
    "statement_cache_size": 0,
    "prepared_statement_cache_size": 0,
    "prepared_statement_name_func": str,
}


def _set_locally(connection: Connection, settings: Mapping[str, str]) -> None:
    """Change settings until the end of the transaction."""
    changes = [func.set_config(name, value, literal(True)) for name, value in settings.items()]
    connection.execute(select(*changes))


@asynccontextmanager
async def _within(
    deadline: float, connecting: AbstractAsyncContextManager[AsyncConnection]
) -> AsyncIterator[AsyncConnection]:
    with _hint_at_pgbouncer(), translate_errors():
        try:
            async with asyncio.timeout(deadline), connecting as connection:
                yield connection
        except (asyncpg.PostgresError, asyncpg.InterfaceError) as failure:
            # SQLAlchemy does not wrap errors that occur while connecting.
            raise StoreUnavailable(f"the database can't be reached: {failure}") from failure


@contextmanager
def _hint_at_pgbouncer() -> Iterator[None]:
    try:
        yield
    except StoreUnavailable as failure:
        if "unsupported startup parameter" not in str(failure):
            raise
        raise StoreUnavailable(
            f"{failure}. If this is PgBouncer in transaction mode, add ?pgbouncer=true to DATABASE_URL"
        ) from failure
