"""Choose text for the chart that its font can draw, so that no picture has empty boxes for letters."""

from __future__ import annotations

import re

FONT = "Liberation Sans"
"""The font that comes with the renderer, whatever is installed on the machine. It has Latin and Cyrillic
letters, but no Chinese, Japanese or Korean ones: a font with those is 20 MB."""
_DRAWABLE = re.compile(r"[ -~\u00a0-\u017f\u0400-\u045f\u0490\u0491\u2012-\u2015\u2018-\u201e\u2026\u202f]+")


def drawable(*texts: str) -> str:
    """Return the first text of which the font has every letter, or an empty string.

    What stays out of the picture is said by the message around it.
    """
    return next((text for text in texts if _DRAWABLE.fullmatch(text)), "")
