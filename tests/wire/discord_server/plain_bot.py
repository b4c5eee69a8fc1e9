"""Provide a minimal bot for the tests of the tests' Discord. It sends raw REST requests and opens a gateway
session, without a library's retries and waits.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import orjson

from .gateway import HEARTBEAT_ACK, HELLO, IDENTIFY
from .gateway import PATH as GATEWAY_PATH
from .interaction_record import InteractionRecord
from .server import DiscordServer

ALL_INTENTS = (1 << 26) - 1


@dataclass(frozen=True)
class Answer:
    """A response as received; ``json`` is None if there is no JSON."""

    status: int
    headers: Mapping[str, str]
    json: Any
    text: str

    @property
    def code(self) -> int | None:
        """Return Discord's JSON error code."""
        return self.json.get("code") if isinstance(self.json, dict) else None

    @property
    def refusal(self) -> tuple[int, int | None]:
        """Return the HTTP status and the JSON error code."""
        return self.status, self.code


@dataclass
class PlainBot:
    """Sends requests to ``server`` with the bot's token."""

    server: DiscordServer
    http: aiohttp.ClientSession

    async def request(
        self, method: str, path: str, body: Any = None, *, files: dict[str, bytes] | None = None
    ) -> Answer:
        """Send one request; ``files`` are sent as multipart, by name and content."""
        form: aiohttp.FormData | None = None
        if files is not None:
            form = aiohttp.FormData(quote_fields=False)
            form.add_field("payload_json", orjson.dumps(body or {}).decode(), content_type="application/json")
            for index, (name, data) in enumerate(files.items()):
                form.add_field(f"files[{index}]", data, filename=name, content_type="audio/mpeg")
        headers = {"Authorization": f"Bot {self.server.token}"}
        url = self.server.api_url + path
        json = body if form is None else None
        async with self.http.request(method, url, json=json, data=form, headers=headers) as answer:
            text = await answer.text()
            parsed = orjson.loads(text) if text and answer.content_type == "application/json" else None
            return Answer(answer.status, answer.headers.copy(), parsed, text)

    async def post(self, channel_id: int, body: Any, files: dict[str, bytes] | None = None) -> Answer:
        """Post as the bot itself."""
        return await self.request("POST", f"/channels/{channel_id}/messages", body, files=files)

    async def edit(self, message: Any, body: Any, files: dict[str, bytes] | None = None) -> Answer:
        """Edit a StoredMessage as the bot itself."""
        path = f"/channels/{message.channel.id}/messages/{message.id}"
        return await self.request("PATCH", path, body, files=files)

    async def history(self, channel_id: int, query: str = "") -> Answer:
        """Read a channel's messages."""
        return await self.request("GET", f"/channels/{channel_id}/messages{query}")

    async def answer(self, record: InteractionRecord, kind: int = 4, **data: Any) -> Answer:
        """Respond to an interaction: 4 reply, 5 defer."""
        path = f"/interactions/{record.id}/{record.token}/callback"
        return await self.request("POST", path, {"type": kind, "data": data})

    async def follow_up(
        self, record: InteractionRecord, body: Any, files: dict[str, bytes] | None = None
    ) -> Answer:
        """Send a followup with the token."""
        path = f"/webhooks/{self.server.state.application_id}/{record.token}"
        return await self.request("POST", path, body, files=files)

    async def edit_answer(
        self, record: InteractionRecord, body: Any, files: dict[str, bytes] | None = None
    ) -> Answer:
        """Edit the original response with the token."""
        path = f"/webhooks/{self.server.state.application_id}/{record.token}/messages/@original"
        return await self.request("PATCH", path, body, files=files)

    async def register(self, *names: str, **more: Any) -> None:
        """Replace the commands. Each has one option ``prompt``, everywhere and for both kinds of install."""
        option = {"name": "prompt", "description": "what", "type": 3, "required": False, "autocomplete": True}
        everywhere = {"integration_types": [0, 1], "contexts": [0, 1, 2]}
        bodies = [
            {"name": name, "description": name, "type": 1, "options": [option]} | everywhere | more
            for name in names
        ]
        application_id = self.server.state.application_id
        answer = await self.request("PUT", f"/applications/{application_id}/commands", bodies)
        assert answer.status == 200, answer.text


@asynccontextmanager
async def plain_bot(server: DiscordServer) -> AsyncIterator[PlainBot]:
    """Return a bot that has registered /song."""
    async with aiohttp.ClientSession() as http:
        bot = PlainBot(server, http)
        await bot.register("song")
        yield bot


@dataclass
class PlainSession:
    """A gateway connection. ``events`` are its dispatches (name, data); ``closed`` is its close code."""

    events: list[tuple[str, Any]] = field(default_factory=list)
    invalidated: bool = False
    closed: int | None = None

    def named(self, name: str) -> list[Any]:
        """Return the data of the events with that name."""
        return [data for event, data in self.events if event == name]


@asynccontextmanager
async def gateway_session(
    server: DiscordServer, *, intents: int = ALL_INTENTS, shard: tuple[int, int] = (0, 1)
) -> AsyncIterator[PlainSession]:
    """Identify, and collect events. On entering, the session is ready, invalidated or closed."""
    session = PlainSession()
    async with aiohttp.ClientSession() as http:
        socket = await http.ws_connect(server.gateway.address + GATEWAY_PATH)
        identify = {"token": server.token, "intents": intents, "shard": list(shard), "properties": {}}
        reading = asyncio.create_task(_read(socket, session, identify), name="plain gateway session")
        try:
            await server.wait_until(
                lambda: session.named("READY") or session.invalidated or session.closed, timeout=5
            )
            yield session
        finally:
            await socket.close(code=4000)
            await reading


async def _read(
    socket: aiohttp.ClientWebSocketResponse, session: PlainSession, identify: dict[str, Any]
) -> None:
    async for message in socket:
        payload = orjson.loads(message.data)
        if payload["op"] == HELLO:
            await socket.send_bytes(orjson.dumps({"op": IDENTIFY, "d": identify}))
        elif payload["op"] == 0:
            session.events.append((payload["t"], payload["d"]))
        elif payload["op"] != HEARTBEAT_ACK:
            session.invalidated = True
    session.closed = socket.close_code
