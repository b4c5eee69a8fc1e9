"""The version is the same wherever it is written."""

from __future__ import annotations

import tomllib
from pathlib import Path

from songbot.version import VERSION
from whisul_api.protocol import USER_AGENT

ROOT = Path(__file__).parents[2]


def test_pyproject_has_the_version_of_the_bot() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == VERSION


def test_whisul_is_told_the_version_of_the_bot() -> None:
    """whisul_api can't read the bot's version, since it imports nothing of the bot."""
    assert f"songbot-whisul-api/{VERSION}" == USER_AGENT
