"""Test which variants of a card there are, and which of them may still work after a rejection."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import discord
import pytest

from songbot.delivery.payloads import CardPayload, card_custom_ids, payload_variants, variants_after
from songbot.media.downloader import UPLOAD_MARGIN, MediaFile, SongFiles
from songbot.songs.models import FailureReason, State
from songbot.ui.colours import BRAND
from songbot.wording.language import ENGLISH, find_language
from tests.support.discord_errors import discord_error
from tests.support.songs import RESULT, SONG

PNG = MediaFile("cover.png", b"\x89PNG" + b"\0" * 96)
MP3 = MediaFile("song.mp3", b"ID3" + b"\0" * 897)
BOTH = SongFiles(PNG, MP3)
NO_FILES = SongFiles()
FAILED = replace(SONG, state=State.FAILED, reason=FailureReason.FAILED, result=None, error="out of tune")


def labels(payload: CardPayload) -> list[Any]:
    return [getattr(item, "label", None) for item in payload.make_view().children]


def custom_ids(payload: CardPayload) -> set[Any]:
    return {getattr(item, "custom_id", None) for item in payload.make_view().children}


def words(payload: CardPayload) -> str:
    return str(payload.embed.to_dict())


def test_variants_go_from_files_over_links_to_none_and_the_last_has_no_words():
    with_files, with_links, without_links, wordless = payload_variants(ENGLISH, SONG, BOTH, "Remix of Rain")
    assert [file.filename for file in with_files.files()] == ["cover.png", "song.mp3"]
    assert with_files.embed.image.url == "attachment://cover.png"
    assert with_links.files() == []
    assert with_links.embed.image.url == RESULT.image_url
    assert with_links.embed.url == RESULT.song_url
    assert (without_links.embed.url, without_links.embed.image.url) == (None, None)
    assert "Listen" in labels(with_links)
    assert "Listen" not in labels(without_links)
    assert "Listen" in labels(wordless)
    for payload in (with_files, with_links, without_links):
        assert not payload.wordless
        assert "Midnight Grid" in words(payload)
        assert "Remix of Rain" in words(payload)
    assert wordless.wordless
    assert "Midnight Grid" not in words(wordless)
    assert SONG.prompt not in words(wordless)


def test_a_failed_song_has_try_again_in_both_variants_and_the_second_has_no_words():
    plain, wordless = payload_variants(ENGLISH, FAILED, BOTH, None)
    for payload in (plain, wordless):
        assert payload.files() == []
        assert labels(payload) == ["Try again"]
        assert payload.embed.title
    assert not plain.wordless
    assert "out of tune" in words(plain)
    assert wordless.wordless
    assert "out of tune" not in words(wordless)
    assert FAILED.prompt not in words(wordless)


@pytest.mark.parametrize("song", [SONG, FAILED])
def test_every_variant_has_a_button_by_which_the_answer_is_recognised(song):
    for payload in payload_variants(ENGLISH, song, BOTH, None):
        assert card_custom_ids(song.id) & custom_ids(payload)
        assert not card_custom_ids(song.id + 1) & custom_ids(payload)


@pytest.mark.parametrize("song", [SONG, FAILED])
def test_every_variant_is_in_the_language_that_was_asked_for(song):
    german = find_language("de")
    english = [labels(payload) for payload in payload_variants(ENGLISH, song, BOTH, None)]
    translated = payload_variants(german, song, BOTH, None)
    assert [payload.language for payload in translated] == [german] * len(english)
    assert all(labels(payload) != there for payload, there in zip(translated, english, strict=True))


def test_a_card_has_the_covers_colour_or_else_the_bots():
    assert payload_variants(ENGLISH, SONG, NO_FILES, None)[0].embed.colour == BRAND
    assert payload_variants(ENGLISH, SONG, NO_FILES, None, 0)[0].embed.colour == discord.Colour(0)
    coloured = payload_variants(ENGLISH, SONG, BOTH, None, 0x123456)
    assert {payload.embed.colour for payload in coloured[:3]} == {discord.Colour(0x123456)}


@pytest.mark.parametrize(
    ("room", "attached"),
    [
        (1000, ["cover.png", "song.mp3"]),
        (999, ["cover.png"]),
        (100, ["cover.png"]),
        (99, []),
        (-UPLOAD_MARGIN, []),
    ],
)
def test_as_much_is_attached_as_fits_beside_the_rest_of_the_request(room, attached):
    payloads = payload_variants(ENGLISH, SONG, BOTH, None, max_bytes=UPLOAD_MARGIN + room)
    assert [file.filename for file in payloads[0].files()] == attached
    assert len(payloads) == (4 if attached else 3)


def test_without_an_attached_cover_the_embed_shows_whisuls():
    (payload, *_) = payload_variants(ENGLISH, SONG, SongFiles(None, MP3), None)
    assert [file.filename for file in payload.files()] == ["song.mp3"]
    assert payload.embed.image.url == RESULT.image_url


def test_files_are_read_from_the_start_for_every_request():
    (payload, *_) = payload_variants(ENGLISH, SONG, BOTH, None)
    assert [file.fp.read() for file in payload.files()] == [PNG.data, MP3.data]
    assert [file.fp.read() for file in payload.files()] == [PNG.data, MP3.data]


def test_a_title_beyond_ascii_goes_beside_the_name_and_no_title_is_sent_without_one():
    titled = SongFiles(None, replace(MP3, title="Дождь"))
    (file,) = payload_variants(ENGLISH, SONG, titled, None)[0].files()
    assert file.to_dict(3) | {"title": "Дождь", "id": 3, "filename": "song.mp3"} == file.to_dict(3)
    assert "title" not in payload_variants(ENGLISH, SONG, BOTH, None)[0].files()[0].to_dict(0)


@pytest.mark.parametrize(
    ("error", "sent", "kept"),
    [
        (discord_error(413, 40005), 0, [1, 2]),
        (discord_error(400, 50035), 1, [2]),
        (discord_error(400, 200000), 0, [3]),
        (discord_error(400, 200000), 2, [3]),
        (discord_error(403, 50013), 0, [1, 2]),
        (discord_error(403, 50013), 1, []),
        (discord_error(403, 50001), 0, []),
        (discord_error(503), 0, []),
        (TimeoutError(), 0, []),
    ],
)
def test_after_a_rejection_only_what_leaves_out_its_reason_is_tried(error, sent, kept):
    payloads = payload_variants(ENGLISH, SONG, BOTH, None)
    remaining = payloads[sent + 1 :]
    assert variants_after(error, payloads[sent], remaining) == [payloads[index] for index in kept]
