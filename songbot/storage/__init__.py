"""The database: songs, quotas and the library, on SQLite or PostgreSQL."""

from __future__ import annotations

from .database import Database, open_database
from .errors import BadDatabaseUrl, DatabaseTooNew, UnusableDatabase

__all__ = ["BadDatabaseUrl", "Database", "DatabaseTooNew", "UnusableDatabase", "open_database"]
