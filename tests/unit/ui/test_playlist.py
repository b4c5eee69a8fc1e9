"""Other people's players can read the playlist: a title never breaks a line."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from songbot.songs.models import Result
from songbot.ui.playlist import playlist
from songbot.wording.language import ENGLISH
from tests.support.songs import song

LINK = "https://cdn.example/a.mp3"


def lines(*results: Result | None) -> list[str]:
    return playlist(ENGLISH, [song(result=result) for result in results]).decode("utf-8").splitlines()


def test_each_song_has_its_length_title_and_link():
    assert lines(Result(LINK, "Midnight Grid", None, 167)) == ["#EXTM3U", "#EXTINF:167,Midnight Grid", LINK]


def test_an_unknown_length_is_minus_one_and_a_missing_title_has_a_name():
    assert lines(Result(LINK))[1] == "#EXTINF:-1,Untitled"


def test_songs_without_a_link_that_can_be_played_are_left_out():
    assert lines(Result("javascript:alert(1)"), Result("file:///etc/passwd"), None) == ["#EXTM3U"]


def test_there_is_no_byte_order_mark():
    assert playlist(ENGLISH, []).startswith(b"#EXTM3U\n")


@given(st.text(max_size=300), st.integers() | st.none())
def test_no_title_breaks_out_of_its_line(title: str, seconds: int | None):
    text = playlist(ENGLISH, [song(result=Result(LINK, title, None, seconds))]).decode("utf-8")
    assert text.split("\n")[2:] == [LINK, ""]
    assert len(text.splitlines()) == 3
