"""Encode MP3 with LAME, and read the frames of encoded audio."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import lameenc
import numpy as np

from sandbox.whisul.synth import Samples

_KBPS = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_RATES = (44_100, 48_000, 32_000)
_MONO = 3


def encode_mp3(sound: Samples, *, rate: int, channels: int, kbps: int) -> bytes:
    """Encode samples between -1 and 1, with shape (samples, channels), at a constant bit rate."""
    encoder = lameenc.Encoder()
    encoder.silence()
    encoder.set_bit_rate(kbps)
    encoder.set_in_sample_rate(rate)
    encoder.set_channels(channels)
    encoder.set_quality(7)
    pcm = (sound * 32_767).astype(np.int16)
    return bytes(encoder.encode(pcm.tobytes())) + bytes(encoder.flush())


@dataclass(frozen=True, slots=True)
class Frame:
    """The header of one MPEG-1 layer III frame. `size` is in bytes, `rate` in samples per second."""

    kbps: int
    rate: int
    channels: int
    size: int

    @property
    def seconds(self) -> float:
        """Return the duration. Each frame holds 1,152 samples per channel."""
        return 1152 / self.rate


def frames_of(audio: bytes) -> Iterator[Frame]:
    """Yield every frame of an MP3 without tags. Raise `ValueError` if the data is not made of whole
    frames."""
    at = 0
    while at < len(audio):
        frame = _frame_at(audio, at)
        yield frame
        at += frame.size
    if at != len(audio):
        raise ValueError("the last frame is cut")


def _frame_at(audio: bytes, at: int) -> Frame:
    header = int.from_bytes(audio[at : at + 4], "big")
    kbps_index, rate_index = header >> 12 & 15, header >> 10 & 3
    if header >> 17 & 0x7FFF != 0x7FFD or not 0 < kbps_index < len(_KBPS) or rate_index >= len(_RATES):
        raise ValueError(f"no MPEG-1 layer III frame at byte {at}")
    kbps, rate = _KBPS[kbps_index], _RATES[rate_index]
    size = 144_000 * kbps // rate + (header >> 9 & 1)
    return Frame(kbps, rate, 1 if header >> 6 & 3 == _MONO else 2, size)
