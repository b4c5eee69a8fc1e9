"""Tell greetings from prompts. Pure."""

from __future__ import annotations

import re

_WORDS = frozenset(
    word
    for line in (
        "hi hii hiii hello hallo hey heya hiya howdy yo sup hola hej ciao salut bonjour ola oi greetings",
        "good morning afternoon evening day there bot songbot friend again everyone",
        "help me please pls start begin info menu commands test ping",
        "thanks thank you thx ok okay cool",
    )
    for word in line.split()
)
_QUESTIONS = re.compile(
    r"(what|how) (can|do|does) (you|this|it|i) (do|work|make|use|start)( (here|this|it|you|a song|songs))?"
    r"|who are you|what is this|what's this|are you there",
    re.IGNORECASE,
)
_MAX_WORDS = 4


def is_greeting(message: str) -> bool:
    """Return True if the text is a greeting or a request for help rather than a description of a song."""
    line = " ".join(re.sub(r"[^\w\s']", " ", message).split())
    if not line or _QUESTIONS.fullmatch(line):
        return True
    words = line.casefold().split()
    return len(words) <= _MAX_WORDS and all(word in _WORDS for word in words)
