"""Read DATABASE_URL for the commands that run beside the bot."""

from __future__ import annotations

import os

from dotenv import load_dotenv

from .errors import BadDatabaseUrl

DEFAULT_URL = "sqlite:///data/songs.db"


def database_url() -> str:
    """Return DATABASE_URL from the environment or `.env` as the bot reads it, without surrounding quotes.

    Raise BadDatabaseUrl if `.env` can't be read.
    """
    try:
        load_dotenv()
    except OSError as error:
        raise BadDatabaseUrl(f".env can't be read: {error.strerror}.") from error
    return os.environ.get("DATABASE_URL", "").strip().strip("\"'") or DEFAULT_URL
