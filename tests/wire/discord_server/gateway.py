"""Serve the gateway (version 10, JSON): identify, heartbeats, resume, shards, and its failures."""

from __future__ import annotations

import secrets
from typing import Any

import orjson
from aiohttp import WSMsgType, web

from . import gateway_session as intents
from .clock import Changes
from .gateway_session import Connection, Session
from .guild_state import GuildState
from .session_starts import SessionStarts

HEARTBEAT, IDENTIFY, RESUME, RECONNECT = 1, 2, 6, 7
REQUEST_MEMBERS, INVALID_SESSION, HELLO, HEARTBEAT_ACK = 8, 9, 10, 11
PATH = "/gateway"
RESUME_PATH = "/gateway/resume"


class Gateway:
    """Holds all connections and sessions. Methods with ``shard`` affect all shards if it is omitted."""

    def __init__(
        self,
        state: GuildState,
        changes: Changes,
        starts: SessionStarts,
        *,
        token: str,
        heartbeat_interval: float,
    ) -> None:
        self.connections: list[Connection] = []
        self.sessions: dict[str, Session] = {}
        self.identifies: list[dict[str, Any]] = []
        self.resumes: list[dict[str, Any]] = []
        self.received: list[dict[str, Any]] = []
        self.down = False
        self.allowed_intents = ~0
        self.heartbeat_interval = heartbeat_interval
        self.address = ""
        self._state = state
        self._changes = changes
        self._token = token
        self.session_starts = starts
        self.token_is_reset = False

    # What a test does to the bot -------------------------------------------------------------------

    def connected(self, shard: int | None = None) -> list[Session]:
        """Return the sessions that have a live connection."""
        return [s for s in self.sessions.values() if s.connected and shard in (None, s.shard[0])]

    async def close(self, code: int, shard: int | None = None) -> None:
        """Close with this code. As on Discord, 4007, 4009 and similar codes also end the session."""
        for session in self.connected(shard):
            if code in (1000, 1001, 4003, 4004, 4007, 4009):
                self.sessions.pop(session.id, None)
            await _connection(session).socket.close(code=code, message=b"scripted", drain=False)

    def abort(self, shard: int | None = None) -> None:
        """Drop the connections without a close frame (1006). The sessions can be resumed."""
        for session in self.connected(shard):
            _connection(session).abort()

    def silence(self, shard: int | None = None) -> None:
        """Turn the connections into zombies: open sockets that neither acknowledge heartbeats nor carry
        events. A RESUME replays what was missed.
        """
        for session in self.connected(shard):
            _connection(session).silent = True

    async def reconnect(self, shard: int | None = None) -> None:
        """Ask the bot to reconnect (op 7)."""
        for session in self.connected(shard):
            await _connection(session).send_op(RECONNECT)

    async def invalidate(self, shard: int | None = None, *, resumable: bool = False) -> None:
        """Send INVALID_SESSION (op 9), and forget the session unless it is ``resumable``."""
        for session in self.connected(shard):
            if not resumable:
                self.sessions.pop(session.id, None)
            await _connection(session).send_op(INVALID_SESSION, resumable)

    def forget_sessions(self) -> None:
        """Answer the next RESUME with INVALID_SESSION."""
        for session in self.sessions.values():
            session.resumable = False

    # Events ----------------------------------------------------------------------------------------

    async def dispatch(self, event: str, data: dict[str, Any], guild_id: int | None, needs: int = 0) -> int:
        """Send an event to every session of that guild's shard that has the intents. Return how many received
        it.

        If a shard has two sessions, as during a rolling deployment, both receive it (docs: events/gateway,
        "Sharding": a shard is not limited to one session).
        """
        reached = 0
        for session in list(self.sessions.values()):
            if session.takes(guild_id) and session.intents & needs == needs:
                await session.dispatch(event, data)
                reached += 1
        return reached

    async def dispatch_message(self, event: str, data: dict[str, Any], guild_id: int | None) -> None:
        """Send a message event. Without MESSAGE_CONTENT, other people's messages in guilds come empty."""
        needs = intents.DIRECT_MESSAGES if guild_id is None else intents.GUILD_MESSAGES
        bot_id = self._state.bot.id
        ours = data["author"]["id"] == str(bot_id) or f"<@{bot_id}>" in data["content"]
        emptied = data | {"content": "", "embeds": [], "attachments": [], "components": []}
        for session in list(self.sessions.values()):
            if session.takes(guild_id) and session.intents & needs == needs:
                readable = guild_id is None or ours or session.intents & intents.MESSAGE_CONTENT
                await session.dispatch(event, data if readable else emptied)

    # The socket ------------------------------------------------------------------------------------

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Handle a websocket connection."""
        if self.down:
            return web.Response(status=503, text="scripted: the gateway is down")
        if request.query.get("compress") not in (None, "zlib-stream"):
            return web.Response(status=400, text="this gateway compresses as zlib-stream only")
        socket = web.WebSocketResponse(compress=False, max_msg_size=0, timeout=1, autoclose=False)
        await socket.prepare(request)
        connection = Connection(request, socket)
        self.connections.append(connection)
        try:
            await self._serve(connection)
        finally:
            self.connections.remove(connection)
            self._forget(connection)
            self._changes.notify()
        return socket

    async def _serve(self, connection: Connection) -> None:
        await connection.send_op(HELLO, {"heartbeat_interval": int(self.heartbeat_interval * 1000)})
        while True:
            message = await connection.socket.receive()
            if message.type is WSMsgType.CLOSE:
                connection.closed_by_bot = message.data
                await connection.socket.close(code=message.data or 1000)
            if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                return
            payload = orjson.loads(message.data)
            await self._received(connection, payload["op"], payload.get("d"))
            self._changes.notify()

    async def _received(self, connection: Connection, op: int, data: Any) -> None:
        if op == HEARTBEAT:
            connection.heartbeats += 1
            await connection.send_op(HEARTBEAT_ACK)
        elif op == IDENTIFY:
            await self._identify(connection, data)
        elif op == RESUME:
            await self._resume(connection, data)
        elif op == REQUEST_MEMBERS and connection.session:
            await self._members(connection.session, data)
        else:
            self.received.append({"op": op, "d": data})

    def _forget(self, connection: Connection) -> None:
        """End the session if the bot closed with 1000 or 1001; otherwise keep it, so that it can be
        resumed.
        """
        session = connection.session
        if session is not None and session.connection is connection:
            session.connection = None
            if connection.closed_by_bot in (1000, 1001):
                self.sessions.pop(session.id, None)

    async def _identify(self, connection: Connection, data: dict[str, Any]) -> None:
        self.identifies.append(data)
        if self.token_is_reset or data.get("token") != self._token:
            await connection.socket.close(code=4004, message=b"Authentication failed.")
            return
        refusal = self.session_starts.begin((data.get("shard") or (0, 1))[0])
        if refusal == "spent":
            await self._reset_token(connection)
            return
        if refusal == "too soon":
            await connection.send_op(INVALID_SESSION, False)
            return
        if data["intents"] & intents.PRIVILEGED & ~self.allowed_intents:
            await connection.socket.close(code=4014, message=b"Disallowed intent(s).")
            return
        shard_id, count = data.get("shard") or (0, 1)
        session = Session(
            secrets.token_hex(16), data["token"], data["intents"], (shard_id, count), data, connection
        )
        connection.session = session
        self.sessions[session.id] = session
        await self._welcome(session)

    async def _reset_token(self, connection: Connection) -> None:
        """End every session and reset the token, as Discord does once the day's identifies are used up (docs:
        events/gateway).
        """
        self.token_is_reset = True
        await self.close(4004)
        await connection.socket.close(code=4004, message=b"Authentication failed.")

    async def _welcome(self, session: Session) -> None:
        guilds = [g for g in self._state.guilds.values() if g.bot_is_member and session.takes(g.id)]
        ready = {
            "v": 10,
            "user": self._state.bot.payload() | {"verified": True, "mfa_enabled": False, "email": None},
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
            "session_id": session.id,
            "resume_gateway_url": self.address + RESUME_PATH,
            "shard": list(session.shard),
            "application": {"id": str(self._state.application_id), "flags": 0},
        }
        await session.dispatch("READY", ready)
        for guild in guilds if session.intents & intents.GUILDS else []:
            await session.dispatch("GUILD_CREATE", guild.create_payload(self._state.bot))

    async def _resume(self, connection: Connection, data: dict[str, Any]) -> None:
        self.resumes.append(data)
        session = self.sessions.get(data.get("session_id") or "")
        if session is None or not session.resumable or data.get("token") != session.token:
            self.sessions.pop(data.get("session_id") or "", None)
            await connection.send_op(INVALID_SESSION, False)
            return
        connection.session, session.connection = session, connection
        session.resumes += 1
        await session.replay(data.get("seq") or 0)
        await session.dispatch("RESUMED", {"_trace": []})

    async def _members(self, session: Session, data: dict[str, Any]) -> None:
        guild = self._state.guilds.get(int(data["guild_id"]))
        members = [member.payload() for member in guild.members.values()] if guild else []
        chunk = {"guild_id": str(data["guild_id"]), "members": members, "chunk_index": 0, "chunk_count": 1}
        await session.dispatch("GUILD_MEMBERS_CHUNK", chunk | {"nonce": data.get("nonce")})


def _connection(session: Session) -> Connection:
    if session.connection is None:
        raise RuntimeError("the session has no connection")
    return session.connection
