"""Hold the composer's tables of genres and moods."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

SCALES: Final[dict[str, tuple[int, ...]]] = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "phrygian": (0, 1, 3, 5, 7, 8, 10),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "lydian": (0, 2, 4, 6, 7, 9, 11),
}
"""The seven steps of each scale, in semitones above its root."""

PROGRESSIONS: Final[dict[str, tuple[tuple[int, ...], ...]]] = {
    "major": ((0, 4, 5, 3), (0, 5, 3, 4), (0, 3, 0, 4), (3, 4, 0, 5)),
    "minor": ((0, 5, 2, 6), (0, 3, 5, 6), (0, 6, 5, 6), (0, 0, 5, 3)),
    "jazz": ((1, 4, 0, 5), (0, 5, 1, 4), (2, 5, 1, 4)),
}
"""The roots of the chords, one per bar, as steps of the scale."""

DRUMS: Final[dict[str, dict[str, str]]] = {
    "four": {"kick": "x...x...x...x...", "clap": "....x.......x...", "hat": "..x...x...x...x."},
    "trap": {"kick": "x.....x...x.....", "clap": "........x.......", "hat": "xxx.x.x.xxx.xxxx"},
    "boombap": {"kick": "x......x..x.....", "snare": "....x.......x..x", "hat": "x.x.x.x.x.x.x.x."},
    "rock": {"kick": "x.....x.x.......", "snare": "....x.......x...", "hat": "x.x.x.x.x.x.x.x."},
    "breaks": {"kick": "x.........x.....", "snare": "....x..x.x..x...", "hat": "x.x.x.x.x.x.x.x."},
    "swing": {"kick": "x.......x.......", "hat": "x...x..xx...x..x", "snare": "...........x...."},
    "onedrop": {"kick": "........x.......", "snare": "........x.......", "hat": "x.x.x.x.x.x.x.x."},
    "waltz": {"kick": "x...........", "hat": "....x...x...", "snare": "........x..."},
    "none": {},
}
"""The sixteenth notes of one bar, in which `x` is a hit."""


@dataclass(frozen=True, slots=True)
class Genre:
    """How a genre sounds here. `bpm` is a range; `swing` is a fraction of a sixteenth note."""

    bpm: tuple[int, int]
    scale: str
    drums: str
    lead: str
    tags: tuple[str, ...]
    beats: int = 4
    swing: float = 0.0
    chords: str = ""


GENRES: Final[dict[str, Genre]] = {
    "trap": Genre((134, 146), "minor", "trap", "bell", ("trap", "808s", "dark", "synth")),
    "lofi": Genre((72, 84), "dorian", "boombap", "keys", ("lofi", "chillhop", "mellow", "keys"), swing=0.25),
    "jazz": Genre((104, 132), "dorian", "swing", "keys", ("jazz", "swing", "keys"), swing=0.3, chords="jazz"),
    "techno": Genre((126, 136), "phrygian", "four", "saw", ("techno", "club", "driving", "synth")),
    "house": Genre((120, 126), "minor", "four", "keys", ("house", "dance", "groove")),
    "waltz": Genre((84, 108), "major", "waltz", "flute", ("waltz", "3/4", "strings"), beats=3),
    "rock": Genre((112, 132), "mixolydian", "rock", "saw", ("rock", "guitars", "band")),
    "metal": Genre((150, 172), "phrygian", "rock", "saw", ("metal", "heavy", "guitars")),
    "punk": Genre((166, 184), "major", "rock", "saw", ("punk", "raw", "guitars")),
    "pop": Genre((100, 118), "major", "four", "pluck", ("pop", "catchy", "bright")),
    "ambient": Genre((62, 76), "lydian", "none", "flute", ("ambient", "pads", "calm")),
    "synthwave": Genre((94, 112), "minor", "rock", "square", ("synthwave", "retro", "80s", "synth")),
    "hiphop": Genre((84, 96), "minor", "boombap", "pluck", ("hip hop", "boom bap", "beats"), swing=0.15),
    "breakbeat": Genre((168, 176), "minor", "breaks", "square", ("drum and bass", "breaks", "energetic")),
    "reggae": Genre((70, 80), "major", "onedrop", "pluck", ("reggae", "offbeat", "sunny")),
    "funk": Genre((100, 112), "mixolydian", "breaks", "pluck", ("funk", "groove", "slap bass")),
    "blues": Genre((70, 88), "mixolydian", "swing", "saw", ("blues", "soulful", "guitar"), swing=0.3),
    "classical": Genre((72, 92), "major", "none", "pluck", ("classical", "piano", "chamber")),
    "folk": Genre((88, 104), "major", "none", "pluck", ("folk", "acoustic", "warm")),
    "electronic": Genre((104, 128), "minor", "four", "square", ("electronic", "melodic", "synth")),
}

GENRE_WORDS: Final[dict[str, str]] = {
    **{name: name for name in GENRES},
    "lo-fi": "lofi", "chillhop": "lofi", "study": "lofi", "swing": "jazz", "bebop": "jazz", "rave": "techno",
    "trance": "techno", "edm": "house", "disco": "house", "3/4": "waltz", "lullaby": "waltz",
    "guitar": "rock", "indie": "rock", "drone": "ambient", "meditation": "ambient", "sleep": "ambient",
    "80s": "synthwave",
    "retrowave": "synthwave", "hip hop": "hiphop", "hip-hop": "hiphop", "rap": "hiphop", "dnb": "breakbeat",
    "drum and bass": "breakbeat", "jungle": "breakbeat", "ska": "reggae", "dub": "reggae", "soul": "blues",
    "piano": "classical", "orchestra": "classical", "acoustic": "folk", "country": "folk",
    "synth": "electronic", "drill": "trap", "808": "trap", "808s": "trap", "dance": "house",
}  # fmt: skip
"""Words that name a genre. The first one in the prompt wins."""


@dataclass(frozen=True, slots=True)
class Mood:
    """How a word changes a song: its tag, its scale (None keeps the genre's) and a factor for its tempo."""

    tag: str
    scale: str | None = None
    tempo: float = 1.0


MOODS: Final[dict[str, Mood]] = {
    "sad": Mood("melancholic", "minor", 0.9),
    "happy": Mood("happy", "major", 1.06),
    "dark": Mood("dark", "phrygian"),
    "fast": Mood("fast", None, 1.2),
    "slow": Mood("slow", None, 0.8),
    "rain": Mood("rain"),
    "rainy": Mood("rain"),
    "chill": Mood("chill", None, 0.94),
    "calm": Mood("calm", None, 0.9),
    "dreamy": Mood("dreamy", "lydian"),
    "epic": Mood("epic", "minor"),
    "angry": Mood("angry", "phrygian", 1.08),
    "romantic": Mood("romantic", "major", 0.94),
    "night": Mood("late night"),
    "summer": Mood("summer", "major"),
    "spooky": Mood("spooky", "phrygian"),
}

TITLE_FIRST: Final[dict[str, tuple[str, ...]]] = {
    "dark": ("Midnight", "Hollow", "Silver", "Broken", "Distant", "Velvet", "Phantom", "Fading", "Winter"),
    "bright": ("Golden", "Neon", "Paper", "Summer", "Electric", "Amber", "Open", "Crystal", "Early"),
}
TITLE_LAST: Final = (
    "Grid", "Harbour", "Lanterns", "Signal", "Avenue", "Echoes", "Skyline", "Garden", "Motion", "Parade",
    "Orbit", "Letters", "Horizon", "Mirrors", "Static", "Tides", "Windows", "Embers", "Static Bloom",
    "Northbound",
)  # fmt: skip
