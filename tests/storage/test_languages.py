"""The languages of songs, servers and people, on both databases."""

from __future__ import annotations

from datetime import timedelta

from songbot.songs.orders import Accepted
from songbot.storage import Database
from tests.storage.builders import ANN, GUILD, NOW, OTHER_GUILD, order

ADMIN = 9


async def test_a_song_keeps_the_language_it_was_ordered_in(database: Database) -> None:
    accepted = await database.songs.create(order(language="ja"), NOW)
    assert isinstance(accepted, Accepted)
    song = await database.songs.get(accepted.song.id)
    assert song is not None
    assert song.language == "ja"


async def test_only_servers_that_have_set_a_language_are_listed(database: Database) -> None:
    languages = database.languages
    assert await languages.set_guild_language(GUILD, ADMIN, "de", NOW) is None
    await languages.set_guild_language(OTHER_GUILD, ADMIN, "fr", NOW)
    assert await languages.set_guild_language(OTHER_GUILD, ADMIN, None, NOW) == "fr"
    assert await languages.guild_languages() == {GUILD: "de"}


async def test_each_change_of_a_servers_language_is_logged_once(database: Database) -> None:
    for tag in ("de", "de", None):
        await database.languages.set_guild_language(GUILD, ADMIN, tag, NOW)
    entries = await database.quotas.audit_log(GUILD, None, 10)
    assert [(entry.what, entry.old, entry.new) for entry in reversed(entries)] == [
        ("language", None, "de"),
        ("language", "de", None),
    ]


async def test_the_language_last_seen_of_a_person_counts(database: Database) -> None:
    languages = database.languages
    assert await languages.user_language(ANN) is None
    await languages.remember_users({ANN: "de", 2: "fr"}, NOW)
    await languages.remember_users({ANN: "ja"}, NOW)
    assert await languages.user_language(ANN) == "ja"


async def test_a_persons_language_is_in_their_export_and_goes_with_their_data(database: Database) -> None:
    await database.languages.remember_users({ANN: "de"}, NOW)
    [row] = (await database.privacy.export(ANN))["user_languages"]
    assert row["language"] == "de"
    await database.privacy.delete_user_data(ANN)
    assert await database.languages.user_language(ANN) is None


async def test_languages_not_seen_for_the_retention_period_are_deleted(database: Database) -> None:
    await database.languages.remember_users({ANN: "de"}, NOW - timedelta(days=41))
    await database.languages.remember_users({2: "fr"}, NOW - timedelta(days=39))
    await database.privacy.purge(40)
    assert await database.languages.user_language(ANN) is None
    assert await database.languages.user_language(2) == "fr"
