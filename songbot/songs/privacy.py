"""What is kept about a person: exporting it, deleting it, and letting it expire."""

from __future__ import annotations

from typing import Protocol


class PrivacyRepository(Protocol):
    """What the database has on a person. Every method may raise StoreUnavailable."""

    async def export(self, user_id: int) -> dict[str, list[dict[str, object]]]:
        """All of it, by table, as JSON-ready values; without interaction tokens."""
        ...

    async def delete_user_data(self, user_id: int) -> int:
        """Delete it all; how many songs went. What still counts to a running quota window stays under a
        keyed pseudonym, without prompt or result, until the window ends."""
        ...

    async def purge(self, songs_before_days: int) -> int:
        """The daily job: songs older than that, pseudonyms whose windows ended, rules of servers left 30 days
        ago, expired tokens. How many songs went."""
        ...
