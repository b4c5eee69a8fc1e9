"""The database: songs, quotas, the library, on SQLite or PostgreSQL. Of ours it knows `songs` alone."""

from __future__ import annotations

from .database import Database, open_database
from .errors import BadDatabaseUrl, DatabaseTooNew

__all__ = ["BadDatabaseUrl", "Database", "DatabaseTooNew", "open_database"]
