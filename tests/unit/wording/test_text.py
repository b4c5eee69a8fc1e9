"""Untrusted text is shown plainly and within limits."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from songbot.wording import text

PING = re.compile(r"@everyone|@here|<@[!&]?\d", re.IGNORECASE)
UNESCAPED = re.compile(r"(?<!\\)(?:\\\\)*[*_~|`\[\]<>#/]")
HOSTILE = st.text() | st.text(alphabet="@everyonh<>&!#:t/*_~|`[]()\\-+1. \u202e\u200b\u200d\U0001f468")


@given(HOSTILE)
def test_nothing_pings_or_renders_whatever_the_text(raw: str) -> None:
    shown = text.escape(raw)
    assert not PING.search(shown)
    assert not UNESCAPED.search(shown)


@given(HOSTILE, st.integers(2, 60))
def test_shown_text_keeps_its_limit_and_cuts_no_escape(raw: str, limit: int) -> None:
    shown = text.escape_and_clamp(raw, limit)
    assert len(shown) <= limit
    assert "\n" not in shown
    assert not re.search(r"(?<!\\)(?:\\\\)*\\…$", shown)


@given(HOSTILE)
def test_cleaning_twice_changes_nothing_more(raw: str) -> None:
    once = text.normalise(raw)
    assert text.normalise(once) == once


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("a\u202eb\u2066c\x00d\x1b", "abcd"),
        ("\u200b\u2060\ufeff\u3164", ""),
        ("\u200d\u0301 \u200c", ""),
        ("two\n\nlines\tmore", "two lines more"),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        ("a" + "\u0301" * 90, "a" + "\u0301" * 4),
        (None, ""),
    ],
)
def test_what_is_unseen_or_turns_the_line_around_goes(raw: str | None, cleaned: str) -> None:
    assert text.normalise(raw) == cleaned


def test_a_list_item_and_a_heading_stay_plain() -> None:
    assert text.escape("- one") == "\\- one"
    assert text.escape("12. one") == "12\\. one"
    assert text.escape("# one") == "\\# one"


def test_links_are_broken_so_that_nothing_is_unfurled() -> None:
    assert "://" not in text.escape("https://evil.example/x")
    assert "discord.gg/" not in text.escape("join discord.gg/x")


def test_an_emoji_of_several_characters_is_not_cut_in_half() -> None:
    assert text.clamp("ab👨\u200d👩\u200d👧cd", 6) == "ab…"
    assert text.clamp("ab👍🏽cd", 4) == "ab…"
    assert text.clamp("a🇩🇪🇩🇪b", 3) == "a…"


@pytest.mark.parametrize(
    "raw",
    ["*" * 10**6, "\u202e" * 10**6, "a\u0301" * 500_000, "@everyone " * 10**5, "👍" * 10**6],
    ids=["asterisks", "invisible", "combining", "mentions", "emojis"],
)
def test_a_megabyte_of_text_fits(raw: str) -> None:
    assert len(text.escape_and_clamp(raw, 256)) <= 256
    assert len(text.file_name(raw, "mp3")) <= 256


def test_a_chip_can_not_be_broken_out_of() -> None:
    assert text.inline_code("a`b``", 40) == "`a'b''`"
    assert text.inline_code("\u200b", 40) == ""


@pytest.mark.parametrize(
    ("seconds", "written"), [(0, "0:00"), (167, "2:47"), (3599, "59:59"), (3661, "1:01:01"), (-4, "0:00")]
)
def test_durations(seconds: int, written: str) -> None:
    assert text.duration(seconds) == written


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Midnight Grid", "Midnight Grid.mp3"),
        ("../../etc/passwd", "etc passwd.mp3"),
        ("SPOILER_spoiler_x", "x.mp3"),
        ("Äther 夜", "Äther 夜.mp3"),
        ("🎵🎵", "song.mp3"),
        (".hidden", "hidden.mp3"),
        (None, "song.mp3"),
        ("हिन्दी का गीत", "हिन्दी का गीत.mp3"),
        ("เพลงฝน", "เพลงฝน.mp3"),
        ("שִׁיר", "שִׁיר.mp3"),
    ],
)
def test_file_names_are_harmless(title: str | None, name: str) -> None:
    assert text.file_name(title, "mp3") == name


@given(HOSTILE)
def test_a_file_name_never_holds_a_path_nor_grows_long(raw: str) -> None:
    name = text.file_name(raw, "mp3")
    assert len(name) <= 80
    assert not set(name) & set('/\\:*?"<>|\x00')
    assert name.endswith(".mp3")
    assert not name.startswith((".", " "))


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "ftp://a.example/x",
        "//a.example/x",
        "https://",
        "https://user:pw@a.example/",
        "https://a.example/ x",
        "https://a.example/\u202ex",
        "https://a_b..example/",
        "https://[::1%25lo]/x",
        "https://[zz]/x",
        "https://a.example:99999/",
        "https://a.example:0/",
        "https://a.example/" + "x" * 2048,
        "https://" + "a" * 64 + ".example/",
        "https://" + "a-" * 900,
        "",
        None,
    ],
)
def test_links_that_are_not_plain_http_are_no_links(url: str | None) -> None:
    assert text.safe_link(url) is None


def test_plain_links_are_kept_within_the_room_there_is() -> None:
    assert text.safe_link("https://cdn.example/audio/1.mp3?x=1") == "https://cdn.example/audio/1.mp3?x=1"
    assert text.safe_link("http://127.0.0.1:8080/a.mp3") == "http://127.0.0.1:8080/a.mp3"
    assert text.safe_link("http://[::1]:8080/a.mp3") == "http://[::1]:8080/a.mp3"
    assert text.safe_link("https://cdn.example/é") == "https://cdn.example/%C3%A9"
    assert text.safe_link("https://cdn.example/" + "x" * 600, text.BUTTON_URL) is None
    assert text.safe_link("https://cdn.example/" + "é" * 200, text.BUTTON_URL) is None


@given(st.text())
def test_reading_a_link_never_fails(url: str) -> None:
    link = text.safe_link("https://" + url)
    assert link is None or len(link) <= text.EMBED_URL
