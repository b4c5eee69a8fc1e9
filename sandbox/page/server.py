"""Serve SimCord's page with the sandbox's bar above it. This overrides private parts of the pinned
SimCord."""

from __future__ import annotations

import json
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import ClassVar

from aiohttp import web
from simcord.preview import Preview
from simcord.preview._server import PreviewServer

from sandbox.locales import Locales
from sandbox.whisul.prompt_words import MEANINGS

from .channels import ChannelSwitch

HERE = Path(__file__).parent
_OWN_FILES = {"/sandbox.css": "text/css", "/sandbox.js": "application/javascript"}


class SandboxServer(PreviewServer):
    """Serves the bar, which can switch channels and people's languages."""

    _STATIC_FILES: ClassVar[dict[str, str]] = {
        **PreviewServer._STATIC_FILES,
        **{path: path.removeprefix("/") for path in _OWN_FILES},
        "/api/channels": "",
        "/api/locales": "",
    }

    def __init__(
        self, preview: Preview, port: int, channels: Callable[[], ChannelSwitch], locales: Locales
    ) -> None:
        super().__init__(preview, port)
        self._channels = channels
        self._locales = locales

    async def _static(self, request: web.Request) -> web.StreamResponse:
        """Serve all GET requests that do not use SimCord's state."""
        if request.path == "/api/channels":
            return self._serve_channels(request)
        if request.path == "/api/locales":
            return self._serve_locales(request)
        if request.path in _OWN_FILES:
            text = (HERE / request.path.removeprefix("/")).read_text(encoding="utf-8")
            return web.Response(
                text=text, content_type=_OWN_FILES[request.path], headers=self._SECURITY_HEADERS
            )
        response = await super()._static(request)
        if request.path == "/" and isinstance(response, web.Response) and response.text:
            response.text = with_bar(response.text)
        return response

    def _serve_channels(self, request: web.Request) -> web.StreamResponse:
        """Return the channels. With `?go=KEY`, switch to that channel first."""
        if not self._authorized(request):
            raise web.HTTPUnauthorized
        if (key := request.query.get("go")) and not self._channels().go(key):
            raise web.HTTPNotFound
        return self._json(self._channels().describe())

    def _serve_locales(self, request: web.Request) -> web.StreamResponse:
        """Return everyone's language. With `?person=NAME&locale=LOCALE`, set one first."""
        if not self._authorized(request):
            raise web.HTTPUnauthorized
        person, locale = request.query.get("person"), request.query.get("locale", "")
        if person and not self._locales.choose(person, locale):
            raise web.HTTPNotFound
        return self._json(self._locales.describe())

    def _json(self, value: object) -> web.Response:
        return web.json_response(value, headers=self._SECURITY_HEADERS, dumps=json.dumps)


def with_bar(page: str) -> str:
    """Return SimCord's page with the sandbox's bar, stylesheet and script added."""
    words = "".join(
        f"<li><code>[{escape(word)}]</code> {escape(meaning)}</li>" for word, meaning in MEANINGS.items()
    )
    bar = (HERE / "bar.html").read_text(encoding="utf-8").replace("{words}", words)
    page = page.replace("<title>SimCord Preview</title>", "<title>Songbot sandbox</title>")
    page = page.replace(
        "</head>",
        '<link rel="stylesheet" href="/sandbox.css"><script src="/sandbox.js" defer></script></head>',
    )
    return page.replace("<body>", f"<body>\n{bar}", 1)
