from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from .environment import BotEnvironment, open_bot
from .pseudo import pseudo_mode

__all__ = ["pseudo_mode"]


@pytest.fixture
async def bot_env(
    tmp_path: Path, sqlite_template: Path, request: pytest.FixtureRequest
) -> AsyncIterator[BotEnvironment]:
    """Settings may be changed with `@pytest.mark.settings(name=value)`."""
    marker = request.node.get_closest_marker("settings")
    shutil.copy(sqlite_template, tmp_path / "songs.db")
    async with open_bot(tmp_path / "songs.db", **(marker.kwargs if marker else {})) as opened:
        yield opened
