"""PostgreSQL's doors, through asyncpg: a wait that is given up is ended on the server, too."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Concatenate

import asyncpg
from sqlalchemy import URL, Connection
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from songbot.songs.errors import StoreUnavailable

from .base import Connector, P, T, translate_errors


class PostgresConnector(Connector):
    on_sqlite = False

    def __init__(self, url: URL, pool_size: int, deadline: float) -> None:
        super().__init__(deadline)
        self._async_engine = create_async_engine(
            url,
            hide_parameters=True,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=deadline,
            pool_use_lifo=True,
            pool_pre_ping=True,
            # Short statements gain nothing from PostgreSQL's compiler, and its first run takes long.
            connect_args={"server_settings": {"jit": "off"}},
        )
        self.engine = self._async_engine.sync_engine

    async def read(
        self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        async with _within(self.deadline, self._async_engine.connect()) as connection:
            return await connection.run_sync(work, *args, **kwargs)

    async def write(
        self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        async with _within(self.deadline, self._async_engine.begin()) as connection:
            return await connection.run_sync(work, *args, **kwargs)

    async def migrate(self, work: Callable[[Connection], None], deadline: float) -> None:
        try:
            async with _within(deadline, self._async_engine.begin()) as connection:
                await connection.run_sync(work)
        finally:
            await self._async_engine.dispose()

    async def close(self) -> None:
        await self._async_engine.dispose()


@asynccontextmanager
async def _within(
    deadline: float, connecting: AbstractAsyncContextManager[AsyncConnection]
) -> AsyncIterator[AsyncConnection]:
    with translate_errors():
        try:
            async with asyncio.timeout(deadline), connecting as connection:
                yield connection
        except (asyncpg.PostgresError, asyncpg.InterfaceError) as failure:
            # What SQLAlchemy lets through as it is comes from connecting.
            raise StoreUnavailable(f"the database can not be reached: {failure}") from failure
