"""Keep a gateway session: its sequence numbers, what it may receive, and what it has missed."""

from __future__ import annotations

import zlib
from collections import deque
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import web

GUILDS = 1 << 0
GUILD_MEMBERS = 1 << 1
GUILD_PRESENCES = 1 << 8
GUILD_MESSAGES = 1 << 9
DIRECT_MESSAGES = 1 << 12
MESSAGE_CONTENT = 1 << 15
PRIVILEGED = GUILD_MEMBERS | GUILD_PRESENCES | MESSAGE_CONTENT

REPLAY_LIMIT = 20_000


class Connection:
    """One websocket of a bot, compressed if its query asked for that. ``silent`` makes it a zombie."""

    def __init__(self, request: web.Request, socket: web.WebSocketResponse) -> None:
        self.path = request.path
        self.socket = socket
        self.silent = False
        self.heartbeats = 0
        self.closed_by_bot: int | None = None
        self.session: Session | None = None
        self._transport = request.transport
        self._deflate = zlib.compressobj() if request.query.get("compress") == "zlib-stream" else None

    @property
    def live(self) -> bool:
        return not self.socket.closed and self._transport is not None and not self._transport.is_closing()

    async def send(self, raw: bytes) -> None:
        """Send one payload unless the connection is silent or closed. Concurrent sends keep their order."""
        if self.silent or not self.live:
            return
        try:
            if self._deflate is None:
                await self.socket.send_str(raw.decode())
            else:
                packed = self._deflate.compress(raw) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
                await self.socket.send_bytes(packed)
        except ConnectionError:
            return

    async def send_op(self, op: int, data: Any = None) -> None:
        await self.send(orjson.dumps({"op": op, "d": data, "s": None, "t": None}))

    def abort(self) -> None:
        """Drop the TCP connection without a close frame, so that the bot sees 1006."""
        if self._transport is not None:
            self._transport.abort()


@dataclass(eq=False)
class Session:
    """A session that starts with an IDENTIFY. It outlives its connection; a RESUME attaches a new one."""

    id: str
    token: str
    intents: int
    shard: tuple[int, int]
    identify: dict[str, Any]
    connection: Connection | None = None
    resumes: int = 0
    resumable: bool = True
    sequence: int = 0
    sent: deque[tuple[int, bytes]] = field(default_factory=lambda: deque(maxlen=REPLAY_LIMIT))

    @property
    def connected(self) -> bool:
        return self.connection is not None and self.connection.live

    def takes(self, guild_id: int | None) -> bool:
        """Return whether this shard receives events of that guild (None: DMs)."""
        shard_id, count = self.shard
        return shard_id == (0 if guild_id is None else (guild_id >> 22) % count)

    async def dispatch(self, event: str, data: Any) -> None:
        """Number the event, keep it for a RESUME, and send it if there is a connection."""
        self.sequence += 1
        raw = orjson.dumps({"op": 0, "s": self.sequence, "t": event, "d": data})
        self.sent.append((self.sequence, raw))
        if self.connection is not None:
            await self.connection.send(raw)

    async def replay(self, after: int) -> None:
        """Send everything after that sequence number again."""
        missed = [raw for number, raw in self.sent if number > after]
        for raw in missed:
            if self.connection is not None:
                await self.connection.send(raw)
