"""Simulate the database: one for all processes, with real SQL, and a connector to it for each process."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import count
from typing import Any, NamedTuple, TypeVar, cast

from sqlalchemy import Connection

from songbot.quotas.rules import OperatorLimits
from songbot.songs.errors import StoreUnavailable
from songbot.songs.orders import Order, OrderOutcome
from songbot.storage.connectors.base import Connector
from songbot.storage.repositories.songs import SqlSongRepository
from songbot.storage.schema.tables import metadata
from tests.support.inline_connector import InlineSqliteConnector

from .network import Link, NoAnswer, Refused, Trouble
from .statements import PreparedConnection

T = TypeVar("T")
DEADLINE = 10.0


class Row(NamedTuple):
    """The columns of a song's row that the checks need. Times are as stored, in microseconds."""

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


def _nothing(_result: Any) -> None: ...


@dataclass
class Call:
    """A transaction in transit. `after` receives its result at the moment of the commit.

    `by` is the person who orders with it, and `forgets` the person whose data it deletes.
    """

    process: int = 0
    work: Callable[[Connection], Any] = _nothing
    after: Callable[[Any], None] = _nothing
    by: int | None = None
    forgets: int | None = None
    done: bool = False
    result: Any = None


@dataclass(frozen=True, slots=True)
class Backup:
    """The rows of all tables, and those of the songs as the checks know them."""

    tables: dict[str, list[Any]]
    rows: dict[int, Row]


class DatabaseServer:
    """`rows` is what is committed. `observer` receives each change of a row, and which process made it."""

    def __init__(self, *, shared: bool) -> None:
        self.shared = shared
        self.inline, self._connection, self._touched = _connection(shared)
        self.inline.wipe()
        self._connection.forget()
        self._touched.clear()
        self.rows: dict[int, Row] = {}
        self.observer: Observer = lambda _process, _old, _new: None
        self._orders: list[Call] = []
        self.cut_off = 0
        """The number of the last process that was started before the database was lost."""

    def execute(self, call: Call) -> Any:
        """Run one transaction of a process, unless it was already run during another one."""
        if 0 < call.process <= self.cut_off:
            raise StoreUnavailable("simulated: the database is lost")
        if call.done:
            return call.result
        amid = self._order_amid(call)
        if amid is None:
            call.result = self._run(call.work)
        else:
            call.result = self._run_with(call, amid)
        call.done = True
        if self._touched:
            touched = sorted(set(self._touched))
            self._touched.clear()
            for song_id in touched:
                self._observe(call.process, song_id)
        for done in (amid, call) if amid else (call,):
            done.after(done.result)
        return call.result

    def expect(self, call: Call) -> None:
        """Remember an order that is on its way to the database."""
        self._orders = [order for order in self._orders if not order.done] + [call]

    def _order_amid(self, call: Call) -> Call | None:
        """Return an order in transit by the person whose data this call deletes, or None."""
        if call.forgets is None or not self.shared:
            return None
        return next((order for order in self._orders if not order.done and order.by == call.forgets), None)

    def _run_with(self, call: Call, order: Call) -> Any:
        """Let an order commit between the first and the second statement of `call`, as PostgreSQL does."""
        statements = count()

        def commit_order() -> None:
            if next(statements) and not order.done:
                order.done = True
                order.result = order.work(self.inline.connection)

        self._connection.before = commit_order
        try:
            return self._run(call.work)
        finally:
            self._connection.before = None

    def _run(self, work: Callable[[Connection], Any]) -> Any:
        connection = self._connection
        try:
            result = work(self.inline.connection)
        except BaseException:
            connection.end("ROLLBACK")
            connection.forget()
            raise
        connection.end("COMMIT")
        return result

    def back_up(self) -> Backup:
        query, tables = self.inline.driver.execute, metadata.sorted_tables
        return Backup(
            {table.name: query(f"SELECT * FROM {table.name}").fetchall() for table in tables}, dict(self.rows)
        )

    def restore(self, backup: Backup) -> None:
        """Return to the backup. Ids of songs that were made after it are not used again."""
        driver, tables = self.inline.driver, metadata.sorted_tables
        for table in reversed(tables):
            driver.execute(f"DELETE FROM {table.name}")
        for table in tables:
            markers = ", ".join("?" * len(table.columns))
            driver.executemany(f"INSERT INTO {table.name} VALUES ({markers})", backup.tables[table.name])
        self._connection.forget()
        self._touched.clear()
        self._orders.clear()
        self.rows = dict(backup.rows)

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
def _connection(shared: bool) -> tuple[InlineSqliteConnector, PreparedConnection, list[int]]:
    """Return one connection for all runs, since preparing its statements takes longer than running them."""
    inline = InlineSqliteConnector(shared=shared)
    connection = PreparedConnection(inline.connection, inline.driver)
    inline.connection = cast("Connection", connection)
    touched: list[int] = []
    inline.driver.create_function("song_touched", 1, touched.append)
    for action, row in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
        inline.driver.execute(
            f"CREATE TEMP TRIGGER song_{action.lower()} AFTER {action} ON main.songs "
            f"BEGIN SELECT song_touched({row}.id); END"
        )
    return inline, connection, touched


