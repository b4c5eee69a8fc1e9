"""Export, delete and expire the data that is stored about a person."""

from __future__ import annotations

from typing import Protocol


class PrivacyRepository(Protocol):
    """The data stored about a person. Every method may raise StoreUnavailable."""

    async def export(self, user_id: int) -> dict[str, list[dict[str, object]]]:
        """Return all of the person's data by table, as JSON-ready values without interaction tokens."""
        ...

    async def delete_user_data(self, user_id: int) -> int:
        """Delete all of the person's data and return how many songs were deleted.

        Songs that still count in a current quota window stay under a keyed pseudonym, without prompt or
        result, until the window ends.
        """
        ...

    async def purge(self, songs_before_days: int) -> int:
        """Delete expired data once a day, and return how many songs were deleted.

        Delete songs older than the cutoff, pseudonyms whose windows ended, rules of servers that the bot left
        30 days ago, and expired tokens.
        """
        ...
