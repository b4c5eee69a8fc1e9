"""Test what the sandbox's Whisul composes: plans, scores, audio and covers."""

from __future__ import annotations

import io
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from sandbox.whisul.cover import SIDE, draw_cover
from sandbox.whisul.genres import GENRES
from sandbox.whisul.mp3 import frames_of
from sandbox.whisul.plan import BPM_LIMITS, HUGE_BYTES, plan_song
from sandbox.whisul.score import notes_of, strokes_of
from sandbox.whisul.tune import compose_mp3, loudness, mix


@pytest.mark.parametrize(("small", "channels"), [(False, 2), (True, 1)])
def test_a_song_is_an_mp3_as_long_as_its_plan_says(small: bool, channels: int) -> None:
    plan = plan_song("a slow waltz in the rain", small=small)
    frames = list(frames_of(compose_mp3(plan)))
    assert {frame.channels for frame in frames} == {channels}
    assert {frame.kbps for frame in frames} == {plan.kbps}
    assert sum(frame.seconds for frame in frames) == pytest.approx(plan.seconds, abs=0.5)


def test_a_huge_song_is_over_11_mib_and_as_long_as_its_plan_says() -> None:
    plan = plan_song("trap [huge]", small=True)
    audio = compose_mp3(plan)
    assert len(audio) > HUGE_BYTES
    assert sum(frame.seconds for frame in frames_of(audio)) == pytest.approx(plan.seconds, abs=0.5)


def test_bytes_that_are_no_mp3_are_told_from_one() -> None:
    audio = compose_mp3(plan_song("trap", small=True))
    with pytest.raises(ValueError, match="cut"):
        list(frames_of(audio[:-1]))
    with pytest.raises(ValueError, match="no MPEG-1"):
        list(frames_of(b"<html>" * 100))


def test_the_same_prompt_gives_the_same_tune_and_cover() -> None:
    first, second = plan_song("happy pop", small=True), plan_song("happy pop", small=True)
    assert compose_mp3(first) == compose_mp3(second)
    assert draw_cover(first) == draw_cover(second)


def test_another_take_is_another_song_of_the_same_kind() -> None:
    first, second = plan_song("happy pop", small=True), plan_song("happy pop", take=1, small=True)
    assert first.title != second.title
    assert first.tags == second.tags
    assert compose_mp3(first) != compose_mp3(second)


def test_two_prompts_give_two_tunes_and_covers() -> None:
    first, second = plan_song("happy pop", small=True), plan_song("happy pop!", small=True)
    assert compose_mp3(first) != compose_mp3(second)
    assert draw_cover(first) != draw_cover(second)


@pytest.mark.parametrize("name", sorted(GENRES))
def test_every_genre_is_heard_throughout_and_never_clips(name: str) -> None:
    plan = plan_song(f"a {name} song", small=True)
    sound = mix(plan)
    assert plan.genre_name == name
    assert 0.3 < abs(sound).max() < 1.0
    assert all(
        abs(part).max() > 0.02 for part in (sound[: len(sound) // 3], sound[len(sound) // 3 : -44_100])
    )


@pytest.mark.parametrize(
    ("prompt", "bpm"),
    [
        ("waltz, bpm 90", 90),
        ("techno at 120 bpm", 120),
        ("techno 99BPM", 99),
        ("bpm: 75", 75),
        ("bpm of 61", 61),
    ],
)
def test_a_tempo_in_the_prompt_is_kept(prompt: str, bpm: int) -> None:
    assert plan_song(prompt).bpm == bpm


@pytest.mark.parametrize("prompt", ["trap 900 bpm", "trap 1120 bpm", "trap 10 bpm", "trap bpm 1200"])
def test_a_tempo_that_nobody_plays_is_passed_over(prompt: str) -> None:
    low, high = GENRES["trap"].bpm
    assert low <= plan_song(prompt).bpm <= high


def test_fast_is_faster_and_slow_is_slower_than_the_genre() -> None:
    low, high = GENRES["house"].bpm
    assert plan_song("fast house").bpm > high
    assert plan_song("slow house").bpm < low


@pytest.mark.parametrize(
    ("prompt", "genre", "scale", "tag"),
    [
        ("a sad song on the piano", "classical", "minor", "melancholic"),
        ("happy hip hop", "hiphop", "major", "happy"),
        ("lo-fi in the rain", "lofi", "dorian", "rain"),
        ("a jazz track, then some techno", "jazz", "dorian", "swing"),
        ("a strapping waltz", "waltz", "major", "3/4"),
    ],
)
def test_words_set_genre_scale_and_tags(prompt: str, genre: str, scale: str, tag: str) -> None:
    plan = plan_song(prompt)
    assert (plan.genre_name, plan.scale) == (genre, scale)
    assert tag in plan.tags


def test_fault_words_are_no_part_of_the_title() -> None:
    titles = {plan_song(f"number {n} [garbage] [never]").title.lower() for n in range(60)}
    assert not any("garbage" in title or "never" in title for title in titles)
    assert any("number" in title for title in titles)


@pytest.mark.parametrize(("prompt", "kind"), [("techno", "JPEG"), ("sad lofi rain", "PNG")])
def test_a_cover_is_a_square_picture_of_the_type_it_is_named_after(prompt: str, kind: str) -> None:
    plan = plan_song(prompt)
    picture = Image.open(io.BytesIO(draw_cover(plan)))
    assert (picture.format, picture.size) == (kind, (SIDE, SIDE))
    assert plan.cover_type == {"JPEG": "jpg", "PNG": "png"}[kind]
    assert len(picture.convert("RGB").getcolors(SIDE * SIDE) or []) > 50


@given(st.text(alphabet=st.characters()))
@settings(max_examples=150, deadline=None)
def test_any_prompt_has_a_plan_that_can_be_played(prompt: str) -> None:
    plan = plan_song(prompt)
    low, high = BPM_LIMITS
    assert low <= plan.bpm <= high
    assert 15 <= plan.seconds <= 30
    assert 3 <= len(plan.title) <= 40
    assert plan.title.isascii()
    length = plan.seconds * plan.bpm / 60
    assert all(0 <= note.start < length and 20 < note.pitch < 110 for note in notes_of(plan))
    assert all(0 <= stroke.start < length for stroke in strokes_of(plan))


@given(st.characters(categories=["Cs"]))
def test_a_lone_surrogate_is_a_prompt_too(surrogate: str) -> None:
    assert plan_song(surrogate) == plan_song(surrogate)


def test_all_genres_are_about_equally_loud() -> None:
    levels = [20 * math.log10(loudness(mix(plan_song(f"a {genre} song")).T)) for genre in GENRES]
    assert max(levels) - min(levels) < 1.5


def test_no_song_is_clipped() -> None:
    assert np.abs(mix(plan_song("a loud metal song", small=True))).max() < 1
