"""Define errors that last until somebody fixes the database. Temporary ones are StoreUnavailable."""

from __future__ import annotations


class BadDatabaseUrl(ValueError):
    """DATABASE_URL can't be used. The message never repeats the URL, which may hold a password."""


class UnusableDatabase(Exception):
    """The database must not be used in its current state. The message says why, and what to do."""


class DatabaseTooNew(UnusableDatabase):
    """The database was migrated by a newer version of this program, and only that version can use it."""

    def __init__(self, revision: str) -> None:
        super().__init__(
            f"The database is at revision {revision}, which this version does not know: "
            "start the newer version that made it, or restore a backup from before."
        )
        self.revision = revision


class UnfinishedCopy(UnusableDatabase):
    """Another database is being copied into this one, or the copying was interrupted."""

    def __init__(self) -> None:
        super().__init__(
            "This database is an unfinished copy of another: finish it with `python -m songbot.storage.move "
            "FROM TO`, FROM being the old database and TO this one, or set DATABASE_URL to the old one."
        )


class DatabaseInUse(UnusableDatabase):
    """A bot is running on the database, or was until a moment ago."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"A bot runs on the {name}, or was killed within the last minute: stop it, or wait a minute."
        )
