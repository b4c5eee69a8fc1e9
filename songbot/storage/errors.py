"""What storage itself can say no to. All that passes is StoreUnavailable."""

from __future__ import annotations


class BadDatabaseUrl(ValueError):
    """DATABASE_URL can not be understood. The message never repeats the URL: it may hold a password."""


class DatabaseTooNew(Exception):
    """The database was migrated by a newer version of this program, which alone knows how to use it."""

    def __init__(self, revision: str) -> None:
        super().__init__(
            f"The database is at revision {revision}, which this version does not know: "
            "start the newer version that made it, or restore a backup from before."
        )
        self.revision = revision
