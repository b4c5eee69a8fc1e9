"""Tell admins in which language everyone in their server sees songs."""

from __future__ import annotations

from .language import NAMES, FormText, Hint, Label, Language, Message

# Translators: The choice of no fixed language: songs are in the language of the person who requests them.
AUTOMATIC = Message("automatic")
# Translators: A choice, in a form, of no fixed language.
AUTOMATIC_CHOICE = Label("Automatic: each person's own")
LABEL = FormText("Language of songs that everyone sees")
HINT = Hint("What only one person sees is always in their own language")


def named(language: Language, tag: str | None) -> str:
    """Return a language's own name, or "automatic" for None."""
    return AUTOMATIC(language) if tag is None else NAMES.get(tag, tag)


def line(language: Language, tag: str | None) -> str:
    # Translators: {name} is a language, or "automatic".
    return language.gettext("Language: {name}", name=named(language, tag))


def changed(language: Language, tag: str | None) -> str:
    """Return in which language everyone in the server now sees songs. `tag` is None for each person's own."""
    if tag is None:
        return language.gettext(
            "What everyone sees of songs here is now in the language of the person who requested the song."
        )
    # Translators: {name} is a language's name in that language.
    return language.gettext(
        "What everyone sees of songs here is now in {name}. What only you see stays in your own language.",
        name=f"**{NAMES[tag]}**",
    )
