"""Test reading single values of Whisul's responses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whisul_api import values

NOW = datetime(2026, 2, 17, 15, 39, 34, tzinfo=UTC)

ODD_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=10,
)


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ("2:47", 167),
        (" 2:47 ", 167),
        ("0:07", 7),
        ("1:02:03", 3723),
        ("90:00", 5400),
        (183, 183),
        ("183", 183),
        (183.4, 183),
        ("183.6", 184),
        ("2:47.9", 168),
        ("183 s", 183),
        (86_400, 86_400),
    ],
)
def test_both_forms_of_duration_are_whole_seconds(told: object, seconds: int) -> None:
    assert values.parse_duration(told) == seconds


@pytest.mark.parametrize(
    "told",
    [
        *(
            None,
            True,
            "",
            "soon",
            "2:75",
            "1:75:00",
            "-2:47",
            "2:47:",
            ":47",
            "1:2:3:4",
            -183,
            0,
            "0:00",
            0.2,
        ),
        *(86_401, "99:99:99", float("nan"), float("inf"), 10**400, [183], {"s": 1}, "٢:٤٧", "9" * 5000),
    ],
)
def test_a_duration_that_makes_no_sense_is_left_out(told: object) -> None:
    assert values.parse_duration(told) is None


@given(st.integers(1, 86_399))
def test_a_duration_comes_out_the_same_in_every_form(seconds: int) -> None:
    hours, rest = divmod(seconds, 3600)
    clock = f"{rest // 60}:{rest % 60:02}"
    long_clock = f"{hours}:{rest // 60:02}:{rest % 60:02}"
    assert values.parse_duration(seconds) == values.parse_duration(str(seconds)) == seconds
    assert values.parse_duration(long_clock) == seconds
    assert values.parse_duration(clock) == (rest or None)


@pytest.mark.parametrize(
    ("told", "bpm"),
    [(140, 140), (140.0, 140), (93.5, 93.5), ("140", 140), ("140 BPM", 140), ("93.5bpm", 93.5)],
)
def test_bpm_is_read_from_numbers_and_texts(told: object, bpm: float) -> None:
    read = values.parse_bpm(told)
    assert read == bpm
    assert type(read) is type(bpm)


@pytest.mark.parametrize(
    "told", [None, True, "fast", 0, -140, "-140", 1001, 10**400, float("nan"), float("-inf"), [140], {}]
)
def test_an_absurd_bpm_is_left_out(told: object) -> None:
    assert values.parse_bpm(told) is None


@pytest.mark.parametrize(
    "told",
    [
        *("2026-02-17 15:39:34", " 2026-02-17 15:39:34 ", "2026-02-17T15:39:34", "2026-02-17T15:39:34Z"),
        *("2026-02-17T17:39:34+02:00", "2026-02-17 15:39:34.000000"),
    ],
)
def test_a_timestamp_is_aware_utc(told: str) -> None:
    moment = values.parse_timestamp(told)
    assert moment == NOW
    assert moment is not None
    assert moment.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    "told", [None, 1771342774, "", "yesterday", "0001-01-01T00:00:00+12:00", ["2026-02-17"]]
)
def test_a_timestamp_that_makes_no_sense_is_left_out(told: object) -> None:
    assert values.parse_timestamp(told) is None


def test_tags_come_as_one_text_or_as_a_list() -> None:
    assert values.parse_tags("trap, dark,, 808s , ") == ("trap", "dark", "808s")
    assert values.parse_tags(["trap", " dark ", None, 7, ""]) == ("trap", "dark")
    assert values.parse_tags(None) == values.parse_tags(7) == values.parse_tags("") == ()
    assert len(values.parse_tags(["tag"] * 5000)) == values.MAX_TAGS


def test_a_text_is_stripped_bounded_and_can_be_stored_anywhere() -> None:
    assert values.parse_text("  Midnight Grid\n") == "Midnight Grid"
    assert values.parse_text("a\x00b\ud800c") == "ab?c"
    assert len(values.parse_text("x" * 100_000) or "") == values.MAX_TEXT
    assert values.parse_text(" \x00 ") is None
    assert values.parse_text(140) is None


@pytest.mark.parametrize(
    "link",
    [
        "https://cdn.whisul.com/audio/81fa5ff7.mp3",
        "http://127.0.0.1:8080/a?b=c",
        "HTTPS://x/y",
        "https://x/" + "y" * (values.MAX_TEXT - len(" https://x/ ")),
    ],
)
def test_http_links_are_taken(link: str) -> None:
    assert values.parse_link(f" {link} ") == link


@pytest.mark.parametrize(
    "link",
    [
        *(
            None,
            7,
            "",
            "javascript:alert(1)",
            "file:///etc/passwd",
            "/audio/x.mp3",
            "//cdn/x",
            "https://",
            "http://[x",
        ),
        *("http://a b/", "http://a\n/", "http://host:99999/", "http://host:0/", "https://x/" + "y" * 4000),
    ],
)
def test_links_that_are_no_absolute_http_ones_are_left_out(link: object) -> None:
    assert values.parse_link(link) is None


def test_a_job_id_is_one_segment_of_a_path() -> None:
    assert values.parse_job_id(" 81fa5ff7-6197 ") == "81fa5ff7-6197"
    assert values.parse_job_id(123) == "123"
    assert values.parse_job_id("a") == "a"
    assert values.parse_job_id("x" * 200) == "x" * 200


@pytest.mark.parametrize(
    "job_id",
    [*(None, True, -1, 10**300, 1.5, "", "  ", ".", "..", "a/b", "a\\b", "a\nb", "\ud800", "x" * 201, ["a"])],
)
def test_what_is_no_segment_is_no_job_id(job_id: object) -> None:
    assert values.parse_job_id(job_id) is None


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        *[("120", 120.0), ("0", 0.0), (" 1.5 ", 1.5), ("999999", 3600.0)],
        *[("Tue, 17 Feb 2026 15:40:34 GMT", 60.0), ("Tue, 17 Feb 2026 15:40:34 -0000", 60.0)],
        *[("Tue, 17 Feb 2026 15:00:00 GMT", 0.0), ("Fri, 31 Dec 9999 23:59:59 GMT", 3600.0)],
    ],
)
def test_retry_after_is_seconds_or_a_date_and_bounded(told: str, seconds: float) -> None:
    assert values.parse_retry_after(told, NOW) == seconds


@pytest.mark.parametrize("told", [None, "", "-5", "nan", "inf", "soon", "Tue, 99 Feb 2026", "x" * 5000])
def test_a_retry_after_that_makes_no_sense_is_none(told: str | None) -> None:
    assert values.parse_retry_after(told, NOW) is None


@given(st.text(max_size=120))
def test_any_retry_after_is_none_or_within_bounds(told: str) -> None:
    seconds = values.parse_retry_after(told, NOW)
    assert seconds is None or 0 <= seconds <= values.MAX_RETRY_AFTER_SECONDS


@given(ODD_JSON)
def test_no_value_however_odd_breaks_a_reader(value: object) -> None:
    duration, bpm = values.parse_duration(value), values.parse_bpm(value)
    assert duration is None or 0 < duration <= values.MAX_DURATION_SECONDS
    assert bpm is None or 0 < bpm <= values.MAX_BPM
    moment = values.parse_timestamp(value)
    assert moment is None or moment.tzinfo is not None
    texts = [values.parse_text(value), values.parse_link(value), values.parse_job_id(value)]
    for text in [text for text in texts if text is not None] + list(values.parse_tags(value)):
        assert text == text.strip() != ""
        assert text.encode("utf-8")
        assert "\x00" not in text
