"""`/quota`: the rules that a server's admins set."""

from __future__ import annotations

from ._cog import QuotaCog

__all__ = ["QuotaCog"]
