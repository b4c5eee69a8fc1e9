"""The database: one for all processes, with real SQL, and each process's connector to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection

from songbot.quotas.rules import OperatorLimits
from songbot.songs.errors import StoreUnavailable
from songbot.songs.orders import Order, OrderOutcome
from songbot.storage.connectors.base import Connector
from songbot.storage.repositories.songs import SqlSongRepository
from tests.support.inline_connector import InlineSqliteConnector

from .network import Link, NoAnswer, Refused

T = TypeVar("T")
DEADLINE = 10.0


class Row(NamedTuple):
    """What the checks need of a song's row. Times are as stored: microseconds."""

    id: int
    order_key: str | None
    user_id: int
    state: str
    delivery: str
    reason: str | None
    job_id: str | None
    lease_owner: str | None
    granted: int
    charged_at: int
    refunded_at: int | None
    song_url: str | None
    message_id: int | None


_SELECT = f"SELECT {', '.join(Row._fields)} FROM songs WHERE id = ?"
Observer = Callable[["int", Row | None, Row | None], None]


class DatabaseServer:
    """`rows` is what is committed. `observer` is shown each change of a row and its process."""

    def __init__(self, *, shared: bool) -> None:
        self.shared = shared
        self.inline, self._touched = _connection(shared)
        self.inline.wipe()
        self._touched.clear()
        self.rows: dict[int, Row] = {}
        self.observer: Observer = lambda _process, _old, _new: None

    def execute(self, process: int, work: Callable[[Connection], Any], after: Callable[[Any], None]) -> Any:
        """Run one transaction of a process; `after` sees its result in the moment of the commit."""
        result = self.inline.run(work)
        if self._touched:
            touched = sorted(set(self._touched))
            self._touched.clear()
            for song_id in touched:
                self._observe(process, song_id)
        after(result)
        return result

    def lease_is_live(self, worker_id: str | None, now: int) -> bool:
        query = "SELECT 1 FROM workers WHERE name = ? AND lease_until > ?"
        return self.inline.driver.execute(query, (worker_id, now)).fetchone() is not None

    def _observe(self, process: int, song_id: int) -> None:
        found = self.inline.driver.execute(_SELECT, (song_id,)).fetchone()
        old, new = self.rows.pop(song_id, None), Row._make(found) if found else None
        if new is not None:
            self.rows[song_id] = new
        if old != new:
            self.observer(process, old, new)


@cache
def _connection(shared: bool) -> tuple[InlineSqliteConnector, list[int]]:
    """One for all runs of this process: to prepare its statements takes longer than to run them."""
    inline = InlineSqliteConnector(shared=shared)
    touched: list[int] = []
    inline.driver.create_function("song_touched", 1, touched.append)
    for event, row in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
        inline.driver.execute(
            f"CREATE TEMP TRIGGER song_{event.lower()} AFTER {event} ON main.songs "
            f"BEGIN SELECT song_touched({row}.id); END"
        )
    return inline, touched


def _nothing(_result: Any) -> None: ...


class ProcessConnector(Connector):
    """A process's way to the database. `after` is called with the result of the next transaction."""

    def __init__(self, server: DatabaseServer, process: int, link: Link) -> None:
        super().__init__(DEADLINE)
        self.on_sqlite = not server.shared
        self.engine = server.inline.engine
        self._server, self._process, self._link = server, process, link
        self.after: Callable[[Any], None] = _nothing

    async def read(self, work: Callable[[Connection], T]) -> T:
        after, self.after = self.after, _nothing
        link = self._link
        try:
            return await link.request(
                lambda: self._server.execute(self._process, work, after), link.next_trouble(), DEADLINE
            )
        except (Refused, NoAnswer) as problem:
            raise StoreUnavailable(f"simulated: {type(problem).__name__}") from None

    async def write(self, work: Callable[[Connection], T], *, durable: bool = False) -> T:
        return await self.read(work)

    async def migrate(self, work: Callable[[Connection], None], deadline: float) -> None:
        raise NotImplementedError

    async def close(self) -> None:
        """There is nothing to close."""


class ProcessSongs(SqlSongRepository):
    """The real repository. `after_create` sees what becomes of each order, in the moment of its commit."""

    def __init__(
        self, connector: ProcessConnector, limits: OperatorLimits, now: Callable[[], datetime]
    ) -> None:
        super().__init__(connector, limits, now)
        self._way = connector
        self.after_create: Callable[[Order, OrderOutcome, datetime], None] = lambda _order, _outcome, _now: (
            None
        )

    async def create(self, order: Order, now: datetime) -> OrderOutcome:
        self._way.after = lambda outcome: self.after_create(order, outcome, now)
        return await super().create(order, now)
