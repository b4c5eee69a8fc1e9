"""The card's accent colour comes from its cover, whatever the picture is."""

from __future__ import annotations

import colorsys
from io import BytesIO

import pytest
from PIL import Image

from songbot.media.accent import accent_of
from songbot.media.cover_colour import accent_colour
from songbot.media.downloader import MediaFile


def picture(*colours: str, kind: str = "PNG") -> bytes:
    image = Image.new("RGB", (40 * len(colours), 40))
    for number, colour in enumerate(colours):
        image.paste(colour, (40 * number, 0, 40 * number + 40, 40))
    into = BytesIO()
    image.save(into, kind)
    return into.getvalue()


def hls(colour: int | None) -> tuple[float, float, float]:
    assert colour is not None
    return colorsys.rgb_to_hls((colour >> 16) / 255, (colour >> 8 & 255) / 255, (colour & 255) / 255)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_the_lively_colour_wins_over_more_grey(kind: str) -> None:
    hue, _, saturation = hls(accent_colour(picture("#222222", "#dddddd", "#1060e0", kind=kind)))
    assert hue == pytest.approx(0.61, abs=0.03)
    assert saturation > 0.5


@pytest.mark.parametrize("colour", ["black", "white", "#100000", "#fff8f0"])
def test_an_accent_is_legible_on_both_themes(colour: str) -> None:
    assert 0.3 < hls(accent_colour(picture(colour)))[1] < 0.8


@pytest.mark.parametrize("data", [b"", b"no picture", picture("red")[:40], b"\x89PNG\r\n\x1a\n" + b"x" * 50])
def test_what_is_no_picture_gives_no_accent(data: bytes) -> None:
    assert accent_colour(data) is None


def test_a_picture_too_large_to_decode_gives_no_accent() -> None:
    into = BytesIO()
    Image.new("1", (5000, 5000)).save(into, "PNG")
    assert accent_colour(into.getvalue()) is None


async def test_without_a_cover_there_is_no_accent() -> None:
    assert await accent_of(None) is None
    assert await accent_of(MediaFile("cover.png", picture("red"))) is not None
