"""Compute the pseudonyms of people who had their data deleted. This needs this database's secret."""

from __future__ import annotations

import hashlib
import hmac

from sqlalchemy import Connection

from .state_values import load_state_value

SECRET = "pseudonym_secret"  # noqa: S105 - the key in `app_state`, not the secret
"""The key of the secret, which the first migration creates at random. It never leaves the database."""


def pseudonym(secret: str, user_id: int) -> int:
    """Return a negative 63-bit number. Discord's ids are positive."""
    digest = hmac.digest(secret.encode(), str(user_id).encode(), hashlib.sha256)
    return -1 - (int.from_bytes(digest[:8], "big") >> 1)


def load_pseudonym(connection: Connection, user_id: int) -> int:
    return pseudonym(str(load_state_value(connection, SECRET)), user_id)
