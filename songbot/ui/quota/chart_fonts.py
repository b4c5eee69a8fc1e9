"""Load the chart's fonts. They are installed as packages, so they are the same on every machine."""

from __future__ import annotations

import fontpkg.pil
from noto_cjk_sans_otc import FONT_PATH
from PIL import ImageFont

_NOTO_FACES = {"ja": 0, "ko": 1, "zh-CN": 2, "zh-TW": 3}
"""Faces of the collection by Discord's locale. Each has the shapes that its readers expect."""
_REGULAR, _BOLD = 400, 700


def load_font(tag: str, size: int, *, bold: bool = False) -> ImageFont.FreeTypeFont:
    """Return the font for a language, with `size` in pixels. Raise OSError if its file is missing.

    Inter has Latin, Cyrillic and Greek letters; Noto Sans CJK has Chinese, Japanese and Korean ones, and is
    always regular.
    """
    if tag in _NOTO_FACES:
        return ImageFont.truetype(str(FONT_PATH), size, index=_NOTO_FACES[tag])
    return fontpkg.pil.truetype("Inter", size, weight=_BOLD if bold else _REGULAR)
