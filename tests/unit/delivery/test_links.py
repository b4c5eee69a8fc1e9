"""Dead links are replaced by links of the card's attachments. Others are left alone."""

from __future__ import annotations

from collections.abc import Collection
from types import SimpleNamespace
from typing import Any, cast

import aiohttp
import discord
import pytest

from songbot.delivery.links import MAX_CHECKED_SONGS, MAX_FETCHED_CARDS, LinkRefresher
from songbot.songs.models import ReplyTarget, Result, Song
from tests.support.songs import song

AUDIO, COVER = "https://cdn.whisul.com/a.mp3", "https://cdn.whisul.com/a.jpg"
NEW_AUDIO = "https://cdn.discordapp.com/attachments/3/1/song.mp3?ex=1"
NEW_COVER = "https://cdn.discordapp.com/attachments/3/2/cover.png?ex=1"


def attachment(url: str, name: str, kind: str | None) -> Any:
    return SimpleNamespace(url=url, filename=name, content_type=kind)


def embed(url: str | None) -> Any:
    return SimpleNamespace(image=SimpleNamespace(url=url))


WITH_FILES = SimpleNamespace(
    attachments=[
        attachment(NEW_COVER, "cover.png", "image/png"),
        attachment(NEW_AUDIO, "song.mp3", "audio/mpeg"),
    ],
    embeds=[embed(None)],
)


class Client:
    """Implements as much of discord.Client as is used. `message` may be an error."""

    def __init__(self, message: Any) -> None:
        self.message = message
        self.fetched: list[int] = []

    def get_partial_messageable(self, _channel_id: int) -> Any:
        return SimpleNamespace(fetch_message=self._fetch)

    async def _fetch(self, message_id: int) -> Any:
        self.fetched.append(message_id)
        if isinstance(self.message, BaseException):
            raise self.message
        return self.message


async def all_dead(urls: Collection[str]) -> frozenset[str]:
    return frozenset(urls)


async def none_dead(_urls: Collection[str]) -> frozenset[str]:
    return frozenset()


def links(client: Client, dead: Any = all_dead) -> LinkRefresher:
    return LinkRefresher(cast("discord.Client", client), dead)


def made(song_id: int = 1, **changes: Any) -> Song:
    return song(song_id, result=Result(AUDIO, image_url=COVER), **changes)


def urls(refreshed: Song) -> tuple[str | None, str | None]:
    assert refreshed.result is not None
    return refreshed.result.song_url, refreshed.result.image_url


async def test_dead_links_are_replaced_by_the_attachments():
    assert urls(await links(Client(WITH_FILES)).of_song(made())) == (NEW_AUDIO, NEW_COVER)


async def test_links_that_live_stay_and_discord_is_not_asked():
    client = Client(WITH_FILES)
    assert urls(await links(client, none_dead).of_song(made())) == (AUDIO, COVER)
    assert client.fetched == []


async def test_only_what_is_dead_is_replaced():
    async def cover_is_dead(_urls: Collection[str]) -> frozenset[str]:
        return frozenset({COVER})

    assert urls(await links(Client(WITH_FILES), cover_is_dead).of_song(made())) == (AUDIO, NEW_COVER)


async def test_a_cover_that_stands_in_the_embed_alone_is_found_there_if_it_is_discords():
    message = SimpleNamespace(attachments=[], embeds=[embed("https://evil.example/x.png"), embed(NEW_COVER)])
    assert urls(await links(Client(message)).of_song(made())) == (AUDIO, NEW_COVER)


async def test_a_file_without_a_content_type_is_known_by_its_name():
    message = SimpleNamespace(attachments=[attachment(NEW_AUDIO, "Song.MP3", None)], embeds=[])
    assert urls(await links(Client(message)).of_song(made())) == (NEW_AUDIO, COVER)


@pytest.mark.parametrize("error", [TimeoutError(), aiohttp.ClientError(), discord.DiscordException()])
async def test_when_the_message_can_not_be_had_whisuls_links_stay(error: Exception):
    assert urls(await links(Client(error)).of_song(made())) == (AUDIO, COVER)


@pytest.mark.parametrize("reply", [ReplyTarget(3, 4, bot_in_channel=False), ReplyTarget(3)])
async def test_a_message_out_of_the_bots_reach_is_not_asked_for(reply: ReplyTarget):
    client = Client(WITH_FILES)
    assert urls(await links(client).of_song(made(reply=reply))) == (AUDIO, COVER)
    assert client.fetched == []


async def test_of_a_thousand_songs_only_a_sane_number_is_looked_at_the_oldest_first():
    client, looked_at = Client(WITH_FILES), 0

    async def count(found: Collection[str]) -> frozenset[str]:
        nonlocal looked_at
        looked_at = len(found)
        return frozenset(found)

    newest_first = [
        song(number, result=Result(f"{AUDIO}?{number}"), reply=ReplyTarget(3, number))
        for number in range(1000, 0, -1)
    ]
    fresh = await links(client, count).of_audio(newest_first)
    assert looked_at == MAX_CHECKED_SONGS
    assert sorted(client.fetched) == list(range(1, MAX_FETCHED_CARDS + 1))
    assert [one.id for one in fresh] == [one.id for one in newest_first]
    assert urls(fresh[-1])[0] == NEW_AUDIO
    assert urls(fresh[0])[0] == f"{AUDIO}?1000"


async def test_a_card_gives_the_links_of_its_files_even_while_whisuls_work():
    client = Client(WITH_FILES)
    assert urls(await links(client, none_dead).from_card(made(5))) == (NEW_AUDIO, NEW_COVER)
    assert client.fetched == [200]


async def test_what_the_card_has_no_file_for_keeps_whisuls_link():
    only_audio = SimpleNamespace(attachments=WITH_FILES.attachments[1:], embeds=[])
    card = await links(Client(only_audio)).from_card(made(5))
    assert (card.id, urls(card)) == (5, (NEW_AUDIO, COVER))


@pytest.mark.parametrize(
    "unreachable",
    [
        made(reply=ReplyTarget(3, 4, bot_in_channel=False)),
        made(reply=ReplyTarget(3)),
        song(result=None),
    ],
)
async def test_a_song_without_a_card_that_the_bot_can_read_stays_as_it_is(unreachable: Song):
    client = Client(WITH_FILES)
    assert await links(client).from_card(unreachable) == unreachable
    assert client.fetched == []


async def test_a_card_that_can_not_be_fetched_leaves_the_song_as_it_is():
    assert await links(Client(TimeoutError())).from_card(made()) == made()


async def test_for_a_list_only_the_audio_is_checked():
    async def check(found: Collection[str]) -> frozenset[str]:
        assert set(found) == {AUDIO}
        return frozenset()

    assert await links(Client(WITH_FILES), check).of_audio([made()]) == [made()]
