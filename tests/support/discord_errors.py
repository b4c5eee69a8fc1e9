"""Build errors as discord.py raises them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import discord


def discord_error(status: int, code: int = 0) -> discord.HTTPException:
    """Return the error for an HTTP status and one of Discord's JSON error codes, or 0 for none."""
    response = cast("Any", SimpleNamespace(status=status, reason="no"))
    return discord.HTTPException(response, {"code": code, "message": "m"})