@cache
def _repository(*, shared: bool) -> SqlSongRepository:
    """Return a repository for all processes, since building its statements takes longer than a start."""
    return SqlSongRepository(_connection(shared)[0], OperatorLimits(0, 0, 0), _no_clock)


def _no_clock() -> datetime:
    raise NotImplementedError


class ProcessConnector(Connector):
    """A process's connection to the database. `next_call` has more information about the next transaction."""

    def __init__(self, server: DatabaseServer, process: int, link: Link) -> None:
        super().__init__(DEADLINE)
        self.on_sqlite = not server.shared
        self.engine = server.inline.engine
        self._server, self._process, self._link = server, process, link
        self.next_call: Call | None = None

    async def read(self, work: Callable[[Connection], T]) -> T:
        call, self.next_call = self.next_call or Call(), None
        call.process, call.work = self._process, work
        link, trouble = self._link, self._link.next_trouble()
        if call.by is not None and trouble not in (Trouble.REFUSED, Trouble.SILENT):
            self._server.expect(call)
        try:
            return await link.request(lambda: self._server.execute(call), trouble, DEADLINE)
        except (Refused, NoAnswer) as problem:
            raise StoreUnavailable(f"simulated: {type(problem).__name__}") from None

    async def write(self, work: Callable[[Connection], T], *, durable: bool = False) -> T:
        return await self.read(work)

    async def migrate(self, work: Callable[[Connection], None], deadline: float) -> None:
        raise NotImplementedError

    async def close(self) -> None:
        """Do nothing, since there is nothing to close."""


class ProcessSongs(SqlSongRepository):
    """The real repository, using statements that are built only once.

    `after_create` receives the outcome of each order at the moment of its commit.
    """

    def __init__(
        self,
        connector: ProcessConnector,
        limits: OperatorLimits,
        now: Callable[[], datetime],
        after_create: Callable[[Order, OrderOutcome, datetime], None],
    ) -> None:
        vars(self).update(vars(_repository(shared=not connector.on_sqlite)))
        self._connector, self._operator_limits = connector, limits
        self._leases, self._admission = copy(self._leases), copy(self._admission)
        self._leases._now, self._admission._leases = now, self._leases
        self._way, self._after_create = connector, after_create

    async def create(self, order: Order, now: datetime) -> OrderOutcome:
        self._way.next_call = Call(
            after=lambda outcome: self._after_create(order, outcome, now), by=order.user_id
        )
        return await super().create(order, now)


async def tolerant(work: Callable[..., Awaitable[Any]], *arguments: Any) -> None:
    """Do the work, and give up if the database is unavailable, as the bot tells people."""
    try:
        await work(*arguments)
    except StoreUnavailable:
        return
