"""Define column types: times in UTC, text that both databases can store, and tuples of strings."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Dialect, Integer, Text
from sqlalchemy.exc import DontWrapMixin
from sqlalchemy.types import TypeDecorator

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

AutoIncrementId = BigInteger().with_variant(Integer, "sqlite")
"""A primary key that counts up. SQLite generates row numbers only if the type is INTEGER."""


class NaiveDatetime(DontWrapMixin, ValueError):
    """A datetime without a time zone was passed to be stored or compared, which is a bug."""

    def __init__(self) -> None:
        super().__init__("a datetime without a time zone can not be stored")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime, stored as microseconds since 1970 UTC. Naive ones raise NaiveDatetime."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        if value is None:
            return None
        if value.tzinfo is None:
            raise NaiveDatetime
        return (value - EPOCH) // MICROSECOND

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else EPOCH + timedelta(microseconds=value)


class SafeText(TypeDecorator[str]):
    """Text without null characters and lone surrogates, which databases reject."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else clean(value)


class StringTuple(TypeDecorator[tuple[str, ...]]):
    """A tuple of strings, stored as text in a JSON array. NULL is the empty tuple."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return json.dumps([clean(tag) for tag in value]) if value else None

    def process_result_value(self, value: Any | None, dialect: Dialect) -> tuple[str, ...]:  # noqa: ARG002
        return tuple(json.loads(value)) if value else ()


def clean(text: str) -> str:
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
