"""Turn a plan into an MP3 by mixing and encoding its score. This takes well under a second on one core."""

from __future__ import annotations

import numpy as np

from sandbox.whisul import synth
from sandbox.whisul.mp3 import encode_mp3
from sandbox.whisul.plan import SAMPLE_RATE, SongPlan
from sandbox.whisul.score import Note, notes_of, strokes_of
from sandbox.whisul.synth import Samples

_LEVEL = {"lead": 0.30, "bass": 0.42, "pad": 0.10, "kick": 0.75, "snare": 0.42, "clap": 0.36, "hat": 0.22}
_FADE_SECONDS = 1.0
LOUDNESS = 0.2
"""The root mean square to which every song is normalised: about 14 dB below full scale."""


def loudness(sound: Samples) -> float:
    """Return the root mean square of the louder half of all seconds, so that pauses don't count."""
    mono = sound.mean(axis=0)
    seconds = mono[: mono.size // SAMPLE_RATE * SAMPLE_RATE].reshape(-1, SAMPLE_RATE)
    by_second = np.sort((seconds**2).mean(axis=1))
    return float(np.sqrt(by_second[len(by_second) // 2 :].mean()))


def compose_mp3(plan: SongPlan) -> bytes:
    """Return the whole song as an MP3 of `plan.seconds`. This blocks, so run it in a thread."""
    tune = encode_mp3(mix(plan), rate=SAMPLE_RATE, channels=plan.channels, kbps=plan.kbps)
    return tune * plan.repeats


def mix(plan: SongPlan) -> Samples:
    """Return the mix of all voices, with shape (samples, channels) and values from -1 to 1."""
    tracks = np.zeros((2, plan.tune_seconds * SAMPLE_RATE), dtype=np.float32)
    beat = 60 / plan.bpm
    lead = np.zeros_like(tracks)
    for note in notes_of(plan):
        for channel, side in enumerate((-1, 1)):
            into = lead if note.voice == "lead" else tracks
            _add(into[channel], note.start * beat, _played(plan, note, beat, side), _LEVEL[note.voice])
    for stroke in strokes_of(plan):
        for track in tracks:
            _add(track, stroke.start * beat, synth.drum(stroke.drum), _LEVEL[stroke.drum] * stroke.volume)
    tracks += _with_echo(lead, beat * 0.75)
    if plan.rain:
        tracks += np.stack([synth.rain(tracks.shape[1], plan.seed + side) for side in (0, 1)])
    return _mastered(tracks, plan.channels)


def _played(plan: SongPlan, note: Note, beat: float, side: int) -> Samples:
    timbre = plan.genre.lead if note.voice == "lead" else note.voice
    detune = 0.07 * side if note.voice == "pad" else 0.0
    return synth.note(timbre, note.pitch, note.beats * beat, detune=detune) * np.float32(note.volume)


def _add(track: Samples, seconds: float, sound: Samples, level: float) -> None:
    start = int(seconds * SAMPLE_RATE)
    end = min(track.size, start + sound.size)
    if start < end:
        track[start:end] += sound[: end - start] * np.float32(level)


def _with_echo(lead: Samples, seconds: float) -> Samples:
    """Return the lead in stereo with an echo on each side."""
    echoed = lead.copy()
    lag = int(seconds * SAMPLE_RATE)
    for times, channel in ((1, 0), (2, 1)):
        if times * lag < lead.shape[1]:
            echoed[channel, times * lag :] += lead[channel, : -times * lag] * np.float32(0.35 / times)
    return echoed


def _mastered(tracks: Samples, channels: int) -> Samples:
    """Normalise the loudness, soften peaks and fade out. Return shape (samples, channels)."""
    sound = np.tanh(tracks * np.float32(1.1))
    for _round in range(3):
        sound = np.tanh(sound * np.float32(LOUDNESS / max(loudness(sound), 1e-6)))
    sound *= np.float32(0.95)
    fade = min(sound.shape[1], int(_FADE_SECONDS * SAMPLE_RATE))
    sound[:, -fade:] *= np.linspace(1, 0, fade, dtype=np.float32)
    if channels == 1:
        sound = sound.mean(axis=0, keepdims=True)
    return np.ascontiguousarray(sound.T)
