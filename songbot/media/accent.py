"""Find a card's accent colour in a thread, and load Pillow at the first cover: it takes 2 MiB."""

from __future__ import annotations

import asyncio

from .downloader import MediaFile


async def accent_of(cover: MediaFile | None) -> int | None:
    """Return the cover's accent colour as 0xRRGGBB, or None."""
    return await asyncio.to_thread(_accent_colour, cover.data) if cover else None


def _accent_colour(picture: bytes) -> int | None:
    from .cover_colour import accent_colour

    return accent_colour(picture)
