"""Draw a song's cover from its plan: 512 by 512 pixels, as JPEG or PNG."""

from __future__ import annotations

import io
import math
import random
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from sandbox.whisul.plan import SongPlan

SIDE = 512
_SCALE = 2  # drawn at twice the size, so that edges come out smooth
_DRAWN = SIDE * _SCALE

Colour = tuple[int, int, int]
_PALETTES: tuple[tuple[Colour, Colour, Colour], ...] = (
    ((18, 12, 48), (196, 52, 124), (255, 188, 92)),
    ((8, 24, 58), (26, 120, 160), (172, 236, 220)),
    ((36, 8, 52), (112, 40, 200), (72, 228, 255)),
    ((24, 30, 24), (88, 132, 84), (244, 226, 160)),
    ((44, 14, 18), (208, 72, 48), (255, 214, 150)),
    ((14, 18, 36), (72, 88, 148), (222, 206, 236)),
    ((10, 40, 44), (22, 148, 124), (250, 232, 128)),
)


def draw_cover(plan: SongPlan) -> bytes:
    """Return the encoded picture in the format `plan.cover_type`.

    This blocks for tens of milliseconds, so run it in a thread.
    """
    dice = random.Random(plan.seed ^ 0xC0)
    palette = dice.choice(_PALETTES)
    picture = _sky(palette, dice)
    layer = Image.new("RGBA", picture.size)
    draw = ImageDraw.Draw(layer)
    _disc(draw, palette, dice)
    dice.choice(_FOREGROUNDS)(draw, palette, dice)
    if plan.rain:
        _rain(draw, dice)
    picture = Image.alpha_composite(picture.convert("RGBA"), layer).convert("RGB")
    picture = picture.resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    _lettering(picture, plan.title)
    return _encoded(picture, plan.cover_type)


def _sky(palette: tuple[Colour, Colour, Colour], dice: random.Random) -> Image.Image:
    """Draw a linear gradient of the palette at any angle, with a little grain to prevent banding."""
    angle = dice.uniform(0.2, 1.3)
    ramp = np.linspace(0, 1, _DRAWN)
    gradient = ramp[None, :] * math.cos(angle) + ramp[:, None] * math.sin(angle)
    gradient /= gradient.max()
    grain = np.random.default_rng(dice.randrange(2**32)).normal(0, 2, gradient.shape)
    channels = [
        np.interp(gradient, (0, 0.6, 1), [colour[n] for colour in palette]) * 0.85 + grain for n in range(3)
    ]
    return Image.fromarray(np.clip(np.stack(channels, axis=-1), 0, 255).astype(np.uint8))


def _disc(draw: ImageDraw.ImageDraw, palette: tuple[Colour, Colour, Colour], dice: random.Random) -> None:
    x, y = dice.uniform(0.25, 0.75) * _DRAWN, dice.uniform(0.25, 0.5) * _DRAWN
    radius = dice.uniform(0.13, 0.24) * _DRAWN
    for halo in range(6, 0, -1):
        r = radius * (1 + halo * 0.12)
        draw.ellipse((x - r, y - r, x + r, y + r), fill=(*palette[2], 12 + 4 * (6 - halo)))
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=(*palette[2], 235))


def _waves(draw: ImageDraw.ImageDraw, palette: tuple[Colour, Colour, Colour], dice: random.Random) -> None:
    """Draw overlapping hills or waves, with the nearest being the darkest."""
    for layer in range(4):
        base = _DRAWN * (0.58 + 0.1 * layer)
        height, length, shift = dice.uniform(20, 80), dice.uniform(0.6, 2.2), dice.uniform(0, 6.3)
        edge = [
            (x, base + height * math.sin(shift + length * 2 * math.pi * x / _DRAWN))
            for x in range(0, _DRAWN + 1, 8)
        ]
        shade = tuple(int(channel * (0.7 - 0.17 * layer)) for channel in palette[1])
        draw.polygon([*edge, (_DRAWN, _DRAWN), (0, _DRAWN)], fill=(*shade, 225))


def _grid(draw: ImageDraw.ImageDraw, palette: tuple[Colour, Colour, Colour], _dice: random.Random) -> None:
    """Draw a floor grid whose lines meet at the horizon."""
    horizon, middle = int(_DRAWN * 0.6), _DRAWN / 2
    draw.rectangle((0, horizon, _DRAWN, _DRAWN), fill=(*palette[0], 235))
    for line in range(-14, 15):
        draw.line(
            (middle + line * 26, horizon, middle + line * 190, _DRAWN), fill=(*palette[2], 150), width=3
        )
    for row in range(10):
        y = horizon + (_DRAWN - horizon) * (row / 9) ** 2
        draw.line((0, y, _DRAWN, y), fill=(*palette[2], 150), width=3)


def _towers(draw: ImageDraw.ImageDraw, palette: tuple[Colour, Colour, Colour], dice: random.Random) -> None:
    """Draw a skyline with some windows lit."""
    x = 0
    while x < _DRAWN:
        width, top = dice.randint(50, 130), int(_DRAWN * dice.uniform(0.45, 0.8))
        draw.rectangle((x, top, x + width, _DRAWN), fill=(*palette[0], 245))
        for left in range(x + 12, x + width - 14, 24):
            for up in range(top + 16, _DRAWN - 20, 34):
                if dice.random() < 0.3:
                    draw.rectangle((left, up, left + 10, up + 16), fill=(*palette[2], 210))
        x += width + dice.randint(0, 12)


def _orbits(draw: ImageDraw.ImageDraw, palette: tuple[Colour, Colour, Colour], dice: random.Random) -> None:
    """Draw rings and small stars."""
    x, y = dice.uniform(0.3, 0.7) * _DRAWN, dice.uniform(0.45, 0.7) * _DRAWN
    for ring in range(2, 11):
        r = ring * 62
        start = dice.randrange(360)
        draw.arc((x - r, y - r, x + r, y + r), start, start + 250, fill=(*palette[2], 170), width=7)
    for _ in range(90):
        a, b, r = dice.randrange(_DRAWN), dice.randrange(_DRAWN), dice.uniform(1, 4)
        draw.ellipse((a - r, b - r, a + r, b + r), fill=(255, 255, 255, 190))


_Foreground = Callable[[ImageDraw.ImageDraw, tuple[Colour, Colour, Colour], random.Random], None]
_FOREGROUNDS: tuple[_Foreground, ...] = (_waves, _grid, _towers, _orbits)


def _rain(draw: ImageDraw.ImageDraw, dice: random.Random) -> None:
    for _ in range(260):
        x, y, length = dice.randrange(-60, _DRAWN), dice.randrange(-60, _DRAWN), dice.randint(24, 70)
        draw.line((x, y, x + length * 0.25, y + length), fill=(220, 232, 255, 90), width=2)


def _lettering(picture: Image.Image, title: str) -> None:
    font = ImageFont.load_default(34)
    draw = ImageDraw.Draw(picture)
    draw.text((27, SIDE - 61), title, font=font, fill=(0, 0, 0))
    draw.text((25, SIDE - 63), title, font=font, fill=(255, 255, 255))


def _encoded(picture: Image.Image, kind: str) -> bytes:
    into = io.BytesIO()
    if kind == "png":
        picture.quantize(128).save(into, "PNG", optimize=True)
    else:
        picture.save(into, "JPEG", quality=86)
    return into.getvalue()
