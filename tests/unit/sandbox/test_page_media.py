"""Test that the sandbox's page gets songs as they are."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from simcord.preview._media import MediaError

from sandbox.page.media import PlainAudio
from sandbox.whisul.plan import plan_song
from sandbox.whisul.tune import compose_mp3

PLAN = plan_song("trap", small=True)


async def test_a_song_is_passed_on_unchanged_with_its_duration() -> None:
    audio = compose_mp3(PLAN)
    info = await PlainAudio().validate("song", audio)
    assert (info.normalized, info.content_type, info.kind) == (audio, "audio/mpeg", "audio")
    assert info.duration == pytest.approx(PLAN.seconds, abs=0.5)


async def test_a_song_that_is_cut_off_is_not_shown() -> None:
    with pytest.raises(MediaError):
        await PlainAudio().validate("song", compose_mp3(PLAN)[:-1])


async def test_pictures_are_left_to_simcord() -> None:
    picture = io.BytesIO()
    Image.new("RGB", (3, 2)).save(picture, "PNG")
    worker = PlainAudio()
    try:
        info = await worker.validate("cover", picture.getvalue())
    finally:
        await worker.close()
    assert (info.kind, info.width, info.height) == ("image", 3, 2)
