"""Run statements on SQLite's driver, and compile each of them only once.

SQLAlchemy compiles the statements, so the SQL and the conversion of values are the bot's own. But its other
work for each execution takes longer than SQLite itself, and a run executes the same few statements thousands
of times.
"""

from __future__ import annotations

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Container, Iterator, Mapping
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Dialect, Select
from sqlalchemy.sql.compiler import SQLCompiler

Convert = Callable[[Any], Any]
_NOTHING: dict[str, Any] = {}


class Rows:
    """The result of a statement, with those of SQLAlchemy's methods that the bot uses."""

    def __init__(self, rows: list[Any], rowcount: int) -> None:
        self._rows, self.rowcount = rows, rowcount

    def __iter__(self) -> Iterator[Any]:
        return iter(self._rows)

    def all(self) -> list[Any]:
        return list(self._rows)

    def first(self) -> Any:
        return self._rows[0] if self._rows else None

    def one(self) -> Any:
        (row,) = self._rows
        return row

    def one_or_none(self) -> Any:
        return self.one() if self._rows else None

    def scalar_one(self) -> Any:
        return self.one()[0]


class _Sql:
    """The text of a statement and the order of its parameters, for one length of each list among them.

    The statement's own strings are written into its text. As a parameter, a string that is compared with a
    column of a partial index would make SQLite prepare the statement again each time.
    """

    def __init__(self, compiled: SQLCompiler, parameters: Mapping[str, Any], varying: Container[str]) -> None:
        expanded = compiled._process_parameters_for_postcompile(dict(parameters))
        converters: dict[str, Convert] = {**compiled._bind_processors, **expanded.processors}
        pieces, names = expanded.statement.split("?"), list(expanded.positiontup or ())
        self.names: list[tuple[str, Convert | None]] = []
        self.text = pieces[0]
        for name, piece in zip(names, pieces[1:], strict=True):
            word = parameters.get(name)
            if name not in varying and isinstance(word, str):
                self.text += f"'{word}'{piece}"
            else:
                self.text += f"?{piece}"
                self.names.append((name, converters.get(name)))
        self.lists = expanded.parameter_expansion

    def values(self, parameters: Mapping[str, Any]) -> list[Any]:
        if self.lists:
            parameters = dict(parameters)
            for name, items in self.lists.items():
                parameters.update(zip(items, parameters[name], strict=True))
        return [
            parameters[name] if convert is None else convert(parameters[name]) for name, convert in self.names
        ]


class _Prepared:
    """A statement that is executed with parameters of the same names each time."""

    def __init__(self, statement: Any, dialect: Dialect, names: tuple[str, ...]) -> None:
        self._compiled: SQLCompiler = statement.compile(dialect=dialect, column_keys=list(names) or None)
        self._constants = dict(self._compiled.construct_params(dict.fromkeys(names), escape_names=False))
        self._lists = sorted(self._compiled.bind_names[bind] for bind in self._compiled.post_compile_params)
        self._by_lengths: dict[tuple[int, ...], _Sql] = {}
        self._row, self._converters = _row_type(self._compiled, dialect)
        of_workers = "workers" in self._compiled.string
        self.is_query = isinstance(statement, Select)
        self.can_be_kept = self.is_query and not of_workers
        self.changes_answers = not self.is_query and statement.table.name != "workers"

    def sql(self, parameters: Mapping[str, Any]) -> tuple[str, list[Any]]:
        values = {**self._constants, **parameters}
        lengths = tuple(len(values[name]) for name in self._lists)
        if (sql := self._by_lengths.get(lengths)) is None:
            sql = self._by_lengths[lengths] = _Sql(self._compiled, values, parameters)
        return sql.text, sql.values(values)

    def rows(self, found: list[Any]) -> list[Any]:
        make, converters = self._row, self._converters
        if not converters:
            return [make(values) for values in found]
        return [make(_converted(values, converters)) for values in found]


def _row_type(compiled: SQLCompiler, dialect: Dialect) -> tuple[Convert, list[tuple[int, Convert]]]:
    columns = compiled._result_columns
    converters = [
        (index, convert)
        for index, column in enumerate(columns)
        if (convert := column.type._cached_result_processor(dialect, None)) is not None
    ]
    names = [column.keyname for column in columns]
    return namedtuple("FoundRow", names, rename=True)._make, converters


def _converted(values: Any, converters: list[tuple[int, Convert]]) -> list[Any]:
    converted = list(values)
    for index, convert in converters:
        converted[index] = convert(converted[index])
    return converted


class PreparedConnection:
    """Replaces a Connection. A statement that was seen before is not compiled again.

    `before` is called before each statement. Results of queries are kept until a song or a rule changes,
    since workers run the same queries again and again while nothing happens.
    """

    def __init__(self, connection: Connection, driver: sqlite3.Connection) -> None:
        self._connection, self._driver = connection, driver
        self.dialect = connection.dialect
        self.before: Callable[[], None] | None = None
        self._prepared: WeakKeyDictionary[Any, dict[tuple[str, ...], _Prepared | None]] = WeakKeyDictionary()
        self._found: dict[Any, list[Any]] = {}

    def forget(self) -> None:
        """Forget the results of queries, since something else has changed the database."""
        self._found.clear()

    def begin(self) -> None:
        if not self._driver.in_transaction:
            self._driver.execute("BEGIN")

    def end(self, how: str) -> None:
        """End the transaction. `how` is COMMIT or ROLLBACK."""
        if self._driver.in_transaction:
            self._driver.execute(how)

    def execute(self, statement: Any, parameters: Mapping[str, Any] = _NOTHING) -> Any:
        if self.before is not None:
            self.before()
        names = tuple(parameters)
        known = self._prepared.get(statement)
        if known is None:
            known = self._prepared[statement] = {}
        if names not in known:
            known[names] = None
            return self._run_once(statement, parameters)
        prepared = known[names]
        if prepared is None:
            prepared = known[names] = _Prepared(statement, self.dialect, names)
        return self._run(prepared, *prepared.sql(parameters))

    def _run_once(self, statement: Any, parameters: Mapping[str, Any]) -> Any:
        """Let SQLAlchemy run the statement, since most new statements are executed only once."""
        if not isinstance(statement, Select):
            self.begin()
            self.forget()
        return self._connection.execute(statement, parameters or None)

    def _run(self, prepared: _Prepared, text: str, values: list[Any]) -> Rows:
        if prepared.can_be_kept:
            key = (text, *values)
            if (rows := self._found.get(key)) is None:
                rows = self._found[key] = prepared.rows(self._driver.execute(text, values).fetchall())
            return Rows(rows, -1)
        if not prepared.is_query:
            self.begin()
        cursor = self._driver.execute(text, values)
        rows = prepared.rows(cursor.fetchall())
        if prepared.changes_answers and (rows or cursor.rowcount):
            self.forget()
        return Rows(rows, len(rows) if cursor.description else cursor.rowcount)

    def scalar(self, statement: Any, parameters: Mapping[str, Any] = _NOTHING) -> Any:
        row = self.execute(statement, parameters).first()
        return None if row is None else row[0]

    def scalars(self, statement: Any, parameters: Mapping[str, Any] = _NOTHING) -> Rows:
        rows = self.execute(statement, parameters).all()
        return Rows([row[0] for row in rows], len(rows))
