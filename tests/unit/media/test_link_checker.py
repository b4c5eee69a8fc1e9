"""A link is dead if it returns an error, does not respond, or points to a private address."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from songbot.media.link_checker import LinkChecker


@pytest.fixture
async def server() -> AsyncIterator[str]:
    """Stands in for Whisul's CDN on loopback."""

    async def answer(request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if name == "moved":
            raise web.HTTPFound("/200")
        if name == "inward":
            raise web.HTTPFound("http://10.0.0.1/")
        if name == "circle":
            raise web.HTTPFound("/circle")
        return web.Response(status=int(name))

    app = web.Application()
    app.router.add_get("/{name}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def test_a_link_is_dead_when_it_answers_with_an_error_or_leads_nowhere(server: str):
    checker = LinkChecker(server)
    names = ["200", "206", "429", "moved", "403", "404", "410", "500", "circle", "inward"]
    dead = await checker.find_dead([f"{server}/{name}" for name in names])
    assert {url.rsplit("/", 1)[1] for url in dead} == {"403", "404", "410", "500", "circle", "inward"}


async def test_no_address_inside_is_asked(server: str):
    nowhere = [f"{server}/200", "file:///etc/passwd", "http://[::1", "javascript:alert(1)", ""]
    assert await LinkChecker("https://whisul.com/api").find_dead(nowhere) == frozenset(nowhere)
