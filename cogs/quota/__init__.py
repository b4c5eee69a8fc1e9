"""Handle `/quota`, with which admins set a server's rules."""

from __future__ import annotations

from ._cog import QuotaCog

__all__ = ["QuotaCog"]
