"""Provide the page with which every browser test begins."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from .chromium import find_chromium, open_page, sandbox
from .discord_page import DiscordPage

IN_CHROMIUM = pytest.mark.skipif(find_chromium() is None, reason="there is no Chromium on the PATH")


@asynccontextmanager
async def visit(*arguments: str) -> AsyncIterator[DiscordPage]:
    """Open the page of a new sandbox that is started with these arguments."""
    async with sandbox(*arguments) as process, open_page(process.url) as page:
        yield DiscordPage(page)
