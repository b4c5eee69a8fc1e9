"""Define the tables. Ids are Discord's snowflakes unless noted otherwise; song ids count up from 1."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Double,
    ForeignKey,
    Index,
    MetaData,
    String,
    Table,
    literal_column,
    true,
)

from .types import AutoIncrementId, SafeText, StringTuple, UtcDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

songs = Table(
    "songs",
    metadata,
    Column("id", AutoIncrementId, primary_key=True),
    # The interaction's id, which stays when a person's data is deleted: an order that is repeated because its
    # answer was lost never makes a second song.
    Column("order_key", String, unique=True),
    # If negative, the pseudonym of somebody who had their data deleted.
    Column("user_id", BigInteger, nullable=False),
    Column("guild_id", BigInteger),
    # The server that is charged, or 0 for the person's own DM quota.
    Column("quota_scope", BigInteger, nullable=False),
    Column("prompt", SafeText, nullable=False),
    # Prompt, title and tags, casefolded, for the library's search.
    Column("search_text", SafeText, nullable=False),
    Column("private", Boolean, nullable=False),
    Column("state", String, nullable=False),
    Column("delivery", String, nullable=False),
    Column("reason", String),
    Column("error", SafeText),
    Column("channel_id", BigInteger, nullable=False),
    # Where the song was requested, if its card went to a DM instead. Other people's access depends on it.
    Column("origin_channel_id", BigInteger),
    Column("message_id", BigInteger),
    Column("token", String),
    Column("token_expires_at", UtcDateTime),
    Column("bot_in_channel", Boolean, nullable=False),
    Column("upload_limit", BigInteger, nullable=False),
    Column("job_id", SafeText),
    Column("title", SafeText),
    Column("bpm", Double),
    Column("duration_seconds", BigInteger),
    Column("song_url", SafeText),
    Column("image_url", SafeText),
    Column("tags", StringTuple),
    Column("parent_id", AutoIncrementId, ForeignKey("songs.id", ondelete="SET NULL")),
    Column("relation", String),
    Column("created_at", UtcDateTime, nullable=False),
    Column("charged_at", UtcDateTime, nullable=False),
    Column("refunded_at", UtcDateTime),
    # Paid for by an extra song of `quota_grants`, so not counted toward the person's own limit.
    Column("granted", Boolean, nullable=False),
    Column("submitted_at", UtcDateTime),
    Column("unavailable_since", UtcDateTime),
    Column("finished_at", UtcDateTime),
    # When the delivery ended, whether it succeeded or not.
    Column("delivered_at", UtcDateTime),
    Column("deleted_at", UtcDateTime),
    # The worker that handles the song. It owns the song while its lease in `workers` is valid. NULL exactly
    # while the song is queued, when it has no owner, and once it is delivered.
    Column("lease_owner", String),
    # How often the song was admitted.
    Column("generation", BigInteger, nullable=False, server_default="0"),
    # Queued songs are sorted by this number, then by id (songbot/storage/queries/admission.py).
    Column("turn", BigInteger, nullable=False, server_default="0"),
    # Discord's locale of what everyone sees of the song.
    Column("language", String, nullable=False, server_default="en"),
    sqlite_autoincrement=True,
)


def is_active(state: ColumnElement[str]) -> ColumnElement[bool]:
    """Return the condition that a song has a slot, for the `state` of `songs` or of an alias of it."""
    return state.in_([literal_column("'submitting'"), literal_column("'composing'")])


UNFINISHED = songs.c.finished_at.is_(None)
PENDING = songs.c.delivery == literal_column("'pending'")
QUEUED = songs.c.state == literal_column("'queued'")
ACTIVE = is_active(songs.c.state)
FOLLOWED = songs.c.lease_owner.is_not(None)
COMPLETED = songs.c.state == literal_column("'completed'")
HAS_PARENT = songs.c.parent_id.is_not(None)
"""Conditions of partial indexes. A query must contain one exactly as written here to use its index."""


_partial_indexes: list[tuple[Index, object]] = []


def _partial(name: str, *columns: str, where: object) -> None:
    _partial_indexes.append((Index(name, *(songs.c[column] for column in columns)), where))


def set_index_options(dialect: str) -> None:
    """Set what only a database of `dialect` knows of the indexes, before they are created in it.

    Each dialect has options of its own, and SQLAlchemy loads a dialect when one of its options is set.
    """
    for index, where in _partial_indexes:
        index.dialect_kwargs[f"{dialect}_where"] = where
    if dialect == "postgresql":
        # All that counting a person's songs needs. SQLite has no such columns; as keys, they would make it
        # read this index where a smaller one is meant.
        _LIBRARY.dialect_kwargs["postgresql_include"] = ["state", "delivery", "deleted_at"]


_partial("ix_songs_unfinished", "user_id", "turn", "state", where=UNFINISHED)
_partial("ix_songs_queue", "turn", "id", "user_id", where=QUEUED)
_partial("ix_songs_active", "user_id", where=ACTIVE)
_partial("ix_songs_followed", "lease_owner", "id", "state", where=FOLLOWED)
_partial("ix_songs_pending", "id", "lease_owner", where=PENDING)
_partial("ix_songs_completed", "finished_at", where=COMPLETED)
_partial("ix_songs_parent", "parent_id", where=HAS_PARENT)
Index("ix_songs_scope", songs.c.quota_scope, songs.c.charged_at, songs.c.user_id, songs.c.refunded_at)
Index("ix_songs_own", songs.c.user_id, songs.c.quota_scope, songs.c.charged_at, songs.c.refunded_at)
Index("ix_songs_charged", songs.c.charged_at, songs.c.refunded_at)
_LIBRARY = Index("ix_songs_library", songs.c.user_id, songs.c.id)
Index("ix_songs_public", songs.c.guild_id, songs.c.user_id, songs.c.id)

workers = Table(
    "workers",
    metadata,
    Column("name", String, primary_key=True),
    Column("lease_until", UtcDateTime, nullable=False),
    # Whether the worker reaches Whisul, as far as it knows.
    Column("provider_available", Boolean, nullable=False, server_default=true()),
    # Until when the worker's edits of queued songs' messages may be under way. NULL if there are none.
    Column("edits_until", UtcDateTime),
)

user_languages = Table(
    "user_languages",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("language", String, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
)

guilds = Table(
    "guilds",
    metadata,
    Column("guild_id", BigInteger, primary_key=True, autoincrement=False),
    Column("timezone", String, nullable=False, server_default="UTC"),
    # Discord's locale, or NULL to use each person's own.
    Column("language", String),
    Column("left_at", UtcDateTime),
)


def _guild_key(*, primary_key: bool = False) -> Column[int]:
    reference = ForeignKey("guilds.guild_id", ondelete="CASCADE")
    return Column(
        "guild_id", BigInteger, reference, primary_key=primary_key, nullable=False, autoincrement=False
    )


quota_rules = Table(
    "quota_rules",
    metadata,
    _guild_key(primary_key=True),
    Column("who", String, primary_key=True),
    Column("subject_id", BigInteger, primary_key=True, autoincrement=False),
    Column("rule_limit", BigInteger, nullable=False),
    Column("per", String, nullable=False),
)

quota_grants = Table(
    "quota_grants",
    metadata,
    _guild_key(primary_key=True),
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("songs", BigInteger, nullable=False),
)

quota_resets = Table(
    "quota_resets",
    metadata,
    _guild_key(primary_key=True),
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    # Songs up to this song id no longer count. A time would be ambiguous, because two events may share it.
    Column("last_song_id", BigInteger, nullable=False),
    Column("reset_at", UtcDateTime, nullable=False),
)

channel_rules = Table(
    "channel_rules",
    metadata,
    _guild_key(primary_key=True),
    Column("channel_id", BigInteger, primary_key=True, autoincrement=False),
    # `allow` or `deny`.
    Column("rule", String, nullable=False),
)

quota_changes = Table(
    "quota_changes",
    metadata,
    Column("id", AutoIncrementId, primary_key=True),
    _guild_key(),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("actor_id", BigInteger, nullable=False),
    Column("what", String, nullable=False),
    # A rule's values are a limit and a period; all other values are text.
    Column("old", SafeText),
    Column("new", SafeText),
    Column("old_limit", BigInteger),
    Column("old_period", String),
    Column("new_limit", BigInteger),
    Column("new_period", String),
    sqlite_autoincrement=True,
)
Index("ix_quota_changes_guild", quota_changes.c.guild_id, quota_changes.c.id)

saves = Table(
    "saves",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("song_id", AutoIncrementId, ForeignKey("songs.id", ondelete="CASCADE"), primary_key=True),
    Column("saved_at", UtcDateTime, nullable=False),
)
Index("ix_saves_song", saves.c.song_id)

notifications = Table(
    "notifications",
    metadata,
    Column("song_id", AutoIncrementId, ForeignKey("songs.id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    # The order in which people subscribed.
    Column("asked_at", UtcDateTime, nullable=False),
)
Index("ix_notifications_user", notifications.c.user_id)

app_state = Table(
    "app_state",
    metadata,
    Column("key", String, primary_key=True),
    Column("value", SafeText, nullable=False),
)
