"""Test a page of the library, whatever Whisul and people wrote."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from songbot.songs.library import LibraryEntry, LibraryPage
from songbot.songs.models import DeliveryState, Result, Song
from songbot.ui.library.page import nothing_there, page_embed, page_view
from songbot.ui.library.query import Query, one_line
from songbot.wording.language import ENGLISH
from tests.support.songs import FINISHED_AT, song


def page(*songs: Song, saved: bool = False, newer: bool = False, older: bool = False) -> LibraryPage:
    return LibraryPage(tuple(LibraryEntry(one, saved) for one in songs), newer, older)


def test_a_line_says_title_tags_length_tempo_and_when():
    (field,) = page_embed(ENGLISH, page(song(), saved=True), Query()).fields
    assert field.name == "1. Midnight Grid ⭐"
    assert field.value == f"`trap` `dark` `808s`\n2:47 · 140 BPM · <t:{int(FINISHED_AT.timestamp())}:R>"


def test_private_and_undelivered_songs_are_marked_and_it_is_said_what_to_do():
    embed = page_embed(ENGLISH, page(song(private=True, delivery=DeliveryState.UNDELIVERABLE)), Query())
    assert embed.fields[0].name == "1. Midnight Grid 📭🔒"
    assert "open it" in (embed.description or "")


def test_a_song_of_which_nothing_is_known_has_a_line_all_the_same():
    bare = song(result=Result("https://cdn.example/a.mp3"))
    embed = page_embed(ENGLISH, page(bare), Query())
    assert embed.fields[0].name == "1. Untitled"


def test_each_song_has_a_button_that_plays_it():
    (row,) = page_view(ENGLISH, page(song(12), song(8)), Query()).to_components()
    buttons = [(button["label"], button["custom_id"]) for button in row["components"]]
    assert buttons == [("Play 1", "library:v1:play:12"), ("Play 2", "library:v1:play:8")]


def test_the_page_and_the_number_of_songs_are_said():
    def said(total: int, skipped: int, *songs: Song) -> str | None:
        found = LibraryPage(tuple(LibraryEntry(one, False) for one in songs), False, False, total, skipped)
        return page_embed(ENGLISH, found, Query()).description

    assert said(1, 0, song()) == "1 song"
    assert said(12, 0, *map(song, range(1, 6))) == "12 songs, newest first · page 1 of 3"
    assert said(12, 10, song(), song(2)) == "12 songs, newest first · page 3 of 3"
    assert said(6, 3, song(), song(2), song(3)) == "6 songs, newest first · page 2 of 2"


def test_the_time_that_is_shown_is_the_one_by_which_songs_are_sorted():
    requested = song(created_at=FINISHED_AT, finished_at=FINISHED_AT + timedelta(days=1))
    assert f"<t:{int(FINISHED_AT.timestamp())}:R>" in (
        page_embed(ENGLISH, page(requested), Query()).fields[0].value or ""
    )


def test_a_single_page_has_no_buttons_to_turn_it():
    assert len(page_view(ENGLISH, page(song()), Query()).to_components()) == 1


def test_where_there_is_nothing_more_the_button_is_off():
    rows = page_view(ENGLISH, page(song(12), song(8), newer=True), Query(saved=True)).to_components()
    newer, older = rows[1]["components"]
    assert (newer["custom_id"], newer["disabled"]) == ("library:v1:newer:12:s:0", False)
    assert (older["custom_id"], older["disabled"]) == ("library:v1:older:8:s:0", True)


def test_an_empty_page_says_why_and_what_to_do():
    assert "/song" in nothing_there(ENGLISH, Query())
    assert "Save" in nothing_there(ENGLISH, Query(saved=True))
    assert "<@5>" in nothing_there(ENGLISH, Query(owner_id=5))
    assert "**\\*\\*rain**" in nothing_there(ENGLISH, Query(search="**rain"))
    assert page_view(ENGLISH, page(), Query()).to_components() == []


wild = st.text(max_size=300) | st.sampled_from(["@everyone", "🎵" * 300, "`" * 300, "\u202e" * 50, "*" * 400])
results = st.builds(
    Result,
    song_url=wild,
    title=st.none() | wild,
    bpm=st.none() | st.floats(),
    duration_seconds=st.none() | st.integers(-5, 10**12),
    image_url=st.none() | wild,
    tags=st.lists(wild, max_size=8).map(tuple),
)


@settings(deadline=None, max_examples=50)
@given(st.lists(results, min_size=5, max_size=5), wild)
def test_five_songs_of_any_kind_fit_discords_limits(made: list[Result], typed: str):
    songs = [song(number + 1, result=result, prompt="x") for number, result in enumerate(made)]
    shown, query = page(*songs, saved=True, older=True), Query(one_line(typed))
    embed = page_embed(ENGLISH, shown, query)
    assert len(embed) <= 6000
    assert all(0 < len(field.name or "") <= 256 for field in embed.fields)
    assert all(0 < len(field.value or "") <= 1024 for field in embed.fields)
    assert len(page_view(ENGLISH, shown, query).to_components()) == 2
