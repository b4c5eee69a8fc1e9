"""Handle gateway events that discord.py can't parse because Discord added or removed a field."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

log = logging.getLogger(__name__)

Parser = Callable[[Any], None]


def guard_parsers(parsers: dict[str, Parser], on_unreadable: Callable[[str, Any], None]) -> None:
    """Keep the connection when a parser raises, and log that once for each kind of event.

    discord.py would pass the error on to the shard, which would end the process. `on_unreadable` receives the
    event's name and data each time.
    """
    logged: set[str] = set()
    for name, parse in parsers.items():
        parsers[name] = _guarded(name, parse, on_unreadable, logged)


def _guarded(name: str, parse: Parser, on_unreadable: Callable[[str, Any], None], logged: set[str]) -> Parser:
    def parse_or_drop(data: Any) -> None:
        try:
            parse(data)
        except Exception:
            on_unreadable(name, data)
            if name not in logged:
                logged.add(name)
                log.exception("discord.py can't read an event %s; such events are dropped", name)

    return parse_or_drop
