"""Who deleted their data is known by a number that only this database's secret can make from their id."""

from __future__ import annotations

import hashlib
import hmac

SECRET = "pseudonym_secret"  # noqa: S105 - the key in `app_state`, not the secret
"""Made by the first migration. Random, and never leaves the database."""


def pseudonym(secret: str, user_id: int) -> int:
    """A negative number of 63 bits; ids of Discord are positive."""
    digest = hmac.digest(secret.encode(), str(user_id).encode(), hashlib.sha256)
    return -1 - (int.from_bytes(digest[:8], "big") >> 1)
