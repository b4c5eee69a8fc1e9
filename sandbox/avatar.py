"""Draw the bot's avatar for the sandbox."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw

_DRAWN, _SIDE = 512, 128
_TOP, _BOTTOM = (124, 58, 237), (14, 165, 233)


def draw_avatar() -> bytes:
    """Return a PNG of 128 by 128 pixels: two notes under a beam."""
    picture = Image.new("RGB", (1, 2))
    picture.putdata([_TOP, _BOTTOM])
    picture = picture.resize((_DRAWN, _DRAWN), Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(picture)
    for x, y in ((150, 340), (310, 310)):
        draw.ellipse((x - 52, y - 38, x + 52, y + 38), fill="white")
        draw.rectangle((x + 30, y - 200, x + 52, y), fill="white")
    draw.polygon(((180, 130), (362, 96), (362, 152), (180, 186)), fill="white")
    into = io.BytesIO()
    picture.resize((_SIDE, _SIDE), Image.Resampling.LANCZOS).save(into, "PNG")
    return into.getvalue()
