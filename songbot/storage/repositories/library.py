"""Query and update the library in the database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Join,
    Select,
    and_,
    delete,
    false,
    func,
    insert,
    or_,
    select,
    update,
)

from songbot.songs.library import LibraryEntry, LibraryPage, LibraryScope, Search
from songbot.songs.models import DeliveryState, State
from songbot.storage.connectors.base import Connector
from songbot.storage.queries.mapping import song_from_row
from songbot.storage.schema.tables import COMPLETED, UNFINISHED, notifications, saves, songs
from songbot.storage.schema.upsert import upsert

_MAX_PROMPTS_SEARCHED = 200
_MAX_CHANNELS = 1000
_VISIBLE = [COMPLETED, songs.c.deleted_at.is_(None)]
_REQUESTED_IN = func.coalesce(songs.c.origin_channel_id, songs.c.channel_id)


class SqlLibraryRepository:
    """Implements songbot.songs.library.LibraryRepository."""

    def __init__(self, connector: Connector, now: Callable[[], datetime]) -> None:
        self._connector = connector
        self._now = now

    async def page(
        self,
        scope: LibraryScope,
        search: Search,
        *,
        older_than: int | None = None,
        newer_than: int | None = None,
        limit: int = 5,
    ) -> LibraryPage:
        found = and_(*_in_scope(scope), *_matches(search))
        upwards = newer_than is not None
        query = _entries(scope).where(found).limit(limit + 1)
        if older_than is not None:
            query = query.where(songs.c.id < older_than)
        if newer_than is not None:
            query = query.where(songs.c.id > newer_than)
        query = query.order_by(songs.c.id if upwards else songs.c.id.desc())
        behind_query = _behind_query(scope, found, older_than, newer_than)

        def load(connection: Connection) -> tuple[list[Any], bool, tuple[int, int]]:
            rows = list(connection.execute(query).all())
            behind = behind_query is not None and connection.execute(behind_query).first() is not None
            ids = [row.id for row in rows[:limit]]
            return rows, behind, _count(connection, scope, found, max(ids, default=0))

        rows, behind, (total, skipped) = await self._connector.read(load)
        ahead, rows = len(rows) > limit, rows[:limit]
        entries = [LibraryEntry(song_from_row(row), row.saved_by_viewer is not None) for row in rows]
        if upwards:
            return LibraryPage(tuple(entries[::-1]), ahead, behind, total, skipped)
        return LibraryPage(tuple(entries), behind, ahead, total, skipped)

    async def channels(self, scope: LibraryScope) -> list[tuple[int, int]]:
        others = [*_others_in_scope(scope), songs.c.user_id != scope.viewer_id]
        query = (
            select(songs.c.guild_id, _REQUESTED_IN.label("requested_in"))
            .select_from(_shown(scope))
            .where(*others)
            .group_by(songs.c.guild_id, _REQUESTED_IN)
            .order_by(func.max(songs.c.id).desc())
            .limit(_MAX_CHANNELS)
        )
        rows = await self._connector.read(lambda connection: connection.execute(query).all())
        return [(row.guild_id, row.requested_in) for row in rows]

    async def is_saved(self, user_id: int, song_id: int) -> bool:
        query = select(saves.c.song_id).where(saves.c.user_id == user_id, saves.c.song_id == song_id)
        return await self._connector.read(lambda connection: connection.scalar(query)) is not None

    async def toggle_saved(self, user_id: int, song_id: int) -> bool:
        """Return whether the song is saved now, which is False if there is no such song."""
        unsaved = delete(saves).where(saves.c.user_id == user_id, saves.c.song_id == song_id)
        exists = select(songs.c.id).where(songs.c.id == song_id, songs.c.user_id > 0)
        key, saved_at = {"user_id": user_id, "song_id": song_id}, self._now()

        def toggle(connection: Connection) -> bool:
            if connection.execute(unsaved).rowcount:
                return False
            if connection.scalar(exists.with_for_update(read=True)) is None:
                return False
            upsert(connection, saves, key, {"saved_at": saved_at})
            return True

        return await self._connector.write(toggle)

    async def toggle_subscription(self, song_id: int, user_id: int, max_subscribers: int) -> bool | None:
        # Locked, so that only one of two simultaneous users gets the last free entry.
        unfinished = select(songs.c.id).where(songs.c.id == song_id, UNFINISHED).with_for_update()
        of_song = notifications.c.song_id == song_id
        unsubscribed = delete(notifications).where(of_song, notifications.c.user_id == user_id)
        count = select(func.count()).select_from(notifications).where(of_song)
        row = {"song_id": song_id, "user_id": user_id, "asked_at": self._now()}

        def toggle(connection: Connection) -> bool | None:
            if connection.scalar(unfinished) is None:
                return None
            if connection.execute(unsubscribed).rowcount:
                return False
            if (connection.scalar(count) or 0) >= max_subscribers:
                return None
            connection.execute(insert(notifications).values(row))
            return True

        return await self._connector.write(toggle)

    async def mark_deleted(self, song_id: int) -> bool:
        undeleted = update(songs).where(songs.c.id == song_id, songs.c.deleted_at.is_(None))
        change = undeleted.values(deleted_at=self._now())
        return await self._connector.write(lambda connection: connection.execute(change).rowcount == 1)

    async def mark_redelivered(self, song_id: int) -> None:
        undeliverable = songs.c.delivery == DeliveryState.UNDELIVERABLE
        change = update(songs).where(songs.c.id == song_id, undeliverable)
        change = change.values(delivery=DeliveryState.DELIVERED, delivered_at=self._now())
        await self._connector.write(lambda connection: connection.execute(change))

    async def recent_prompts(self, user_id: int, text: str, limit: int) -> list[str]:
        """Search the latest 200 songs, ignoring case."""
        query = (
            select(songs.c.prompt)
            .where(songs.c.user_id == user_id)
            .order_by(songs.c.id.desc())
            .limit(_MAX_PROMPTS_SEARCHED)
        )
        prompts = await self._connector.read(lambda connection: connection.scalars(query).all())
        wanted = text.strip().casefold()
        return [prompt for prompt in dict.fromkeys(prompts) if wanted in prompt.casefold()][:limit]


def _entries(scope: LibraryScope) -> Select[Any]:
    """Select songs with `saved_by_viewer`, which is NULL if the viewer has not saved the song."""
    return select(songs, saves.c.song_id.label("saved_by_viewer")).select_from(_shown(scope))


def _shown(scope: LibraryScope) -> Join:
    by_viewer = and_(saves.c.song_id == songs.c.id, saves.c.user_id == scope.viewer_id)
    return songs.join(saves, by_viewer, isouter=not _saved_only(scope))


def _count(
    connection: Connection, scope: LibraryScope, found: ColumnElement[bool], first_id: int
) -> tuple[int, int]:
    """Return how many songs match, and how many of them are newer than `first_id`."""
    newer = func.count().filter(songs.c.id > first_id)
    row = connection.execute(_entries(scope).where(found).with_only_columns(func.count(), newer)).one()
    return row[0], row[1]


def _saved_only(scope: LibraryScope) -> bool:
    return scope.saved and scope.owner_id == scope.viewer_id


def _in_scope(scope: LibraryScope) -> list[ColumnElement[bool]]:
    own = songs.c.user_id == scope.viewer_id
    others = and_(*_others_in_scope(scope), _REQUESTED_IN.in_(scope.channel_ids))
    if scope.owner_id != scope.viewer_id:
        return [others]
    if _saved_only(scope):
        return [*_VISIBLE, or_(own, others)]
    undelivered = and_(songs.c.state == State.FAILED, songs.c.delivery == DeliveryState.UNDELIVERABLE)
    return [or_(COMPLETED, undelivered), songs.c.deleted_at.is_(None), own]


def _others_in_scope(scope: LibraryScope) -> list[ColumnElement[bool]]:
    """Return the conditions for other people's songs that the scope asks for, in any channel."""
    public = [*_VISIBLE, songs.c.private.is_(False), songs.c.guild_id.is_not(None), songs.c.user_id > 0]
    if scope.owner_id == scope.viewer_id:
        return public
    if scope.guild_id is None:
        return [false()]
    return [*public, songs.c.user_id == scope.owner_id, songs.c.guild_id == scope.guild_id]


def _matches(search: Search) -> list[ColumnElement[bool]]:
    found = [songs.c.search_text.contains(word.casefold(), autoescape=True) for word in search.words]
    return [*found, songs.c.bpm.between(*search.bpm)] if search.bpm else found


def _behind_query(
    scope: LibraryScope, found: ColumnElement[bool], older_than: int | None, newer_than: int | None
) -> Select[Any] | None:
    """Select a row if there are songs on the side the reader came from. Return None for the first page."""
    if older_than is not None:
        on_that_side = songs.c.id >= older_than
    elif newer_than is not None:
        on_that_side = songs.c.id <= newer_than
    else:
        return None
    return _entries(scope).where(found, on_that_side).limit(1)
