"""Provide Discord's REST API on loopback, as far as deliveries use it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

WEBHOOK = "PATCH /webhooks/9/interaction-secret/messages/200"
FOLLOW_UP = "POST /webhooks/9/interaction-secret"
EDIT = "PATCH /channels/100/messages/200"
POST = "POST /channels/100/messages"
OPEN_DM = "POST /users/@me/channels"
DIRECT = "POST /channels/500/messages"


@dataclass
class Request:
    route: str
    body: dict[str, Any]
    files: list[str]


@dataclass
class FakeDiscord:
    """Discord's REST API on loopback: it accepts every message, unless a fault is set for the route."""

    requests: list[Request] = field(default_factory=list)
    faults: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    cut: set[str] = field(default_factory=set)
    broken: set[str] = field(default_factory=set)
    history: list[dict[str, Any]] = field(default_factory=list)
    history_refused: tuple[int, int] = (0, 0)
    looked: list[str] = field(default_factory=list)
    shown: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The message that each route of GET returns, if it is not refused by a fault."""
    drops_embeds: bool = False

    def fail(self, route: str, status: int, code: int = 0, times: int = 99) -> None:
        self.faults[route] = [(status, code)] * times

    @property
    def routes(self) -> list[str]:
        return [request.route for request in self.requests]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        route = f"{request.method} {request.path}"
        if request.method == "GET" and request.path.endswith("/messages"):
            self.looked.append(route)
            status, code = self.history_refused
            return _json({"code": code, "message": "no"}, status) if status else _json(self.history)
        if request.method == "GET" and self.faults.get(route):
            return self._refusal(route)
        if request.method == "GET":
            return _json(self.shown.get(route) or _about_the_bot())
        body, files = await self._read(request)
        self.requests.append(Request(route, body, files))
        if route in self.cut and request.transport:
            request.transport.close()
        if route in self.broken:
            return web.Response(body=b'{"id": ', content_type="application/json")
        if self.faults.get(route):
            return self._refusal(route)
        if route == OPEN_DM:
            return _json({"id": "500", "type": 1, "recipients": [user_json(42)]})
        return _json(message_json(request.path, body | ({"embeds": []} if self.drops_embeds else {})))

    def _refusal(self, route: str) -> web.Response:
        status, code = self.faults[route].pop()
        return _json({"code": code, "message": "no"}, status)

    async def _read(self, request: web.Request) -> tuple[dict[str, Any], list[str]]:
        if not request.content_type.startswith("multipart/"):
            return await request.json(), []
        form = await request.post()
        files = [value.filename for value in form.values() if isinstance(value, web.FileField)]
        return json.loads(str(form["payload_json"])), files


def _json(data: dict[str, Any], status: int = 200) -> web.Response:
    """discord.py recognises JSON only by the bare content type, without a charset."""
    return web.Response(body=json.dumps(data).encode(), status=status, content_type="application/json")


def _about_the_bot() -> dict[str, Any]:
    """Return as much of the user and the application as a login needs."""
    return {
        **user_json(9),
        "name": "bot",
        "icon": None,
        "description": "",
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "",
        "team": None,
        "owner": user_json(1),
        "flags": 0,
    }


def user_json(user_id: int) -> dict[str, Any]:
    return {"id": str(user_id), "username": "x", "discriminator": "0", "avatar": None}


def message_json(path: str, body: dict[str, Any]) -> dict[str, Any]:
    """Return the message that a request to `path` with `body` makes."""
    channel = path.split("/")[2] if path.startswith("/channels") else "100"
    last = path.rsplit("/", 1)[-1]
    return {
        "id": last if last.isdigit() else "300",
        "channel_id": channel,
        "author": user_json(9),
        "content": body.get("content") or "",
        "timestamp": "2026-05-01T12:00:00+00:00",
        "edited_timestamp": None,
        "tts": False,
        "mention_everyone": False,
        "mentions": [],
        "mention_roles": [],
        "attachments": [],
        "embeds": body.get("embeds") or [],
        "pinned": False,
        "type": 0,
        "components": [],
    }
