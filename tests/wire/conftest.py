from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from .process import Stage, open_stage


@pytest.fixture
async def stage(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[Stage]:
    """Its database has all tables already."""
    shutil.copy(sqlite_template, tmp_path / "songs.db")
    async with open_stage(tmp_path) as opened:
        yield opened
