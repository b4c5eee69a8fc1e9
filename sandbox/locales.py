"""Let each person choose a language, as in Discord's own settings. SimCord sends "en-US" for everyone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import simcord.interactions

from songbot.wording.language import NAMES


class Locales:
    """The languages of people, whose IDs are given by name."""

    def __init__(self, people: Mapping[str, int]) -> None:
        self._people = people
        self._chosen = dict.fromkeys(people.values(), "en")

    def describe(self) -> dict[str, Any]:
        """Return the languages for the page as JSON-serialisable values."""
        chosen = {name: self._chosen[user_id] for name, user_id in self._people.items()}
        return {"languages": NAMES, "people": chosen}

    def choose(self, person: str, tag: str) -> bool:
        """Set the person's language. Return False if there is no such person or language."""
        if person not in self._people or tag not in NAMES:
            return False
        self._chosen[self._people[person]] = tag
        return True

    def send(self) -> None:
        """Send the languages with all interactions from now on, in the whole process."""
        original = simcord.interactions.base_payload

        def with_locale(*arguments: Any, user_id: int, **options: Any) -> tuple[Any, dict[str, Any]]:
            record, payload = original(*arguments, user_id=user_id, **options)
            locale = self._chosen.get(user_id, "en")
            return record, payload | {"locale": "en-US" if locale == "en" else locale}

        simcord.interactions.base_payload = with_locale
