"""Provide example prompts by genre, for people who don't know what to write. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

MAX_SUGGESTIONS = 25
MAX_SUGGESTION_LENGTH = 100
"""Discord's limits for autocomplete ("Application Command Option Choice Structure")."""


@dataclass(frozen=True, slots=True)
class Example:
    """A prompt and the genre that finds it."""

    genre: str
    prompt: str

    def label(self, genres: Mapping[str, str]) -> str:
        """Return the genre's name and the prompt. `genres` holds names by the English ones."""
        return f"{genres.get(self.genre, self.genre)}: {self.prompt}"


EXAMPLES: tuple[Example, ...] = tuple(
    Example(*line.split(" | "))
    for line in """
lo-fi | a slow lo-fi tune about rain on a tin roof
synthwave | a neon synthwave drive down an empty coast road at night
folk | a warm folk song about a letter that arrived years late
trap | dark trap about a city that never sleeps, heavy 808s
jazz | smoky late-night jazz for the last guest at the bar
waltz | a playful waltz for a cat that thinks it is royalty
techno | driving techno for the final hour before sunrise
pop | a bright summer pop song about missing the last train
rock | a loud garage rock anthem about quitting your job
metal | epic metal about a dragon who is afraid of flying
ambient | calm ambient music for watching snow fall
hip hop | laid-back boom bap about cooking dinner for friends
funk | a strutting funk groove about a brand-new pair of shoes
soul | a tender soul ballad about dancing in the kitchen
reggae | sunny reggae about doing absolutely nothing today
country | a country song about a truck, a dog and a second chance
blues | a slow blues about losing at cards to your grandmother
classical | a gentle piano piece for the first day of spring
orchestral | a sweeping film score for a ship leaving harbor
drum and bass | fast drum and bass for running through the rain
house | uplifting house music for a rooftop at golden hour
disco | a glittering disco track about a robot learning to dance
punk | a two-minute punk song about a broken vending machine
bossa nova | a breezy bossa nova about coffee for two
sea shanty | a rowdy sea shanty about a very small boat
chiptune | a cheerful 8-bit tune for level one of a video game
indie | a wistful indie song about an old school photograph
lullaby | a soft lullaby about the moon counting sheep
k-pop | an energetic k-pop song about a secret handshake
celtic | a lively celtic reel for a market day in the hills
""".strip().splitlines()
)

SHOWN: tuple[Example, ...] = (EXAMPLES[0], EXAMPLES[1], EXAMPLES[2])
"""The examples that `/help` and greetings offer as buttons."""


def suggest_prompts(typed: str, recent: list[str], genres: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return up to 25 suggestions for a prompt as (label, value). `genres` holds the names of genres by the
    English ones.

    The typed text always comes first, because a client may send the first suggestion in place of it. If it is
    too long for a suggestion, return none. The person's own `recent` prompts come next, or examples if there
    are none.
    """
    if len(typed) > MAX_SUGGESTION_LENGTH:
        return []
    suggestions = [(typed, typed)] if typed.strip() else []
    suggestions += [(prompt, prompt) for prompt in recent if len(prompt) <= MAX_SUGGESTION_LENGTH]
    if not any(value != typed for _, value in suggestions):
        examples = matching_examples(typed, genres)
        suggestions += [(example.label(genres), example.prompt) for example in examples]
    distinct = {value: label for label, value in reversed(suggestions)}
    ordered = dict.fromkeys(value for _, value in suggestions)
    return [(distinct[value], value) for value in ordered][:MAX_SUGGESTIONS]


def matching_examples(typed: str, genres: Mapping[str, str]) -> list[Example]:
    """Return examples whose genre begins with the typed text, then those that contain all of its words."""
    wanted = " ".join(typed.split()).casefold()
    by_genre = [
        example
        for example in EXAMPLES
        if any(name.casefold().startswith(wanted) for name in (example.genre, example.label(genres)))
    ]
    by_words = [
        example
        for example in EXAMPLES
        if example not in by_genre
        and all(word in f"{example.genre} {example.label(genres)}".casefold() for word in wanted.split())
    ]
    return by_genre + by_words


def surprise(random: float) -> str:
    """Return one of the prompts. `random` is at least 0 and less than 1."""
    return EXAMPLES[int(random * len(EXAMPLES))].prompt
