"""Find the accent colour of a card in its cover."""

from __future__ import annotations

import colorsys
import logging
import warnings
from io import BytesIO

from PIL import Image

log = logging.getLogger(__name__)

MAX_PIXELS = 16_000_000
"""Larger pictures are not decoded, because that would take too much time and memory."""
_SAMPLED, _SIDE, _COLOURS = 64, 16, 8
"""Pixels to a side that are read from the picture, and that they are averaged to; colours of the palette."""
_MIN_LIGHTNESS, _MAX_LIGHTNESS = 0.35, 0.75
"""The range of lightness that is legible in Discord's dark and light themes."""


def accent_colour(picture: bytes) -> int | None:
    """Return the most prominent saturated colour as 0xRRGGBB, or None if the picture can't be decoded."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            small = _shrunk(picture)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Warning) as error:
        log.info("a cover gave no accent colour: %s", type(error).__name__)
        return None
    return _liveliest(small)


def _shrunk(picture: bytes) -> Image.Image:
    with Image.open(BytesIO(picture)) as image:
        if image.width * image.height > MAX_PIXELS:
            raise ValueError("too large")
        image.draft("RGB", (_SAMPLED, _SAMPLED))
        # Averaging or converting every pixel would take as long as decoding them.
        sampled = image.resize((_SAMPLED, _SAMPLED), Image.Resampling.NEAREST)
        return sampled.convert("RGB").resize((_SIDE, _SIDE), Image.Resampling.BOX)


def _liveliest(image: Image.Image) -> int:
    """Return the colour with the highest share times saturation, with its lightness made legible."""
    reduced = image.quantize(_COLOURS, Image.Quantize.MEDIANCUT)
    palette, counted = reduced.getpalette() or [], reduced.getcolors() or []
    best, score = (0.0, _MIN_LIGHTNESS, 0.0), -1.0
    for count, index in counted:
        if not isinstance(index, int):
            continue
        red, green, blue = (channel / 255 for channel in palette[3 * index : 3 * index + 3])
        hue, lightness, saturation = colorsys.rgb_to_hls(red, green, blue)
        lively = count * (0.02 + saturation * (1 - abs(2 * lightness - 1)))
        if lively > score:
            best, score = (hue, lightness, saturation), lively
    hue, lightness, saturation = best
    legible = min(_MAX_LIGHTNESS, max(_MIN_LIGHTNESS, lightness))
    red, green, blue = (round(channel * 255) for channel in colorsys.hls_to_rgb(hue, legible, saturation))
    return red << 16 | green << 8 | blue
