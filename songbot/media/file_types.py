"""Recognise a file's type by its first bytes. Pure."""

from __future__ import annotations

SNIFF_BYTES = 16
"""The number of leading bytes that the checks need."""


def sniff_audio(head: bytes) -> str | None:
    """Return the extension of an audio file, or None for an unknown type."""
    if head.startswith(b"ID3") or _is_mpeg_frame(head):
        return "mp3"
    if head.startswith(b"RIFF") and head[8:12] == b"WAVE":
        return "wav"
    if head.startswith(b"OggS"):
        return "ogg"
    if head.startswith(b"fLaC"):
        return "flac"
    return "m4a" if head[4:8] == b"ftyp" else None


def _is_mpeg_frame(head: bytes) -> bool:
    """Check for a frame header of ISO/IEC 11172-3: eleven sync bits, then no reserved value."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return False
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    return version != 1 and layer != 0 and head[2] >> 4 != 0xF and head[2] >> 2 & 3 != 3


def sniff_image(head: bytes) -> str | None:
    """Return the extension of an image that Discord displays, or None."""
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "gif"
    return "webp" if head.startswith(b"RIFF") and head[8:12] == b"WEBP" else None
