"""Give the page audio as it is.

SimCord converts audio to Opus first, which needs PyAV (120 MB) and seconds of CPU for each song. Browsers
play MP3, as Discord's clients do.
"""

from __future__ import annotations

from simcord.preview._media import MediaError, MediaInfo, MediaWorker

from sandbox.whisul.mp3 import frames_of
from songbot.media.file_types import SNIFF_BYTES, sniff_audio


class PlainAudio(MediaWorker):
    """SimCord's worker for pictures, which leaves MP3 files as they are. It can't show other audio or
    video."""

    async def validate(self, key: str, blob: bytes, *, media_time: float | None = None) -> MediaInfo:
        """Return what the page shows. Raise MediaError if it can't."""
        if sniff_audio(blob[:SNIFF_BYTES]) == "mp3":
            return describe_mp3(blob)
        return await super().validate(key, blob, media_time=media_time)


def describe_mp3(audio: bytes) -> MediaInfo:
    """Return the file and its duration in seconds. Raise MediaError if it isn't a whole MP3 without tags."""
    try:
        seconds = sum(frame.seconds for frame in frames_of(audio))
    except ValueError as error:
        raise MediaError(str(error)) from error
    codecs = {"audio": "mp3"}
    return MediaInfo(
        format="mp3",
        width=0,
        height=0,
        frames=1,
        decoded_bytes=0,
        normalized=audio,
        content_type="audio/mpeg",
        kind="audio",
        duration=seconds,
        source_codecs=codecs,
        display_codecs=codecs,
        transformation="preserved",
    )
