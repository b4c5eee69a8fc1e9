"""Turn pitches and lengths into numpy arrays of samples: 44.1 kHz, float32, roughly from -1 to 1."""

from __future__ import annotations

from functools import cache
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sandbox.whisul.plan import SAMPLE_RATE

Samples: TypeAlias = NDArray[np.float32]

_TABLE = 2048
_HARMONICS: Final[dict[str, tuple[float, ...]]] = {
    "square": (1, 0, 1 / 3, 0, 1 / 5, 0, 1 / 7, 0, 1 / 9),
    "saw": (1, 1 / 2, 1 / 3, 1 / 4, 1 / 5, 1 / 6, 1 / 7, 1 / 8),
    "pluck": (1, 0.6, 0.35, 0.2, 0.1),
    "bell": (1, 0, 0.15, 0.5, 0, 0, 0.3, 0, 0, 0.12),
    "keys": (1, 0.35, 0.08, 0.2, 0, 0.05),
    "flute": (1, 0.25, 0.06),
    "bass": (1, 0.5, 0.25, 0.1),
    "pad": (1, 0.4, 0.3, 0.15, 0.1),
}
_DECAY: Final = {"pluck": 5.0, "bell": 4.0, "keys": 2.5, "bass": 2.0}
_ATTACK: Final = {"pad": 0.25, "flute": 0.06}


@cache
def _wave(timbre: str) -> Samples:
    """Return one cycle of a timbre, as a wavetable that can be played at any pitch."""
    phase = 2 * np.pi * np.arange(_TABLE) / _TABLE
    cycle = sum(
        (level * np.sin(n * phase) for n, level in enumerate(_HARMONICS[timbre], 1)), start=np.zeros(_TABLE)
    )
    return (cycle / np.abs(cycle).max()).astype(np.float32)


def note(timbre: str, pitch: int, seconds: float, *, detune: float = 0.0) -> Samples:
    """Return a note. `pitch` is a MIDI number, `detune` is in semitones."""
    release = 0.04
    time = np.arange(int((seconds + release) * SAMPLE_RATE), dtype=np.float32) / SAMPLE_RATE
    hertz = 440.0 * 2 ** ((pitch + detune - 69) / 12)
    at = (time * np.float32(hertz * _TABLE)).astype(np.int64) & (_TABLE - 1)
    envelope = np.minimum(1, time / _ATTACK.get(timbre, 0.005)) * np.exp(-time * _DECAY.get(timbre, 0.6))
    envelope *= np.clip((seconds + release - time) / release, 0, 1)
    return _wave(timbre)[at] * envelope.astype(np.float32)


@cache
def drum(name: str) -> Samples:
    """Return one hit of `kick`, `snare`, `clap` or `hat`."""
    length = {"kick": 0.32, "snare": 0.22, "clap": 0.2, "hat": 0.07}[name]
    time = np.arange(int(length * SAMPLE_RATE), dtype=np.float32) / SAMPLE_RATE
    noise = np.random.default_rng(7).uniform(-1, 1, time.size)
    fade = np.clip((length - time) / 0.02, 0, 1)
    if name == "kick":
        sound = np.sin(2 * np.pi * (48 * time + 5.2 * (1 - np.exp(-time * 32)))) * np.exp(-time * 9)
    elif name == "snare":
        sound = (0.6 * noise + 0.5 * np.sin(2 * np.pi * 185 * time)) * np.exp(-time * 20)
    elif name == "clap":
        bursts = sum((time > lag) * np.exp(-np.abs(time - lag) * 90) for lag in (0.0, 0.012, 0.024))
        sound = noise * (0.35 * bursts + 0.4 * np.exp(-time * 24))
    else:
        sound = np.diff(noise, prepend=0.0) * 0.5 * np.exp(-time * 70)
    return (sound * fade).astype(np.float32)


def rain(size: int, seed: int) -> Samples:
    """Return samples of rain: soft noise with some louder drops."""
    dice = np.random.default_rng(seed)
    noise = dice.standard_normal(size).astype(np.float32)
    soft = np.convolve(noise, np.full(6, 1 / 6, dtype=np.float32), mode="same")
    drops = dice.random(size) < 40 / SAMPLE_RATE
    decay = np.exp(-np.arange(400) / 60).astype(np.float32)
    return (0.05 * soft + 0.12 * np.convolve(drops * noise, decay, mode="same")).astype(np.float32)
