from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from .process import Stage, open_stage

NEAR_MIDNIGHT = 300
"""Seconds before midnight in which a test on a busy machine may not end on the day on which it begins."""


@pytest.fixture
async def on_one_day() -> None:
    """Let no day (in UTC) end during the test, since daily quotas begin again: if one is about to, wait."""
    now = datetime.now(UTC)
    seconds_left = 24 * 3600 - (now.hour * 3600 + now.minute * 60 + now.second)
    if seconds_left < NEAR_MIDNIGHT:
        await asyncio.sleep(seconds_left)


@pytest.fixture
async def stage(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[Stage]:
    """Its database has all tables already."""
    shutil.copy(sqlite_template, tmp_path / "songs.db")
    async with open_stage(tmp_path) as opened:
        yield opened
