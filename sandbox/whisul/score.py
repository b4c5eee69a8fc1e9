"""Turn a plan into notes and drum hits. Pure: the same plan always gives the same score."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from sandbox.whisul.genres import DRUMS, PROGRESSIONS
from sandbox.whisul.plan import SongPlan


@dataclass(frozen=True, slots=True)
class Note:
    """One note of a voice (`lead`, `bass`, `pad`). Times are in beats, the pitch in MIDI, the volume from
    0 to 1."""

    voice: str
    start: float
    beats: float
    pitch: int
    volume: float


@dataclass(frozen=True, slots=True)
class Stroke:
    """One hit of a drum (`kick`, `snare`, `clap`, `hat`). Its time is in beats, its volume from 0 to 1."""

    drum: str
    start: float
    volume: float


_RHYTHMS = ("x..x..x.", "x.x...x.", "x..x.x..", "x...x.xx", "..x.x..x", "x.xx..x.")
_BASS_RHYTHMS = {
    "four": "..x...x...x...x.",
    "trap": "x.....x.........",
    "boombap": "x......x..x.....",
    "rock": "x.x.x.x.x.x.x.x.",
    "breaks": "x..x......x..x..",
    "swing": "x...x...x...x...",
    "onedrop": "x.....x...x.....",
    "waltz": "x...........",
    "none": "x...............",
}


def pitch_at(plan: SongPlan, step: int, octave: int = 0) -> int:
    """Return the MIDI number of a step of the plan's scale. Steps above the seventh are in the next
    octave."""
    return plan.root + 12 * (octave + step // 7) + plan.steps[step % 7]


def notes_of(plan: SongPlan) -> list[Note]:
    """Return all notes: pads from the start, bass after an eighth of the song, and the lead after a
    quarter."""
    dice = random.Random(plan.seed ^ 0xA5)
    major = plan.scale in {"major", "lydian", "mixolydian"}
    chords = dice.choice(PROGRESSIONS[plan.genre.chords or ("major" if major else "minor")])
    roots = [chords[bar % len(chords)] for bar in range(plan.bars - 1)] + [0]
    return [*_pads(plan, roots), *_bass(plan, roots, dice), *_lead(plan, roots, dice)]


def _pads(plan: SongPlan, roots: list[int]) -> Iterator[Note]:
    beats = plan.genre.beats
    thirds = (0, 2, 4, 6) if plan.genre.chords == "jazz" else (0, 2, 4)
    for bar, root in enumerate(roots):
        for third in thirds:
            yield Note("pad", bar * beats, beats * 1.05, pitch_at(plan, root + third), 0.5)


def _bass(plan: SongPlan, roots: list[int], dice: random.Random) -> Iterator[Note]:
    rhythm = _BASS_RHYTHMS[plan.genre.drums]
    for bar, root in enumerate(roots):
        if bar < plan.bars // 8:
            continue
        strokes = [at for at, mark in enumerate(rhythm) if mark == "x"]
        for at, following in zip(strokes, [*strokes[1:], len(rhythm)], strict=True):
            walk = dice.choice((0, 2, 4)) if plan.genre.chords == "jazz" and at else 0
            start = bar * plan.genre.beats + at / 4
            yield Note(
                "bass", start, min(2.0, (following - at) / 4) * 0.9, pitch_at(plan, root + walk, -1), 0.9
            )


def _lead(plan: SongPlan, roots: list[int], dice: random.Random) -> Iterator[Note]:
    """Yield two one-bar motifs in the order A A B A that follow the chords. The last bar is a single
    note."""
    beats = plan.genre.beats
    motifs = [_motif(beats, dice) for _ in range(2)]
    for bar, root in enumerate(roots):
        if bar < plan.bars // 4:
            continue
        if bar == plan.bars - 1:
            yield Note("lead", bar * beats, beats, pitch_at(plan, 0, 1), 0.8)
            continue
        for at, length, step in motifs[bar % 4 == 2]:
            yield Note(
                "lead", bar * beats + at, length, pitch_at(plan, root + step, 1), dice.uniform(0.6, 0.9)
            )


def _motif(beats: int, dice: random.Random) -> list[tuple[float, float, int]]:
    rhythm = (dice.choice(_RHYTHMS) + dice.choice(_RHYTHMS))[: beats * 2]
    strokes = [at for at, mark in enumerate(rhythm) if mark == "x"]
    step = dice.choice((0, 2, 4))
    motif: list[tuple[float, float, int]] = []
    for at, following in zip(strokes, [*strokes[1:], len(rhythm)], strict=True):
        motif.append((at / 2, (following - at) / 2 * 0.95, step))
        step = max(-2, min(8, step + dice.choice((-2, -1, -1, 1, 1, 2))))
    return motif


def strokes_of(plan: SongPlan) -> list[Stroke]:
    """Return all drum hits. The first eighth of the song has only hats, and every fourth bar ends in a
    fill."""
    dice = random.Random(plan.seed ^ 0x5A)
    return [stroke for bar in range(plan.bars) for stroke in _drum_bar(plan, bar, dice)]


def _drum_bar(plan: SongPlan, bar: int, dice: random.Random) -> Iterator[Stroke]:
    swing = plan.genre.swing / 4
    for drum, pattern in DRUMS[plan.genre.drums].items():
        if bar < plan.bars // 8 and drum != "hat":
            continue
        for at, mark in enumerate(pattern):
            fill = drum == "snare" and bar % 4 == 3 and at >= len(pattern) - 2
            if mark == "x" or fill:
                start = bar * plan.genre.beats + at / 4 + (swing if at % 2 else 0.0)
                yield Stroke(drum, start, dice.uniform(0.75, 1.0) if at % 4 == 0 else dice.uniform(0.5, 0.85))
